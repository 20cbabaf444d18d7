import { createRoute, z } from "@hono/zod-openapi";
import { readPlatformLoad, WAITING_CAP, type Waiting } from "../../db/queries/platforms.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { gateSnapshot } from "../../services/gate-snapshots.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, json, PlatformName } from "../schemas.ts";
import {
  ConfigSchema,
  GateSchema,
  instantOrNull,
  PlatformPath,
  platformOf,
  presentConfig,
  presentGate,
} from "./schemas.ts";

const WaitingSchema = z
  .object({
    reports: z.int().openapi({ description: "Reports that wait because the platform cannot be asked." }),
    oldest_since: Instant.nullable().openapi({ description: "Since when the first of them waits." }),
    oldest_age_seconds: z.int().nullable(),
    capped: z.boolean().openapi({
      description: `true: only the ${WAITING_CAP} reports that waited longest, of all platforms, were counted.`,
    }),
  })
  .openapi("WaitingReports");

/** Each outcome a call can have, counted since the beginning. */
const VendorCalls = z
  .object({
    answered: z.int(),
    rate_limited: z.int(),
    unauthorised: z.int(),
    outage: z.int(),
    unreadable: z.int(),
  })
  .openapi("VendorCalls", { description: "Calls to the platform so far, by outcome." });

const Status = z
  .object({
    platform: PlatformName,
    config: ConfigSchema,
    gate: GateSchema,
    put_off: WaitingSchema,
    vendor_calls: VendorCalls,
  })
  .openapi("PlatformStatus");

const route = createRoute({
  operationId: "getPlatformStatus",
  summary: "Read a platform's status",
  description: "Whether it may be called right now, what waits for it, and how its calls went.",
  method: "get",
  path: "/platforms/{platform}/status",
  tags: ["Platforms"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: PlatformPath },
  responses: { 200: json(Status, "The status now."), ...problems(401, 403, 404, 503) },
});

function presentWaiting(waiting: Waiting, now: number): z.infer<typeof WaitingSchema> {
  const { reports, oldestSince, capped } = waiting;
  return {
    reports,
    oldest_since: instantOrNull(oldestSince),
    oldest_age_seconds: oldestSince === null ? null : Math.floor((now - oldestSince) / 1_000),
    capped,
  };
}

export const getPlatformStatusOperation = createRouter().openapi(route, async (c) => {
  const { ctx } = c.var;
  const platform = platformOf(c.req.valid("param").platform);
  const [gate, load] = await Promise.all([gateSnapshot(ctx, platform), readPlatformLoad(ctx.db, platform)]);
  if (gate === null) {
    const detail = `The gate of ${displayNameOf(platform)} could not be reached.`;
    throw new ClaimcheckError("temporarily_unavailable", detail);
  }
  const calls = (outcome: string) => load.vendorCalls.get(outcome) ?? 0;
  return c.json(
    {
      platform,
      config: presentConfig(load.config),
      gate: presentGate(gate),
      put_off: presentWaiting(load.waiting, ctx.now()),
      vendor_calls: {
        answered: calls("answered"),
        rate_limited: calls("rate_limited"),
        unauthorised: calls("unauthorised"),
        outage: calls("outage"),
        unreadable: calls("unreadable"),
      },
    },
    200,
  );
});
