import { createRoute, z } from "@hono/zod-openapi";
import { notes } from "../../lib/fields.ts";
import { acknowledgeAlert } from "../../services/acknowledge-alert.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Alert, AlertId, presentAlert } from "./schemas.ts";

const Body = z
  .strictObject({ notes: notes().optional().openapi({ description: "Kept with the alert." }) })
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
  const { notes: noted = null } = c.req.valid("json");
  return c.json(presentAlert(await acknowledgeAlert(c.var.ctx, c.var.actor, { id, notes: noted })), 200);
});
