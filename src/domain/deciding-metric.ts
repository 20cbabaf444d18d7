import { isWorse } from "./discrepancy.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { MetricVerdict, Verdict } from "./verdict.ts";

/** The metric a verdict's level comes from: the worst one, among equals the first of METRICS; null if all match. */
export function decidingMetric(
  metrics: Verdict["metrics"],
): { metric: Metric; verdict: MetricVerdict } | null {
  let worst: { metric: Metric; verdict: MetricVerdict } | null = null;
  for (const metric of METRICS) {
    const verdict = metrics[metric];
    if (verdict === undefined || verdict.level === "none") continue;
    if (worst === null || isWorse(verdict, worst.verdict)) worst = { metric, verdict };
  }
  return worst;
}
