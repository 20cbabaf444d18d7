import { METRICS, type Metric } from "./metrics.ts";

/**
 * What the judge tolerates, and how far an observation made beside the claim's instant still speaks for it.
 * The keys are the wire's own, because a policy is stored, versioned and shown as JSON in exactly this shape.
 * Ratios are fractions of the truth (0.05 = 5 %).
 *
 * Source: docs/reconciliation.md, "Policy".
 */
export interface Policy {
  /** Up to this ratio a claim matches, inclusive. */
  match_tolerance: number;
  /** Below this ratio a discrepancy is LOW, exclusive. */
  low_max: number;
  /** Up to this ratio a discrepancy is MEDIUM, inclusive; past it, HIGH. */
  medium_max: number;
  /** Past this ratio a HIGH or CRITICAL claim above the truth is an overclaim, exclusive. */
  overclaim_min: number;
  /** Past this ratio a HIGH claim above the truth is CRITICAL, exclusive. */
  critical_over: number;
  /** Counts by which a claim may differ and still match whatever the ratio, inclusive. */
  slack: Record<Metric, number>;
  /** Growth of a post allowed for each hour between observation and claim, as a fraction. */
  growth_per_hour: number;
  /** Hours after which the growth allowance stops growing. */
  growth_cap_hours: number;
  /** Hours after the claim until the platform's numbers are final; 0 where they are near live. */
  settle_hours: number;
}

/** The keys of a {@link Policy} that hold one number. */
export const POLICY_NUMBERS = [
  "match_tolerance",
  "low_max",
  "medium_max",
  "overclaim_min",
  "critical_over",
  "growth_per_hour",
  "growth_cap_hours",
  "settle_hours",
] as const satisfies readonly (keyof Policy)[];

type PolicyNumber = (typeof POLICY_NUMBERS)[number];

/** What a campaign or platform changes of the default; slack is named metric by metric. */
export type PolicyOverrides = Partial<Record<PolicyNumber, number | undefined>> & {
  slack?: Partial<Record<Metric, number | undefined>> | undefined;
};

export const DEFAULT_POLICY: Readonly<Policy> = {
  match_tolerance: 0.01,
  low_max: 0.05,
  medium_max: 0.2,
  overclaim_min: 0.2,
  critical_over: 0.5,
  slack: { views: 10, clicks: 3, conversions: 1, likes: 5, comments: 3, shares: 3 },
  growth_per_hour: 0.1,
  growth_cap_hours: 24,
  settle_hours: 0,
};

/** A whole policy from what is overridden; everything not named keeps its default. Shares nothing with its input. */
export function resolvePolicy(overrides: PolicyOverrides = {}): Policy {
  const policy: Policy = { ...DEFAULT_POLICY, slack: { ...DEFAULT_POLICY.slack } };
  for (const key of POLICY_NUMBERS) policy[key] = overrides[key] ?? policy[key];
  for (const metric of METRICS) policy.slack[metric] = overrides.slack?.[metric] ?? policy.slack[metric];
  return policy;
}
