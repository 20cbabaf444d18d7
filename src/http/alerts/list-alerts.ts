import { createRoute, z } from "@hono/zod-openapi";
import { listAlerts } from "../../db/queries/alerts.ts";
import { ALERT_CATEGORIES, ALERT_SEVERITIES, ALERT_STATUSES } from "../../domain/alert.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, PageQuery, page } from "../schemas.ts";
import { Alert, presentAlert } from "./schemas.ts";

const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });

const Query = z.strictObject({
  ...PageQuery.shape,
  status: oneOf(ALERT_STATUSES).optional(),
  severity: oneOf(ALERT_SEVERITIES).optional(),
  category: oneOf(ALERT_CATEGORIES).optional(),
  campaign_id: id("cmp", "Only alerts of this campaign.").optional(),
});

const route = createRoute({
  operationId: "listAlerts",
  summary: "List alerts",
  description: "Newest first. An advertiser sees the alerts of its campaigns.",
  method: "get",
  path: "/alerts",
  tags: ["Alerts"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { query: Query },
  responses: { 200: json(page(Alert, "AlertPage"), "A page of alerts."), ...problems(401, 403, 422) },
});

export const listAlertsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const { limit, before } = pageRequest(query);
  const filters = {
    status: query.status ?? null,
    severity: query.severity ?? null,
    category: query.category ?? null,
    campaignId: query.campaign_id ?? null,
    advertiserId: actor.role === "advertiser" ? actor.advertiserId : null,
  };
  const rows = await listAlerts(ctx.db, filters, { before, limit });
  return c.json(toPage(c, rows, { limit, idOf: (row) => row.id, toItem: presentAlert }), 200);
});
