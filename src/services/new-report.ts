import type { Config } from "../config.ts";
import type { Ctx } from "../context.ts";
import type { NewReport } from "../db/queries/submissions.ts";
import type { Affiliate } from "../domain/actor.ts";
import type { DiscordClaim } from "../domain/discord-claim.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { type Lane, laneFor } from "../domain/lane.ts";
import type { Metrics } from "../domain/metrics.ts";
import type { Platform } from "../domain/platform.ts";
import { inMessages, type Origin } from "../domain/reconcile-message.ts";
import { type SuspicionFlag, suspicionFlags } from "../domain/suspicion.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { within } from "../lib/within.ts";
import { QUEUE_WAIT_MS } from "./queue-wait.ts";

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
  /** When the claim came in, ms UTC, where that is not now: it is worked on later than it was sent. */
  receivedAt?: number;
  method: "API" | "DISCORD" | "IMPORT";
  /** Of a claim from Discord. */
  discord?: DiscordClaim;
}

/**
 * The report of a claim, with its flags and its lane, not stored yet.
 *
 * @param previous what the affiliate claimed of the post before; null for a first claim
 * @param learnt what its traffic showed when that was judged: such a claim is looked at first
 * @throws {ClaimcheckError} validation_failed for a claim from the future
 */
export function draftReport(
  ctx: Ctx,
  actor: Affiliate,
  claim: ClaimInput & { platform: Platform; previous: Metrics | null; learnt?: readonly SuspicionFlag[] },
): NewReport {
  const now = ctx.now();
  const { receivedAt = now } = claim;
  const { claimedAt, aheadOfTime } = claimInstant(ctx.config, claim.claimedAt ?? receivedAt, now);
  const { claimed, previous, evidence, platform, method, discord = null, learnt = [] } = claim;
  const suspect = { claimed, previous, hasEvidence: evidence !== null, aheadOfTime };
  const flags = suspicionFlags(suspect, ctx.config);
  return {
    reportId: ctx.ids("rep"),
    platform,
    receivedAt,
    claimedAt,
    claimed,
    evidence,
    flags,
    lane: laneFor(actor.trust, [...flags, ...learnt]),
    method,
    discord,
    now,
    sweepAt: now + ctx.config.ENQUEUE_GRACE_SECONDS * 1_000,
  };
}

/** Wakes a consumer for a new report. A queue that fails or hangs costs time, not the report: the sweep finds it. */
export async function enqueueReport(
  ctx: Ctx,
  report: { reportId: string; lane: Lane },
  origin: Origin,
): Promise<void> {
  try {
    const messages = inMessages({ kind: "reports", manual: false, origin }, [report.reportId]);
    await within(QUEUE_WAIT_MS, ctx.queues.send(report.lane, messages));
  } catch (error) {
    ctx.log.error("report_enqueue_failed", error, { report_id: report.reportId, lane: report.lane });
  }
}
