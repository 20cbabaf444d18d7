import { askedOfPlatform, chooseSource, type ReadingsBySource, storedBySource } from "./choose-source.ts";
import type { MetricSource } from "./metric-source.ts";
import { knownMetrics, METRICS, type Metric, type Metrics } from "./metrics.ts";
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
 * Whether the post has to be shown first, whoever tells the numbers: nobody has seen it yet, or it was gone or private when
 * last looked at, and not seen since the claim. A report that was judged once stays so, whatever became of its post.
 */
function needsSighting({ post, claimedAt, counted }: OpenReport): boolean {
  if (post.state === "unknown") return true;
  const seenSince = post.observedAt !== null && post.observedAt >= claimedAt;
  return post.state !== "live" && counted === null && !seenSince;
}

/** Whether anybody whose word is taken has told a number; without one there is nothing that a sighting would vouch for. */
function hasNumbers(report: OpenReport): boolean {
  const { claimed, policy, claimedAt } = report;
  return knownMetrics(claimed).some(
    (metric) => chooseSource(policy.sources[metric], storedBySource(report, metric), claimedAt) !== null,
  );
}

/**
 * Whether the report can only be judged after asking the platform: the post itself has to be shown, or a metric that only it can tell has no reading at or
 * after the claim, or no settled one although the window has passed. A reading at the claim's very instant is as good as a
 * later one.
 */
export function needsObservation(report: OpenReport, now: number): boolean {
  if (needsSighting(report) && hasNumbers(report)) return true;
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
