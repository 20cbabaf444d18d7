import type { Ctx } from "../context.ts";
import { type CampaignRecord, findCampaign } from "../db/queries/campaigns.ts";
import type { Actor } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { orNotFound } from "../domain/or-not-found.ts";

/**
 * The campaign that an admin or its own advertiser is about to change.
 *
 * @throws {ClaimcheckError} not_found, forbidden for an affiliate, who may see campaigns that it may not change
 */
export async function managedCampaign(ctx: Ctx, actor: Actor, id: string): Promise<CampaignRecord> {
  if (actor.role === "affiliate") throw new ClaimcheckError("forbidden", "Affiliates change no campaigns.");
  return orNotFound(await findCampaign(ctx.db, actor, id), "campaign");
}
