import { DEFAULT_CONFIG } from "../../src/config.ts";
import { type CampaignPolicy, DEFAULT_CAMPAIGN_POLICY } from "../../src/domain/campaign-policy.ts";
import { resolveSources, type SourceOrder } from "../../src/domain/metric-source.ts";
import { type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import type { KnownPost, OpenReport } from "../../src/domain/open-report.ts";
import { type PolicyOverrides, resolvePolicy } from "../../src/domain/policy.ts";
import type { Settlement, SettlementRules } from "../../src/domain/settled.ts";
import type { Sighting } from "../../src/domain/sighting.ts";
import type { StoredReading, StoredReadings } from "../../src/domain/stored-reading.ts";
import type { TrackedCounts } from "../../src/domain/tracked-counts.ts";
import type { TrustDeltas } from "../../src/domain/trust.ts";

/** The instant every report of this factory speaks of, unless it says otherwise. */
export const CLAIMED_AT = Date.parse("2026-06-01T12:00:00.000Z");

const DEFINITION = "youtube-2025-03";

/** Trust as the scope states it, in millionths. */
export const DELTAS: TrustDeltas = {
  perfect_match: 10_000,
  minor_discrepancy: -10_000,
  medium_discrepancy: -30_000,
  high_discrepancy: -50_000,
  overclaim: -100_000,
  impossible_submission: -150_000,
};

export const RULES: SettlementRules = { limits: DEFAULT_CONFIG, deltas: DELTAS, platformName: "YouTube" };

/** A post nobody has observed yet, claimed by one affiliate. */
export function knownPost(overrides: Partial<KnownPost> = {}): KnownPost {
  return {
    id: "pst_1",
    platform: "youtube",
    platformEnabled: true,
    platformQuota: null,
    externalId: "dQw4w9WgXcQ",
    nativeId: null,
    accountId: null,
    state: "unknown",
    authorId: null,
    publishedAt: null,
    observedAt: null,
    observeDueAt: null,
    metrics: metricsOf({}),
    claimantCount: 1,
    claimants: [
      {
        campaignId: "cmp_1",
        affiliateId: "aff_1",
        bucket: "normal",
        everyMinutes: 360,
        closesAt: null,
      },
    ],
    ...overrides,
  };
}

export type ReportOverrides = Omit<Partial<OpenReport>, "post" | "claimed" | "policy"> & {
  post?: Partial<KnownPost>;
  claimed?: Partial<Metrics>;
  policy?: PolicyOverrides & Partial<Pick<CampaignPolicy, "conversion_settle_hours">>;
  sources?: Partial<SourceOrder>;
};

/** A leased report nobody has looked at yet: 1,000 views of a YouTube post, claimed at {@link CLAIMED_AT}. */
export function openReport(given: ReportOverrides = {}): OpenReport {
  const { post, claimed, policy, sources, ...overrides } = given;
  const { conversion_settle_hours = DEFAULT_CAMPAIGN_POLICY.conversion_settle_hours } = policy ?? {};
  return {
    reportId: "rep_1",
    submissionId: "sub_1",
    campaignId: "cmp_1",
    advertiserId: "adv_1",
    affiliateId: "aff_1",
    affiliateSuspended: false,
    post: knownPost(post),
    lane: "normal",
    claimedAt: CLAIMED_AT,
    claimed: metricsOf(claimed ?? { views: 1_000 }),
    method: "API",
    suspicionFlags: [],
    campaignStartsAt: CLAIMED_AT - 30 * 86_400_000,
    policyVersion: 1,
    policy: { ...resolvePolicy(policy), conversion_settle_hours, sources: resolveSources(sources) },
    supports: ["views", "likes", "comments"],
    sometimes: [],
    ownersOnly: false,
    ownAccounts: [],
    readings: {},
    advertiserReadings: {},
    tracked: null,
    state: "open",
    status: null,
    level: null,
    direction: null,
    missingReason: null,
    logs: 0,
    attempts: 0,
    incompleteSeen: false,
    firstAttemptAt: null,
    putOffSince: null,
    counted: null,
    trustLedger: null,
    rewardHolder: null,
    ...overrides,
  };
}

/** One stored count, `minutes` after the claim (before it, if negative). */
export function reading(minutes: number, value: number, definitionVersion = DEFINITION): StoredReading {
  return { at: CLAIMED_AT + minutes * 60_000, value, definitionVersion };
}

/** The stored counts of one metric; what is not named was never seen. */
export function readings(known: Partial<StoredReadings>): StoredReadings {
  return { before: null, after: null, settled: null, ...known };
}

/** What the links counted: nothing, by links that were there a day before the claim and count all there is. */
export function trackedCounts(overrides: Partial<TrackedCounts> = {}): TrackedCounts {
  const longAgo = CLAIMED_AT - 86_400_000;
  return {
    submittedAt: longAgo,
    linkedFrom: longAgo,
    claimedEarlier: [],
    landingFrom: longAgo,
    ordersFrom: longAgo,
    clicks: { before: 0, through: 0 },
    orders: 0,
    traffic: {
      human: 0,
      automated: 0,
      uniqueHuman: 0,
      recentHuman: 0,
      peakMinute: 0,
      networks: {},
      orders: 0,
      fast: 0,
    },
    ...overrides,
  };
}

/** What the platform answers: these numbers, the rest hidden. */
export function observed(
  metrics: Partial<Metrics>,
  at: number,
  definitionVersion = DEFINITION,
): Extract<Sighting, { kind: "observed" }> {
  return {
    kind: "observed",
    at,
    metrics: metricsOf(metrics),
    definitionVersion,
    authorId: null,
    publishedAt: null,
  };
}

/** A settlement that changes nothing but what is said. */
export function settlementOf(report: OpenReport, overrides: Partial<Settlement> = {}): Settlement {
  const { state, status, level, missingReason, attempts, incompleteSeen, firstAttemptAt } = report;
  return {
    report,
    state,
    status,
    level,
    direction: null,
    missingReason,
    learntFlags: [],
    attempts,
    incompleteSeen,
    firstAttemptAt,
    nextAttemptAt: null,
    putOff: null,
    log: null,
    trust: null,
    alerts: [],
    accurate: false,
    ...overrides,
  };
}
