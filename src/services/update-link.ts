import type { Ctx } from "../context.ts";
import { type LinkChanges, type TrackedLinkRow, updateTrackedLink } from "../db/queries/tracked-links.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { announceLinks } from "./announce-links.ts";
import { requireActive } from "./new-report.ts";
import { visibleLink } from "./visible-link.ts";

/**
 * Renames a link, changes what its destination is told, or attaches it to a submission, for good.
 *
 * @throws {ClaimcheckError} not_found, forbidden, validation_failed, conflict
 */
export async function updateLink(
  ctx: Ctx,
  actor: Actor,
  { code: named, changes }: { code: string; changes: LinkChanges },
): Promise<TrackedLinkRow> {
  if (actor.role === "affiliate") requireActive(actor);
  const before = await visibleLink(ctx, actor, named);
  const { code } = before;
  const movesDestination = changes.subId !== undefined && changes.subId !== before.sub_id;
  // The affiliate's own links are told to be read again, and nobody else's in the campaign.
  if (movesDestination) await announceLinks(ctx, [before.affiliate_id]);
  const limit = ctx.config.LINKS_PER_SUBMISSION;
  const { link, knowsSubmission } = await updateTrackedLink(ctx.db, code, {
    changes,
    limit,
    now: ctx.now(),
  });
  if (movesDestination) await announceLinks(ctx, [before.affiliate_id]);
  const after = orNotFound(link, "link");
  const { submissionId } = changes;
  if (submissionId !== undefined && after.submission_id !== submissionId) {
    throw refusal(after, { knowsSubmission, limit });
  }
  ctx.log.info("link_updated", { code, campaign_id: after.campaign_id, by: actorName(actor) });
  return after;
}

function refusal(
  link: TrackedLinkRow,
  { knowsSubmission, limit }: { knowsSubmission: boolean; limit: number },
): ClaimcheckError {
  if (link.submission_id !== null) {
    return new ClaimcheckError("conflict", "The link belongs to another submission, and stays with it.");
  }
  if (!knowsSubmission) {
    return invalidField("#/submission_id", "Names no submission of this affiliate in this campaign.");
  }
  const detail = `The submission has ${limit} tracked links already, the most there can be.`;
  return new ClaimcheckError("conflict", detail);
}
