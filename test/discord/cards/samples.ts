import fc from "fast-check";
import type { NamedAlert } from "../../../src/db/queries/alerts.ts";
import type { SubmissionRow } from "../../../src/db/queries/list-submissions.ts";
import { ALERT_CATEGORIES, ALERT_SEVERITIES, ALERT_STATUSES } from "../../../src/domain/alert.ts";
import type { ClaimStatus } from "../../../src/domain/claim-status.ts";
import { METRICS, metricsOf } from "../../../src/domain/metrics.ts";
import type { MissingReason, ReportState, ReportStatus } from "../../../src/domain/open-report.ts";
import { SUSPICION_FLAGS } from "../../../src/domain/suspicion.ts";
import type { Direction, Level, MetricVerdict } from "../../../src/domain/verdict.ts";
import { PLATFORMS } from "../../../src/platforms/lookup.ts";
import type { EvidenceFile } from "../../../src/services/read-attachment.ts";

export const NOW = Date.parse("2026-06-01T12:00:00Z");

export const STATES: readonly ReportState[] = ["open", "provisional", "final", "dead"];
export const STATUSES: readonly (ReportStatus | null)[] = [
  null,
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
];
export const MISSING_REASONS: readonly MissingReason[] = [
  "gone",
  "private",
  "no_data",
  "unreadable",
  "not_admitted",
];

export function metricVerdict(verdict: Partial<MetricVerdict>): MetricVerdict {
  return {
    claimed: 12_000,
    low: 12_000,
    high: 12_000,
    difference: 0,
    ratio: 0,
    direction: "none",
    level: "none",
    ...verdict,
  };
}

/** A claim of 12,000 views on YouTube that nobody has judged yet. */
export function claimStatus(changes: Partial<ClaimStatus> = {}): ClaimStatus {
  return {
    submissionId: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    reportId: "rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    affiliateId: "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    affiliateName: "Ada Clips",
    campaignId: "cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    campaignName: "Summer",
    platform: "youtube",
    canonicalUrl: "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    title: "A review",
    contested: false,
    claimedAt: NOW,
    claimed: metricsOf({ views: 12_000 }),
    flags: [],
    state: "open",
    status: null,
    level: null,
    missingReason: null,
    truth: {},
    reasons: [],
    judgedAt: null,
    nextLookAt: null,
    putOff: null,
    ...changes,
  };
}

/** An alert about nobody and nothing. */
export function alertRow(changes: Partial<NamedAlert> = {}): NamedAlert {
  return {
    id: "alr_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    cause: "overclaim:rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    category: "FRAUD",
    severity: "HIGH",
    status: "OPEN",
    count: 1,
    title: "A claim exceeds what the platform shows",
    message: "The affiliate claimed 12,000 views.",
    advertiser_id: null,
    campaign_id: null,
    affiliate_id: null,
    post_id: null,
    report_id: null,
    platform: "youtube",
    first_seen_at: NOW,
    last_seen_at: NOW,
    acknowledged_at: null,
    acknowledged_by: null,
    resolved_at: null,
    resolved_by: null,
    notes: null,
    announce_at: null,
    affiliate_name: null,
    campaign_name: null,
    post_url: null,
    ...changes,
  };
}

export function submissionRow(changes: Partial<SubmissionRow> = {}): SubmissionRow {
  return {
    id: "sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    campaign_id: "cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    affiliate_id: "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    post_id: "pst_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    platform: "youtube",
    external_id: "dQw4w9WgXcQ",
    canonical_url: "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    submitted_url: "https://youtu.be/dQw4w9WgXcQ",
    title: null,
    description: null,
    contested: 0,
    created_at: NOW,
    report_id: "rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E",
    claimed_at: NOW,
    claimed: "[12000,null,null,null,null,null]",
    suspicion_flags: "[]",
    state: "open",
    status: null,
    level: null,
    direction: null,
    next_attempt_at: null,
    ...changes,
  };
}

/** Text as bad as it comes: any code units, much of it, and all that Discord reads as more than text. */
export const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(..."\\*_~|>#[]()`<@:/-1. \n\u200d\ud83d\u202e", "everyone", "https://"),
  }),
  fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.nat(9_000)).map(([text, n]) => text.repeat(n)),
  fc.constant("@everyone [x](https://evil.example) <@1> <t:1:R> </a:1> ```\n# big"),
);

