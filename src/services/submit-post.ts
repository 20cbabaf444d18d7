import type { Ctx } from "../context.ts";
import { type Admission, insertSubmission } from "../db/queries/submissions.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { Lane } from "../domain/lane.ts";
import type { Platform, PostIdentity } from "../domain/platform.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import type { SuspicionFlag } from "../domain/suspicion.ts";
import { ADAPTERS, identifyPost } from "../platforms/registry.ts";
import { type ClaimInput, draftReport, enqueueReport, requireActive } from "./new-report.ts";

export interface SubmitPostInput extends ClaimInput {
  campaignId: string;
  /** As the affiliate typed it. */
  url: string;
  /** What the affiliate says it is; checked against the URL. */
  platform: Platform | null;
  title: string | null;
  description: string | null;
  origin: Origin;
}

export interface SubmittedPost {
  submissionId: string;
  reportId: string;
  postId: string;
  identity: PostIdentity;
  lane: Lane;
  suspicionFlags: SuspicionFlag[];
  contested: boolean;
  submittedAt: number;
}

/**
 * Takes an affiliate's claim of a post. When this returns, the report is pending in D1 and will be judged even if the
 * queue, the consumer or the platform fails.
 *
 * @throws {ClaimcheckError} validation_failed, not_found, campaign_not_open, conflict, duplicate_submission, forbidden
 */
export async function submitPost(ctx: Ctx, actor: Affiliate, input: SubmitPostInput): Promise<SubmittedPost> {
  requireActive(actor);
  const identity = identify(input);
  const report = draftReport(ctx, actor, { ...input, platform: identity.platform, previous: null });
  const entry = {
    ...report,
    submissionId: ctx.ids("sub"),
    postId: ctx.ids("pst"),
    alertId: ctx.ids("alr"),
    campaignId: input.campaignId,
    affiliateId: actor.affiliateId,
    identity,
    submittedUrl: input.url,
    title: input.title,
    description: input.description,
  };
  const outcome = await insertSubmission(ctx.db, entry);
  if (outcome.submissionId !== entry.submissionId || outcome.postId === null) {
    throw refusal(outcome.admission, outcome.submissionId, identity);
  }
  await enqueueReport(ctx, entry, input.origin);
  return {
    submissionId: entry.submissionId,
    reportId: entry.reportId,
    postId: outcome.postId,
    identity,
    lane: entry.lane,
    suspicionFlags: entry.flags,
    contested: outcome.contested,
    submittedAt: entry.now,
  };
}

function identify({ url, platform }: SubmitPostInput): PostIdentity {
  const identified = identifyPost(url);
  if (!identified.ok) throw invalidField("#/url", identified.reason);
  const { identity } = identified;
  if (platform !== null && platform !== identity.platform) {
    const found = ADAPTERS[identity.platform].displayName;
    throw invalidField(
      "#/platform",
      `The address is a post on ${found}, not on ${ADAPTERS[platform].displayName}.`,
    );
  }
  return identity;
}

function refusal(admission: Admission, firstId: string | null, identity: PostIdentity): ClaimcheckError {
  if (firstId !== null) {
    const detail = "You already submitted this post to this campaign. Update its numbers instead.";
    return new ClaimcheckError("duplicate_submission", detail, { extensions: { submission_id: firstId } });
  }
  const name = ADAPTERS[identity.platform].displayName;
  switch (admission) {
    case "campaign_not_open":
      return new ClaimcheckError("campaign_not_open", "The campaign has not begun, is paused or has ended.", {
        errors: [{ pointer: "#/campaign_id", detail: "is not open for submissions" }],
      });
    case "platform_not_in_campaign":
      return invalidField("#/url", `The campaign takes no posts on ${name}.`);
    case "platform_disabled":
      return new ClaimcheckError("conflict", `Submissions of ${name} posts are switched off at the moment.`);
    default:
      // An invite-only campaign does not exist for who is not invited.
      return new ClaimcheckError("not_found", "There is no such campaign.", {
        errors: [{ pointer: "#/campaign_id", detail: "names no campaign that is open to you" }],
      });
  }
}
