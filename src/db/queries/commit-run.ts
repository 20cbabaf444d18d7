import { type SQL, sql } from "drizzle-orm";
import type { CommitPlan } from "../../domain/commit-plan.ts";
import type { Settlement } from "../../domain/settled.ts";
import { verdictNews } from "../../domain/verdict-news.ts";
import type { Ids } from "../../lib/ids.ts";
import { type Db, runBatch } from "../client.ts";
import { isTransient, messagesOf } from "../transient.ts";
import { upsertAlerts } from "./alerts-upsert.ts";
import { insertObservations, reopenReturned, updatePosts } from "./commit-posts.ts";
import {
  insertTrustEvents,
  moveBucketCounters,
  raiseBucketAlerts,
  updateAffiliates,
} from "./commit-trust.ts";
import { insertVerdictNews } from "./outbox.ts";
import { type CounterDelta, upsertCounters, upsertRollups } from "./rollup-upserts.ts";

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

/**
 * Why a commit failed: the race was lost (`lease_lost`, `post_moved`), something in it cannot be written (`refused`), or
 * null for a failure of D1 that will pass.
 */
export function commitRefusal(error: unknown): "lease_lost" | "post_moved" | "refused" | null {
  const text = messagesOf(error);
  if (text.includes("reconciliations.lease_until")) return "lease_lost";
  if (text.includes("claimants >= 0")) return "post_moved";
  return isTransient(error) ? null : "refused";
}

function statementsOf(commit: Commit): SQL[] {
  const { plan, run, counters, now } = commit;
  const some = <T>(rows: readonly T[], statement: (rows: readonly T[]) => SQL): SQL[] =>
    rows.length === 0 ? [] : [statement(rows)];
  const logged = plan.settlements.filter(({ log }) => log !== null);
  const skipped = plan.settlements.filter(({ status }) => status === "SKIPPED_SUSPENDED");
  const observed = plan.posts.filter(({ numbers }) => numbers !== null);
  return [
    ...some(plan.settlements, () => settleReports(commit)),
    ...some(plan.posts, () => updatePosts(plan)),
    ...some(observed, () => insertObservations(plan)),
    ...some(logged, () => insertLogs(commit)),
    ...some(plan.trust, () => insertTrustEvents(plan, commit)),
    ...some(plan.affiliates, () => raiseBucketAlerts(plan, commit)),
    ...some(plan.affiliates, () => moveBucketCounters(plan)),
    ...some(plan.affiliates, () => updateAffiliates(plan)),
    ...some(plan.alerts, (drafts) =>
      upsertAlerts(drafts, { now, ids: commit.ids, repeatMs: commit.alertRepeatMs }),
    ),
    ...some(plan.twins, (drafts) =>
      upsertAlerts(drafts, { now, ids: commit.ids, repeatMs: 0, onlyIf: HAS_TWIN }),
    ),
    ...some(plan.rollups, (deltas) => upsertRollups(deltas)),
    ...some(counters, upsertCounters),
    ...some(skipped, () => reopenReinstated(skipped, now)),
    ...some(plan.returnedPostIds, (ids) => reopenReturned(ids, now)),
    ...some(verdictNews(plan.settlements), (news) => insertVerdictNews(news, now)),
    ...(run === null ? [] : [insertRun(run)]),
  ];
}

/** Of a draft about a post (the tenth member of its row): another post has the same id at its vendor. */
const HAS_TWIN = sql`exists (
  select 1 from posts p cross join posts o on o.platform = p.platform and o.native_id = p.native_id
  where p.id = value ->> 9 and o.id <> p.id)`;

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
      JSON.stringify(settlement.learntFlags),
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
      direction = j.value ->> 4, missing_reason = j.value ->> 5, learnt_flags = j.value ->> 6,
      policy_version = j.value ->> 7, logs = j.value ->> 8, attempts = j.value ->> 9, incomplete_seen = j.value ->> 10,
      first_attempt_at = j.value ->> 11, next_attempt_at = j.value ->> 12, sweep_at = j.value ->> 12,
      put_off_since = j.value ->> 13, put_off_reason = j.value ->> 14,
      judged_at = coalesce(j.value ->> 15, judged_at),
      counted_status = j.value ->> 16, counted_at = j.value ->> 17, counted_accurate = j.value ->> 18
    from json_each(${JSON.stringify(rows)}) j where report_id = j.value ->> 0`;
}

/** An affiliate who was reinstated while the run skipped a report: the reinstatement found nothing final to reopen. */
function reopenReinstated(skipped: readonly Settlement[], now: number): SQL {
  const ids = JSON.stringify(skipped.map(({ report }) => report.reportId));
  return sql`
    update reconciliations set state = 'open', next_attempt_at = ${now}, sweep_at = ${now}
    where report_id in (select value from json_each(${ids})) and status = 'SKIPPED_SUSPENDED'
      and exists (select 1 from affiliates f where f.id = reconciliations.affiliate_id and f.status = 'active')`;
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
        log.signals === null ? null : JSON.stringify(log.signals),
      ],
    ];
  });
  return sql`
    insert into reconciliation_logs (report_id, n, run_id, at, attempt, outcome, status, level, direction, final,
      missing_reason, error_code, policy_version, settle_hours, verdict, observations, reasons, signals)
    select value ->> 0, value ->> 1, ${run?.id ?? ""}, ${now}, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13,
      value ->> 14, value ->> 15
    from json_each(${JSON.stringify(rows)})`;
}

function insertRun(run: RunRecord): SQL {
  return sql`
    insert into reconciliation_runs (id, trigger, lane, started_at, duration_ms, asked, claimed, judged, put_off,
      vendor_calls, vendor_errors, statuses, report_ids, request_ids, traceparent)
    values (${run.id}, ${run.trigger}, ${run.lane}, ${run.startedAt}, ${run.finishedAt - run.startedAt}, ${run.asked},
      ${run.claimed}, ${run.judged}, ${run.putOff}, ${run.vendorCalls}, ${run.vendorErrors},
      ${JSON.stringify(run.statuses)}, ${JSON.stringify(run.reportIds)}, ${JSON.stringify(run.requestIds)}, ${run.traceparent})`;
}
