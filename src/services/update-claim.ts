import type { Ctx } from "../context.ts";
import {
  type ClaimedSubmission,
  findClaimedSubmission,
  insertClaimUpdate,
} from "../db/queries/claim-update.ts";
import { toCountedMetrics } from "../db/queries/counted-metrics.ts";
import { toMetrics } from "../db/queries/known-posts.ts";
import type { NewReport } from "../db/queries/submissions.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { type SuspicionFlag, TRAFFIC_FLAGS } from "../domain/suspicion.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { type ClaimInput, draftReport, enqueueReport, requireActive } from "./new-report.ts";
import { claimNotices, type SubmittedPost } from "./submit-post.ts";

export interface ReplaceClaimInput extends ClaimInput {
  origin: Origin;
}

export interface UpdateClaimInput extends ReplaceClaimInput {
  submissionId: string;
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
  return replaceClaim(ctx, actor, submission, input);
}

/**
 * The same for a submission that was loaded already.
 *
 * @param submission the affiliate's own; null if it has none of that id
 * @throws {ClaimcheckError} as updateClaim; conflict for what was sent before newer numbers that came in meanwhile
 */
export async function replaceClaim(
  ctx: Ctx,
  actor: Affiliate,
  submission: ClaimedSubmission | null,
  input: ReplaceClaimInput,
): Promise<SubmittedPost> {
  requireActive(actor);
  if (!submission) throw new ClaimcheckError("not_found", "There is no such submission.");
  const { platform } = submission;
  const previous = submission.previous === null ? null : toMetrics(submission.previous);
  const learnt = trafficFlags(submission.learnt);
  const report = draftReport(ctx, actor, { ...input, platform, previous, learnt });
  refuseClosed(submission, report.receivedAt);
  refuseOvertaken(submission, report);
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
    notices: claimNotices(platform, {
      claimed: input.claimed,
      connected: submission.connected === 1,
      counted: toCountedMetrics(submission.counted),
    }),
    submittedAt: report.now,
  };
}

/** The flags of traffic among what was learnt of a report. */
function trafficFlags(learnt: string | null): SuspicionFlag[] {
  // safe: only flags are stored.
  const flags = JSON.parse(learnt ?? "[]") as SuspicionFlag[];
  return flags.filter((flag) => (TRAFFIC_FLAGS as readonly SuspicionFlag[]).includes(flag));
}

/** What is worked on later than it was sent may come after newer numbers, and must not take their place. */
function refuseOvertaken({ latest_at }: ClaimedSubmission, { receivedAt, now }: NewReport): void {
  if (latest_at === null || receivedAt === now || latest_at <= receivedAt) return;
  throw new ClaimcheckError("conflict", "You sent newer numbers of this post meanwhile, and they stand.");
}

/** A paused or ended campaign still takes newer numbers of what was entered, until its claims close. */
function refuseClosed({ claims_close_at }: ClaimedSubmission, receivedAt: number): void {
  if (claims_close_at === null || receivedAt < claims_close_at) return;
  const since = new Date(claims_close_at).toISOString();
  throw new ClaimcheckError("claims_closed", `The campaign takes no newer numbers since ${since}.`);
}
