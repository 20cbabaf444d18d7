import { invalidField } from "./errors.ts";
import { METRICS, type Metric, type Metrics, metricsOf } from "./metrics.ts";

/** Digits alone, or in groups of three as people write them: 12,000, 12.000, 12 000, 12'000. */
const GROUPED = /^\d{1,3}(?:([,.' \u00A0\u202F\u2019])\d{3})(?:\1\d{3})*$/;
const PLAIN = /^\d{1,16}$/;

/**
 * A count that somebody typed. No other spelling is guessed at: "1.2k" or "12,5" could mean many things.
 *
 * @returns null for an empty text: nothing is claimed
 * @throws {ClaimcheckError} validation_failed, pointing at the metric
 */
export function countTyped(text: string, metric: Metric): number | null {
  const typed = text.trim();
  if (typed === "") return null;
  const digits = GROUPED.test(typed) ? typed.replaceAll(/\D/g, "") : typed;
  if (!PLAIN.test(digits)) throw notACount(metric);
  return wholeCount(Number(digits), metric);
}

/** @throws {ClaimcheckError} validation_failed unless it is a whole number from 0 to 2^53 - 1 */
export function wholeCount(value: number, metric: Metric): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw notACount(metric);
}

/**
 * The metrics of a claim.
 *
 * @throws {ClaimcheckError} validation_failed if it claims nothing
 */
export function claimedMetricsOf(counts: Partial<Record<Metric, number | null>>): Metrics {
  if (METRICS.every((metric) => (counts[metric] ?? null) === null)) {
    throw invalidField("#/claimed_views", "Claim at least one metric.");
  }
  return metricsOf(counts);
}

function notACount(metric: Metric) {
  return invalidField(`#/claimed_${metric}`, "must be a whole number such as 12000");
}
