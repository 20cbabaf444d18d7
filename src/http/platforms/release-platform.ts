import { createRoute } from "@hono/zod-openapi";
import { releasePlatform } from "../../services/hold-platform.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { GateSchema, PlatformPath, platformOf, presentGate } from "./schemas.ts";

const route = createRoute({
  operationId: "releasePlatform",
  summary: "Let calls to a platform out again",
  description: "Ends a hold. Releasing a platform that is not held changes nothing.",
  method: "post",
  path: "/platforms/{platform}/release",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: PlatformPath },
  responses: { 200: json(GateSchema, "Not held any more."), ...problems(401, 403, 404) },
});

export const releasePlatformOperation = createRouter().openapi(route, async (c) => {
  const platform = platformOf(c.req.valid("param").platform);
  return c.json(presentGate(await releasePlatform(c.var.ctx, c.var.actor, platform)), 200);
});
