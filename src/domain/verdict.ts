import type { Metric } from "./metrics.ts";

/** On which side of the truth a claim lies. */
export type Direction = "over" | "under" | "none";

/** How grave a discrepancy is; CRITICAL exists only above the truth. */
export type Level = "LOW" | "MEDIUM" | "HIGH" | "CRITICAL";

export type VerdictStatus =
  | "MATCHED"
  | "DISCREPANCY_LOW"
  | "DISCREPANCY_MEDIUM"
  | "DISCREPANCY_HIGH"
  | "AFFILIATE_OVERCLAIMED"
  | "MISSING_PLATFORM_DATA"
  | "INCOMPLETE_PLATFORM_DATA"
  | "UNVERIFIABLE";

/** The lines a verdict can add to the trust ledger; the ledger knows others beside them. */
export type TrustEventKind =
  | "perfect_match"
  | "minor_discrepancy"
  | "medium_discrepancy"
  | "high_discrepancy"
  | "overclaim";

/** How one claimed count lies to the truth. */
export interface MetricVerdict {
  claimed: number;
  /** The interval of the truth, both ends included; fractional where growth was allowed for. */
  low: number;
  high: number;
  /** Counts outside the interval; 0 within it. */
  difference: number;
  /** The difference as a fraction of the nearer end, which counts as 1 when it is less. */
  ratio: number;
  /** Given even where the difference is within slack or tolerance. */
  direction: Direction;
  level: Level | "none";
}

/**
 * What the judge returns, in the wire's own keys: it is stored as JSON and shown as it is.
 *
 * Source: docs/reconciliation.md, "Verdict".
 */
export interface Verdict {
  status: VerdictStatus;
  /** Of the deciding metric; null if every judged metric matches. */
  level: Level | null;
  direction: Direction;
  /** Judged metrics per claimed metric, in [0, 1]. */
  confidence: number;
  /** The platform has not settled: shown and looked at again, but it moves no trust and raises no alert yet. */
  provisional: boolean;
  /** Some judged metric rests on observations older than the claim alone, or on a count of a part of what is claimed. */
  weak: boolean;
  trust_event: TrustEventKind | null;
  /** Claimed metrics that a source can supply but has not, in the order of METRICS. */
  missing: Metric[];
  /** Claimed metrics that no source can supply, in the order of METRICS. */
  unavailable: Metric[];
  /** The judged metrics, in the order of METRICS. */
  metrics: Partial<Record<Metric, MetricVerdict>>;
}
