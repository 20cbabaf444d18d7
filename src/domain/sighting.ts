import { askedOfPlatform, chooseSource, type ReadingsBySource, storedBySource } from "./choose-source.ts";
import type { MetricSource } from "./metric-source.ts";
import { METRICS, type Metric, type Metrics } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
import type { StoredReading } from "./stored-reading.ts";
import { settlesAt } from "./truth-interval.ts";

/**
 * What a run learnt of a post.
 *
 * - `observed`, `gone`, `private`, `unreadable`: the platform answered for it
 * - `stored`: it was not asked, because what is stored suffices
 * - `put_off`: it could not be asked, or gave no answer; nobody's attempt is used up
 */
export type Sighting =
  | {
      kind: "observed";
      at: number;
      metrics: Metrics;
      definitionVersion: string;
      /** The platform's id of the author, if it names one. */
      authorId: string | null;
      publishedAt: number | null;
    }
  | { kind: "gone" | "private" }
  | { kind: "unreadable"; detail: string }
  | { kind: "stored" }
  | { kind: "put_off"; reason: string; retryAt: number };

/**
 * Whether the report can only be judged after asking the platform: a metric that only it can tell has no reading at or
 * after the claim, or no settled one although the window has passed. A reading at the claim's very instant is as good as a
 * later one.
 */
export function needsObservation(report: OpenReport, now: number): boolean {
  // Nothing to verify: no answer of the platform could change that.
  const metrics = askedOfPlatform(report);
  if (metrics.length === 0) return false;
  if (report.missingReason === "gone" || report.missingReason === "private") return true;
  const settleHours = report.policy.settle_hours;
  const waitsForSettled = settleHours > 0 && now >= settlesAt(report.claimedAt, report.policy);
  return metrics.some((metric) => {
    const readings = report.readings[metric];
    const seenSince = readings?.after != null || readings?.before?.at === report.claimedAt;
    return !seenSince || (waitsForSettled && readings?.settled == null);
  });
}

/** One observation with who made it, and the definition its counts follow. */
export interface SourcedObservation {
  at: number;
  source: MetricSource;
  metrics: Partial<Metrics>;
  definitionVersion: string;
}

/** What is known of a metric: what is stored, and what the platform just said. */
function knownBySource(report: OpenReport, sighting: Sighting, metric: Metric): ReadingsBySource {
  const stored = storedBySource(report, metric);
  const value = sighting.kind === "observed" ? sighting.metrics[metric] : null;
  if (sighting.kind !== "observed" || value === null) return stored;
  const { at, definitionVersion } = sighting;
  return { ...stored, platform_api: [...stored.platform_api, { at, value, definitionVersion }] };
}

/** Only those that follow one definition of the count, that of the newest: two ways of counting do not compare. */
function comparable(readings: readonly StoredReading[]): StoredReading[] {
  const newest = readings.reduce<StoredReading | null>((a, b) => (a === null || b.at >= a.at ? b : a), null);
  return readings.filter(({ definitionVersion }) => definitionVersion === newest?.definitionVersion);
}

/** The observations to judge a report by: per metric of one source and one definition of the count. */
export function observationsFor(report: OpenReport, sighting: Sighting): SourcedObservation[] {
  return METRICS.flatMap((metric) => {
    const bySource = knownBySource(report, sighting, metric);
    const source = chooseSource(report.policy.sources[metric], bySource, report.claimedAt);
    if (source === null) return [];
    return comparable(bySource[source]).map(({ at, value, definitionVersion }) => ({
      at,
      source,
      metrics: { [metric]: value },
      definitionVersion,
    }));
  });
}
