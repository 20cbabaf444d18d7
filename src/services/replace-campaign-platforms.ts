import type { Ctx } from "../context.ts";
import type { CampaignRecord } from "../db/queries/campaigns.ts";
import { replacePlatforms } from "../db/queries/save-campaign.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import type { Platform } from "../domain/platform.ts";
import { managedCampaign } from "./managed-campaign.ts";

/**
 * Makes these the platforms a campaign takes posts of. What was submitted on others stays and is judged.
 *
 * @throws {ClaimcheckError} not_found
 */
export async function replaceCampaignPlatforms(
  ctx: Ctx,
  actor: Actor,
  { id, platforms }: { id: string; platforms: Platform[] },
): Promise<CampaignRecord> {
  await managedCampaign(ctx, actor, id);
  await replacePlatforms(ctx.db, { campaignId: id, platforms, now: ctx.now() });
  ctx.log.info("campaign_platforms_replaced", { campaign_id: id, platforms, by: actorName(actor) });
  return managedCampaign(ctx, actor, id);
}
