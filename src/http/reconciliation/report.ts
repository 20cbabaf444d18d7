import { z } from "@hono/zod-openapi";
import { toMetrics } from "../../db/queries/known-posts.ts";
import type { AttemptRow, ReportRow, TrustEventRow } from "../../db/queries/report-detail.ts";
import { LANES } from "../../domain/lane.ts";
import type { SourcedObservation } from "../../domain/sighting.ts";
import { SUSPICION_FLAGS } from "../../domain/suspicion.ts";
import { isoOrNull } from "../../domain/time.ts";
import type { TrafficSignal } from "../../domain/traffic-signals.ts";
import { MAX_TRUST } from "../../domain/trust.ts";
import { Instant, id, MetricsSchema, PlatformName } from "../schemas.ts";
import {
  MissingReasonName,
  ReportDirection,
  ReportLevel,
  ReportObservation,
  ReportSignal,
  ReportStateName,
  ReportStatusName,
  VerdictSchema,
  wireDirection,
  wireFlags,
  wireLevel,
  wireMissingReason,
  wireStatus,
  wireVerdict,
} from "./schemas.ts";

const Claim = z
  .object({
    claimed_at: Instant,
    claimed: MetricsSchema,
    evidence: z.record(z.string(), z.unknown()).nullable(),
    suspicion_flags: z.array(z.enum(SUSPICION_FLAGS)),
    method: z.enum(["API", "DISCORD", "IMPORT"]),
    created_at: Instant,
  })
  .openapi("Claim");

const Attempt = z
  .object({
    n: z.int().openapi({ description: "The how-manieth look." }),
    at: Instant,
    run_id: z.string().nullable().openapi({ description: "The run that looked; null if none was needed." }),
    outcome: z.enum(["judged", "absent", "not_admitted", "skipped", "superseded"]),
    status: ReportStatusName,
    level: ReportLevel,
    direction: ReportDirection,
    final: z.boolean(),
    missing_reason: MissingReasonName,
    error_code: z.string().nullable(),
    policy_version: z.int(),
    settle_hours: z.int(),
    verdict: VerdictSchema.nullable().openapi({ description: "Null where nothing was judged." }),
    observations: z.array(ReportObservation).openapi({ description: "What was known." }),
    reasons: z.array(z.string()).openapi({ description: "Why, in words." }),
    signals: z
      .array(ReportSignal)
      .openapi({ description: "What stood out of the traffic on its links; it changes no verdict." }),
  })
  .openapi("ReportAttempt");

const TrustEvent = z
  .object({
    trust_event_id: z.string(),
    cause: z.string().openapi({ example: "verdict" }),
    kind: z.string().openapi({ example: "perfect_match" }),
    delta: z.number().openapi({ description: "As applied; trust lies in [0, 1].", example: 0.01 }),
    score_after: z.number().openapi({ example: 0.51 }),
    at: Instant,
  })
  .openapi("ReportTrustEvent");

export const Report = z
  .object({
    report_id: id("rep", "The claim."),
    submission_id: id("sub", "Its submission."),
    campaign_id: id("cmp", "Its campaign."),
    affiliate_id: id("aff", "Who claimed it."),
    post_id: id("pst", "The post."),
    platform: PlatformName,
    external_id: z.string(),
    canonical_url: z.url(),
    claim: Claim,
    lane: z.enum(LANES),
    state: ReportStateName,
    status: ReportStatusName,
    level: ReportLevel,
    direction: ReportDirection,
    missing_reason: MissingReasonName,
    learnt_flags: z.array(z.enum(SUSPICION_FLAGS)),
    attempt_count: z
      .int()
      .openapi({ description: "Answers of the platform that lacked what is needed; re-judging is none." }),
    judged_at: Instant.nullable(),
    next_look_at: Instant.nullable().openapi({ description: "Null once it is final." }),
    put_off: z
      .object({ since: Instant, reason: z.string().nullable() })
      .nullable()
      .openapi({ description: "Since when the platform could not be asked; null if it can." }),
    attempts: z.array(Attempt).openapi({ description: "Every look, newest last." }),
    trust_events: z.array(TrustEvent),
  })
  .openapi("Report");

