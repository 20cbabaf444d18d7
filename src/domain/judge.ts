import { decidingMetric } from "./deciding-metric.ts";
import { measureClaim } from "./discrepancy.ts";
import { METRICS, type Metric } from "./metrics.ts";
import { type Policy, type PolicyOverrides, resolvePolicy } from "./policy.ts";
import { type Reading, settlesAt, type TruthInterval, truthInterval } from "./truth-interval.ts";
import type { Direction, Level, MetricVerdict, TrustEventKind, Verdict, VerdictStatus } from "./verdict.ts";

export type * from "./verdict.ts";

/** The counts somebody gave at one instant (ms UTC). A metric that is absent or null is unknown. */
export interface MetricsAt {
  at: number;
  metrics: Readonly<Partial<Record<Metric, number | null | undefined>>>;
}

export interface JudgeInput {
  claim: MetricsAt;
  /** All observations of the post, in any order; of several at one instant the last given counts. */
  observations: readonly MetricsAt[];
  /** The metrics that the post's sources can supply at all: every one if absent, none if empty. */
  supports?: readonly Metric[] | undefined;
  /**
   * The metrics of which part of what is claimed may be older than the count. It is a lower bound: what lies above it is
   * not held against anybody, and a match is no merit.
   */
  partial?: readonly Metric[] | undefined;
  /** What differs from the default policy; the caller puts the platform's settle window into it. */
  policy?: PolicyOverrides | undefined;
  /** Settle windows of metrics whose numbers come from elsewhere than the platform; the others have the policy's. */
  settleHours?: Partial<Record<Metric, number>> | undefined;
  /** ms UTC. It only decides whether the verdict is provisional: observations are not filtered by it. */
  now: number;
  /** Nobody will look again, so what there is must do. Absent means false. */
  lastAttempt?: boolean | undefined;
}

/** A claimed metric whose truth is known well enough to judge it. */
interface Finding {
  metric: Metric;
  truth: TruthInterval;
  verdict: MetricVerdict;
}

/** A finding beyond slack and tolerance. */
type Discrepancy = Finding & { verdict: { level: Level } };

/** Every claimed metric, in one of three places. */
interface Findings {
  judged: Finding[];
  missing: Metric[];
  unavailable: Metric[];
}

/** A claim below the truth has no entry to look up: it costs nothing, because numbers grow. */
const EVENT_WHEN_OVER: Partial<Record<VerdictStatus, TrustEventKind>> = {
  DISCREPANCY_LOW: "minor_discrepancy",
  DISCREPANCY_MEDIUM: "medium_discrepancy",
  DISCREPANCY_HIGH: "high_discrepancy",
  AFFILIATE_OVERCLAIMED: "overclaim",
};

/**
 * Judges one claim against everything observed of its post.
 *
 * Source: docs/reconciliation.md.
 */
export function judge(input: JudgeInput): Verdict {
  const policy = resolvePolicy(input.policy);
  const findings = examine(input, policy);
  const { judged, missing, unavailable } = findings;
  const deciding = worstOf(judged, input.partial);
  const status = statusOf(findings, deciding, { policy, lastAttempt: input.lastAttempt ?? false });
  const direction = deciding?.verdict.direction ?? "none";
  const provisional = isProvisional(deciding, input, policy);
  const weak = judged.some(({ truth }) => truth.weak);
  // A count in part is no evidence, but what another metric is wrong by is as wrong beside it.
  const old = judged.some(({ metric, truth }) => truth.weak && !input.partial?.includes(metric));
  const unproven = provisional || old || (weak && deciding === null);
  const claimedCount = judged.length + missing.length + unavailable.length;
  return {
    status,
    level: deciding?.verdict.level ?? null,
    direction,
    confidence: claimedCount === 0 ? 0 : judged.length / claimedCount,
    provisional,
    weak,
    trust_event: unproven ? null : trustEventOf(status, direction),
    missing,
    unavailable,
    metrics: verdictsByMetric(judged),
  };
}

