import { createRoute, z } from "@hono/zod-openapi";
import { replaceCampaignPlatforms } from "../../services/replace-campaign-platforms.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { PlatformSet } from "./campaign-fields.ts";
import { Campaign, CampaignId, toCampaign } from "./schemas.ts";

const Body = z.strictObject({ platforms: PlatformSet }).openapi("CampaignPlatforms");

const route = createRoute({
  operationId: "replaceCampaignPlatforms",
  method: "put",
  path: "/campaigns/{id}/platforms",
  summary: "Set the platforms of a campaign",
  description: "Replaces the whole set. What was submitted on a platform left out stays and is judged.",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }), body: jsonBody(Body) },
  responses: {
    200: json(Campaign, "The campaign as it is now."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

export const replaceCampaignPlatformsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const input = { id: c.req.valid("param").id, platforms: c.req.valid("json").platforms };
  return c.json(toCampaign(await replaceCampaignPlatforms(ctx, actor, input), actor), 200);
});
