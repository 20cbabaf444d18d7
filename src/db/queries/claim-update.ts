import { type SQL, sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import { grainsOf, STATUS_COLUMNS } from "../../domain/rollup.ts";
import { utcDay } from "../../domain/time.ts";
import { type Db, runBatch } from "../client.ts";
import { COUNTED_METRICS } from "./counted-metrics.ts";
import {
  countReport,
  insertDiscordClaim,
  insertReconciliation,
  insertReport,
  type NewReport,
} from "./submissions.ts";

/** A submission with what an update of its claim is checked against. */
export interface ClaimedSubmission {
  id: string;
  campaign_id: string;
  campaign_name: string;
  affiliate_id: string;
  post_id: string;
  contested: 0 | 1;
  platform: Platform;
  external_id: string;
  canonical_url: string;
  claims_close_at: number | null;
  policy_version: number;
  /** When the latest report came in, ms UTC; null if it has none. */
  latest_at: number | null;
  /** The metrics of the latest report as a JSON array in the order of METRICS; null if it has none. */
  previous: string | null;
  /** What was learnt of its latest report that was judged, as a JSON array of flags; null if none was. */
  learnt: string | null;
  /** Whether the affiliate has an account on the platform that works. */
  connected: 0 | 1;
  /** What its links count, as COUNTED_METRICS. */
  counted: string;
}

/** The newest reports of a submission that are looked at; the others were replaced or judged before. */
const LOOK_BACK = 20;

/**
 * The newest submission of an affiliate among `which`, with what an update is checked against.
 *
 * @param affiliate its id as a value or a subquery
 */
export function claimedSubmission(which: SQL, affiliate: SQL): SQL {
  return sql`
    select s.id, s.campaign_id, s.affiliate_id, s.post_id, s.contested, p.platform, p.external_id, p.canonical_url,
      c.name as campaign_name, c.claims_close_at, c.policy_version, ${COUNTED_METRICS} as counted,
      (select json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares)
        from affiliate_reports a where a.submission_id = s.id order by a.id desc limit 1) as previous,
      (select a.created_at from affiliate_reports a where a.submission_id = s.id order by a.id desc limit 1) as latest_at,
      (select r.learnt_flags from (
          select id from affiliate_reports where submission_id = s.id order by id desc limit ${LOOK_BACK}) a
        cross join reconciliations r on r.report_id = a.id
        where r.judged_at is not null and r.status <> 'SUPERSEDED' order by a.id desc limit 1) as learnt,
      exists (select 1 from connected_accounts ca where ca.affiliate_id = s.affiliate_id and ca.platform = p.platform
        and ca.state = 'active') as connected
    from submissions s cross join posts p on p.id = s.post_id cross join campaigns c on c.id = s.campaign_id
    where ${which} and s.affiliate_id = ${affiliate} order by s.id desc limit 1`;
}

/** The affiliate's own submission, or null. */
export async function findClaimedSubmission(
  db: Db,
  submissionId: string,
  affiliateId: string,
): Promise<ClaimedSubmission | null> {
  const [row] = await db.all<ClaimedSubmission>(
    claimedSubmission(sql`s.id = ${submissionId}`, sql`${affiliateId}`),
  );
  return row ?? null;
}

export interface Superseding {
  /** Reports created at this instant or later are replaced, ms UTC. */
  since: number;
  reasons: readonly string[];
}

/**
 * Stores a new claim of a submission and closes the ones it replaces, in one D1 batch. Replaced is what was claimed
 * only just now and neither judged nor taken up by a run: asked in SQL, so that a run which is faster keeps its report.
 */
export async function insertClaimUpdate(
  db: Db,
  submission: ClaimedSubmission,
  report: NewReport,
  superseding: Superseding,
): Promise<void> {
  const replaced = replacedReports(submission.id, report.now, superseding.since);
  await runBatch(db, [
    countReplaced(submission, replaced, report.now),
    logReplaced(submission, replaced, { now: report.now, reasons: superseding.reasons }),
    closeReplaced(submission, replaced, report.now),
    insertReport(submission.id, report),
    insertReconciliation(submission.id, report),
    countReport(submission.id, 0),
    ...insertDiscordClaim(report),
  ]);
}

// The newest reports by key, so that a submission with a long history costs no more.
function replacedReports(submissionId: string, now: number, since: number): SQL {
  return sql`(
    select r.report_id, r.logs, r.attempts from (
      select id, created_at from affiliate_reports where submission_id = ${submissionId}
      order by id desc limit ${LOOK_BACK}) a
      cross join reconciliations r on r.report_id = a.id
    where a.created_at >= ${since} and r.state = 'open' and r.status is null and r.lease_until <= ${now})`;
}

function countReplaced(submission: ClaimedSubmission, replaced: SQL, now: number): SQL {
  const subject = {
    campaignId: submission.campaign_id,
    affiliateId: submission.affiliate_id,
    platform: submission.platform,
  };
  const grains = grainsOf(subject, utcDay(now)).map((g) => [g.campaignId, g.affiliateId, g.day, g.platform]);
  const column = sql.raw(STATUS_COLUMNS.SUPERSEDED);
  return sql`
    insert into rollups (campaign_id, affiliate_id, day, platform, ${column})
    select g.value ->> 0, g.value ->> 1, g.value ->> 2, g.value ->> 3, closed.reports
    from (select count(*) as reports from ${replaced}) closed cross join json_each(${JSON.stringify(grains)}) g
    where closed.reports > 0
    on conflict (campaign_id, affiliate_id, day, platform) do update set ${column} = ${column} + excluded.${column}`;
}

// No run closed it, so the line names none.
function logReplaced(
  submission: ClaimedSubmission,
  replaced: SQL,
  { now, reasons }: { now: number; reasons: readonly string[] },
): SQL {
  return sql`
    insert into reconciliation_logs (report_id, n, run_id, at, attempt, outcome, status, final, policy_version,
      settle_hours, observations, reasons)
    select report_id, logs + 1, '', ${now}, attempts, 'superseded', 'SUPERSEDED', 1, ${submission.policy_version}, 0, '[]',
      ${JSON.stringify(reasons)}
    from ${replaced}`;
}

// A run whose lease ran out loses it here for good, so that it cannot commit over the closing.
function closeReplaced(submission: ClaimedSubmission, replaced: SQL, now: number): SQL {
  return sql`
    update reconciliations set state = 'final', status = 'SUPERSEDED', logs = logs + 1, judged_at = ${now},
      policy_version = ${submission.policy_version}, next_attempt_at = null, sweep_at = null, put_off_since = null,
      put_off_reason = null, lease_run = null, lease_until = 0, counted_status = 'SUPERSEDED', counted_at = ${now}
    where report_id in (select report_id from ${replaced})`;
}