const count = fc.oneof(fc.nat(30), fc.nat(10_000_000), fc.constant(Number.MAX_SAFE_INTEGER));
const instant = fc.oneof(fc.constant(NOW), fc.integer({ min: 0, max: 8_640_000_000_000_000 }));
const url = fc.oneof(
  fc.constant("https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
  nasty,
  nasty.map((path) => `https://www.reddit.com/r/${path}`),
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value);

const verdict: fc.Arbitrary<MetricVerdict> = fc.record({
  claimed: count,
  low: fc.double({ min: 0, max: 1e15, noNaN: true }),
  high: fc.double({ min: 0, max: 1e15, noNaN: true }),
  difference: fc.double({ min: 0, max: 1e15, noNaN: true }),
  ratio: fc.double({ min: 0, max: 1e15, noNaN: true }),
  direction: fc.constantFrom<Direction[]>("over", "under", "none"),
  level: fc.constantFrom<(Level | "none")[]>("none", "LOW", "MEDIUM", "HIGH", "CRITICAL"),
});
const perMetric = <T>(value: fc.Arbitrary<T>) =>
  fc.record(
    { views: value, clicks: value, conversions: value, likes: value, comments: value, shares: value },
    { requiredKeys: [] },
  );

export const anyFile: fc.Arbitrary<EvidenceFile> = fc.record({
  name: nasty,
  size: fc.nat(),
  media_type: optional(fc.constantFrom("image/png", "audio/mp4")),
  declared_type: fc.constant(null),
  sha256: fc.constant(null),
  unread: optional(fc.constantFrom("expired" as const, "too_large" as const)),
});

export const anyMetrics = perMetric(fc.option(count)).map(metricsOf);

export const anyClaim: fc.Arbitrary<ClaimStatus> = fc.record({
  submissionId: fc.constant("sub_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  reportId: fc.constant("rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  affiliateId: fc.constant("aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  affiliateName: nasty,
  campaignId: fc.constant("cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E"),
  campaignName: nasty,
  platform: fc.constantFrom(...PLATFORMS),
  canonicalUrl: url,
  title: optional(nasty),
  contested: fc.boolean(),
  claimedAt: instant,
  claimed: anyMetrics,
  flags: fc.subarray([...SUSPICION_FLAGS]),
  state: fc.constantFrom(...STATES),
  status: fc.constantFrom(...STATUSES),
  level: fc.constantFrom<(Level | null)[]>(null, "LOW", "CRITICAL"),
  missingReason: optional(fc.constantFrom(...MISSING_REASONS)),
  truth: perMetric(verdict),
  reasons: fc.array(nasty, { maxLength: 20 }),
  judgedAt: optional(instant),
  nextLookAt: optional(instant),
  putOff: optional(
    fc.record({ since: instant, reason: fc.constantFrom("outage", "not_connected", "reconnect", "") }),
  ),
});

export const anyAlert: fc.Arbitrary<NamedAlert> = fc
  .record({
    category: fc.constantFrom(...ALERT_CATEGORIES),
    severity: fc.constantFrom(...ALERT_SEVERITIES),
    status: fc.constantFrom(...ALERT_STATUSES),
    count: fc.nat(),
    title: nasty,
    message: nasty,
    report_id: optional(fc.constant("rep_01KB3XPG5M8Q0V2W4Y6Z8A0C2E")),
    platform: optional(fc.constantFrom(...PLATFORMS, "newer_platform")),
    acknowledged_at: optional(instant),
    resolved_at: optional(instant),
    last_seen_at: instant,
    notes: optional(nasty),
    affiliate_name: optional(nasty),
    campaign_name: optional(nasty),
    post_url: optional(url),
  })
  .map(alertRow);

export const anySubmission: fc.Arbitrary<SubmissionRow> = fc
  .record({
    platform: fc.constantFrom(...PLATFORMS),
    canonical_url: url,
    title: optional(nasty),
    claimed: anyMetrics.map((metrics) => JSON.stringify(METRICS.map((metric) => metrics[metric]))),
    state: fc.constantFrom(...STATES),
    status: fc.constantFrom(...STATUSES),
    direction: optional(fc.constantFrom<Direction[]>("over", "under", "none")),
    claimed_at: instant,
  })
  .map(submissionRow);
