import { z } from "@hono/zod-openapi";
import type { PlatformConfig } from "../../db/queries/platforms.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import type { GateSnapshot } from "../../domain/gate.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { Platform } from "../../domain/platform.ts";
import type { PlatformAdapter } from "../../platforms/adapter.ts";
import { factOf } from "../../platforms/facts.ts";
import { PLATFORMS } from "../../platforms/lookup.ts";
import { ADAPTERS } from "../../platforms/registry.ts";
import { Instant, PlatformName, text } from "../schemas.ts";

/** The platform a path names. A name we do not know is no bad request: there is nothing at that address. */
export const PlatformPath = z.object({
  platform: z
    .string()
    .openapi({ description: "A platform's name.", example: "youtube", enum: [...PLATFORMS] }),
});

/** @throws {ClaimcheckError} not_found */
export function platformOf(name: string): Platform {
  if (ADAPTERS.some(({ platform }) => platform === name)) return name;
  throw new ClaimcheckError(
    "not_found",
    `There is no such platform; there are ${ADAPTERS.map(({ platform }) => platform).join(", ")}.`,
  );
}

export const Quota = z
  .strictObject({
    limit: z.int().min(1).max(1_000_000_000).openapi({ description: "Calls a window." }),
    window_seconds: z
      .int()
      .min(1)
      .max(2_678_400)
      .openapi({ description: "Length of a window; it begins with the first call after the one before." }),
  })
  .openapi("PlatformQuota", {
    description: "A quota the platform tells in no header; our own limit on calls to it.",
  });

const SETTLE_HOURS = "Hours until the platform's numbers are final; claims are judged provisionally before.";

const MetricSchema = z
  .object({
    metric: z.enum(METRICS),
    field: z.string().openapi({ description: "The platform's own name of the count.", example: "viewCount" }),
    definition_version: z
      .string()
      .openapi({ description: "Which definition of the count it publishes.", example: "2026-08-24" }),
    settle_hours: z.number().openapi({ description: "Hours until the published number is final." }),
    only: z.string().nullable().openapi({
      description: "Which posts have it, if not all: where there is none, a claim of it stays unverified.",
    }),
  })
  .openapi("PlatformMetric");

const STATES = [
  "ok",
  "throttled",
  "probing",
  "down",
  "held",
  "disabled",
  "not_configured",
  "unknown",
] as const;

export const PlatformSchema = z
  .object({
    name: PlatformName,
    display_name: z.string().openapi({ example: "YouTube" }),
    state: z.enum(STATES).openapi({
      description:
        "ok: it is asked; throttled: no call is left for now; probing, down: after failures; held, disabled: by an " +
        "operator; not_configured: our credential is missing; unknown: its gate could not be reached.",
    }),
    supports: z.array(z.enum(METRICS)).openapi({
      description: "The metrics it can supply for every post; claims of others stay unverified.",
    }),
    metrics: z.array(MetricSchema).openapi({ description: "Where each number comes from." }),
    connect: z.enum(["oauth", "code", "none"]).openapi({
      description:
        "oauth: posts are read with their owner's grant alone, so accounts are connected; code: a code in the profile " +
        "proves who owns an account, if somebody wants to; none: neither.",
    }),
    settle_hours: z.number().openapi({ description: `${SETTLE_HOURS} As in effect.` }),
    batch_size: z.int().openapi({ description: "Posts it answers for in one call." }),
    enabled: z.boolean().openapi({ description: "Whether posts are taken and observed." }),
    quota: z
      .object({ limit: z.number(), remaining: z.number().nullable(), reset_at: Instant.nullable() })
      .nullable()
      .openapi({ description: "The tightest window known of any credential; null if none is known." }),
    last_success_at: Instant.nullable().openapi({
      description: "When it last answered; null if it never did.",
    }),
    last_failure_at: Instant.nullable(),
  })
  .openapi("Platform");

export interface PlatformView {
  adapter: PlatformAdapter;
  config: PlatformConfig;
  /** Whether our secrets for it are set. */
  configured: boolean;
  /** Null if it could not be reached. */
  gate: GateSnapshot | null;
}

export function presentPlatform(view: PlatformView): z.infer<typeof PlatformSchema> {
  const { adapter, config, gate } = view;
  const fact = factOf(adapter);
  return {
    name: adapter.platform,
    display_name: adapter.displayName,
    state: stateOf(view),
    supports: [...fact.supports],
    metrics: METRICS.flatMap((metric) => {
      const source = adapter.metrics[metric];
      if (source === undefined) return [];
      const { field, definitionVersion, settleHours, only = null } = source;
      return [{ metric, field, definition_version: definitionVersion, settle_hours: settleHours, only }];
    }),
    connect: fact.ownersOnly ? "oauth" : adapter.profiles ? "code" : "none",
    settle_hours: config.settleHours ?? fact.settleHours,
    batch_size: adapter.batchSize,
    enabled: config.enabled,
    quota: tightestQuota(gate),
    last_success_at: instantOrNull(gate?.last_success_at ?? null),
    last_failure_at: instantOrNull(gate?.last_failure_at ?? null),
  };
}

