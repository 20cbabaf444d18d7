import { sql } from "drizzle-orm";
import { deadAlert } from "../../domain/report-alerts.ts";
import type { Ids } from "../../lib/ids.ts";
import { type Db, runBatch } from "../client.ts";
import { upsertAlerts } from "./alerts-upsert.ts";

/** So many failures of one report make it a dead letter. */
export const COMMIT_FAILURES_MAX = 3;

/** Gives leases back without a result, so that the next delivery need not wait for them to expire. */
export async function releaseLeases(db: Db, reportIds: readonly string[], runId: string): Promise<void> {
  await db.run(sql`
    update reconciliations set lease_run = null, lease_until = 0
    where report_id in (select value from json_each(${JSON.stringify(reportIds)})) and lease_run = ${runId}`);
}

interface FailedCommit {
  reportId: string;
  runId: string;
  now: number;
  retryAt: number;
  detail: string;
  ids: Ids;
}

/**
 * Records that a report could not be read, settled or committed, each by itself: it backs off, and after the last failure it becomes a dead
 * letter with an alert. Nothing of it is lost: a manual run takes it up again.
 */
export async function recordCommitFailure(db: Db, failure: FailedCommit): Promise<void> {
  const { reportId, runId, now, retryAt, detail, ids } = failure;
  const dead = sql`commit_failures + 1 >= ${COMMIT_FAILURES_MAX}`;
  const isDead = sql`exists (select 1 from reconciliations where report_id = ${reportId} and state = 'dead')`;
  await runBatch(db, [
    sql`
      update reconciliations set lease_run = null, lease_until = 0, commit_failures = commit_failures + 1,
        state = case when ${dead} then 'dead' else state end,
        next_attempt_at = case when ${dead} then null else ${retryAt} end,
        sweep_at = case when ${dead} then null else ${retryAt} end
      where report_id = ${reportId} and lease_run = ${runId}`,
    sql`
      insert into dead_letters (id, report_id, cause, detail, created_at)
      select ${ids("dlq")}, ${reportId}, 'commit_failed', ${detail.slice(0, 1_000)}, ${now} where ${isDead}
      on conflict do nothing`,
    upsertAlerts([deadAlert(reportId)], { now, ids, repeatMs: 0, onlyIf: isDead }),
  ]);
}
