import { z } from "@hono/zod-openapi";
import type { ResultRow } from "../../db/queries/list-results.ts";
import type { Direction, Level, MetricVerdict, Verdict } from "../../domain/judge.ts";
import { METRIC_SOURCES } from "../../domain/metric-source.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";
import { type MissingReason, REPORT_STATES, type ReportStatus } from "../../domain/open-report.ts";
import { SUSPICION_FLAGS, type SuspicionFlag, TRAFFIC_FLAGS } from "../../domain/suspicion.ts";
import { isoOrNull } from "../../domain/time.ts";
import { Count, Instant, id, PlatformName } from "../schemas.ts";

/** How a report can stand; `PENDING` until its first verdict. */
export const REPORT_STATUSES = [
  "PENDING",
  "MATCHED",
  "DISCREPANCY_LOW",
  "DISCREPANCY_MEDIUM",
  "DISCREPANCY_HIGH",
  "AFFILIATE_OVERCLAIMED",
  "MISSING_PLATFORM_DATA",
  "INCOMPLETE_PLATFORM_DATA",
  "UNVERIFIABLE",
  "SKIPPED_SUSPENDED",
  "SUPERSEDED",
] as const satisfies readonly (ReportStatus | "PENDING")[];

export const REPORT_LEVELS = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const satisfies readonly Level[];
const DIRECTIONS = ["over", "under", "none"] as const satisfies readonly Direction[];
const MISSING_REASONS = [
  "gone",
  "private",
  "no_data",
  "unreadable",
  "not_admitted",
] as const satisfies readonly MissingReason[];

export const ReportStatusName = z.enum(REPORT_STATUSES).openapi("ReportStatus", {
  description: "The verdict; PENDING until the first one. It is settled once `state` is final.",
});
export const ReportStateName = z.enum(REPORT_STATES).openapi("ReportState", {
  description: "open and provisional are looked at again; final is closed; dead waits for an operator.",
});
export const ReportLevel = z
  .enum(REPORT_LEVELS)
  .nullable()
  .openapi({ description: "How grave the discrepancy is; null if there is none, or no verdict." });
export const ReportDirection = z
  .enum(DIRECTIONS)
  .nullable()
  .openapi({ description: "Whether the claim lies over or under the truth." });
export const MissingReasonName = z
  .enum(MISSING_REASONS)
  .nullable()
  .openapi({ description: "Why platform data is missing; null if it is not." });

/** The status of a row on the wire. */
export const wireStatus = (status: string | null) =>
  // safe: the column holds these statuses alone.
  (status ?? "PENDING") as (typeof REPORT_STATUSES)[number];
// safe: the CHECKs of their columns hold these values alone.
export const wireLevel = (level: string | null) => level as Level | null;
export const wireDirection = (direction: string | null) => direction as Direction | null;
export const wireMissingReason = (reason: string | null) => reason as MissingReason | null;
export const wireFlags = (json: string) => JSON.parse(json) as SuspicionFlag[];

const MetricVerdictSchema = z
  .object({
    claimed: Count,
    low: z.number().openapi({ description: "The truth lies at or above this…" }),
    high: z.number().openapi({ description: "…and at or below this, at the claim's instant." }),
    difference: z.number().openapi({ description: "Counts outside the interval; 0 within it." }),
    ratio: z.number().openapi({ description: "The difference as a fraction of the nearer end." }),
    direction: z.enum(DIRECTIONS),
    level: z.enum([...REPORT_LEVELS, "none"]),
  })
  .openapi("MetricVerdict");

const byMetric = <T extends z.ZodType>(schema: T) =>
  z.object(
    // safe: one optional entry for each metric.
    Object.fromEntries(METRICS.map((metric) => [metric, schema.optional()])) as Record<
      Metric,
      z.ZodOptional<T>
    >,
  );

/** The judged metrics of a look. */
export const JudgedMetrics = byMetric(MetricVerdictSchema).openapi("JudgedMetrics");

