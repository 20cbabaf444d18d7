import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import { type Db, runBatch } from "../client.ts";
import { LINK_COLUMNS, type TrackedLinkRow, WITH_TERMS } from "./tracked-links.ts";

/** Where a link stands in its campaign's list. */
export interface LinkPosition {
  affiliateId: string;
  submissionId: string | null;
  code: string;
}

export interface LinkFilters {
  campaignId: string;
  affiliateId: string | null;
  submissionId: string | null;
}

export interface LinkPage {
  /** Null if there is no such campaign. */
  advertiserId: string | null;
  /** Up to `limit + 1`. */
  links: TrackedLinkRow[];
}

/**
 * A campaign's links in the order of their index, backwards: by affiliate and submission, the newest first, and those
 * without a submission last. An affiliate is given its own. One round trip.
 */
export async function listTrackedLinks(
  db: Db,
  actor: Actor,
  { filters, after, limit }: { filters: LinkFilters; after: LinkPosition | null; limit: number },
): Promise<LinkPage> {
  const scope = scopeOf(actor, filters);
  // Each part is one seek; together they are everything after the position, in order.
  const parts = stretchesAfter(after).map(
    (stretch) => sql`select * from (
      select ${LINK_COLUMNS} from tracked_links l ${WITH_TERMS} where ${scope} and ${stretch}
      order by l.affiliate_id desc, l.submission_id desc, l.code desc limit ${limit + 1})`,
  );
  const [campaigns, links] = await runBatch(db, [
    sql`select advertiser_id from campaigns where id = ${filters.campaignId}`,
    sql`${sql.join(parts, sql` union all `)}
      order by affiliate_id desc, submission_id desc, code desc limit ${limit + 1}`,
  ]);
  // safe: the columns of the two statements above.
  const [campaign] = campaigns as { advertiser_id: string }[];
  return { advertiserId: campaign?.advertiser_id ?? null, links: links as TrackedLinkRow[] };
}

function scopeOf(actor: Actor, { campaignId, affiliateId, submissionId }: LinkFilters): SQL {
  const terms = [sql`l.campaign_id = ${campaignId}`];
  if (actor.role === "affiliate") terms.push(sql`l.affiliate_id = ${actor.affiliateId}`);
  if (affiliateId !== null) terms.push(sql`l.affiliate_id = ${affiliateId}`);
  if (submissionId !== null) {
    // The index goes by affiliate before submission.
    const owner = sql`(select affiliate_id from submissions where id = ${submissionId})`;
    terms.push(sql`l.affiliate_id = ${owner} and l.submission_id = ${submissionId}`);
  }
  return sql.join(terms, sql` and `);
}

/** Null sorts below every submission, and compares with none: it takes a stretch of its own. */
function stretchesAfter(after: LinkPosition | null): SQL[] {
  if (after === null) return [sql`true`];
  const { affiliateId, submissionId, code } = after;
  const same = sql`l.affiliate_id = ${affiliateId}`;
  const older = sql`l.affiliate_id < ${affiliateId}`;
  if (submissionId === null) return [sql`${same} and l.submission_id is null and l.code < ${code}`, older];
  return [
    sql`${same} and l.submission_id = ${submissionId} and l.code < ${code}`,
    sql`${same} and l.submission_id < ${submissionId}`,
    sql`${same} and l.submission_id is null`,
    older,
  ];
}
