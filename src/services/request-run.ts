import type { Ctx } from "../context.ts";
import { reopenReport, reopenReports } from "../db/queries/reopen-reports.ts";
import { type ReportSet, type ReportWindow, reportWindow } from "../db/queries/report-sets.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Lane } from "../domain/lane.ts";
import type { ReportState } from "../domain/open-report.ts";
import { inMessages, type Origin } from "../domain/reconcile-message.ts";
import { within } from "../lib/within.ts";
import { QUEUE_WAIT_MS } from "./queue-wait.ts";

/** Reports one call takes on; the answer says where the next one goes on. */
export const RUN_LIMIT = 1_000;

export interface RunRequest {
  set: ReportSet;
  /** Reports in other states are left alone. */
  states: readonly ReportState[];
  /** Goes on after this report of the set; null begins with the oldest. */
  after: string | null;
}

export interface RequestedRun {
  /** Reopened and on their way, oldest first. */
  reportIds: string[];
  /** `after` of the next call; null at the end of the set. */
  next: string | null;
}

/**
 * Has reports judged again: reopens them in D1 and wakes a consumer. What a run holds at the moment and what was
 * superseded is left alone. A single report goes before the sets, which can be large.
 *
 * @throws {ClaimcheckError} not_found if there is nothing of that id
 */
export async function requestRun(
  ctx: Ctx,
  { set, states, after }: RunRequest,
  origin: Origin,
): Promise<RequestedRun> {
  if (set.of === "report" && after === null)
    return { reportIds: await requestOne(ctx, set.id, states, origin), next: null };
  const window = await knownWindow(ctx, set, { after, limit: RUN_LIMIT });
  return { reportIds: await rerunReports(ctx, window.reportIds, { states, origin }), next: window.next };
}

/**
 * The same of reports that are known to be there, at most {@link RUN_LIMIT}.
 *
 * @returns those that were reopened, oldest first
 */
export async function rerunReports(
  ctx: Ctx,
  reportIds: readonly string[],
  { states, origin }: { states: readonly ReportState[]; origin: Origin },
): Promise<string[]> {
  if (reportIds.length === 0) return [];
  const reopened = await reopenReports(ctx.db, reportIds, { states, now: ctx.now() });
  await enqueueRun(ctx, "bulk", reopened, origin);
  return reopened;
}

/** One report needs no window: whether there is such a one is asked in the batch that reopens it. */
async function requestOne(
  ctx: Ctx,
  reportId: string,
  states: readonly ReportState[],
  origin: Origin,
): Promise<string[]> {
  const { known, reopened } = await reopenReport(ctx.db, reportId, { states, now: ctx.now() });
  if (!known) throw new ClaimcheckError("not_found", "There is no such report.");
  await enqueueRun(ctx, "normal", reopened, origin);
  return reopened;
}

/**
 * The next reports of a set.
 *
 * @throws {ClaimcheckError} not_found if there is nothing of that id
 */
export async function knownWindow(
  ctx: Ctx,
  set: ReportSet,
  part: { after: string | null; limit: number },
): Promise<ReportWindow> {
  const window = await reportWindow(ctx.db, set, part);
  if (!window.known) throw new ClaimcheckError("not_found", `There is no such ${set.of}.`);
  return window;
}

// They are due in D1 already: a queue that fails or hangs costs a minute, until the sweep.
async function enqueueRun(ctx: Ctx, lane: Lane, reportIds: readonly string[], origin: Origin): Promise<void> {
  if (reportIds.length === 0) return;
  try {
    const messages = inMessages({ kind: "reports", manual: true, origin }, reportIds);
    await within(QUEUE_WAIT_MS, ctx.queues.send(lane, messages));
  } catch (error) {
    ctx.log.error("run_enqueue_failed", error, { reports: reportIds.length, lane });
  }
}
