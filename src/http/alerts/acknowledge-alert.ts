import { createRoute, z } from "@hono/zod-openapi";
import { acknowledgeAlert } from "../../services/acknowledge-alert.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, text } from "../schemas.ts";
import { Alert, AlertId, presentAlert } from "./schemas.ts";

const Body = z
  .strictObject({ notes: text(2_000).optional().openapi({ description: "Kept with the alert." }) })
  .openapi("AlertAcknowledgement");

const route = createRoute({
  operationId: "acknowledgeAlert",
  summary: "Acknowledge an alert",
  description: "Says that somebody is looking. Doing it twice changes nothing and answers the alert.",
  method: "put",
  path: "/alerts/{id}/acknowledge",
  tags: ["Alerts"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: {
    params: AlertId,
    body: { required: false, content: { "application/json": { schema: Body } } },
  },
  responses: {
    200: json(Alert, "Acknowledged."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const acknowledgeAlertOperation = createRouter().openapi(route, async (c) => {
  const { id } = c.req.valid("param");
  const notes = c.req.valid("json").notes ?? null;
  return c.json(presentAlert(await acknowledgeAlert(c.var.ctx, c.var.actor, { id, notes })), 200);
});
