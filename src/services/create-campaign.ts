import type { Ctx } from "../context.ts";
import type { CampaignRecord } from "../db/queries/campaigns.ts";
import { insertCampaign } from "../db/queries/save-campaign.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { type CampaignAccess, claimsCloseAt, type PayTerms } from "../domain/campaign.ts";
import { changePolicy, DEFAULT_CAMPAIGN_POLICY, type PolicyChange } from "../domain/campaign-policy.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { Platform } from "../domain/platform.ts";
import { changeLinkParams, DEFAULT_LINK_PARAMS, type LinkParamsChange } from "../domain/tracked-link.ts";
import { checkDates, checkLinkParams, checkPolicy, payColumns } from "./campaign-rules.ts";

export interface NewCampaign {
  /** Null for the actor's own. */
  advertiserId: string | null;
  name: string;
  platforms: Platform[];
  access: CampaignAccess;
  /** ms UTC; null for now. */
  startsAt: number | null;
  /** ms UTC; null while it is not known. */
  endsAt: number | null;
  /** Null for the configured default. */
  observeEveryMinutes: number | null;
  landingUrl: string | null;
  pay: PayTerms;
  policy: PolicyChange;
  /** Null for the configured default. */
  attributionDays: number | null;
  /** What is left out keeps its default. */
  linkParams: LinkParamsChange;
  /** ms UTC; null while it is not known. */
  conversionsFrom: number | null;
}

/**
 * Starts a campaign, ACTIVE from the first moment; submissions are taken from its start on.
 *
 * @throws {ClaimcheckError} validation_failed: dates, policy, or an advertiser that is unknown, archived or not the actor
 */
export async function createCampaign(ctx: Ctx, actor: Actor, input: NewCampaign): Promise<CampaignRecord> {
  const now = ctx.now();
  const startsAt = input.startsAt ?? now;
  checkDates(startsAt, input.endsAt);
  const campaign: CampaignRecord = {
    id: ctx.ids("cmp"),
    advertiser_id: payer(actor, input.advertiserId),
    name: input.name,
    status: "ACTIVE",
    access: input.access,
    starts_at: startsAt,
    ends_at: input.endsAt,
    claims_close_at: claimsCloseAt(input.endsAt, ctx.config.CLAIMS_CLOSE_DAYS),
    observe_every_minutes: input.observeEveryMinutes ?? ctx.config.OBSERVE_EVERY_MINUTES,
    landing_url: input.landingUrl,
    ...payColumns(input.pay),
    platforms: input.platforms.toSorted(),
    policy: checkPolicy(changePolicy(DEFAULT_CAMPAIGN_POLICY, input.policy)),
    policy_version: 1,
    attribution_days: input.attributionDays ?? ctx.config.ATTRIBUTION_DAYS,
    link_params: checkLinkParams(changeLinkParams(DEFAULT_LINK_PARAMS, input.linkParams), input.landingUrl),
    conversions_from: input.conversionsFrom,
    created_at: now,
    updated_at: now,
  };
  if (!(await insertCampaign(ctx.db, campaign))) throw noSuchPayer();
  ctx.log.info("campaign_created", { campaign_id: campaign.id, by: actorName(actor) });
  return campaign;
}

const noSuchPayer = () => invalidField("#/advertiser_id", "Names no active advertiser that you act for.");

function payer(actor: Actor, named: string | null): string {
  if (actor.role === "advertiser") {
    if (named !== null && named !== actor.advertiserId) throw noSuchPayer();
    return actor.advertiserId;
  }
  if (actor.role !== "admin") throw new ClaimcheckError("forbidden", "Affiliates start no campaigns.");
  if (named === null) throw invalidField("#/advertiser_id", "An admin has to name the advertiser.");
  return named;
}
