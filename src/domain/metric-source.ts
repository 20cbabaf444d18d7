import { METRICS, type Metric } from "./metrics.ts";

/**
 * Where a number comes from: our own count of a tracked link's clicks and of the orders attributed to it, the
 * advertiser's own measurement, or the platform.
 */
export const METRIC_SOURCES = ["tracking_link", "advertiser", "platform_api"] as const;
export type MetricSource = (typeof METRIC_SOURCES)[number];

/** The sources of each metric that a campaign trusts, best first; the first that has a number decides. */
export type SourceOrder = Record<Metric, MetricSource[]>;

const FIRST_PARTY: readonly MetricSource[] = ["tracking_link", "advertiser", "platform_api"];

/** First party where there can be one: clicks and conversions are ours or the advertiser's, the rest the platform's. */
export const DEFAULT_SOURCES: Readonly<SourceOrder> = {
  views: ["platform_api"],
  clicks: [...FIRST_PARTY],
  conversions: [...FIRST_PARTY],
  likes: ["platform_api"],
  comments: ["platform_api"],
  shares: ["platform_api"],
};

/** What a tracked link can count. */
export const TRACKABLE: readonly Metric[] = ["clicks", "conversions"];

/** An order in which everything not named keeps its default. Shares nothing with its input. */
export function resolveSources(given: Partial<SourceOrder> | undefined): SourceOrder {
  // safe: one entry a metric.
  return Object.fromEntries(
    METRICS.map((metric) => [metric, [...(given?.[metric] ?? DEFAULT_SOURCES[metric])]]),
  ) as SourceOrder;
}
