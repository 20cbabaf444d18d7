import { knownMetrics, METRICS, type Metric, type Metrics } from "./metrics.ts";
import type { OpenReport } from "./open-report.ts";
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

/** The claimed metrics that this post's sources can supply, if only for some posts. */
export function claimable({ claimed, supports, sometimes }: OpenReport): Metric[] {
  return knownMetrics(claimed).filter((metric) => supports.includes(metric) || sometimes.includes(metric));
}

/**
 * Whether the report can only be judged after asking the platform: a suppliable metric has no reading at or after the
 * claim, or no settled one although the window has passed. A reading at the claim's very instant is as good as a later one.
 */
export function needsObservation(report: OpenReport, now: number): boolean {
  // Nothing to verify: no answer of the platform could change that.
  const metrics = claimable(report);
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

/** One observation with the definition its counts follow. */
export interface SourcedObservation {
  at: number;
  metrics: Partial<Metrics>;
  definitionVersion: string;
}

/**
 * The observations to judge a report by. Per metric, only those that follow one definition of the count: that of the
 * newest, because an interval between two differently counted numbers says nothing.
 */
export function observationsFor(report: OpenReport, sighting: Sighting): SourcedObservation[] {
  const observations: SourcedObservation[] = [];
  for (const metric of METRICS) {
    const readings = report.readings[metric];
    const candidates = [readings?.before, readings?.after, readings?.settled].flatMap(
      (reading) => reading ?? [],
    );
    const value = sighting.kind === "observed" ? sighting.metrics[metric] : null;
    if (sighting.kind === "observed" && value !== null) {
      candidates.push({ at: sighting.at, value, definitionVersion: sighting.definitionVersion });
    }
    const newest = candidates.reduce(
      (a, b) => (b.at >= a.at ? b : a),
      candidates[0] ?? { at: 0, definitionVersion: "" },
    );
    for (const { at, value: count, definitionVersion } of candidates) {
      if (definitionVersion !== newest.definitionVersion) continue;
      observations.push({ at, metrics: { [metric]: count }, definitionVersion });
    }
  }
  return observations;
}
