import { type SQL, sql } from "drizzle-orm";
import type { OpenReport } from "../../domain/open-report.ts";
import { utcDay } from "../../domain/time.ts";
import { type Db, runBatch } from "../client.ts";
import { ADVERTISER_READINGS } from "./advertiser-readings.ts";
import { CLAIMANTS, POST_COLUMNS } from "./known-posts.ts";
import { type LeasedRow, toOpenReport } from "./leased-row.ts";
import { type PlatformFacts, platformReadings, settleMs } from "./platform-readings.ts";
import { LANDING_FROM, TRACKED } from "./tracked-counts.ts";

/** A run's hold on its reports: nobody else may judge them until `until` (ms UTC). */
export interface Lease {
  runId: string;
  now: number;
  until: number;
}

/** A report that cannot be worked on, and why. */
export interface FailedReport {
  reportId: string;
  error: unknown;
}

export interface LoadedReports {
  reports: OpenReport[];
  /** Rows that this version of the code cannot read, e.g. of a platform it does not know. */
  unreadable: FailedReport[];
}

/** Row by row, so that one that cannot be read does not take its batch-mates with it. */
function readEach(rows: readonly LeasedRow[], facts: PlatformFacts): LoadedReports {
  const loaded: LoadedReports = { reports: [], unreadable: [] };
  for (const row of rows) {
    try {
      loaded.reports.push(toOpenReport(row, facts));
    } catch (error) {
      loaded.unreadable.push({ reportId: row.report_id, error });
    }
  }
  return loaded;
}

/**
 * Takes the lease of every named report that is due and free, and loads what judging needs: one D1 batch.
 * What another delivery holds or has finished is simply not returned.
 */
export async function leaseReports(
  db: Db,
  reportIds: readonly string[],
  lease: Lease,
  facts: PlatformFacts,
): Promise<LoadedReports> {
  const ids = JSON.stringify(reportIds);
  const [, rows] = await runBatch(db, [
    sql`
      update reconciliations set lease_run = ${lease.runId}, lease_until = ${lease.until}
      where report_id in (select value from json_each(${ids}))
        and next_attempt_at <= ${lease.now} and lease_until <= ${lease.now}`,
    reportsToJudge(ids, { now: lease.now, where: heldBy(lease) }, facts),
  ]);
  // safe: the columns of reportsToJudge.
  return readEach(rows as LeasedRow[], facts);
}

/** Loads again what this run still holds, after a commit lost a race. */
export async function reloadLeased(
  db: Db,
  reportIds: readonly string[],
  lease: Lease,
  facts: PlatformFacts,
): Promise<LoadedReports> {
  const which = { now: lease.now, where: heldBy(lease) };
  return readEach(await db.all<LeasedRow>(reportsToJudge(JSON.stringify(reportIds), which, facts)), facts);
}

/** Loads reports as a run would find them, whoever holds them, and takes no lease. */
export async function loadReports(
  db: Db,
  reportIds: readonly string[],
  now: number,
  facts: PlatformFacts,
): Promise<LoadedReports> {
  const which = { now, where: sql`true` };
  return readEach(await db.all<LeasedRow>(reportsToJudge(JSON.stringify(reportIds), which, facts)), facts);
}

const heldBy = (lease: Lease): SQL => sql`r.lease_run = ${lease.runId}`;

// CROSS JOIN fixes the join order whatever SQLite's statistics say.
function reportsToJudge(ids: string, which: { now: number; where: SQL }, facts: PlatformFacts): SQL {
  const settle = settleMs(facts);
  return sql`
    select r.report_id, r.submission_id, r.campaign_id, r.affiliate_id, r.lane, r.state, r.status, r.level, r.direction,
      r.missing_reason, r.logs, r.attempts, r.incomplete_seen, r.first_attempt_at, r.put_off_since,
      r.counted_status, r.counted_at, r.counted_accurate,
      a.claimed_at, a.method, a.suspicion_flags, json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed,
      c.advertiser_id, c.starts_at, c.policy_version, f.status as affiliate_status, pol.body as policy,
      ${settle} as settle_ms, ${platformReadings(settle)} as readings, ${ADVERTISER_READINGS} as advertiser_readings,
      ${TRACKED} as tracked, ${LANDING_FROM} as landing_from, c.conversions_from,
      (select json_array(sum(e.delta), sum(e.asked)) from trust_events e where e.report_id = r.report_id) as trust_ledger,
      (select e.report_id from trust_events e
        where e.submission_id = r.submission_id and e.reward_day = ${utcDay(which.now)}) as reward_holder,
      (select json_group_array(ca.external_id) from connected_accounts ca where ca.affiliate_id = r.affiliate_id
        and ca.platform = r.platform) as own_accounts,
      ${POST_COLUMNS}, ${CLAIMANTS} as claimants
    from json_each(${ids}) j
      cross join reconciliations r on r.report_id = j.value
      cross join affiliate_reports a on a.submission_id = r.submission_id and a.id = r.report_id
      cross join posts p on p.id = r.post_id
      cross join campaigns c on c.id = r.campaign_id
      cross join affiliates f on f.id = r.affiliate_id
      cross join policies pol on pol.campaign_id = c.id and pol.version = c.policy_version
      left join platforms pl on pl.platform = r.platform
    where ${which.where}`;
}
