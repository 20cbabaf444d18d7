import { createRoute, z } from "@hono/zod-openapi";
import { createRouter } from "../router.ts";
import { HEALTH_TYPE, healthJson } from "./health-schemas.ts";

const route = createRoute({
  operationId: "getHealth",
  summary: "Is the Worker up",
  description: "Asks nothing of any dependency: it answers as long as the Worker runs.",
  method: "get",
  path: "/health",
  tags: ["System"],
  security: [],
  responses: { 200: healthJson(z.object({ status: z.literal("pass") }).openapi("Health"), "It is.") },
});

export const getHealthOperation = createRouter().openapi(route, (c) =>
  c.json({ status: "pass" as const }, 200, HEALTH_TYPE),
);
