import { createRoute, z } from "@hono/zod-openapi";
import { type AlertCount, countUnresolved } from "../../db/queries/alerts.ts";
import { ALERT_CATEGORIES, ALERT_SEVERITIES } from "../../domain/alert.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";

const countOf = <K extends string>(kinds: readonly K[]) =>
  // safe: a schema for every kind, and for nothing else.
  z.object(Object.fromEntries(kinds.map((kind) => [kind, z.int()])) as Record<K, z.ZodInt>);

const Breakdown = z
  .object({ total: z.int(), by_category: countOf(ALERT_CATEGORIES), by_severity: countOf(ALERT_SEVERITIES) })
  .openapi("AlertBreakdown");

const Stats = z
  .object({
    open: Breakdown.openapi({ description: "Nobody looks at them yet." }),
    acknowledged: Breakdown.openapi({ description: "Somebody looks at them." }),
  })
  .openapi("AlertStats");

const route = createRoute({
  operationId: "getAlertStats",
  summary: "Count unresolved alerts",
  description: "By category and by severity. An advertiser counts the alerts of its campaigns.",
  method: "get",
  path: "/alerts/stats",
  tags: ["Alerts"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  responses: { 200: json(Stats, "The counts now."), ...problems(401, 403) },
});

function breakdown(counts: readonly AlertCount[]): z.infer<typeof Breakdown> {
  const sum = (some: readonly AlertCount[]) => some.reduce((total, { alerts }) => total + alerts, 0);
  const by = <K extends string>(kinds: readonly K[], kindOf: (count: AlertCount) => K) =>
    // safe: a count for every kind.
    Object.fromEntries(
      kinds.map((kind) => [kind, sum(counts.filter((count) => kindOf(count) === kind))]),
    ) as Record<K, number>;
  return {
    total: sum(counts),
    by_category: by(ALERT_CATEGORIES, ({ category }) => category),
    by_severity: by(ALERT_SEVERITIES, ({ severity }) => severity),
  };
}

export const getAlertStatsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const counts = await countUnresolved(ctx.db, actor.role === "advertiser" ? actor.advertiserId : null);
  const of = (status: AlertCount["status"]) => breakdown(counts.filter((count) => count.status === status));
  return c.json({ open: of("OPEN"), acknowledged: of("ACKNOWLEDGED") }, 200);
});