export const VerdictSchema = z
  .object({
    status: ReportStatusName,
    level: ReportLevel,
    direction: z.enum(DIRECTIONS),
    confidence: z.number().openapi({ description: "Judged metrics per claimed metric, in [0, 1]." }),
    provisional: z.boolean().openapi({ description: "The platform has not settled its numbers yet." }),
    weak: z.boolean().openapi({
      description:
        "Rests on numbers from before the claim alone, or on a count of a part of what is claimed.",
    }),
    trust_event: z.string().nullable().openapi({ description: "What it does to trust; null for nothing." }),
    missing: z.array(z.enum(METRICS)).openapi({ description: "Claimed, and not supplied yet." }),
    unavailable: z.array(z.enum(METRICS)).openapi({ description: "Claimed, and never published." }),
    metrics: JudgedMetrics,
  })
  .openapi("Verdict");

/** A stored verdict; null where a look judged nothing. */
export const wireVerdict = (json: string | null) =>
  // safe: written by commitRun from a Verdict.
  json === null ? null : (JSON.parse(json) as Verdict);

export const SourceName = z.enum(METRIC_SOURCES).openapi("MetricSource", {
  description: "Who counted: our tracked links, the advertiser or the platform.",
});

export const ReportObservation = z
  .object({
    at: Instant,
    source: SourceName,
    metrics: byMetric(z.int().nullable()),
    definition_version: z.string().openapi({ description: "Which definition the source counted by." }),
  })
  .openapi("ReportObservation");

/** Something that stood out of the traffic on a submission's links. */
export const ReportSignal = z
  .object({
    flag: z.enum(TRAFFIC_FLAGS),
    count: z.int().openapi({ description: "What stands out: beside `of`, or as a part of it." }),
    of: z.int(),
    network: z.string().nullable().openapi({ description: "The AS number, if it is about a network." }),
    sentence: z.string().openapi({ example: "400 of 500 clicks came within one minute." }),
  })
  .openapi("TrafficSignal");

export const Result = z
  .object({
    report_id: id("rep", "The claim."),
    submission_id: id("sub", "Its submission."),
    campaign_id: id("cmp", "Its campaign."),
    affiliate_id: id("aff", "Who claimed it."),
    platform: PlatformName,
    state: ReportStateName,
    status: ReportStatusName,
    level: ReportLevel,
    direction: ReportDirection,
    confidence: z.number().nullable().openapi({
      description: "Judged metrics per claimed metric at the last look; null if it judged nothing.",
    }),
    claimed_at: Instant,
    judged_at: Instant.nullable().openapi({ description: "The last look; null before the first." }),
    attempts: z.int().openapi({ description: "Answers of the platform that lacked what is needed." }),
    missing_reason: MissingReasonName,
    // A union, because the document says of JudgedMetrics.nullable() that it is never null.
    metrics: z.union([JudgedMetrics, z.null()]).openapi({ description: "What the last look judged." }),
    learnt_flags: z
      .array(z.enum(SUSPICION_FLAGS))
      .openapi({ description: "Suspicions that only the platform's answer showed." }),
  })
  .openapi("Result");

/** A report with its verdict as the wire shows it. */
export function presentResult(row: ResultRow): z.infer<typeof Result> {
  return {
    report_id: row.report_id,
    submission_id: row.submission_id,
    campaign_id: row.campaign_id,
    affiliate_id: row.affiliate_id,
    platform: row.platform,
    state: row.state,
    status: wireStatus(row.status),
    level: wireLevel(row.level),
    direction: wireDirection(row.direction),
    confidence: row.confidence,
    claimed_at: new Date(row.claimed_at).toISOString(),
    judged_at: isoOrNull(row.judged_at),
    attempts: row.attempts,
    missing_reason: wireMissingReason(row.missing_reason),
    // safe: the metrics of a Verdict.
    metrics:
      row.metrics === null ? null : (JSON.parse(row.metrics) as Partial<Record<Metric, MetricVerdict>>),
    learnt_flags: wireFlags(row.learnt_flags),
  };
}
