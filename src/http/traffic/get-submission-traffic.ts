import { createRoute, z } from "@hono/zod-openapi";
import { readSubmissionTraffic } from "../../db/queries/traffic-series.ts";
import { owns, ROLES } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { ORDER_FIGURES } from "../../domain/traffic-series.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { presentSeries, TrafficSeries } from "./schemas.ts";
import { TrafficQuery, trafficRange } from "./traffic-range.ts";

const route = createRoute({
  operationId: "getSubmissionTraffic",
  method: "get",
  path: "/submissions/{id}/traffic",
  summary: "Read the clicks and conversions of a submission over time",
  description: "Of all its tracked links, and the orders they count for.",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { params: z.object({ id: id("sub", "The submission.") }), query: TrafficQuery },
  responses: { 200: json(TrafficSeries, "The series."), ...problems(401, 404, 422) },
});

export const getSubmissionTrafficOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const now = ctx.now();
  const range = trafficRange(query, now);
  const read = await readSubmissionTraffic(ctx.db, c.req.valid("param").id, range);
  const isVisible =
    read.owner !== null &&
    owns(actor, { advertiserId: read.owner.advertiser_id, affiliateId: read.owner.affiliate_id });
  const owner = orNotFound(isVisible ? read.owner : null, "submission");
  const asked = { interval: query.interval, range, now };
  return c.json(presentSeries({ ...read, owner }, ORDER_FIGURES, asked), 200);
});
