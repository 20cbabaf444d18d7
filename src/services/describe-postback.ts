import type { Ctx } from "../context.ts";
import type { Actor } from "../domain/actor.ts";
import { signHex } from "../lib/hmac.ts";
import { managedCampaign } from "./managed-campaign.ts";
import { type OpenSecret, openSecrets } from "./postback-secrets.ts";

/** How the shop of a campaign calls us. */
export interface PostbackSetup {
  /** Newest first. */
  secrets: OpenSecret[];
  /** What the shop calls, with names in braces for what it fills in. */
  urlTemplate: string;
  /** A test event that can be called as it is, for a few minutes; null while there is no secret. */
  testUrl: string | null;
}

/**
 * @param origin where this deployment is reached, if PUBLIC_URL is not set
 * @throws {ClaimcheckError} not_found; temporarily_unavailable if TOKEN_KEYS is not set
 */
export async function describePostback(
  ctx: Ctx,
  actor: Actor,
  { campaignId, origin }: { campaignId: string; origin: string },
): Promise<PostbackSetup> {
  await managedCampaign(ctx, actor, campaignId);
  const secrets = (await openSecrets(ctx, campaignId))?.secrets ?? [];
  const base = `${ctx.config.PUBLIC_URL || origin}/api/v1/conversions/postback?campaign_id=${campaignId}`;
  const urlTemplate =
    `${base}&order_id={order_id}&click_id={click_id}&value={value}&currency={currency}` +
    "&time={time}&ts={unix_seconds}&sig={signature}";
  const [newest] = secrets;
  const testUrl = newest === undefined ? null : await signedTest(ctx, base, newest);
  return { secrets, urlTemplate, testUrl };
}

async function signedTest(ctx: Ctx, base: string, { secret }: OpenSecret): Promise<string> {
  const seconds = Math.floor(ctx.now() / 1_000);
  const url = `${base}&order_id=test-${seconds}&ts=${seconds}&test=1`;
  return `${url}&sig=${await signHex(secret, url.slice(url.indexOf("?") + 1))}`;
}
