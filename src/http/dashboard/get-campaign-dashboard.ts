import { createRoute, z } from "@hono/zod-openapi";
import { toActor } from "../../db/queries/api-keys.ts";
import { readCampaignDashboard } from "../../db/queries/campaign-dashboard.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { utcDay } from "../../domain/time.ts";
import { authorise, BEARER, bearerHash } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { CampaignDashboard, presentDashboard } from "./campaign-dashboard.ts";

/** Days of the time series, today included. */
const SERIES_DAYS = 30;

// The bearer is only known after the read, so nothing may be refused before it: an id of any shape is looked for.
const CampaignId = z.string().openapi({ description: "The campaign.", pattern: "^cmp_[0-9A-Z]{26}$" });

const route = createRoute({
  operationId: "getCampaignDashboard",
  summary: "Read a campaign's dashboard",
  description: "Totals, platforms, top affiliates, the last 30 days and recent alerts of one campaign.",
  method: "get",
  path: "/dashboard/campaigns/{id}",
  tags: ["Dashboard"],
  security: BEARER,
  request: { params: z.object({ id: CampaignId }) },
  responses: { 200: json(CampaignDashboard, "The dashboard."), ...problems(401, 403, 404) },
});

/**
 * The page people keep open, so it costs one round trip: key, campaign and figures are read together, and what was
 * read is shown to nobody before the bearer is known to own it.
 */
export const getCampaignDashboardOperation = createRouter().openapi(route, async (c) => {
  const { db, now } = c.var.ctx;
  const secretHash = await bearerHash(c);
  const today = utcDay(now());
  const rows = await readCampaignDashboard(db, {
    secretHash,
    campaignId: c.req.valid("param").id,
    now: now(),
    days: { from: today - SERIES_DAYS + 1, to: today + 1 },
  });
  const actor = authorise(toActor(rows.bearer), ["admin", "advertiser"]);
  const { campaign } = rows;
  const isVisible = campaign !== null && owns(actor, { advertiserId: campaign.advertiser_id });
  return c.json(presentDashboard(orNotFound(isVisible ? campaign : null, "campaign"), rows), 200);
});
