import type { OpenReport } from "./open-report.ts";
import type { Sighting } from "./sighting.ts";
import { type SignalThresholds, signalsOf, type TrafficSignal } from "./traffic-signals.ts";

/** What stands out of the traffic on the links of a report's submission; nothing where none of it was loaded. */
export function reportSignals(
  { tracked, post, claimedAt }: OpenReport,
  sighting: Sighting,
  limits: SignalThresholds,
): TrafficSignal[] {
  if (tracked === null) return [];
  const seen = sighting.kind === "observed" ? sighting.metrics.views : null;
  // Views of before the claim say nothing against clicks that came since.
  const stored = post.observedAt !== null && post.observedAt >= claimedAt ? post.metrics.views : null;
  return signalsOf({ ...tracked.traffic, views: seen ?? stored }, limits);
}
