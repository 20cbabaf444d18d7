import { METRICS, type Metric } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
import type { CountedSince } from "./partial-counts.ts";
import type { SourcedObservation } from "./sighting.ts";
import { countedFrom, countedThen } from "./tracked-counts.ts";

/** What the sentences of a verdict need to know beside it. */
export interface ReasonContext {
  /** As people write it: "YouTube". */
  platformName: string;
  claimedAt: number;
  observations: readonly SourcedObservation[];
  /** The metrics that the platform has for some posts only. */
  sometimes?: readonly Metric[];
  /** The metrics of which the campaign does not take the platform's word. */
  notTaken?: readonly Metric[];
  /** The metrics that the submission's links count, but did not yet at the claim's instant. */
  countedLater?: readonly Metric[];
  /** The metrics that the links counted a part of, and since when, ms UTC. */
  countedSince?: CountedSince;
  /** Null once final. */
  nextLookAt: number | null;
}

/** What is to be said of a report's verdict. */
export function reasonContext(
  { claimedAt, sometimes, policy, tracked }: OpenReport,
  look: Pick<ReasonContext, "platformName" | "observations" | "countedSince" | "nextLookAt">,
): ReasonContext {
  const namedIn = (source: "platform_api" | "tracking_link") =>
    METRICS.filter((metric) => policy.sources[metric].includes(source));
  const taken = namedIn("platform_api");
  const countedLater =
    tracked === null
      ? []
      : namedIn("tracking_link").filter(
          (metric) => countedFrom(tracked, metric) !== null && !countedThen(tracked, metric, claimedAt),
        );
  const notTaken = METRICS.filter((metric) => !taken.includes(metric));
  return { ...look, claimedAt, sometimes, notTaken, countedLater };
}
