import type { Metric } from "./metrics.ts";
import type { Policy } from "./policy.ts";
import type { TruthInterval } from "./truth-interval.ts";
import type { Direction, Level, MetricVerdict } from "./verdict.ts";

const SEVERITY = { none: 0, LOW: 1, MEDIUM: 2, HIGH: 3, CRITICAL: 4 } as const;
const PRECEDENCE = { none: 0, under: 1, over: 2 } as const;

/**
 * Measures one claimed count against the interval of its truth. Nothing is rounded.
 *
 * Source: docs/reconciliation.md, "Distance" and "Level".
 */
export function measureClaim(
  { metric, claimed }: { metric: Metric; claimed: number },
  { low, high }: Pick<TruthInterval, "low" | "high">,
  policy: Policy,
): MetricVerdict {
  const { direction, difference, base } = distanceOf(claimed, low, high);
  const ratio = difference / Math.max(base, 1);
  const matches = difference <= policy.slack[metric] || ratio <= policy.match_tolerance;
  const level = matches ? "none" : levelOf(ratio, direction, policy);
  return { claimed, low, high, difference, ratio, direction, level };
}

/** Whether `a` decides before `b`: by level, then over before under, then the larger ratio. Equals do not. */
export function isWorse(a: MetricVerdict, b: MetricVerdict): boolean {
  if (a.level !== b.level) return SEVERITY[a.level] > SEVERITY[b.level];
  if (a.direction !== b.direction) return PRECEDENCE[a.direction] > PRECEDENCE[b.direction];
  return a.ratio > b.ratio;
}

interface Distance {
  direction: Direction;
  difference: number;
  /** The end of the interval that the difference is measured from. */
  base: number;
}

function distanceOf(claimed: number, low: number, high: number): Distance {
  if (claimed > high) return { direction: "over", difference: claimed - high, base: high };
  if (claimed < low) return { direction: "under", difference: low - claimed, base: low };
  return { direction: "none", difference: 0, base: high };
}

function levelOf(ratio: number, direction: Direction, policy: Policy): Level {
  if (ratio < policy.low_max) return "LOW";
  if (ratio <= policy.medium_max) return "MEDIUM";
  return direction === "over" && ratio > policy.critical_over ? "CRITICAL" : "HIGH";
}
