import type { Policy } from "./policy.ts";
import { HOUR_MS } from "./time.ts";

/** One known count of one metric. `at` is ms UTC. */
export interface Reading {
  at: number;
  value: number;
}

interface Bounds {
  low: number;
  high: number;
  /** They rest on a reading older than the claim alone, or on a count of a part. */
  weak: boolean;
}

/** Where the true count of a metric lay at the instant of a claim. */
export interface TruthInterval extends Bounds {
  /** The platform's settled number is part of it. */
  settled: boolean;
}

/** When the platform's numbers for a claim are final, ms UTC; fractional if `settle_hours` makes it so. */
export function settlesAt(claimedAt: number, policy: Pick<Policy, "settle_hours">): number {
  return claimedAt + policy.settle_hours * HOUR_MS;
}

/**
 * The truth of one metric at the instant of a claim, or null while the readings cannot tell.
 * Older readings alone tell nothing before the last attempt, because a newer one may still come.
 *
 * Source: docs/reconciliation.md, "Truth at the claim's instant".
 */
export function truthInterval(
  readings: readonly Reading[],
  claimedAt: number,
  { policy, lastAttempt }: { policy: Policy; lastAttempt: boolean },
): TruthInterval | null {
  const bounds = boundsFromNearest(readings, claimedAt, policy);
  if (bounds === null || (bounds.weak && !lastAttempt)) return null;

  const settled = firstSettled(readings, claimedAt, policy);
  if (settled === null) return { ...bounds, settled: false };
  // Only the upper bound moves: a platform that publishes late has shown too little, never too much.
  return { ...bounds, high: Math.max(bounds.high, settled.value), settled: true };
}

function boundsFromNearest(readings: readonly Reading[], claimedAt: number, policy: Policy): Bounds | null {
  const before = latest(readings.filter(({ at }) => at <= claimedAt));
  const after = earliest(readings.filter(({ at }) => at > claimedAt));
  if (before?.at === claimedAt) return { low: before.value, high: before.value, weak: false };
  if (before !== null && after !== null) {
    // Both orders occur: platforms also take counts away.
    const [low, high] = [Math.min(before.value, after.value), Math.max(before.value, after.value)];
    return { low, high, weak: false };
  }
  if (after !== null) {
    return { low: after.value / growthFactor(claimedAt, after.at, policy), high: after.value, weak: false };
  }
  if (before !== null) {
    return { low: before.value, high: before.value * growthFactor(before.at, claimedAt, policy), weak: true };
  }
  return null;
}

/** By how much a count may have grown between two instants (ms UTC), at least 1. */
function growthFactor(fromMs: number, toMs: number, policy: Policy): number {
  const gapHours = (toMs - fromMs) / HOUR_MS;
  return 1 + policy.growth_per_hour * Math.min(gapHours, policy.growth_cap_hours);
}

function firstSettled(readings: readonly Reading[], claimedAt: number, policy: Policy): Reading | null {
  if (policy.settle_hours <= 0) return null;
  const settlesAtMs = settlesAt(claimedAt, policy);
  return earliest(readings.filter(({ at }) => at >= settlesAtMs));
}

/** The latest reading; of several at one instant the last given, which is the newest knowledge of it. */
function latest(readings: readonly Reading[]): Reading | null {
  return readings.reduce<Reading | null>(
    (best, reading) => (best === null || reading.at >= best.at ? reading : best),
    null,
  );
}

/** The earliest reading; of several at one instant the last given. */
function earliest(readings: readonly Reading[]): Reading | null {
  return readings.reduce<Reading | null>(
    (best, reading) => (best === null || reading.at <= best.at ? reading : best),
    null,
  );
}
