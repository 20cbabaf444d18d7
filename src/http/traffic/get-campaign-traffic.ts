import { createRoute, z } from "@hono/zod-openapi";
import { readCampaignTraffic } from "../../db/queries/traffic-series.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { CAMPAIGN_ORDER_FIGURES } from "../../domain/traffic-series.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { CampaignTrafficSeries, presentSeries } from "./schemas.ts";
import { TrafficQuery, trafficRange } from "./traffic-range.ts";

const route = createRoute({
  operationId: "getCampaignTraffic",
  method: "get",
  path: "/campaigns/{id}/traffic",
  summary: "Read the clicks and conversions of a campaign over time",
  description: "Of all its tracked links, and all orders its advertiser reported.",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: id("cmp", "The campaign.") }), query: TrafficQuery },
  responses: { 200: json(CampaignTrafficSeries, "The series."), ...problems(401, 403, 404, 422) },
});

export const getCampaignTrafficOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const now = ctx.now();
  const range = trafficRange(query, now);
  const read = await readCampaignTraffic(ctx.db, c.req.valid("param").id, range);
  const isVisible = read.owner !== null && owns(actor, { advertiserId: read.owner.advertiser_id });
  const owner = orNotFound(isVisible ? read.owner : null, "campaign");
  const asked = { interval: query.interval, range, now };
  return c.json(presentSeries({ ...read, owner }, CAMPAIGN_ORDER_FIGURES, asked), 200);
});
