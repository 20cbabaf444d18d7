import { createRoute, z } from "@hono/zod-openapi";
import { readOperations } from "../../db/queries/operations.ts";
import { METRICS_TYPE, renderMetrics } from "../../domain/prometheus.ts";
import { gateSnapshots } from "../../services/gate-snapshots.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { metricFamilies } from "./metric-families.ts";

const route = createRoute({
  operationId: "getMetrics",
  summary: "Read the metrics",
  description: "For Prometheus: let it send an admin key as its bearer token.",
  method: "get",
  path: "/metrics",
  tags: ["System"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  responses: {
    200: {
      description: "Prometheus' text format, version 0.0.4.",
      content: { "text/plain": { schema: z.string() } },
    },
    ...problems(401, 403),
  },
});

export const getMetricsOperation = createRouter().openapi(route, async (c) => {
  const { ctx } = c.var;
  const now = ctx.now();
  const [operations, gates, queued] = await Promise.all([
    readOperations(ctx.db, now),
    gateSnapshots(ctx),
    ctx.queues.backlog(),
  ]);
  const text = renderMetrics(metricFamilies({ ...operations, gates, queued, now }));
  return c.text(text, 200, { "Content-Type": METRICS_TYPE });
});
