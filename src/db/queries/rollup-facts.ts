import { type SQL, sql } from "drizzle-orm";
import type { ReportStatus } from "../../domain/open-report.ts";
import { ROLLUP_COLUMNS, type RollupDelta } from "../../domain/rollup.ts";
import type { CampaignFacts } from "../../domain/rollup-rebuild.ts";
import { type Db, runBatch } from "../client.ts";
import { toMetrics } from "./known-posts.ts";
import { upsertRollups } from "./rollup-upserts.ts";

const COLUMNS = sql.raw(ROLLUP_COLUMNS.join(", "));

/** All rollups of a campaign as one JSON text, the same text for the same rows. */
const storedRollups = (campaignId: string): SQL => sql`(
  select json_group_array(json_array(affiliate_id, day, platform, ${COLUMNS})) from (
    select * from rollups where campaign_id = ${campaignId} order by affiliate_id, day, platform))`;

/** A campaign's facts and its rollups, as they were at one moment. */
export interface RollupFacts {
  facts: CampaignFacts;
  stored: RollupDelta[];
  /** What {@link replaceRollups} compares to know that nothing was counted since. */
  storedText: string;
}

/** Loads a whole campaign: for an operator's repair, not for a request that somebody waits for. */
export async function loadRollupFacts(db: Db, campaignId: string): Promise<RollupFacts> {
  const [submissions, observations, reports, rollups] = await runBatch(db, [
    sql`
      select s.counted, s.post_id, s.affiliate_id, s.base_observed_at, p.platform
      from submissions s cross join posts p on p.id = s.post_id where s.campaign_id = ${campaignId}`,
    sql`
      select o.post_id, o.observed_at, json_array(o.views, o.clicks, o.conversions, o.likes, o.comments, o.shares) as counts
      from (select distinct post_id from submissions where campaign_id = ${campaignId}) s
        cross join platform_reports o on o.post_id = s.post_id
      where o.advanced = 1`,
    sql`
      select affiliate_id, platform, counted_status, counted_at from reconciliations where campaign_id = ${campaignId}`,
    sql`select ${storedRollups(campaignId)} as stored`,
  ]);
  // safe: each cast names the columns its statement selects.
  const [{ stored } = { stored: "[]" }] = rollups as { stored: string }[];
  return {
    facts: {
      campaignId,
      submissions: (submissions as SubmissionRow[]).map((row) => ({
        counted: row.counted === 1,
        postId: row.post_id,
        affiliateId: row.affiliate_id,
        platform: row.platform,
        baseObservedAt: row.base_observed_at,
      })),
      observations: (observations as ObservationRow[]).map((row) => ({
        postId: row.post_id,
        at: row.observed_at,
        metrics: toMetrics(row.counts),
      })),
      reports: (reports as ReportRow[]).map((row) => ({
        affiliateId: row.affiliate_id,
        platform: row.platform,
        counted:
          row.counted_status === null || row.counted_at === null
            ? null
            : { status: row.counted_status, at: row.counted_at },
      })),
    },
    stored: toRollups(campaignId, stored),
    storedText: stored,
  };
}

interface SubmissionRow {
  counted: 0 | 1;
  post_id: string;
  affiliate_id: string;
  platform: string;
  base_observed_at: number | null;
}

interface ObservationRow {
  post_id: string;
  observed_at: number;
  counts: string;
}

interface ReportRow {
  affiliate_id: string;
  platform: string;
  counted_status: ReportStatus | null;
  counted_at: number | null;
}

function toRollups(campaignId: string, text: string): RollupDelta[] {
  // safe: written by json_array in storedRollups.
  const rows = JSON.parse(text) as [string, number, string, ...number[]][];
  return rows.map(([affiliateId, day, platform, ...counts]) => ({
    campaignId,
    affiliateId,
    day,
    platform,
    counts: Object.fromEntries(ROLLUP_COLUMNS.map((column, i) => [column, counts[i] ?? 0])),
  }));
}

/**
 * Puts rebuilt rollups in the place of the stored ones, unless anything was counted since they were loaded.
 *
 * @returns whether they are in place now
 */
export async function replaceRollups(
  db: Db,
  loaded: RollupFacts,
  rebuilt: readonly RollupDelta[],
): Promise<boolean> {
  const { campaignId } = loaded.facts;
  // Where the text differs nothing is deleted, and so nothing is inserted beside what is there.
  const isEmpty = sql`not exists (select 1 from rollups where campaign_id = ${campaignId})`;
  const results = await runBatch(db, [
    sql`delete from rollups where campaign_id = ${campaignId} and ${storedRollups(campaignId)} = ${loaded.storedText}`,
    sql`select ${isEmpty} as is_empty`,
    upsertRollups(rebuilt, isEmpty),
  ]);
  // safe: the second statement selects this column of one row.
  const [row] = results[1] as { is_empty: number }[];
  return row?.is_empty === 1;
}
