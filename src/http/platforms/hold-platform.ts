import { createRoute } from "@hono/zod-openapi";
import { holdPlatform } from "../../services/hold-platform.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { GateSchema, HoldBody, PlatformPath, platformOf, presentGate } from "./schemas.ts";

const route = createRoute({
  operationId: "holdPlatform",
  summary: "Stop all calls to a platform",
  description: "Until it is released. Posts are still taken; their reports wait.",
  method: "post",
  path: "/platforms/{platform}/hold",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: PlatformPath, body: jsonBody(HoldBody) },
  responses: { 200: json(GateSchema, "Held."), ...problems(400, 401, 403, 404, 413, 415, 422) },
});

export const holdPlatformOperation = createRouter().openapi(route, async (c) => {
  const platform = platformOf(c.req.valid("param").platform);
  const { reason } = c.req.valid("json");
  const gate = await holdPlatform(c.var.ctx, c.var.actor, { platform, reason });
  return c.json(presentGate(gate), 200);
});
