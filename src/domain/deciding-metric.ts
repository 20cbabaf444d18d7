import { isWorse } from "./discrepancy.ts";
import { METRICS, type Metric } from "./metrics.ts";
import type { MetricVerdict, Verdict } from "./verdict.ts";

interface Judged {
  metric: Metric;
  verdict: MetricVerdict;
}

/**
 * The metric a verdict's level comes from: the worst one, among equals the first of METRICS; null if all match. One that is
 * counted in part decides only where no other is wrong, so that it never covers for an overclaim of another.
 */
export function decidingMetric(metrics: Verdict["metrics"], partial: readonly Metric[] = []): Judged | null {
  const wrong = METRICS.flatMap((metric) => {
    const verdict = metrics[metric];
    return verdict === undefined || verdict.level === "none" ? [] : [{ metric, verdict }];
  });
  const firm = wrong.filter(({ metric }) => !partial.includes(metric));
  return (firm.length > 0 ? firm : wrong).reduce<Judged | null>(
    (worst, next) => (worst === null || isWorse(next.verdict, worst.verdict) ? next : worst),
    null,
  );
}
