import type { Config } from "../config.ts";
import type { Ctx } from "../context.ts";
import { invalidField } from "../domain/errors.ts";
import type { Lane } from "../domain/lane.ts";
import { inMessages, type Origin } from "../domain/reconcile-message.ts";
import { MINUTE_MS } from "../domain/time.ts";

/**
 * The instant a claim speaks of. Clocks differ: a little ahead counts as now and is flagged.
 *
 * @param claimedAt ms UTC; null for now
 * @throws {ClaimcheckError} validation_failed if it lies further ahead than CLOCK_SKEW_MINUTES
 */
export function claimInstant(
  config: Config,
  claimedAt: number | null,
  now: number,
): { claimedAt: number; aheadOfTime: boolean } {
  if (claimedAt === null || claimedAt === now) return { claimedAt: now, aheadOfTime: false };
  if (claimedAt < now) return { claimedAt, aheadOfTime: false };
  if (claimedAt > now + config.CLOCK_SKEW_MINUTES * MINUTE_MS) {
    throw invalidField("#/claimed_at", "lies in the future");
  }
  return { claimedAt: now, aheadOfTime: true };
}

/** Wakes a consumer for a new report. A queue that fails costs time, not the report: the sweep finds it. */
export async function enqueueReport(
  ctx: Ctx,
  report: { reportId: string; lane: Lane },
  origin: Origin,
): Promise<void> {
  try {
    await ctx.queues.send(
      report.lane,
      inMessages({ kind: "reports", manual: false, origin }, [report.reportId]),
    );
  } catch (error) {
    ctx.log.error("report_enqueue_failed", error, { report_id: report.reportId, lane: report.lane });
  }
}
