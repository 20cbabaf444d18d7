import { createRoute, z } from "@hono/zod-openapi";
import { CAMPAIGN_STATUSES } from "../../domain/campaign.ts";
import { updateCampaign } from "../../services/update-campaign.ts";
import { Name, patchBody } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { InstantInput, json, jsonBody } from "../schemas.ts";
import {
  Access,
  AttributionDays,
  LandingUrl,
  LinkParamsInput,
  ObserveEvery,
  PayTermsInput,
  toPayTerms,
} from "./campaign-fields.ts";
import { PolicyOverrides } from "./policy-schema.ts";
import { Campaign, CampaignId, toCampaign } from "./schemas.ts";

const Body = patchBody("CampaignChanges", {
  name: Name.optional(),
  status: z
    .enum(CAMPAIGN_STATUSES, { error: `must be one of ${CAMPAIGN_STATUSES.join(", ")}` })
    .optional()
    .openapi({ description: "ENDED ends the campaign now, for good." }),
  access: Access.optional(),
  starts_at: InstantInput.optional(),
  ends_at: InstantInput.nullable()
    .optional()
    .openapi({ type: ["string", "null"], description: "Moves claims_close_at with it." }),
  observe_every_minutes: ObserveEvery.optional(),
  landing_url: LandingUrl.nullable().optional(),
  pay: PayTermsInput.nullable().optional().openapi({ description: "Replaces the terms as a whole." }),
  attribution_days: AttributionDays.optional(),
  link_params: LinkParamsInput.optional(),
  conversions_from: InstantInput.nullable()
    .optional()
    .openapi({
      type: ["string", "null"],
      description: "From when on every conversion is reported; the first that counts for a link sets it.",
    }),
  policy: PolicyOverrides.optional().openapi({
    description: "What changes of the policy; the rest stays. The next version judges from now on.",
  }),
});

const route = createRoute({
  operationId: "updateCampaign",
  method: "patch",
  path: "/campaigns/{id}",
  summary: "Change a campaign",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }), body: jsonBody(Body) },
  responses: {
    200: json(Campaign, "The campaign as it is now."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const updateCampaignOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const { ctx, actor } = c.var;
  const changes = {
    name: body.name,
    status: body.status,
    access: body.access,
    startsAt: body.starts_at,
    endsAt: body.ends_at,
    observeEveryMinutes: body.observe_every_minutes,
    landingUrl: body.landing_url,
    pay: body.pay === undefined ? undefined : toPayTerms(body.pay),
    policy: body.policy,
    attributionDays: body.attribution_days,
    linkParams: body.link_params,
    conversionsFrom: body.conversions_from,
  };
  const campaign = await updateCampaign(ctx, actor, { id: c.req.valid("param").id, changes });
  return c.json(toCampaign(campaign, actor), 200);
});