function stateOf({ config, configured, gate }: PlatformView): (typeof STATES)[number] {
  if (!config.enabled) return "disabled";
  if (!configured) return "not_configured";
  if (gate === null) return "unknown";
  if (gate.held !== null) return "held";
  if (gate.breaker === "open") return "down";
  if (gate.breaker === "half_open") return "probing";
  const { credentials } = gate;
  return credentials.length > 0 && credentials.every(({ retry_at }) => retry_at !== null)
    ? "throttled"
    : "ok";
}

function tightestQuota(gate: GateSnapshot | null) {
  const known = (gate?.credentials ?? []).flatMap(({ limit, remaining, reset_at }) =>
    limit === null ? [] : [{ limit, remaining, reset_at: instantOrNull(reset_at) }],
  );
  const left = ({ limit, remaining }: (typeof known)[number]) => (remaining ?? limit) / limit;
  return known.toSorted((a, b) => left(a) - left(b))[0] ?? null;
}

/** What an operator sets. A PUT replaces it, so every field has to be there. */
export const ConfigBody = z
  .strictObject({
    enabled: z.boolean().openapi({ description: "false takes no posts of it and calls it no more." }),
    settle_hours: z
      .int()
      .min(0)
      .max(720)
      .nullable()
      .openapi({ description: `${SETTLE_HOURS} null for the platform's own.` }),
    quota: Quota.nullable().openapi({ description: "null to obey the platform's own limits alone." }),
  })
  .openapi("PlatformConfigInput");

export const ConfigSchema = z
  .object({
    ...ConfigBody.shape,
    updated_at: Instant.nullable().openapi({ description: "null if it never was configured." }),
  })
  .openapi("PlatformConfig");

export function presentConfig(config: PlatformConfig): z.infer<typeof ConfigSchema> {
  const { enabled, settleHours, quota, updatedAt } = config;
  return { enabled, settle_hours: settleHours, quota, updated_at: instantOrNull(updatedAt) };
}

const CredentialSchema = z
  .object({
    credential: z.string().openapi({ description: "A label, never the secret.", example: "app" }),
    limit: z.number().nullable().openapi({ description: "Calls of the tightest window known." }),
    remaining: z.number().nullable().openapi({ description: "Calls left in it." }),
    reset_at: Instant.nullable(),
    retry_at: Instant.nullable().openapi({ description: "If no call may start now, when the next may." }),
    reason: z.string().nullable().openapi({ example: "rate_limited" }),
  })
  .openapi("PlatformCredential");

export const GateSchema = z
  .object({
    breaker: z
      .enum(["closed", "open", "half_open"])
      .openapi({ description: "closed: calls go out; open: none; half_open: probes only." }),
    consecutive_failures: z.int(),
    opened_at: Instant.nullable(),
    probe_at: Instant.nullable().openapi({ description: "When an open breaker lets the first probe out." }),
    held: z
      .object({ reason: z.string(), since: Instant })
      .nullable()
      .openapi({ description: "An operator's stop." }),
    credentials: z.array(CredentialSchema),
    calls_in_flight: z.int(),
    last_failure_at: Instant.nullable(),
    last_success_at: Instant.nullable(),
  })
  .openapi("PlatformGate", { description: "What decides whether the platform may be called." });

export function presentGate(gate: GateSnapshot): z.infer<typeof GateSchema> {
  return {
    breaker: gate.breaker,
    consecutive_failures: gate.consecutive_failures,
    opened_at: instantOrNull(gate.opened_at),
    probe_at: instantOrNull(gate.probe_at),
    held: gate.held && { reason: gate.held.reason, since: new Date(gate.held.since).toISOString() },
    credentials: gate.credentials.map((credential) => ({
      ...credential,
      reset_at: instantOrNull(credential.reset_at),
      retry_at: instantOrNull(credential.retry_at),
    })),
    calls_in_flight: gate.calls_in_flight,
    last_failure_at: instantOrNull(gate.last_failure_at),
    last_success_at: instantOrNull(gate.last_success_at),
  };
}

export const HoldBody = z
  .strictObject({ reason: text(200).openapi({ description: "Shown with the platform's status." }) })
  .openapi("PlatformHold");

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