function examine(input: JudgeInput, policy: Policy): Findings {
  const { claim, supports = METRICS } = input;
  const findings: Findings = { judged: [], missing: [], unavailable: [] };
  for (const metric of METRICS) {
    const claimed = claim.metrics[metric];
    if (typeof claimed !== "number") continue;
    const truth = truthOf(metric, input, policy);
    if (truth !== null) {
      findings.judged.push({ metric, truth, verdict: measureClaim({ metric, claimed }, truth, policy) });
    } else {
      // A number that comes from an unexpected source is judged all the same; only its absence asks who owes it.
      const place = supports.includes(metric) ? findings.missing : findings.unavailable;
      place.push(metric);
    }
  }
  return findings;
}

function truthOf(metric: Metric, input: JudgeInput, policy: Policy): TruthInterval | null {
  const { claim, observations, partial, lastAttempt = false } = input;
  const own = policyOf(metric, input, policy);
  const truth = truthInterval(readingsOf(metric, observations), claim.at, { policy: own, lastAttempt });
  return truth !== null && partial?.includes(metric) ? { ...truth, weak: true } : truth;
}

/** The policy with the metric's own settle window in it. */
function policyOf(metric: Metric, { settleHours }: JudgeInput, policy: Policy): Policy {
  return { ...policy, settle_hours: settleHours?.[metric] ?? policy.settle_hours };
}

function readingsOf(metric: Metric, observations: readonly MetricsAt[]): Reading[] {
  return observations.flatMap(({ at, metrics }) => {
    const value = metrics[metric];
    return typeof value === "number" ? [{ at, value }] : [];
  });
}

/** The finding that decides the verdict, or null if all match. */
function worstOf(judged: readonly Finding[], partial: readonly Metric[] = []): Discrepancy | null {
  const deciding = decidingMetric(verdictsByMetric(judged), partial)?.metric;
  const isDiscrepancy = (finding: Finding): finding is Discrepancy => finding.verdict.level !== "none";
  return judged.filter(isDiscrepancy).find(({ metric }) => metric === deciding) ?? null;
}

function statusOf(
  { judged, missing }: Findings,
  deciding: Discrepancy | null,
  { policy, lastAttempt }: { policy: Policy; lastAttempt: boolean },
): VerdictStatus {
  if (judged.length === 0) return missing.length > 0 ? "MISSING_PLATFORM_DATA" : "UNVERIFIABLE";
  if (missing.length > 0 && !lastAttempt) return "INCOMPLETE_PLATFORM_DATA";
  if (deciding === null) return "MATCHED";

  const { level, direction, ratio } = deciding.verdict;
  // An overclaim is never concluded from old numbers.
  if (direction === "over" && deciding.truth.weak) return "UNVERIFIABLE";
  if (level === "LOW") return "DISCREPANCY_LOW";
  if (level === "MEDIUM") return "DISCREPANCY_MEDIUM";
  return direction === "over" && ratio > policy.overclaim_min ? "AFFILIATE_OVERCLAIMED" : "DISCREPANCY_HIGH";
}

/** A source that publishes late must not make an honest affiliate a liar, so such a verdict waits. */
function isProvisional(deciding: Discrepancy | null, input: JudgeInput, policy: Policy): boolean {
  if (deciding?.verdict.direction !== "over") return false;
  const own = policyOf(deciding.metric, input, policy);
  if (own.settle_hours <= 0 || deciding.truth.weak || deciding.truth.settled) return false;
  return input.now < settlesAt(input.claim.at, own) || !(input.lastAttempt ?? false);
}

function verdictsByMetric(judged: readonly Finding[]): Verdict["metrics"] {
  const verdicts: Verdict["metrics"] = {};
  for (const { metric, verdict } of judged) verdicts[metric] = verdict;
  return verdicts;
}

function trustEventOf(status: VerdictStatus, direction: Direction): TrustEventKind | null {
  if (status === "MATCHED") return "perfect_match";
  return direction === "over" ? (EVENT_WHEN_OVER[status] ?? null) : null;
}
