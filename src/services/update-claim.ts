import type { Ctx } from "../context.ts";
import {
  type ClaimedSubmission,
  findClaimedSubmission,
  insertClaimUpdate,
} from "../db/queries/claim-update.ts";
import { toMetrics } from "../db/queries/known-posts.ts";
import type { Actor } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { laneFor } from "../domain/lane.ts";
import type { Metrics } from "../domain/metrics.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { suspicionFlags } from "../domain/suspicion.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { claimInstant, enqueueReport } from "./new-report.ts";
import type { SubmittedPost } from "./submit-post.ts";

export interface UpdateClaimInput {
  submissionId: string;
  claimed: Metrics;
  /** JSON text. */
  evidence: string | null;
  /** ms UTC; null for now. */
  claimedAt: number | null;
  method: "API" | "DISCORD" | "IMPORT";
  origin: Origin;
}

const REPLACED =
  "You replaced this claim by a newer one before it was judged, so it was closed without a verdict.";

/**
 * Takes newer numbers of a submitted post: a new immutable report, pending when this returns. A claim made within
 * SUPERSEDE_MINUTES that nobody has judged yet is closed by it, without trust; older ones are judged as they are.
 *
 * @throws {ClaimcheckError} forbidden, not_found, claims_closed, validation_failed
 */
export async function updateClaim(
  ctx: Ctx,
  actor: Extract<Actor, { role: "affiliate" }>,
  input: UpdateClaimInput,
): Promise<SubmittedPost> {
  if (actor.suspended) throw new ClaimcheckError("forbidden", "This account is suspended.");
  const now = ctx.now();
  const { claimedAt, aheadOfTime } = claimInstant(ctx.config, input.claimedAt, now);
  const submission = await findClaimedSubmission(ctx.db, input.submissionId, actor.affiliateId);
  if (!submission) throw new ClaimcheckError("not_found", "There is no such submission.");
  refuseClosed(submission, now);
  const { claimed, evidence } = input;
  const previous = submission.previous === null ? null : toMetrics(submission.previous);
  const flags = suspicionFlags(
    { claimed, previous, hasEvidence: evidence !== null, aheadOfTime },
    ctx.config,
  );
  const report = {
    reportId: ctx.ids("rep"),
    platform: submission.platform,
    claimedAt,
    claimed,
    evidence,
    flags,
    lane: laneFor(actor.trust, flags),
    method: input.method,
    now,
    sweepAt: now + ctx.config.ENQUEUE_GRACE_SECONDS * 1_000,
  };
  await insertClaimUpdate(ctx.db, submission, report, {
    since: now - ctx.config.SUPERSEDE_MINUTES * MINUTE_MS,
    reasons: [REPLACED],
  });
  await enqueueReport(ctx, report, input.origin);
  return {
    submissionId: submission.id,
    reportId: report.reportId,
    postId: submission.post_id,
    identity: {
      platform: submission.platform,
      externalId: submission.external_id,
      canonicalUrl: submission.canonical_url,
    },
    lane: report.lane,
    suspicionFlags: flags,
    contested: submission.contested === 1,
    submittedAt: now,
  };
}

/** A paused or ended campaign still takes newer numbers of what was entered, until its claims close. */
function refuseClosed({ claims_close_at }: ClaimedSubmission, now: number): void {
  if (claims_close_at === null || now < claims_close_at) return;
  const since = new Date(claims_close_at).toISOString();
  throw new ClaimcheckError("claims_closed", `The campaign takes no newer numbers since ${since}.`);
}
