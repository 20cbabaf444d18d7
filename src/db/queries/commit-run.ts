import { type SQL, sql } from "drizzle-orm";
import { type CommitPlan, isAdvance, metricValues } from "../../domain/commit-plan.ts";
import { METRICS } from "../../domain/metrics.ts";
import { ROLLUP_COLUMNS, type RollupDelta } from "../../domain/rollup.ts";
import { BUCKET_BOUNDS, type ClampedSum, MAX_TRUST } from "../../domain/trust.ts";
import type { Ids } from "../../lib/ids.ts";
import { type Db, runBatch } from "../client.ts";
import { onRepeatedCause, upsertAlerts } from "./alerts-upsert.ts";

/** One executed batch, as `reconciliation_runs` keeps it. */
export interface RunRecord {
  id: string;
  trigger: "queue" | "manual";
  lane: string;
  startedAt: number;
  finishedAt: number;
  asked: number;
  claimed: number;
  judged: number;
  putOff: number;
  vendorCalls: number;
  vendorErrors: number;
  statuses: Record<string, number>;
  reportIds: readonly string[];
  requestIds: readonly string[];
  traceparent: string | null;
}

/** What a commit adds to one counter of /metrics. */
export interface CounterDelta {
  name: string;
  label: string;
  by: number;
}

export interface Commit {
  plan: CommitPlan;
  /** The run id that holds the leases of the plan's reports. */
  leaseRun: string;
  /** Null where only posts were observed: that leaves no record. */
  run: RunRecord | null;
  counters: readonly CounterDelta[];
  now: number;
  ids: Ids;
  /** A data-quality alert repeated within this becomes CRITICAL. */
  alertRepeatMs: number;
}

/**
 * Writes everything of a run in one D1 batch: all of it or nothing. It is refused as a whole (see `commitRefusal`) when
 * the lease of any report is no longer this run's, or when any post was observed or claimed anew since it was loaded.
 */
export async function commitRun(db: Db, commit: Commit): Promise<void> {
  await runBatch(db, statementsOf(commit));
}

