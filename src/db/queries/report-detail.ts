import { sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import { type Db, runBatch } from "../client.ts";

/** A claim with how it stands, and to whom it belongs. */
export interface ReportRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  affiliate_id: string;
  advertiser_id: string;
  post_id: string;
  platform: Platform;
  external_id: string;
  canonical_url: string;
  claimed_at: number;
  claimed: string;
  evidence: string | null;
  suspicion_flags: string;
  method: "API" | "DISCORD" | "IMPORT";
  created_at: number;
  lane: "urgent" | "normal" | "bulk";
  state: "open" | "provisional" | "final" | "dead";
  status: string | null;
  level: string | null;
  direction: string | null;
  missing_reason: string | null;
  learnt_flags: string;
  attempts: number;
  next_attempt_at: number | null;
  put_off_since: number | null;
  put_off_reason: string | null;
  judged_at: number | null;
}

/** One look at the report. */
export interface AttemptRow {
  n: number;
  /** Empty where no run did it. */
  run_id: string;
  at: number;
  attempt: number;
  outcome: string;
  status: string;
  level: string | null;
  direction: string | null;
  final: 0 | 1;
  missing_reason: string | null;
  error_code: string | null;
  policy_version: number;
  settle_hours: number;
  /** JSON. */
  verdict: string | null;
  observations: string;
  reasons: string;
  signals: string | null;
}

export interface TrustEventRow {
  id: string;
  cause: string;
  kind: string;
  /** Millionths, as really applied. */
  delta: number;
  score_after: number;
  created_at: number;
}

/** Most looks and trust events shown of one report, the newest: only re-runs can make so many. */
const SHOWN = 500;

/** A report with every look at it, newest last, in one round trip; null if there is none. */
export async function findReport(
  db: Db,
  reportId: string,
): Promise<{ report: ReportRow; attempts: AttemptRow[]; trustEvents: TrustEventRow[] } | null> {
  const [reports, attempts, trustEvents] = await runBatch(db, [
    sql`
      select r.report_id, r.submission_id, r.campaign_id, r.affiliate_id, c.advertiser_id, r.post_id, r.platform,
        p.external_id, p.canonical_url, a.claimed_at, a.evidence, a.suspicion_flags, a.method, a.created_at, r.lane,
        r.state, r.status, r.level, r.direction, r.missing_reason, r.learnt_flags, r.attempts, r.next_attempt_at,
        r.put_off_since, r.put_off_reason, r.judged_at,
        json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed
      from reconciliations r
        cross join affiliate_reports a on a.submission_id = r.submission_id and a.id = r.report_id
        cross join campaigns c on c.id = r.campaign_id
        cross join posts p on p.id = r.post_id
      where r.report_id = ${reportId}`,
    sql`
      select n, run_id, at, attempt, outcome, status, level, direction, final, missing_reason, error_code,
        policy_version, settle_hours, verdict, observations, reasons, signals
      from reconciliation_logs where report_id = ${reportId} order by n desc limit ${SHOWN}`,
    sql`
      select id, cause, kind, delta, score_after, created_at
      from trust_events where report_id = ${reportId} order by id desc limit ${SHOWN}`,
  ]);
  // safe: the columns of the three statements above.
  const [report] = reports as ReportRow[];
  if (!report) return null;
  return {
    report,
    attempts: (attempts as AttemptRow[]).toReversed(),
    trustEvents: (trustEvents as TrustEventRow[]).toReversed(),
  };
}
