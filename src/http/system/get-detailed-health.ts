import { createRoute } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import type { Ctx } from "../../context.ts";
import { oldestDue } from "../../db/queries/operations.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { backlogHealth, overallHealth, platformHealth } from "../../domain/health.ts";
import { gateSnapshots } from "../../services/gate-snapshots.ts";
import { allow, BEARER } from "../allow.ts";
import type { AppEnv } from "../app-env.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { check, DetailedHealth, type DetailedHealthBody, HEALTH_TYPE, healthJson } from "./health-schemas.ts";

const DESCRIPTION =
  "The database, the gate of every platform, and how long the oldest due report waits. warn: it works, but somebody " +
  "should look. fail: it does not work.";

const admin = allow("admin");

/** The key is looked up in the database, so that a database which is down shows here first. */
const adminOrDatabaseDown: MiddlewareHandler<AppEnv> = async (c, next) => {
  try {
    return await admin(c, next);
  } catch (error) {
    if (error instanceof ClaimcheckError) throw error;
    c.var.ctx.log.error("database_unreachable", error);
    return answer(c, databaseDown(c.var.ctx.now()));
  }
};

const route = createRoute({
  operationId: "getDetailedHealth",
  summary: "How the parts are doing",
  description: DESCRIPTION,
  method: "get",
  path: "/health/detailed",
  tags: ["System"],
  security: BEARER,
  middleware: [adminOrDatabaseDown] as const,
  responses: {
    200: healthJson(DetailedHealth, "pass or warn."),
    ...problems(401, 403),
    503: healthJson(DetailedHealth, "fail."),
  },
});

function databaseDown(now: number): DetailedHealthBody {
  const checks = { "d1:reachable": check({ status: "fail", type: "datastore", value: "no" }, now) };
  return { status: "fail", checks };
}

async function examine(ctx: Ctx): Promise<DetailedHealthBody> {
  const now = ctx.now();
  const [dueSince, gates] = await Promise.all([oldestDue(ctx.db, now), gateSnapshots(ctx)]);
  const age = dueSince === null ? null : Math.floor((now - dueSince) / 1_000);
  const observed = {
    "d1:reachable": { status: "pass", type: "datastore", value: "yes" },
    "reports:oldest_due": { status: backlogHealth(age), type: "component", value: age, unit: "s" },
    ...Object.fromEntries(
      [...gates].map(([platform, gate]) => [
        `${platform}:breaker`,
        {
          status: platformHealth(gate),
          type: "component",
          value: gate?.held ? "held" : (gate?.breaker ?? null),
        } as const,
      ]),
    ),
  } as const;
  const entries = Object.entries(observed);
  return {
    status: overallHealth(entries.map(([, { status }]) => status)),
    checks: Object.fromEntries(entries.map(([name, seen]) => [name, check(seen, now)])),
  };
}

function answer(c: Context<AppEnv>, health: DetailedHealthBody) {
  return health.status === "fail" ? c.json(health, 503, HEALTH_TYPE) : c.json(health, 200, HEALTH_TYPE);
}

export const getDetailedHealthOperation = createRouter().openapi(route, async (c) => {
  const { ctx } = c.var;
  try {
    return answer(c, await examine(ctx));
  } catch (error) {
    ctx.log.error("database_unreachable", error);
    return answer(c, databaseDown(ctx.now()));
  }
});
