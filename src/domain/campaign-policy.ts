import type { FieldError } from "./errors.ts";
import { type MetricSource, resolveSources, type SourceOrder, TRACKABLE } from "./metric-source.ts";
import { METRICS, type Metric } from "./metrics.ts";
import { DEFAULT_POLICY, POLICY_NUMBERS, type Policy } from "./policy.ts";

/** A campaign's policy, whole: what it did not override is written out. Settle hours that are null are each platform's own. */
export type CampaignPolicy = Omit<Policy, "settle_hours"> & {
  settle_hours: number | null;
  /** Hours after the claim within which late conversions may still be reported. */
  conversion_settle_hours: number;
  /** Whose number of each metric decides. */
  sources: SourceOrder;
};

type PolicyNumber = (typeof POLICY_NUMBERS)[number];

/** What is changed of a policy; everything not named stays. Slack is named metric by metric. */
export type PolicyChange = Partial<Record<Exclude<PolicyNumber, "settle_hours">, number | undefined>> & {
  settle_hours?: number | null | undefined;
  conversion_settle_hours?: number | undefined;
  /** Named metric by metric; each list replaces that metric's. */
  sources?: Partial<Record<Metric, MetricSource[] | undefined>> | undefined;
  slack?: Partial<Record<Metric, number | undefined>> | undefined;
};

/** The policy of a campaign that overrides nothing. */
export const DEFAULT_CAMPAIGN_POLICY: Readonly<CampaignPolicy> = {
  ...DEFAULT_POLICY,
  settle_hours: null,
  conversion_settle_hours: 24,
  sources: resolveSources(undefined),
};

/** A policy as it was stored; one from before there were sources gets the default ones. */
export function storedPolicy(json: string): CampaignPolicy {
  // safe: a policy is validated before it is stored, and never edited.
  const stored = JSON.parse(json) as CampaignPolicy;
  return { ...DEFAULT_CAMPAIGN_POLICY, ...stored, sources: resolveSources(stored.sources) };
}

/** The policy with the change in it. Keys keep their order, so that equal policies are equal as JSON. */
export function changePolicy(policy: Readonly<CampaignPolicy>, change: PolicyChange): CampaignPolicy {
  const next = { ...policy, slack: { ...policy.slack }, sources: resolveSources(policy.sources) };
  for (const key of POLICY_NUMBERS) {
    if (key !== "settle_hours") next[key] = change[key] ?? next[key];
  }
  if (change.settle_hours !== undefined) next.settle_hours = change.settle_hours;
  next.conversion_settle_hours = change.conversion_settle_hours ?? next.conversion_settle_hours;
  for (const metric of METRICS) {
    next.slack[metric] = change.slack?.[metric] ?? next.slack[metric];
    next.sources[metric] = [...(change.sources?.[metric] ?? next.sources[metric])];
  }
  return next;
}

/** The bounds of the levels, in the order in which they have to rise. */
const RISING = ["match_tolerance", "low_max", "medium_max", "critical_over"] as const;

/** What is wrong with a policy as a whole, as the fields of a body that holds it as `policy`. */
export function policyConflicts(policy: CampaignPolicy): FieldError[] {
  return [...boundConflicts(policy), ...sourceConflicts(policy)];
}

/** Each source once a metric, and no tracked link for what it cannot count. */
function sourceConflicts({ sources }: CampaignPolicy): FieldError[] {
  return METRICS.flatMap((metric) => {
    const pointer = `#/policy/sources/${metric}`;
    const named = sources[metric];
    const twice = new Set(named).size < named.length;
    const untracked = named.includes("tracking_link") && !TRACKABLE.includes(metric);
    return [
      ...(named.length === 0 ? [{ pointer, detail: "must name a source" }] : []),
      ...(twice ? [{ pointer, detail: "must name each source once" }] : []),
      ...(untracked ? [{ pointer, detail: "cannot be counted by a tracked link" }] : []),
    ];
  });
}

/** Every bound that lies below the one before it. */
function boundConflicts(policy: CampaignPolicy): FieldError[] {
  return RISING.flatMap((key, i) => {
    const below = RISING[i - 1];
    if (below === undefined || policy[key] >= policy[below]) return [];
    return [{ pointer: `#/policy/${key}`, detail: `must be at least ${below} (${policy[below]})` }];
  });
}
