import { createRoute, z } from "@hono/zod-openapi";
import { findCampaign } from "../../db/queries/campaigns.ts";
import { ROLES } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Campaign, CampaignId, toCampaign } from "./schemas.ts";

const route = createRoute({
  operationId: "getCampaign",
  method: "get",
  path: "/campaigns/{id}",
  summary: "Read a campaign",
  description: "An affiliate reads those that are open or invite it, whatever their status.",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { params: z.object({ id: CampaignId }) },
  responses: { 200: json(Campaign, "The campaign."), ...problems(401, 404, 422) },
});

export const getCampaignOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const record = orNotFound(await findCampaign(ctx.db, actor, c.req.valid("param").id), "campaign");
  return c.json(toCampaign(record, actor), 200);
});
