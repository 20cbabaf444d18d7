import { type SQL, sql } from "drizzle-orm";
import type { ReportState } from "../../domain/open-report.ts";
import { type Db, runBatch } from "../client.ts";

/**
 * Reopens reports for another judgement: due at once, with all their attempts again. Status and what the report counts
 * for stay until the next verdict. Left alone is what a run holds, what was superseded, and what is in none of `states`.
 *
 * @returns the reports that were reopened, oldest first
 */
export async function reopenReports(
  db: Db,
  reportIds: readonly string[],
  { states, now }: { states: readonly ReportState[]; now: number },
): Promise<string[]> {
  const [, rows] = await runBatch(db, reopening(reportIds, { states, now }));
  return idsOf(rows);
}

/** The same of one report, and whether there is such a one. One round trip. */
export async function reopenReport(
  db: Db,
  reportId: string,
  { states, now }: { states: readonly ReportState[]; now: number },
): Promise<{ known: boolean; reopened: string[] }> {
  const [, rows, known] = await runBatch(db, [
    ...reopening([reportId], { states, now }),
    sql`select 1 as known from reconciliations where report_id = ${reportId}`,
  ]);
  return { known: known?.length === 1, reopened: idsOf(rows) };
}

/** Two statements; the second returns what was reopened. */
function reopening(
  reportIds: readonly string[],
  { states, now }: { states: readonly ReportState[]; now: number },
): SQL[] {
  const chosen = sql`
    report_id in (select value from json_each(${JSON.stringify(reportIds)}))
    and state in (select value from json_each(${JSON.stringify(states)}))
    and coalesce(status, '') <> 'SUPERSEDED' and lease_until <= ${now}`;
  return [closeDeadLetters(chosen, now), reopen(chosen, now)];
}

// safe: the update returns one column, id.
const idsOf = (rows: unknown[] | undefined): string[] =>
  ((rows ?? []) as { id: string }[]).map(({ id }) => id).toSorted();

// Stands before the update, which changes the states it asks for.
function closeDeadLetters(chosen: SQL, now: number): SQL {
  return sql`
    update dead_letters set closed_at = ${now}
    where closed_at is null and report_id in (select report_id from reconciliations where ${chosen})`;
}

// A run whose lease ran out loses it here for good, so that its late commit cannot close what was reopened.
function reopen(chosen: SQL, now: number): SQL {
  return sql`
    update reconciliations set state = 'open', next_attempt_at = ${now}, sweep_at = ${now}, attempts = 0,
      first_attempt_at = null, incomplete_seen = 0, missing_reason = null, put_off_since = null, put_off_reason = null,
      commit_failures = 0, lease_run = null, lease_until = 0
    where ${chosen} returning report_id as id`;
}