/** Why D1 refused a commit: the race was lost, or a row breaks a constraint; null for any other failure. */
export function commitRefusal(error: unknown): "lease_lost" | "post_moved" | "constraint" | null {
  const text =
    error instanceof Error
      ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`
      : "";
  if (!text.includes("constraint failed") && !text.includes("SQLITE_CONSTRAINT")) return null;
  if (text.includes("reconciliations.lease_until")) return "lease_lost";
  if (text.includes("claimants >= 0")) return "post_moved";
  return "constraint";
}

function statementsOf(commit: Commit): SQL[] {
  const { plan, run, counters, now } = commit;
  const some = <T>(rows: readonly T[], statement: (rows: readonly T[]) => SQL): SQL[] =>
    rows.length === 0 ? [] : [statement(rows)];
  const logged = plan.settlements.filter(({ log }) => log !== null);
  const observed = plan.posts.filter(({ numbers }) => numbers !== null);
  return [
    ...some(plan.settlements, () => settleReports(commit)),
    ...some(plan.posts, () => updatePosts(plan)),
    ...some(observed, () => insertObservations(plan)),
    ...some(logged, () => insertLogs(commit)),
    ...some(plan.trust, () => insertTrustEvents(commit)),
    ...some(plan.affiliates, () => raiseBucketAlerts(commit)),
    ...some(plan.affiliates, () => moveBucketCounters(plan)),
    ...some(plan.affiliates, () => updateAffiliates(plan)),
    ...some(plan.alerts, (drafts) =>
      upsertAlerts(drafts, { now, ids: commit.ids, repeatMs: commit.alertRepeatMs }),
    ),
    ...some(plan.rollups, (deltas) => upsertRollups(deltas)),
    ...some(counters, upsertCounters),
    ...some(plan.returnedPostIds, (ids) => reopenReturned(ids, now)),
    ...(run === null ? [] : [insertRun(run)]),
  ];
}

const json = (rows: readonly unknown[]): string => JSON.stringify(rows);

// A lost lease turns lease_until into NULL, which its NOT NULL refuses: the guard costs nothing and needs no changes().
function settleReports({ plan, leaseRun, now }: Commit): SQL {
  const rows = plan.settlements.map((settlement) => {
    const { report, putOff, log, nextAttemptAt } = settlement;
    const counted = settlement.state === "final";
    return [
      report.reportId,
      settlement.state,
      settlement.status,
      settlement.level,
      settlement.direction,
      settlement.missingReason,
      json(settlement.learntFlags),
      report.policyVersion,
      report.logs + (log === null ? 0 : 1),
      settlement.attempts,
      Number(settlement.incompleteSeen),
      settlement.firstAttemptAt,
      nextAttemptAt,
      putOff?.since ?? null,
      putOff?.reason ?? null,
      log === null ? null : now,
      counted ? settlement.status : (report.counted?.status ?? null),
      counted ? now : (report.counted?.at ?? null),
      Number(counted ? settlement.accurate : (report.counted?.accurate ?? false)),
    ];
  });
  return sql`
    update reconciliations set
      lease_until = case when lease_run = ${leaseRun} then 0 end, lease_run = null, commit_failures = 0,
      state = j.value ->> 1, status = j.value ->> 2, level = j.value ->> 3,
      direction = coalesce(j.value ->> 4, direction), missing_reason = j.value ->> 5, learnt_flags = j.value ->> 6,
      policy_version = j.value ->> 7, logs = j.value ->> 8, attempts = j.value ->> 9, incomplete_seen = j.value ->> 10,
      first_attempt_at = j.value ->> 11, next_attempt_at = j.value ->> 12, sweep_at = j.value ->> 12,
      put_off_since = j.value ->> 13, put_off_reason = j.value ->> 14,
      judged_at = coalesce(j.value ->> 15, judged_at),
      counted_status = j.value ->> 16, counted_at = j.value ->> 17, counted_accurate = j.value ->> 18
    from json_each(${json(rows)}) j where report_id = j.value ->> 0`;
}

// The same trick: a post that moved since it was loaded gets -1 claimants, which its CHECK refuses.
function updatePosts(plan: CommitPlan): SQL {
  const rows = plan.posts.map((update) => {
    const { post, numbers } = update;
    return [
      post.id,
      post.observedAt ?? -1,
      post.claimantCount,
      update.state,
      numbers?.authorId ?? null,
      numbers?.authorName ?? null,
      numbers?.publishedAt ?? null,
      numbers !== null && isAdvance(update) ? update.at : null,
      update.dueAt,
      ...(numbers === null ? METRICS.map(() => null) : metricValues(numbers.metrics)),
    ];
  });
  const metrics = METRICS.map((metric, i) => {
    const column = sql.raw(metric);
    const peak = sql.raw(`peak_${metric}`);
    const value = sql.raw(`(j.value ->> ${9 + i})`);
    return sql`
      ${column} = case when j.value ->> 7 is null then posts.${column} else coalesce(${value}, posts.${column}) end,
      ${peak} = case when ${value} is null then ${peak} else max(coalesce(${peak}, 0), ${value}) end`;
  });
  return sql`
    update posts set
      claimants = case when coalesce(posts.observed_at, -1) = j.value ->> 1 and posts.claimants = j.value ->> 2
        then posts.claimants else -1 end,
      state = j.value ->> 3, author_id = coalesce(j.value ->> 4, author_id),
      author_name = coalesce(j.value ->> 5, author_name), published_at = coalesce(j.value ->> 6, published_at),
      observed_at = coalesce(j.value ->> 7, posts.observed_at), observe_due_at = j.value ->> 8,
      ${sql.join(metrics, sql`,`)}
    from json_each(${json(rows)}) j where posts.id = j.value ->> 0`;
}

function insertObservations(plan: CommitPlan): SQL {
  const rows = plan.posts.flatMap((update) => {
    if (update.numbers === null) return [];
    const { metrics, definitionVersion, raw } = update.numbers;
    return [
      [
        update.post.id,
        update.at,
        definitionVersion,
        Number(isAdvance(update)),
        raw,
        ...metricValues(metrics),
      ],
    ];
  });
  // Two runs can ask in the same millisecond; the platform said the same to both.
  return sql`
    insert into platform_reports (post_id, source, observed_at, definition_version, advanced, raw,
      views, clicks, conversions, likes, comments, shares)
    select value ->> 0, 'platform_api', value ->> 1, value ->> 2, value ->> 3, value ->> 4,
      value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10
    from json_each(${json(rows)}) where true on conflict do nothing`;
}

function insertLogs({ plan, run, now }: Commit): SQL {
  const rows = plan.settlements.flatMap((settlement) => {
    const { report, log } = settlement;
    if (log === null) return [];
    return [
      [
        report.reportId,
        report.logs + 1,
        settlement.attempts,
        log.outcome,
        settlement.status,
        settlement.level,
        settlement.direction,
        Number(settlement.state === "final"),
        settlement.missingReason,
        log.errorCode,
        report.policyVersion,
        Math.round(report.policy.settle_hours),
        log.verdict === null ? null : JSON.stringify(log.verdict),
        JSON.stringify(log.observations),
        JSON.stringify(log.reasons),
      ],
    ];
  });
  return sql`
    insert into reconciliation_logs (report_id, n, run_id, at, attempt, outcome, status, level, direction, final,
      missing_reason, error_code, policy_version, settle_hours, verdict, observations, reasons)
    select value ->> 0, value ->> 1, ${run?.id ?? ""}, ${now}, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13,
      value ->> 14
    from json_each(${json(rows)})`;
}

/** `ClampedSum` of the three values from `first` on, applied to the affiliate's score: see applyTo in domain/trust.ts. */
function appliedTo(score: SQL, first: number): SQL {
  const [sum, low, high] = [0, 1, 2].map((i) => sql.raw(`(j.value ->> ${first + i})`));
  return sql`min(${high}, max(${low}, ${score} + ${sum}))`;
}

const clampedValues = ({ sum, low, high }: ClampedSum) => [sum, low, high];

function insertTrustEvents({ plan, ids, now }: Commit): SQL {
  const rows = plan.trust.map(({ report, line, before, after }) => [
    report.affiliateId,
    ids("tev"),
    report.reportId,
    report.submissionId,
    line.cause,
    line.kind,
    line.rewardDay,
    line.asked,
    ...clampedValues(before),
    ...clampedValues(after),
  ]);
  const score = sql`f.trust`;
  return sql`
    insert into trust_events (affiliate_id, id, report_id, submission_id, cause, kind, reward_day, asked, delta, score_after, created_at)
    select f.id, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5, j.value ->> 6,
      j.value ->> 7, ${appliedTo(score, 11)} - ${appliedTo(score, 8)}, ${appliedTo(score, 11)}, ${now}
    from json_each(${json(rows)}) j cross join affiliates f on f.id = j.value ->> 0`;
}

const affiliateRows = (plan: CommitPlan, ids?: Ids): string =>
  json(
    plan.affiliates.map(({ affiliateId, trust, total, accurate }) => [
      affiliateId,
      ...clampedValues(trust),
      total,
      accurate,
      ids?.("alr") ?? null,
    ]),
  );

/** 0 critical, 1 low, 2 normal, 3 high. */
function bucketRank(score: SQL): SQL {
  const above = (bound: number) => sql`(${score} >= ${sql.raw(String(bound))})`;
  return sql`(${above(BUCKET_BOUNDS.low)} + ${above(BUCKET_BOUNDS.normal)} + ${above(BUCKET_BOUNDS.high)})`;
}

const bucketName = (score: SQL): SQL =>
  sql`case ${bucketRank(score)} when 0 then 'critical' when 1 then 'low' when 2 then 'normal' else 'high' end`;

// These two read the score before updateAffiliates moves it, so they stand before it in the batch.
function raiseBucketAlerts({ plan, now, ids, alertRepeatMs }: Commit): SQL {
  const after = appliedTo(sql`f.trust`, 1);
  const one = sql.raw(`${MAX_TRUST}.0`);
  return sql`
    insert into alerts (id, cause, category, severity, title, message, affiliate_id, first_seen_at, last_seen_at)
    select j.value ->> 6, 'trust:' || f.id || ':' || ${bucketName(after)}, 'TRUST',
      case ${bucketRank(after)} when 0 then 'HIGH' else 'MEDIUM' end,
      'An affiliate lost trust',
      printf('Trust fell from %.2f to %.2f: %s.', f.trust / ${one}, ${after} / ${one}, ${bucketName(after)}),
      f.id, ${now}, ${now}
    from json_each(${affiliateRows(plan, ids)}) j cross join affiliates f on f.id = j.value ->> 0
    where ${bucketRank(after)} < ${bucketRank(sql`f.trust`)}
    ${onRepeatedCause(alertRepeatMs)}`;
}

function moveBucketCounters(plan: CommitPlan): SQL {
  const after = appliedTo(sql`f.trust`, 1);
  const rows = affiliateRows(plan);
  return sql`
    insert into counters (name, label, value)
    select 'affiliates', case side.value when 1 then ${bucketName(after)} else ${bucketName(sql`f.trust`)} end, side.value
    from json_each(${rows}) j cross join affiliates f on f.id = j.value ->> 0 cross join json_each('[1,-1]') side
    where ${bucketRank(after)} <> ${bucketRank(sql`f.trust`)}
    on conflict (name, label) do update set value = value + excluded.value`;
}

function updateAffiliates(plan: CommitPlan): SQL {
  return sql`
    update affiliates set trust = ${appliedTo(sql`affiliates.trust`, 1)},
      total_submissions = total_submissions + (j.value ->> 4),
      accurate_submissions = accurate_submissions + (j.value ->> 5)
    from json_each(${affiliateRows(plan)}) j where affiliates.id = j.value ->> 0`;
}

/** Adds to rollups, one row a grain; `onlyIf` is asked in SQL. */
export function upsertRollups(deltas: readonly RollupDelta[], onlyIf: SQL = sql`true`): SQL {
  const rows = deltas.map(({ campaignId, affiliateId, day, platform, counts }) => [
    campaignId,
    affiliateId,
    day,
    platform,
    ...ROLLUP_COLUMNS.map((column) => counts[column] ?? 0),
  ]);
  const columns = ROLLUP_COLUMNS.map((column) => sql.raw(column));
  const values = ROLLUP_COLUMNS.map((_, i) => sql.raw(`value ->> ${4 + i}`));
  const sums = ROLLUP_COLUMNS.map((column) => sql.raw(`${column} = ${column} + excluded.${column}`));
  const list = (parts: SQL[]) => sql.join(parts, sql`, `);
  return sql`
    insert into rollups (campaign_id, affiliate_id, day, platform, ${list(columns)})
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${list(values)} from json_each(${json(rows)}) where ${onlyIf}
    on conflict (campaign_id, affiliate_id, day, platform) do update set ${list(sums)}`;
}

/** Adds to the counters of /metrics. */
export function upsertCounters(deltas: readonly CounterDelta[]): SQL {
  const rows = deltas.map(({ name, label, by }) => [name, label, by]);
  return sql`
    insert into counters (name, label, value)
    select value ->> 0, value ->> 1, value ->> 2 from json_each(${json(rows)}) where true
    on conflict (name, label) do update set value = value + excluded.value`;
}

function reopenReturned(postIds: readonly string[], now: number): SQL {
  return sql`
    update reconciliations set state = 'open', missing_reason = null, attempts = 0, incomplete_seen = 0,
      first_attempt_at = null, next_attempt_at = ${now}, sweep_at = ${now}
    where post_id in (select value from json_each(${json(postIds)}))
      and missing_reason in ('gone', 'private') and lease_until <= ${now}`;
}

function insertRun(run: RunRecord): SQL {
  return sql`
    insert into reconciliation_runs (id, trigger, lane, started_at, duration_ms, asked, claimed, judged, put_off,
      vendor_calls, vendor_errors, statuses, report_ids, request_ids, traceparent)
    values (${run.id}, ${run.trigger}, ${run.lane}, ${run.startedAt}, ${run.finishedAt - run.startedAt}, ${run.asked},
      ${run.claimed}, ${run.judged}, ${run.putOff}, ${run.vendorCalls}, ${run.vendorErrors},
      ${JSON.stringify(run.statuses)}, ${json(run.reportIds)}, ${json(run.requestIds)}, ${run.traceparent})`;
}
