import { METRICS, type Metric } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
import type { SourcedObservation } from "./sighting.ts";
import { countedFrom, countsAll } from "./tracked-counts.ts";

/** The metrics of which a part of what is claimed may be older than the count, and since when it counts, ms UTC. */
export type CountedSince = Partial<Record<Metric, number>>;

/** What of the observations is our links' count of a part of the submission's life; a lower bound of the truth. */
export function partialCounts(
  { tracked }: OpenReport,
  observations: readonly SourcedObservation[],
): CountedSince {
  const partial: CountedSince = {};
  if (tracked === null) return partial;
  const ours = observations.filter(({ source }) => source === "tracking_link");
  for (const metric of METRICS) {
    const since = countedFrom(tracked, metric);
    const judges = ours.some(({ metrics }) => metric in metrics);
    if (since !== null && judges && !countsAll(tracked, metric)) partial[metric] = since;
  }
  return partial;
}
