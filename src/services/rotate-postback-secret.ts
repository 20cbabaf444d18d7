import type { Ctx } from "../context.ts";
import { addSecret } from "../db/queries/postback-secrets.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { HOUR_MS } from "../domain/time.ts";
import { managedCampaign } from "./managed-campaign.ts";
import { requireBox, secretContext } from "./postback-secrets.ts";

/** A secret that was just made; nobody is shown it again. Times in ms UTC. */
export interface NewPostbackSecret {
  campaignId: string;
  n: number;
  secret: string;
  createdAt: number;
  /** When the former secrets end, if there are any. */
  formerEndsAt: number;
}

/**
 * Makes the secret that signs a campaign's postbacks from now on, the first one included.
 *
 * @param overlapHours how long the former secrets go on working; null for POSTBACK_OVERLAP_HOURS, 0 ends them at once
 * @throws {ClaimcheckError} not_found; temporarily_unavailable if TOKEN_KEYS is not set
 */
export async function rotatePostbackSecret(
  ctx: Ctx,
  actor: Actor,
  { campaignId, overlapHours }: { campaignId: string; overlapHours: number | null },
): Promise<NewPostbackSecret> {
  await managedCampaign(ctx, actor, campaignId);
  const box = requireBox(ctx);
  const now = ctx.now();
  const formerEndsAt = now + (overlapHours ?? ctx.config.POSTBACK_OVERLAP_HOURS) * HOUR_MS;
  const secret = makeSecret();
  const sealed = await box.seal(secret, secretContext(campaignId));
  const n = await addSecret(ctx.db, { campaignId, sealed, now, formerEndsAt });
  ctx.log.info("postback_secret_rotated", { campaign_id: campaignId, n, by: actorName(actor) });
  return { campaignId, n, secret, createdAt: now, formerEndsAt };
}

/** 32 random bytes, base64url. */
function makeSecret(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
