import { createRoute, z } from "@hono/zod-openapi";
import { listPlatformConfigs, UNTOUCHED } from "../../db/queries/platforms.ts";
import { PLATFORMS } from "../../domain/platform.ts";
import { ADAPTERS } from "../../platforms/registry.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { PlatformSchema, presentPlatform } from "./schemas.ts";

const route = createRoute({
  operationId: "listPlatforms",
  summary: "List the platforms",
  description:
    "Every platform whose posts can be claimed, and which metrics it can verify. They fit on one page.",
  method: "get",
  path: "/platforms",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin", "advertiser", "affiliate")] as const,
  responses: {
    200: json(z.object({ data: z.array(PlatformSchema) }).openapi("Platforms"), "All platforms."),
    ...problems(401),
  },
});

export const listPlatformsOperation = createRouter().openapi(route, async (c) => {
  const configs = await listPlatformConfigs(c.var.ctx.db);
  const data = PLATFORMS.map((name) => presentPlatform(ADAPTERS[name], configs.get(name) ?? UNTOUCHED));
  return c.json({ data }, 200);
});
