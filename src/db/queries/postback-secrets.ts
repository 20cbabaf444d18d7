import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** Most secrets of a campaign that work at once, the newest ones. */
export const SECRETS_LIMIT = 5;

/** A secret that works. Times in ms UTC. */
export interface PostbackSecretRow {
  n: number;
  sealed: string;
  created_at: number;
  /** Null for the newest. */
  expires_at: number | null;
}

/** The secrets that sign a campaign's postbacks at an instant, newest first, and whose campaign it is. */
export async function workingSecrets(
  db: Db,
  campaignId: string,
  now: number,
): Promise<(PostbackSecretRow & { advertiser_id: string })[]> {
  // Like its keys, the secrets of an archived advertiser do not work.
  return db.all(sql`
    select s.n, s.sealed, s.created_at, s.expires_at, c.advertiser_id
    from campaigns c
      cross join advertisers a on a.id = c.advertiser_id and a.status = 'active'
      cross join postback_secrets s on s.campaign_id = c.id
    where c.id = ${campaignId} and (s.expires_at is null or s.expires_at > ${now})
    order by s.n desc limit ${SECRETS_LIMIT}`);
}

/**
 * Adds a secret; the former ones end at `formerEndsAt` at the latest, and what has ended is deleted. One round trip, so
 * two at once make two secrets, of which the later is the newest.
 *
 * @returns the number of the new secret
 */
export async function addSecret(
  db: Db,
  {
    campaignId,
    sealed,
    now,
    formerEndsAt,
  }: { campaignId: string; sealed: string; now: number; formerEndsAt: number },
): Promise<number> {
  const newest = sql`(select max(n) from postback_secrets where campaign_id = ${campaignId})`;
  const [, , added] = await runBatch(db, [
    sql`
      update postback_secrets set expires_at = min(coalesce(expires_at, ${formerEndsAt}), ${formerEndsAt})
      where campaign_id = ${campaignId}`,
    // The newest stays whatever its end, so that no number is given out twice.
    sql`
      delete from postback_secrets where campaign_id = ${campaignId} and n < ${newest}
        and (expires_at <= ${now} or n <= ${newest} - ${SECRETS_LIMIT - 1})`,
    sql`
      insert into postback_secrets (campaign_id, n, sealed, created_at)
      select ${campaignId}, coalesce(max(n), 0) + 1, ${sealed}, ${now}
      from postback_secrets where campaign_id = ${campaignId}
      returning n`,
  ]);
  // safe: the last statement returns one row with one column, n.
  const [row] = added as { n: number }[];
  if (row === undefined) throw new Error("the new secret was not stored");
  return row.n;
}
