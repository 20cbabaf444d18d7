import { z } from "@hono/zod-openapi";
import type { CampaignRecord } from "../../db/queries/campaigns.ts";
import type { Actor } from "../../domain/actor.ts";
import { CAMPAIGN_ACCESS, CAMPAIGN_STATUSES } from "../../domain/campaign.ts";
import { isoOrNull } from "../../domain/time.ts";
import { PLATFORMS } from "../../platforms/lookup.ts";
import { Instant, id, PlatformName } from "../schemas.ts";
import { LinkParamsSchema, PayTermsSchema } from "./campaign-fields.ts";
import { PolicySchema } from "./policy-schema.ts";

export const CampaignId = id("cmp", "The campaign.");

export const Campaign = z
  .object({
    id: CampaignId,
    advertiser_id: id("adv", "Who pays."),
    name: z.string(),
    status: z.enum(CAMPAIGN_STATUSES).openapi({ description: "ENDED is final." }),
    access: z
      .enum(CAMPAIGN_ACCESS)
      .openapi({ description: "Who may enter: every affiliate, or the invited." }),
    platforms: z.array(PlatformName).max(PLATFORMS.length),
    starts_at: Instant,
    ends_at: Instant.nullable().openapi({ description: "Null while the end is not known." }),
    claims_close_at: Instant.nullable().openapi({ description: "Claims may be updated until then." }),
    observe_every_minutes: z.int().openapi({ description: "How often its posts are looked at." }),
    landing_url: z.string().nullable(),
    pay: PayTermsSchema,
    policy: PolicySchema.optional().openapi({ description: "How it judges; not shown to affiliates." }),
    policy_version: z.int().openapi({ description: "Counts up with every change of the policy." }),
    attribution_days: z.int().openapi({ description: "A conversion counts for a click that is no older." }),
    link_params: LinkParamsSchema,
    conversions_from: Instant.nullable().openapi({
      description:
        "Every conversion from this instant on is reported, so that none is 0. Null: not known; the first order that counts for a link sets it.",
    }),
    created_at: Instant,
    updated_at: Instant,
  })
  .openapi("Campaign");

/** Affiliates do not see how closely they may miss the truth. */
export function toCampaign(record: CampaignRecord, actor: Actor): z.infer<typeof Campaign> {
  const { currency, cpm_minor, cap_minor, minimum_minor } = record;
  return {
    id: record.id,
    advertiser_id: record.advertiser_id,
    name: record.name,
    status: record.status,
    access: record.access,
    platforms: record.platforms,
    starts_at: new Date(record.starts_at).toISOString(),
    ends_at: isoOrNull(record.ends_at),
    claims_close_at: isoOrNull(record.claims_close_at),
    observe_every_minutes: record.observe_every_minutes,
    landing_url: record.landing_url,
    pay: { currency, cpm_minor, cap_minor, minimum_minor },
    ...(actor.role === "affiliate" ? {} : { policy: record.policy }),
    policy_version: record.policy_version,
    attribution_days: record.attribution_days,
    link_params: record.link_params,
    conversions_from: isoOrNull(record.conversions_from),
    created_at: new Date(record.created_at).toISOString(),
    updated_at: new Date(record.updated_at).toISOString(),
  };
}
