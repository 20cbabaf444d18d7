import { createRoute, z } from "@hono/zod-openapi";
import { listPlatformConfigs, UNTOUCHED } from "../../db/queries/platforms.ts";
import { ADAPTERS } from "../../platforms/registry.ts";
import { isConfigured } from "../../services/find-readers.ts";
import { gateSnapshots } from "../../services/gate-snapshots.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { PlatformSchema, presentPlatform } from "./schemas.ts";

const route = createRoute({
  operationId: "listPlatforms",
  summary: "List the platforms",
  description:
    "Every platform whose posts can be claimed: which metrics it can verify, whether it can be asked now, what is left of " +
    "its quota and when it last answered. They fit on one page.",
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
  const { ctx } = c.var;
  const [configs, gates] = await Promise.all([listPlatformConfigs(ctx.db), gateSnapshots(ctx)]);
  const data = ADAPTERS.map((adapter) => {
    const { platform } = adapter;
    const config = configs.get(platform) ?? UNTOUCHED;
    const configured = isConfigured(ctx, adapter);
    return presentPlatform({ adapter, config, configured, gate: gates.get(platform) ?? null });
  });
  return c.json({ data }, 200);
});
