import type { Ctx } from "../context.ts";
import {
  type ClaimedSubmission,
  findClaimedSubmission,
  insertClaimUpdate,
} from "../db/queries/claim-update.ts";
import { toMetrics } from "../db/queries/known-posts.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { type ClaimInput, draftReport, enqueueReport, requireActive } from "./new-report.ts";
import { claimNotices, type SubmittedPost } from "./submit-post.ts";

export interface UpdateClaimInput extends ClaimInput {
  submissionId: string;
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
  actor: Affiliate,
  input: UpdateClaimInput,
): Promise<SubmittedPost> {
  requireActive(actor);
  const submission = await findClaimedSubmission(ctx.db, input.submissionId, actor.affiliateId);
  if (!submission) throw new ClaimcheckError("not_found", "There is no such submission.");
  const { platform } = submission;
  const previous = submission.previous === null ? null : toMetrics(submission.previous);
  const report = draftReport(ctx, actor, { ...input, platform, previous });
  refuseClosed(submission, report.now);
  await insertClaimUpdate(ctx.db, submission, report, {
    since: report.now - ctx.config.SUPERSEDE_MINUTES * MINUTE_MS,
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
    suspicionFlags: report.flags,
    contested: submission.contested === 1,
    notices: claimNotices(platform, input.claimed, submission.connected === 1),
    submittedAt: report.now,
  };
}

/** A paused or ended campaign still takes newer numbers of what was entered, until its claims close. */
function refuseClosed({ claims_close_at }: ClaimedSubmission, now: number): void {
  if (claims_close_at === null || now < claims_close_at) return;
  const since = new Date(claims_close_at).toISOString();
  throw new ClaimcheckError("claims_closed", `The campaign takes no newer numbers since ${since}.`);
}
