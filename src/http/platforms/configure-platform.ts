import { createRoute } from "@hono/zod-openapi";
import { configurePlatform } from "../../services/configure-platform.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { ConfigBody, ConfigSchema, PlatformPath, platformOf, presentConfig } from "./schemas.ts";

const route = createRoute({
  operationId: "configurePlatform",
  summary: "Configure a platform",
  description: "Replaces the whole configuration; it holds from the next batch on.",
  method: "put",
  path: "/platforms/{platform}/config",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: PlatformPath, body: jsonBody(ConfigBody) },
  responses: {
    200: json(ConfigSchema, "The configuration now in force."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

export const configurePlatformOperation = createRouter().openapi(route, async (c) => {
  const platform = platformOf(c.req.valid("param").platform);
  const { enabled, settle_hours: settleHours, quota } = c.req.valid("json");
  const config = { enabled, settleHours, quota };
  const stored = await configurePlatform(c.var.ctx, c.var.actor, { platform, config });
  return c.json(presentConfig(stored), 200);
});
