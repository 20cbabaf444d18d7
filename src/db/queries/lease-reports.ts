import { type SQL, sql } from "drizzle-orm";
import type { Direction, Level } from "../../domain/judge.ts";
import type { Lane } from "../../domain/lane.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";
import type {
  MissingReason,
  OpenReport,
  ReportState,
  ReportStatus,
  StoredReading,
} from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import type { Policy } from "../../domain/policy.ts";
import type { SuspicionFlag } from "../../domain/suspicion.ts";
import { HOUR_MS, utcDay } from "../../domain/time.ts";
import { type Db, runBatch } from "../client.ts";
import { CLAIMANTS, POST_COLUMNS, type PostRow, toKnownPost, toMetrics } from "./known-posts.ts";

/** A run's hold on its reports: nobody else may judge them until `until` (ms UTC). */
export interface Lease {
  runId: string;
  now: number;
  until: number;
}

/** What each platform supplies and when its numbers settle, unless an operator says otherwise. */
export type PlatformFacts = ReadonlyMap<
  Platform,
  Pick<OpenReport, "supports" | "sometimes" | "ownersOnly"> & { settleHours: number }
>;

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

/** The settle window in ms: the campaign's policy, else the operator's, else the platform's own. */
function settleMs(facts: PlatformFacts): SQL {
  const defaults = [...facts].map(([platform, { settleHours }]) => [platform, settleHours] as const);
  const json = JSON.stringify(Object.fromEntries(defaults));
  return sql`cast(3600000 * coalesce(pol.body ->> '$.settle_hours', pl.settle_hours, ${json} ->> r.platform) as integer)`;
}

/**
 * The readings around a claim, per claimed metric: latest at or before it, earliest after it, earliest settled.
 * One seek each, skipped where the metric was never known. test/db/lease-reports.test.ts proves that judging these
 * equals judging every stored observation.
 */
function readingColumns(metric: Metric, settle: SQL): SQL[] {
  const column = sql.raw(metric);
  const known = sql`a.${column} is not null and ${sql.raw(`p.peak_${metric}`)} is not null`;
  const reading = (wanted: SQL, where: SQL, order: SQL) => sql`json(case when ${wanted} then (
    select json_array(o.observed_at, o.${column}, o.definition_version) from platform_reports o
    where o.post_id = r.post_id and o.source = 'platform_api' and ${where} and o.${column} is not null
    order by o.observed_at ${order} limit 1) end)`;
  return [
    reading(known, sql`o.observed_at <= a.claimed_at`, sql`desc`),
    reading(known, sql`o.observed_at > a.claimed_at`, sql`asc`),
    reading(sql`${known} and ${settle} > 0`, sql`o.observed_at >= a.claimed_at + ${settle}`, sql`asc`),
  ];
}

// CROSS JOIN fixes the join order whatever SQLite's statistics say.
function reportsToJudge(ids: string, which: { now: number; where: SQL }, facts: PlatformFacts): SQL {
  const settle = settleMs(facts);
  const readings = sql.join(
    METRICS.flatMap((metric) => readingColumns(metric, settle)),
    sql`, `,
  );
  return sql`
    select r.report_id, r.submission_id, r.campaign_id, r.affiliate_id, r.lane, r.state, r.status, r.level, r.direction,
      r.missing_reason, r.logs, r.attempts, r.incomplete_seen, r.first_attempt_at, r.put_off_since,
      r.counted_status, r.counted_at, r.counted_accurate,
      a.claimed_at, a.method, a.suspicion_flags, json_array(a.views, a.clicks, a.conversions, a.likes, a.comments, a.shares) as claimed,
      c.advertiser_id, c.starts_at, c.policy_version, f.status as affiliate_status, pol.body as policy,
      ${settle} as settle_ms, json_array(${readings}) as readings,
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

interface LeasedRow extends PostRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  affiliate_id: string;
  lane: Lane;
  state: ReportState;
  status: ReportStatus | null;
  level: Level | null;
  direction: Direction | null;
  missing_reason: MissingReason | null;
  logs: number;
  attempts: number;
  incomplete_seen: number;
  first_attempt_at: number | null;
  put_off_since: number | null;
  counted_status: ReportStatus | null;
  counted_at: number | null;
  counted_accurate: number;
  claimed_at: number;
  method: OpenReport["method"];
  suspicion_flags: string;
  claimed: string;
  advertiser_id: string;
  starts_at: number;
  policy_version: number;
  affiliate_status: "active" | "suspended";
  settle_ms: number;
  policy: string;
  trust_ledger: string;
  reward_holder: string | null;
  own_accounts: string;
  readings: string;
}

type ReadingTuple = [number, number, string] | null;

function toReading(tuple: ReadingTuple | undefined): StoredReading | null {
  return tuple ? { at: tuple[0], value: tuple[1], definitionVersion: tuple[2] } : null;
}

function toReadings(json: string): OpenReport["readings"] {
  // safe: written by json_array over readingColumns, three a metric in the order of METRICS.
  const tuples = JSON.parse(json) as ReadingTuple[];
  return Object.fromEntries(
    METRICS.map((metric, i) => [
      metric,
      {
        before: toReading(tuples[3 * i]),
        after: toReading(tuples[3 * i + 1]),
        settled: toReading(tuples[3 * i + 2]),
      },
    ]),
  );
}

function toTrustLedger(json: string): OpenReport["trustLedger"] {
  // safe: written by json_array over two sums, which are null together where there is no line.
  const [applied, asked] = JSON.parse(json) as [number | null, number | null];
  return applied === null || asked === null ? null : { applied, asked };
}

function toOpenReport(row: LeasedRow, facts: PlatformFacts): OpenReport {
  const fact = facts.get(row.platform);
  if (fact === undefined) throw new RangeError(`no platform ${row.platform}`);
  return {
    reportId: row.report_id,
    submissionId: row.submission_id,
    campaignId: row.campaign_id,
    advertiserId: row.advertiser_id,
    affiliateId: row.affiliate_id,
    affiliateSuspended: row.affiliate_status === "suspended",
    post: toKnownPost(row),
    lane: row.lane,
    claimedAt: row.claimed_at,
    claimed: toMetrics(row.claimed),
    method: row.method,
    // safe: only src/domain/suspicion.ts writes flags.
    suspicionFlags: JSON.parse(row.suspicion_flags) as SuspicionFlag[],
    campaignStartsAt: row.starts_at,
    policyVersion: row.policy_version,
    // safe: a policy is validated before it is stored, and never edited.
    policy: { ...(JSON.parse(row.policy) as Policy), settle_hours: row.settle_ms / HOUR_MS },
    supports: fact.supports,
    sometimes: fact.sometimes,
    ownersOnly: fact.ownersOnly,
    // safe: written by json_group_array over a text column.
    ownAccounts: JSON.parse(row.own_accounts) as string[],
    readings: toReadings(row.readings),
    state: row.state,
    status: row.status,
    level: row.level,
    direction: row.direction,
    missingReason: row.missing_reason,
    logs: row.logs,
    attempts: row.attempts,
    incompleteSeen: row.incomplete_seen === 1,
    firstAttemptAt: row.first_attempt_at,
    putOffSince: row.put_off_since,
    counted:
      row.counted_status === null || row.counted_at === null
        ? null
        : { status: row.counted_status, at: row.counted_at, accurate: row.counted_accurate === 1 },
    trustLedger: toTrustLedger(row.trust_ledger),
    rewardHolder: row.reward_holder,
  };
}
