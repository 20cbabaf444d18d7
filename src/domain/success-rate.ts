import type { RollupColumn } from "./rollup.ts";

/**
 * The share of verdicts that confirm their claim: (MATCHED + DISCREPANCY_LOW) / final, in [0, 1].
 *
 * @returns null as long as there is no verdict: nothing is known yet, which is not a failure
 */
export function successRate(counts: Record<"matched" | "discrepancy_low" | "final", number>): number | null {
  return counts.final === 0 ? null : (counts.matched + counts.discrepancy_low) / counts.final;
}

/** Reports without a verdict that are still to get one: what was skipped or superseded never will. */
export function pendingReports(
  counts: Record<Extract<RollupColumn, "reports" | "final" | "skipped" | "superseded">, number>,
): number {
  return counts.reports - counts.final - counts.skipped - counts.superseded;
}
