import { METRICS, type Metric } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
import type { SourcedObservation } from "./sighting.ts";
import { HOUR_MS } from "./time.ts";
import { settlesAt } from "./truth-interval.ts";

/** Settle windows in hours after the claim, of the metrics that are judged by other numbers than the platform's. */
export type SettleHours = Partial<Record<Metric, number>>;

/** When one look at a report is judged, and how long clicks may take to be counted. */
export interface LookAt {
  now: number;
  clickSettleSeconds: number;
}

/**
 * The windows of a report by who made the observations. Our own count of the claim's instant is settled once its window
 * is over, so that it has none any more; what an advertiser measured is settled at once.
 */
export function settleHoursOf(
  report: OpenReport,
  observations: readonly SourcedObservation[],
  look: LookAt,
): SettleHours {
  const windows: SettleHours = {};
  for (const { source, metrics } of observations) {
    if (source === "platform_api") continue;
    for (const metric of METRICS) {
      if (metric in metrics)
        windows[metric] = source === "advertiser" ? 0 : trackedWindow(report, metric, look);
    }
  }
  return windows;
}

function trackedWindow({ policy, claimedAt }: OpenReport, metric: Metric, look: LookAt): number {
  const clickHours = (look.clickSettleSeconds * 1_000) / HOUR_MS;
  const hours = metric === "clicks" ? clickHours : policy.conversion_settle_hours;
  return look.now < settlesAt(claimedAt, { settle_hours: hours }) ? hours : 0;
}

/** When the deciding metric of a verdict settles, whole ms UTC. */
export function verdictSettlesAt(report: OpenReport, deciding: Metric | null, windows: SettleHours): number {
  const own = deciding === null ? undefined : windows[deciding];
  return Math.ceil(settlesAt(report.claimedAt, { settle_hours: own ?? report.policy.settle_hours }));
}
