import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";

/** Somebody who may enter an invite-only campaign. */
export interface InvitationRow {
  affiliate_id: string;
  name: string;
  invited_at: number;
}

/** The positions of the ids that name no affiliate. */
export async function unknownAffiliates(db: Db, affiliateIds: readonly string[]): Promise<number[]> {
  const rows = await db.all<{ position: number }>(sql`
    select j.key as position from json_each(${JSON.stringify(affiliateIds)}) j
    where not exists (select 1 from affiliates f where f.id = j.value) order by j.key`);
  return rows.map(({ position }) => position);
}

/** Makes these the invited of a campaign, one D1 batch. Who was invited before keeps the instant of the invitation. */
export async function replaceInvitations(
  db: Db,
  { campaignId, affiliateIds, now }: { campaignId: string; affiliateIds: readonly string[]; now: number },
): Promise<void> {
  const ids = JSON.stringify(affiliateIds);
  await runBatch(db, [
    sql`
      delete from campaign_affiliates
      where campaign_id = ${campaignId} and affiliate_id not in (select value from json_each(${ids}))`,
    sql`
      insert into campaign_affiliates (campaign_id, affiliate_id, invited_at)
      select ${campaignId}, j.value, ${now} from json_each(${ids}) j where true
      on conflict do nothing`,
  ]);
}

/** The invited, newest account first. */
export function listInvitations(db: Db, campaignId: string, page: Page): Promise<InvitationRow[]> {
  return db.all<InvitationRow>(sql`
    select i.affiliate_id, f.name, i.invited_at
    from campaign_affiliates i cross join affiliates f on f.id = i.affiliate_id
    where i.campaign_id = ${campaignId} and ${below(sql`i.affiliate_id`, page)}
    order by i.affiliate_id desc ${limitOf(page)}`);
}
