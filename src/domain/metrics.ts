/** The metrics of a post, in the order every list, tie-break and table of Claimcheck uses. */
export const METRICS = ["views", "clicks", "conversions", "likes", "comments", "shares"] as const;

export type Metric = (typeof METRICS)[number];

/** One number per metric. `null` means unknown (hidden, not supplied, failed) and is never a zero. */
export type Metrics = Record<Metric, number | null>;

/** Metrics of which nothing is known. */
export const UNKNOWN_METRICS: Readonly<Metrics> = {
  views: null,
  clicks: null,
  conversions: null,
  likes: null,
  comments: null,
  shares: null,
};

/** A full record from the metrics that are known; what is not named is unknown. */
export function metricsOf(known: Partial<Record<Metric, number | null | undefined>>): Metrics {
  const metrics: Metrics = { ...UNKNOWN_METRICS };
  for (const metric of METRICS) metrics[metric] = known[metric] ?? null;
  return metrics;
}

/** The metrics that carry a number, in the order of {@link METRICS}. */
export function knownMetrics(metrics: Partial<Record<Metric, number | null | undefined>>): Metric[] {
  return METRICS.filter((metric) => typeof metrics[metric] === "number");
}
