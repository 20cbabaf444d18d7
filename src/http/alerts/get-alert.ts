import { createRoute } from "@hono/zod-openapi";
import { findAlert } from "../../db/queries/alerts.ts";
import { owns } from "../../domain/actor.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Alert, AlertId, presentAlert } from "./schemas.ts";

const route = createRoute({
  operationId: "getAlert",
  summary: "Read one alert",
  method: "get",
  path: "/alerts/{id}",
  tags: ["Alerts"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: AlertId },
  responses: { 200: json(Alert, "The alert."), ...problems(401, 403, 404, 422) },
});

export const getAlertOperation = createRouter().openapi(route, async (c) => {
  const alert = await findAlert(c.var.ctx.db, c.req.valid("param").id);
  if (alert === null || !owns(c.var.actor, { advertiserId: alert.advertiser_id })) {
    throw new ClaimcheckError("not_found", "There is no such alert.");
  }
  return c.json(presentAlert(alert), 200);
});
