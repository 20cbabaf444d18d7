import type { Ctx } from "../context.ts";
import { replaceInvitations, unknownAffiliates } from "../db/queries/invitations.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { managedCampaign } from "./managed-campaign.ts";

/**
 * Makes these the affiliates an invite-only campaign is open to. Who is left out keeps what it submitted.
 *
 * @throws {ClaimcheckError} not_found, or validation_failed pointing at every id that names no affiliate
 */
export async function inviteAffiliates(
  ctx: Ctx,
  actor: Actor,
  { id, affiliateIds }: { id: string; affiliateIds: readonly string[] },
): Promise<void> {
  await managedCampaign(ctx, actor, id);
  const unknown = await unknownAffiliates(ctx.db, affiliateIds);
  if (unknown.length > 0) {
    const errors = unknown.map((i) => ({ pointer: `#/affiliate_ids/${i}`, detail: "names no affiliate" }));
    throw new ClaimcheckError("validation_failed", "Some of these affiliates do not exist.", { errors });
  }
  await replaceInvitations(ctx.db, { campaignId: id, affiliateIds, now: ctx.now() });
  ctx.log.info("affiliates_invited", { campaign_id: id, invited: affiliateIds.length, by: actorName(actor) });
}
