import { z } from "@hono/zod-openapi";
import type { PlatformConfig } from "../../db/queries/platforms.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import type { GateSnapshot } from "../../domain/gate.ts";
import { METRICS } from "../../domain/metrics.ts";
import { PLATFORMS, type Platform } from "../../domain/platform.ts";
import type { PlatformAdapter } from "../../platforms/adapter.ts";
import { Instant, PlatformName, text } from "../schemas.ts";

/** The platform a path names. A name we do not know is no bad request: there is nothing at that address. */
export const PlatformPath = z.object({
  platform: z
    .string()
    .openapi({ description: "A platform's name.", example: "youtube", enum: [...PLATFORMS] }),
});

/** @throws {ClaimcheckError} not_found */
export function platformOf(name: string): Platform {
  const platform = PLATFORMS.find((known) => known === name);
  if (platform !== undefined) return platform;
  throw new ClaimcheckError("not_found", `There is no such platform; there are ${PLATFORMS.join(", ")}.`);
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

export const PlatformSchema = z
  .object({
    name: PlatformName,
    display_name: z.string().openapi({ example: "YouTube" }),
    supports: z
      .array(z.enum(METRICS))
      .openapi({ description: "The metrics it can supply; claims of others stay unverified." }),
    settle_hours: z.number().openapi({ description: `${SETTLE_HOURS} As in effect.` }),
    batch_size: z.int().openapi({ description: "Posts it answers for in one call." }),
    enabled: z.boolean().openapi({ description: "Whether posts are taken and observed." }),
    definition_version: z
      .string()
      .openapi({ description: "Which definition of its counts it publishes.", example: "2026-08-24" }),
  })
  .openapi("Platform");

export function presentPlatform(
  adapter: PlatformAdapter,
  config: PlatformConfig,
): z.infer<typeof PlatformSchema> {
  return {
    name: adapter.platform,
    display_name: adapter.displayName,
    supports: [...adapter.supports],
    settle_hours: config.settleHours ?? adapter.settleHours,
    batch_size: adapter.batchSize,
    enabled: config.enabled,
    definition_version: adapter.definitionVersion,
  };
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
