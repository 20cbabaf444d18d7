import type { Metrics } from "./metrics.ts";

/** What the traffic of a submission's tracked links can show; domain/traffic-signals.ts says when. */
export const TRAFFIC_FLAGS = [
  "clicks_without_views",
  "conversions_without_clicks",
  "click_burst",
  "one_network",
  "fast_conversions",
  "automated_traffic",
] as const;

export type TrafficFlag = (typeof TRAFFIC_FLAGS)[number];

/** Why a claim looks odd. A flag is a reason to look first, never a verdict. */
export const SUSPICION_FLAGS = [
  "high_ctr",
  "high_cvr",
  "clicks_exceed_views",
  "conversions_exceed_clicks",
  "large_claim_without_evidence",
  "metric_fell",
  "metric_spiked",
  "claimed_ahead_of_time",
  "published_before_campaign",
  "not_own_post",
  ...TRAFFIC_FLAGS,
] as const;

export type SuspicionFlag = (typeof SUSPICION_FLAGS)[number];

/** Thresholds; the meaning of each is in src/config.ts under the same name. */
export interface SuspicionThresholds {
  readonly SUSPICION_CTR: number;
  readonly SUSPICION_CTR_MIN_VIEWS: number;
  readonly SUSPICION_CVR: number;
  readonly SUSPICION_CVR_MIN_CLICKS: number;
  readonly SUSPICION_EVIDENCE_VIEWS: number;
  readonly SUSPICION_FALL: number;
  readonly SUSPICION_SPIKE: number;
}

export interface SuspectClaim {
  claimed: Metrics;
  /** The previous report of the same submission, if there is one. */
  previous: Metrics | null;
  hasEvidence: boolean;
  /** The claim's instant lay ahead of our clock (within the tolerated skew). */
  aheadOfTime: boolean;
}

function compare(claimed: Metrics, previous: Metrics, limits: SuspicionThresholds): SuspicionFlag[] {
  const flags = new Set<SuspicionFlag>();
  for (const [metric, before] of Object.entries(previous)) {
    // safe: both records have exactly the metrics as keys.
    const now = claimed[metric as keyof Metrics];
    if (now === null || before === null) continue;
    if (now < before && (before - now) / before > limits.SUSPICION_FALL) flags.add("metric_fell");
    if (before > 0 && (now - before) / before > limits.SUSPICION_SPIKE) flags.add("metric_spiked");
  }
  return [...flags];
}

function examineFunnel(
  { views, clicks, conversions }: Metrics,
  limits: SuspicionThresholds,
): SuspicionFlag[] {
  const flags: SuspicionFlag[] = [];
  if (views !== null && clicks !== null) {
    if (clicks > views) flags.push("clicks_exceed_views");
    const enough = views >= limits.SUSPICION_CTR_MIN_VIEWS;
    if (enough && clicks / views > limits.SUSPICION_CTR) flags.push("high_ctr");
  }
  if (clicks !== null && conversions !== null) {
    if (conversions > clicks) flags.push("conversions_exceed_clicks");
    const enough = clicks >= limits.SUSPICION_CVR_MIN_CLICKS;
    if (enough && conversions / clicks > limits.SUSPICION_CVR) flags.push("high_cvr");
  }
  return flags;
}

/**
 * The flags a claim earns by itself, in the order of {@link SUSPICION_FLAGS}. Rates of exactly the threshold are fine;
 * a rate is only taken from enough views or clicks; what is not claimed cannot be odd.
 *
 * Rates are divided, never thresholds multiplied: 63 / 180 is the very double 0.35, but 0.35 * 180 is less than 63.
 */
export function suspicionFlags(claim: SuspectClaim, limits: SuspicionThresholds): SuspicionFlag[] {
  const { views } = claim.claimed;
  const flags = new Set(examineFunnel(claim.claimed, limits));
  if (views !== null && views >= limits.SUSPICION_EVIDENCE_VIEWS && !claim.hasEvidence) {
    flags.add("large_claim_without_evidence");
  }
  if (claim.previous) for (const flag of compare(claim.claimed, claim.previous, limits)) flags.add(flag);
  if (claim.aheadOfTime) flags.add("claimed_ahead_of_time");
  return SUSPICION_FLAGS.filter((flag) => flags.has(flag));
}

/** A funnel that cannot be: clicks above views or conversions above clicks, each by more than its slack. */
export function isImpossible(claimed: Metrics, slack: Readonly<Record<keyof Metrics, number>>): boolean {
  const { views, clicks, conversions } = claimed;
  if (views !== null && clicks !== null && clicks - views > slack.clicks) return true;
  return clicks !== null && conversions !== null && conversions - clicks > slack.conversions;
}