const iso = (ms: number) => new Date(ms).toISOString();

/** As logs hold it: those from before there were several sources name none. */
type LoggedObservation = Omit<SourcedObservation, "source"> & Partial<Pick<SourcedObservation, "source">>;

/** What was known, one entry an observation: the judge keeps one a metric. */
function presentObservations(json: string): z.infer<typeof ReportObservation>[] {
  // safe: written by commitRun from SourcedObservations.
  const logged = JSON.parse(json) as LoggedObservation[];
  const seen = logged.map((one) => ({ ...one, source: one.source ?? "platform_api" }) as const);
  const observations = Map.groupBy(seen, ({ at, source, definitionVersion }) =>
    [at, source, definitionVersion].join(" "),
  );
  return [...observations.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const { at, source, definitionVersion } = first;
    const metrics = Object.assign({}, first.metrics, ...more.map((other) => other.metrics));
    return [{ at: iso(at), source, metrics, definition_version: definitionVersion }];
  });
}

function presentAttempt(row: AttemptRow): z.infer<typeof Attempt> {
  return {
    n: row.n,
    at: iso(row.at),
    run_id: row.run_id === "" ? null : row.run_id,
    // safe: the CHECK of its column.
    outcome: row.outcome as z.infer<typeof Attempt>["outcome"],
    status: wireStatus(row.status),
    level: wireLevel(row.level),
    direction: wireDirection(row.direction),
    final: row.final === 1,
    missing_reason: wireMissingReason(row.missing_reason),
    error_code: row.error_code,
    policy_version: row.policy_version,
    settle_hours: row.settle_hours,
    verdict: wireVerdict(row.verdict),
    observations: presentObservations(row.observations),
    // safe: written by commitRun from sentences.
    reasons: JSON.parse(row.reasons) as string[],
    // safe: written by commitRun from TrafficSignals; null where nothing was judged, or there was no traffic to judge.
    signals: JSON.parse(row.signals ?? "[]") as TrafficSignal[],
  };
}

function presentTrustEvent(row: TrustEventRow): z.infer<typeof TrustEvent> {
  return {
    trust_event_id: row.id,
    cause: row.cause,
    kind: row.kind,
    delta: row.delta / MAX_TRUST,
    score_after: row.score_after / MAX_TRUST,
    at: iso(row.created_at),
  };
}

function presentClaim(row: ReportRow): z.infer<typeof Claim> {
  return {
    claimed_at: iso(row.claimed_at),
    claimed: toMetrics(row.claimed),
    // safe: an object when it came in, see ClaimFields.
    evidence: row.evidence === null ? null : (JSON.parse(row.evidence) as Record<string, unknown>),
    suspicion_flags: wireFlags(row.suspicion_flags),
    method: row.method,
    created_at: iso(row.created_at),
  };
}

/** A claim with everything that was decided about it. */
export function presentReport(found: {
  report: ReportRow;
  attempts: AttemptRow[];
  trustEvents: TrustEventRow[];
}): z.infer<typeof Report> {
  const { report: row, attempts, trustEvents } = found;
  return {
    report_id: row.report_id,
    submission_id: row.submission_id,
    campaign_id: row.campaign_id,
    affiliate_id: row.affiliate_id,
    post_id: row.post_id,
    platform: row.platform,
    external_id: row.external_id,
    canonical_url: row.canonical_url,
    claim: presentClaim(row),
    lane: row.lane,
    state: row.state,
    status: wireStatus(row.status),
    level: wireLevel(row.level),
    direction: wireDirection(row.direction),
    missing_reason: wireMissingReason(row.missing_reason),
    learnt_flags: wireFlags(row.learnt_flags),
    attempt_count: row.attempts,
    judged_at: isoOrNull(row.judged_at),
    next_look_at: isoOrNull(row.next_attempt_at),
    put_off:
      row.put_off_since === null ? null : { since: iso(row.put_off_since), reason: row.put_off_reason },
    attempts: attempts.map(presentAttempt),
    trust_events: trustEvents.map(presentTrustEvent),
  };
}
