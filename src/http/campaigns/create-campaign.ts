import { createRoute, z } from "@hono/zod-openapi";
import { createCampaign } from "../../services/create-campaign.ts";
import { Name } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { InstantInput, id, json, jsonBody } from "../schemas.ts";
import {
  Access,
  AttributionDays,
  LandingUrl,
  LinkParamsInput,
  ObserveEvery,
  PayTermsInput,
  PlatformSet,
  toPayTerms,
} from "./campaign-fields.ts";
import { PolicyOverrides } from "./policy-schema.ts";
import { Campaign, toCampaign } from "./schemas.ts";

const Body = z
  .strictObject({
    advertiser_id: id("adv", "Who pays. An admin names it; for an advertiser it is itself.").optional(),
    name: Name,
    platforms: PlatformSet,
    access: Access.optional().openapi({ default: "open", description: "Who may enter." }),
    starts_at: InstantInput.optional().openapi({ description: "Now if left out." }),
    ends_at: InstantInput.nullable()
      .optional()
      .openapi({ type: ["string", "null"], description: "Null or left out: not known yet." }),
    observe_every_minutes: ObserveEvery.optional(),
    landing_url: LandingUrl.nullable().optional(),
    pay: PayTermsInput.nullable().optional(),
    attribution_days: AttributionDays.optional(),
    link_params: LinkParamsInput.optional(),
    conversions_from: InstantInput.nullable()
      .optional()
      .openapi({
        type: ["string", "null"],
        description: "From when on every conversion is reported; the first that counts for a link sets it.",
      }),
    policy: PolicyOverrides.optional().openapi({ description: "What it overrides of the default policy." }),
  })
  .openapi("NewCampaign");

const route = createRoute({
  operationId: "createCampaign",
  method: "post",
  path: "/campaigns",
  summary: "Start a campaign",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { body: jsonBody(Body) },
  responses: { 201: json(Campaign, "Started."), ...problems(400, 401, 403, 413, 415, 422) },
});

export const createCampaignOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const { ctx, actor } = c.var;
  const campaign = await createCampaign(ctx, actor, {
    advertiserId: body.advertiser_id ?? null,
    name: body.name,
    platforms: body.platforms,
    access: body.access ?? "open",
    startsAt: body.starts_at ?? null,
    endsAt: body.ends_at ?? null,
    observeEveryMinutes: body.observe_every_minutes ?? null,
    landingUrl: body.landing_url ?? null,
    pay: toPayTerms(body.pay ?? null),
    policy: body.policy ?? {},
    attributionDays: body.attribution_days ?? null,
    linkParams: body.link_params ?? {},
    conversionsFrom: body.conversions_from ?? null,
  });
  return c.json(toCampaign(campaign, actor), 201);
});
