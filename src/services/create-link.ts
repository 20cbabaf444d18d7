import type { Ctx } from "../context.ts";
import { insertTrackedLink, type NewTrackedLink, type TrackedLinkRow } from "../db/queries/tracked-links.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { makeTrackedCode } from "../domain/tracked-link.ts";
import { requireActive } from "./new-report.ts";

export interface CreateLinkInput {
  submissionId: string | null;
  campaignId: string | null;
  /** An affiliate names none, or itself. */
  affiliateId: string | null;
  label: string | null;
  subId: string | null;
}

/**
 * Makes a tracked link beside the one that a submission is born with, or before there is a submission. It works at once.
 *
 * @throws {ClaimcheckError} validation_failed, forbidden, not_found, campaign_not_open, conflict
 */
export async function createLink(ctx: Ctx, actor: Actor, input: CreateLinkInput): Promise<TrackedLinkRow> {
  if (actor.role === "affiliate") requireActive(actor);
  const entry = {
    code: makeTrackedCode((bytes) => crypto.getRandomValues(bytes)),
    owner: ownerOf(actor, input),
    label: input.label,
    subId: input.subId,
    limit: ctx.config.LINKS_PER_SUBMISSION,
    now: ctx.now(),
  };
  const made = await insertTrackedLink(ctx.db, actor, entry);
  if (typeof made === "string") throw refusal(made, entry);
  ctx.log.info("link_created", { code: made.code, campaign_id: made.campaign_id, by: actorName(actor) });
  return made;
}

function ownerOf(actor: Actor, input: CreateLinkInput): NewTrackedLink["owner"] {
  const { submissionId, campaignId, affiliateId } = input;
  if (submissionId !== null && campaignId === null) {
    if (affiliateId === null) return { submissionId };
    throw invalidField("#/affiliate_id", "The submission says whose the link is.");
  }
  if (campaignId === null || submissionId !== null) {
    throw invalidField("#/campaign_id", "Name a submission or a campaign, one of the two.");
  }
  const self = actor.role === "affiliate" ? actor.affiliateId : null;
  if (self !== null && affiliateId !== null && affiliateId !== self) {
    throw invalidField("#/affiliate_id", "You can make links for yourself only.");
  }
  const owner = self ?? affiliateId;
  if (owner === null) throw invalidField("#/affiliate_id", "Name the affiliate whose link it is.");
  return { campaignId, affiliateId: owner };
}

function refusal(
  reason: Extract<Awaited<ReturnType<typeof insertTrackedLink>>, string>,
  { owner, limit }: NewTrackedLink,
): ClaimcheckError {
  const [named, pointer] =
    "submissionId" in owner ? ["submission", "#/submission_id"] : ["campaign", "#/campaign_id"];
  switch (reason) {
    case "campaign_ended":
      return new ClaimcheckError("campaign_not_open", "The campaign has ended.");
    case "may_not_enter":
      return invalidField("#/affiliate_id", "Names no affiliate who may enter the campaign.");
    case "too_many": {
      const where = named === "submission" ? "This submission" : "Outside of submissions, this affiliate";
      return new ClaimcheckError(
        "conflict",
        `${where} has ${limit} tracked links already, the most there can be.`,
      );
    }
    default: {
      const errors = [{ pointer, detail: `names no ${named} that you can make links for` }];
      return new ClaimcheckError("not_found", `There is no such ${named}.`, { errors });
    }
  }
}
