import type { TrustEventKind as JudgedTrustEvent } from "./judge.ts";

/** The score an affiliate starts with, in millionths. */
export const INITIAL_TRUST = 500_000;
export const MAX_TRUST = 1_000_000;

export type TrustEventKind = JudgedTrustEvent | "impossible_submission" | "compensation";

/** Trust of each event in millionths; the reward is multiplied by the verdict's confidence. */
export type TrustDeltas = Readonly<Record<Exclude<TrustEventKind, "compensation">, number>>;

export const TRUST_BUCKETS = ["critical", "low", "normal", "high"] as const;
export type TrustBucket = (typeof TRUST_BUCKETS)[number];

/** Lower bounds of the buckets above `critical`, in millionths. */
export const BUCKET_BOUNDS = { low: 250_000, normal: 500_000, high: 750_000 } as const;

/** The bucket of a score: >= 0.75 high, >= 0.50 normal, >= 0.25 low, below that critical. */
export function trustBucket(trust: number): TrustBucket {
  if (trust >= BUCKET_BOUNDS.high) return "high";
  if (trust >= BUCKET_BOUNDS.normal) return "normal";
  if (trust >= BUCKET_BOUNDS.low) return "low";
  return "critical";
}

/** What an event asks for, before clamping. Whole millionths. */
export function trustDelta(kind: keyof TrustDeltas, confidence: number, deltas: TrustDeltas): number {
  return kind === "perfect_match" ? Math.round(deltas.perfect_match * confidence) : deltas[kind];
}

/**
 * Several clamped additions as one: `score -> min(high, max(low, score + sum))`.
 * Adding and clamping to [0, 1] one event after the other is exactly this function of the first score, so SQL applies
 * a whole batch to a score that the Worker never has to know.
 */
export interface ClampedSum {
  sum: number;
  low: number;
  high: number;
}

/** Changes nothing of a score in [0, 1]. */
export const NO_CHANGE: ClampedSum = { sum: 0, low: 0, high: MAX_TRUST };

const clamp = (value: number) => Math.min(MAX_TRUST, Math.max(0, value));

/** `before`, then one more event of `delta`. */
export function thenAdd(before: ClampedSum, delta: number): ClampedSum {
  return { sum: before.sum + delta, low: clamp(before.low + delta), high: clamp(before.high + delta) };
}

/** The score after. SQL computes the same in src/db/queries/commit-trust.ts. */
export function applyTo(trust: number, change: ClampedSum): number {
  return Math.min(change.high, Math.max(change.low, trust + change.sum));
}
