import { type SQL, sql } from "drizzle-orm";
import type { Direction, Level } from "../../domain/judge.ts";
import type { MissingReason, ReportStatus } from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import type { RollupCounts } from "../../domain/rollup.ts";
import { type Db, runBatch } from "../client.ts";
import { ROLLUP_COUNTS, SUMMED_COUNTS } from "./rollup-rows.ts";

const CAMPAIGNS_SHOWN = 100;
const VERDICTS_SHOWN = 20;
/** Recent verdicts are looked for among so many of the newest reports: those that wait have none yet. */
const REPORTS_LOOKED_AT = 200;

export interface PerformanceHead {
  id: string;
  name: string;
  status: "active" | "suspended";
  trust: number;
  total_submissions: number;
  accurate_submissions: number;
}

export interface CampaignPerformanceRow extends RollupCounts {
  campaign_id: string;
  campaign_name: string;
}

export interface RecentVerdictRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  post_id: string;
  platform: Platform;
  status: ReportStatus;
  level: Level | null;
  direction: Direction | null;
  missing_reason: MissingReason | null;
  judged_at: number;
}

export interface AffiliatePerformanceRows {
  /** Null if there is no such affiliate. */
  affiliate: PerformanceHead | null;
  totals: RollupCounts | null;
  campaigns: CampaignPerformanceRow[];
  verdicts: RecentVerdictRow[];
}

function performanceStatements(affiliateId: string): SQL[] {
  return [
    sql`
      select id, name, status, trust, total_submissions, accurate_submissions from affiliates where id = ${affiliateId}`,
    sql`select ${SUMMED_COUNTS} from rollups r where r.affiliate_id = ${affiliateId} and r.affiliate_id <> ''`,
    sql`
      select r.campaign_id, c.name as campaign_name, ${ROLLUP_COUNTS}
      from rollups r cross join campaigns c on c.id = r.campaign_id
      where r.affiliate_id = ${affiliateId} and r.affiliate_id <> ''
      order by r.campaign_id desc limit ${CAMPAIGNS_SHOWN}`,
    sql`
      select report_id, submission_id, campaign_id, post_id, platform, status, level, direction, missing_reason, judged_at
      from (select * from reconciliations where affiliate_id = ${affiliateId}
        order by report_id desc limit ${REPORTS_LOOKED_AT})
      where state = 'final' and judged_at is not null and status <> 'SKIPPED_SUSPENDED' and status <> 'SUPERSEDED'
      order by report_id desc limit ${VERDICTS_SHOWN}`,
  ];
}

/** An affiliate's counts over all its campaigns and in each, with its newest verdicts: one round trip. */
export async function readAffiliatePerformance(
  db: Db,
  affiliateId: string,
): Promise<AffiliatePerformanceRows> {
  const results = await runBatch(db, performanceStatements(affiliateId));
  const [affiliate, totals, campaigns, verdicts] = results;
  // safe: each cast names the columns its statement selects.
  return {
    affiliate: (affiliate as PerformanceHead[])[0] ?? null,
    totals: (totals as RollupCounts[])[0] ?? null,
    campaigns: campaigns as CampaignPerformanceRow[],
    verdicts: verdicts as RecentVerdictRow[],
  };
}
