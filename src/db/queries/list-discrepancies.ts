import { type SQL, sql } from "drizzle-orm";
import type { Direction, Level } from "../../domain/judge.ts";
import type { ReportState, ReportStatus } from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import type { Db } from "../client.ts";

/** The levels that need attention. */
export const ATTENTION_LEVELS = ["MEDIUM", "HIGH", "CRITICAL"] as const satisfies readonly Level[];

export type AttentionLevel = (typeof ATTENTION_LEVELS)[number];

export interface DiscrepancyFilters {
  /** Null for the discrepancies of every advertiser. */
  advertiserId: string | null;
  campaignId: string | null;
  level: AttentionLevel | null;
  /** Only reports below this id. */
  before: string | null;
  limit: number;
}

export interface DiscrepancyRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  affiliate_id: string;
  affiliate_name: string;
  affiliate_trust: number;
  post_id: string;
  platform: Platform;
  canonical_url: string;
  state: ReportState;
  status: ReportStatus;
  level: AttentionLevel;
  direction: Direction;
  claimed_at: number;
  judged_at: number;
  /** JSON of the verdict's metrics by name, or null. */
  metrics: string | null;
}

// Word for word the condition of the partial index reconciliations_discrepancy, or one that implies it.
const atLevel = (level: AttentionLevel | null): SQL =>
  sql.raw(
    level === null
      ? "(t.level = 'MEDIUM' or t.level = 'HIGH' or t.level = 'CRITICAL')"
      : `t.level = '${level}'`,
  );

/**
 * Reports whose level needs attention, newest first, up to `limit + 1`. What lies below the highest of the campaigns'
 * (limit + 1)th rows cannot be on the page, so it reads at most its campaigns × (limit + 1) rows.
 */
export function listDiscrepancies(db: Db, filters: DiscrepancyFilters): Promise<DiscrepancyRow[]> {
  const { advertiserId, campaignId, level, before, limit } = filters;
  const wanted = [
    ...(advertiserId === null ? [] : [sql`own.advertiser_id = ${advertiserId}`]),
    ...(campaignId === null ? [] : [sql`own.id = ${campaignId}`]),
  ];
  const own = wanted.length === 0 ? sql`true` : sql.join(wanted, sql` and `);
  const below = before === null ? sql`true` : sql`t.report_id < ${before}`;
  const lowest = sql`(
    select max((select t.report_id from reconciliations t
      where t.campaign_id = own.id and ${atLevel(level)} and ${below}
      order by t.report_id desc limit 1 offset ${limit}))
    from campaigns own where ${own})`;
  return db.all<DiscrepancyRow>(sql`
    select t.report_id, t.submission_id, t.campaign_id, t.affiliate_id, f.name as affiliate_name,
      f.trust as affiliate_trust, t.post_id, t.platform, p.canonical_url, t.state, t.status, t.level, t.direction,
      a.claimed_at, t.judged_at, l.verdict -> '$.metrics' as metrics
    from (select t.* from campaigns own cross join reconciliations t on t.campaign_id = own.id
      where ${own} and ${atLevel(level)} and ${below} and t.report_id >= coalesce(${lowest}, '')
      order by t.report_id desc limit ${limit + 1}) t
      cross join affiliates f on f.id = t.affiliate_id
      cross join posts p on p.id = t.post_id
      cross join affiliate_reports a on a.submission_id = t.submission_id and a.id = t.report_id
      left join reconciliation_logs l on l.report_id = t.report_id and l.n = t.logs
    order by t.report_id desc`);
}
