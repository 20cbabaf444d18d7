import { env } from "cloudflare:workers";
import type { ClickKind } from "../../src/domain/click.ts";
import type { ConversionEntry } from "../../src/domain/conversion.ts";
import { DAY_MS } from "../../src/domain/time.ts";
import { signClickId } from "../../src/lib/click-ids.ts";
import { type Account, aCampaign, anAdvertiser } from "./fixtures.ts";
import type { World } from "./world.ts";

/** A campaign with a currency, for which orders can be reported. */
export async function aShop(
  world: World,
  { currency = "USD", advertiser }: { currency?: string | null; advertiser?: Account } = {},
): Promise<{ campaignId: string; advertiser: Account }> {
  const owner = advertiser ?? (await anAdvertiser(world));
  const campaignId = await aCampaign(world, { advertiserId: owner.id });
  await env.DB.prepare("update campaigns set currency = ? where id = ?").bind(currency, campaignId).run();
  return { campaignId, advertiser: owner };
}

let links = 0;

/** A tracked link of a campaign, a year old unless said otherwise; its code. */
export async function aLink(
  world: World,
  campaignId: string,
  {
    submissionId = null,
    affiliateId = "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    createdAt = world.now - 365 * DAY_MS,
  }: { submissionId?: string | null; affiliateId?: string; createdAt?: number } = {},
): Promise<string> {
  const code = String(links++).padStart(10, "0");
  await env.DB.prepare(
    "insert into tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, created_at) values (?1, ?2, ?3, ?4, iif(?4 is null, null, ?5), ?5)",
  )
    .bind(code, campaignId, affiliateId, submissionId, createdAt)
    .run();
  return code;
}

/** The id of a click, as its landing page is told it. */
export async function aClick(
  world: World,
  code: string,
  { at = world.now, kind = "human" as ClickKind } = {},
) {
  const { box } = world.ctx;
  if (box === null) throw new Error("the world has keys");
  return signClickId(box, { code, at, kind }, "abc123");
}

/** An order of which nothing is told but its id, and whatever else is given. */
export const anOrder = (
  given: Partial<ConversionEntry> & Pick<ConversionEntry, "campaignId">,
): ConversionEntry => ({
  event: "order",
  orderId: "A-1",
  refundId: null,
  clickId: null,
  code: null,
  value: null,
  currency: null,
  occurredAt: null,
  ...given,
});
