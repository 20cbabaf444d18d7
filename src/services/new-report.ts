import type { Config } from "../config.ts";
import type { Ctx } from "../context.ts";
import type { NewReport } from "../db/queries/submissions.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { type Lane, laneFor } from "../domain/lane.ts";
import type { Metrics } from "../domain/metrics.ts";
import type { Platform } from "../domain/platform.ts";
import { inMessages, type Origin } from "../domain/reconcile-message.ts";
import { suspicionFlags } from "../domain/suspicion.ts";
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

/** @throws {ClaimcheckError} forbidden to a suspended affiliate */
export function requireActive(actor: Affiliate): void {
  if (actor.suspended) throw new ClaimcheckError("forbidden", "This account is suspended.");
}

/** What an affiliate claims, however it came. */
export interface ClaimInput {
  claimed: Metrics;
  /** JSON text. */
  evidence: string | null;
  /** ms UTC; null for now. */
  claimedAt: number | null;
  method: "API" | "DISCORD" | "IMPORT";
}

/**
 * The report of a claim, with its flags and its lane, not stored yet.
 *
 * @param previous what the affiliate claimed of the post before; null for a first claim
 * @throws {ClaimcheckError} validation_failed for a claim from the future
 */
export function draftReport(
  ctx: Ctx,
  actor: Affiliate,
  claim: ClaimInput & { platform: Platform; previous: Metrics | null },
): NewReport {
  const now = ctx.now();
  const { claimedAt, aheadOfTime } = claimInstant(ctx.config, claim.claimedAt, now);
  const { claimed, previous, evidence, platform, method } = claim;
  const suspect = { claimed, previous, hasEvidence: evidence !== null, aheadOfTime };
  const flags = suspicionFlags(suspect, ctx.config);
  return {
    reportId: ctx.ids("rep"),
    platform,
    claimedAt,
    claimed,
    evidence,
    flags,
    lane: laneFor(actor.trust, flags),
    method,
    now,
    sweepAt: now + ctx.config.ENQUEUE_GRACE_SECONDS * 1_000,
  };
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
