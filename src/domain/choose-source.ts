import type { MetricSource } from "./metric-source.ts";
import { knownMetrics, METRICS, type Metric } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
import { knownReadings, type StoredReading } from "./stored-reading.ts";
import { trackedReadings } from "./tracked-counts.ts";

/** What is known of one metric, by who says so. */
export type ReadingsBySource = Readonly<Record<MetricSource, readonly StoredReading[]>>;

/** Everything stored of a metric around the claim. What links counted of a metric that is not claimed was not loaded. */
export function storedBySource(report: OpenReport, metric: Metric): ReadingsBySource {
  const tracked = report.claimed[metric] === null ? null : report.tracked;
  return {
    platform_api: knownReadings(report.readings[metric]),
    advertiser: knownReadings(report.advertiserReadings[metric]),
    tracking_link: trackedReadings(tracked, metric, report.claimedAt),
  };
}

/** Whether the readings reach the claim: older ones alone tell little of it. */
function reaches(readings: readonly StoredReading[], claimedAt: number): boolean {
  return readings.some(({ at }) => at >= claimedAt);
}

/**
 * Whose numbers judge a metric: the first source that the campaign names whose readings reach the claim, else the first
 * with any reading; null if none has. Numbers of two sources never stand in one interval: each counts in its own way.
 */
export function chooseSource(
  order: readonly MetricSource[],
  bySource: ReadingsBySource,
  claimedAt: number,
): MetricSource | null {
  return (
    order.find((source) => reaches(bySource[source], claimedAt)) ??
    order.find((source) => bySource[source].length > 0) ??
    null
  );
}

/** The metrics that the platform supplies of every post and whose number the campaign takes from it. */
export function suppliedByPlatform({ supports, policy }: OpenReport): Metric[] {
  return METRICS.filter(
    (metric) => supports.includes(metric) && policy.sources[metric].includes("platform_api"),
  );
}

/**
 * The claimed metrics of which only the platform can tell: it may supply them, the campaign takes its word, and nobody
 * whose word goes before reaches the claim.
 */
export function askedOfPlatform(report: OpenReport): Metric[] {
  const { claimed, supports, sometimes, policy, claimedAt } = report;
  return knownMetrics(claimed).filter((metric) => {
    if (!supports.includes(metric) && !sometimes.includes(metric)) return false;
    const rank = policy.sources[metric].indexOf("platform_api");
    const bySource = storedBySource(report, metric);
    const better = policy.sources[metric].slice(0, Math.max(rank, 0));
    return rank >= 0 && !better.some((source) => reaches(bySource[source], claimedAt));
  });
}
