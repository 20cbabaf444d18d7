import type { FieldError } from "./errors.ts";
import { METRICS, type Metric } from "./metrics.ts";
import { DEFAULT_POLICY, POLICY_NUMBERS, type Policy } from "./policy.ts";

/** A campaign's policy, whole: what it did not override is written out. Settle hours that are null are each platform's own. */
export type CampaignPolicy = Omit<Policy, "settle_hours"> & { settle_hours: number | null };

type PolicyNumber = (typeof POLICY_NUMBERS)[number];

/** What is changed of a policy; everything not named stays. Slack is named metric by metric. */
export type PolicyChange = Partial<Record<Exclude<PolicyNumber, "settle_hours">, number | undefined>> & {
  settle_hours?: number | null | undefined;
  slack?: Partial<Record<Metric, number | undefined>> | undefined;
};

/** The policy of a campaign that overrides nothing. */
export const DEFAULT_CAMPAIGN_POLICY: Readonly<CampaignPolicy> = { ...DEFAULT_POLICY, settle_hours: null };

/** The policy with the change in it. Keys keep their order, so that equal policies are equal as JSON. */
export function changePolicy(policy: Readonly<CampaignPolicy>, change: PolicyChange): CampaignPolicy {
  const next = { ...policy, slack: { ...policy.slack } };
  for (const key of POLICY_NUMBERS) {
    if (key !== "settle_hours") next[key] = change[key] ?? next[key];
  }
  if (change.settle_hours !== undefined) next.settle_hours = change.settle_hours;
  for (const metric of METRICS) next.slack[metric] = change.slack?.[metric] ?? next.slack[metric];
  return next;
}

/** The bounds of the levels, in the order in which they have to rise. */
const RISING = ["match_tolerance", "low_max", "medium_max", "critical_over"] as const;

/** Every bound that lies below the one before it, as the fields of a body that holds the policy as `policy`. */
export function policyConflicts(policy: CampaignPolicy): FieldError[] {
  return RISING.flatMap((key, i) => {
    const below = RISING[i - 1];
    if (below === undefined || policy[key] >= policy[below]) return [];
    return [{ pointer: `#/policy/${key}`, detail: `must be at least ${below} (${policy[below]})` }];
  });
}
