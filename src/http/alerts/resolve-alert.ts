import { createRoute, z } from "@hono/zod-openapi";
import { notes } from "../../lib/fields.ts";
import { resolveAlert } from "../../services/resolve-alert.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { Alert, AlertId, presentAlert } from "./schemas.ts";

const Body = z
  .strictObject({ notes: notes().openapi({ description: "What was found out and done." }) })
  .openapi("AlertResolution");

const route = createRoute({
  operationId: "resolveAlert",
  summary: "Resolve an alert",
  description: "Closes it for good. If its cause comes back, a new alert is raised.",
  method: "put",
  path: "/alerts/{id}/resolve",
  tags: ["Alerts"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: AlertId, body: jsonBody(Body) },
  responses: { 200: json(Alert, "Resolved."), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
});

export const resolveAlertOperation = createRouter().openapi(route, async (c) => {
  const { id } = c.req.valid("param");
  const { notes: found } = c.req.valid("json");
  return c.json(presentAlert(await resolveAlert(c.var.ctx, c.var.actor, { id, notes: found })), 200);
});
