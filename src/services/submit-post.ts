import type { Ctx } from "../context.ts";
import { type Admission, insertSubmission } from "../db/queries/submissions.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { Lane } from "../domain/lane.ts";
import { type Notice, type NoticedClaim, noticesOf } from "../domain/notices.ts";
import type { Platform, PostIdentity } from "../domain/platform.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import type { SuspicionFlag } from "../domain/suspicion.ts";
import { makeTrackedCode } from "../domain/tracked-link.ts";
import { factOf } from "../platforms/facts.ts";
import { adapterOf, displayNameOf } from "../platforms/lookup.ts";
import { identifyLink } from "./identify-link.ts";
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
  notices: Notice[];
  submittedAt: number;
}

/** A submission that is new, with the code of the tracked link it is born with. */
export interface NewlySubmitted extends SubmittedPost {
  linkCode: string;
}

/**
 * Takes an affiliate's claim of a post. When this returns, the report is pending in D1 and will be judged even if the
 * queue, the consumer or the platform fails.
 *
 * @throws {ClaimcheckError} validation_failed, not_found, campaign_not_open, conflict, duplicate_submission, forbidden,
 *   temporarily_unavailable
 */
export async function submitPost(
  ctx: Ctx,
  actor: Affiliate,
  input: SubmitPostInput,
): Promise<NewlySubmitted> {
  requireActive(actor);
  const identity = await identify(ctx, input);
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
    linkCode: makeTrackedCode((bytes) => crypto.getRandomValues(bytes)),
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
    notices: claimNotices(identity.platform, { ...outcome, claimed: input.claimed, isFirst: true }),
    linkCode: entry.linkCode,
    submittedAt: entry.now,
  };
}

/** What the affiliate is told of a claim on a platform at once. */
export function claimNotices(
  platform: Platform,
  claim: Pick<NoticedClaim, "claimed" | "connected" | "counted" | "isFirst">,
): Notice[] {
  const adapter = adapterOf(platform);
  const { claimed, connected, counted = [], isFirst = false } = claim;
  const { displayName: platformName } = adapter;
  return noticesOf({ claimed, connected, counted, isFirst, platform, platformName, ...factOf(adapter) });
}

async function identify(ctx: Ctx, { url, platform }: SubmitPostInput): Promise<PostIdentity> {
  const identity = await identifyLink(ctx, url);
  if (platform === null || platform === identity.platform) return identity;
  const found = displayNameOf(identity.platform);
  const detail = `The address is a post on ${found}, not on ${displayNameOf(platform)}.`;
  throw invalidField("#/platform", detail);
}

function refusal(admission: Admission, firstId: string | null, identity: PostIdentity): ClaimcheckError {
  if (firstId !== null) {
    const detail = "You already submitted this post to this campaign. Update its numbers instead.";
    return new ClaimcheckError("duplicate_submission", detail, { extensions: { submission_id: firstId } });
  }
  const name = displayNameOf(identity.platform);
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
