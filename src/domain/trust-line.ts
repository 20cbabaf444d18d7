import type { Verdict } from "./judge.ts";
import type { Metric } from "./metrics.ts";
import type { OpenReport, ReportStatus } from "./open-report.ts";
import { isImpossible } from "./suspicion.ts";
import { utcDay } from "./time.ts";
import { type TrustDeltas, type TrustEventKind, trustDelta } from "./trust.ts";

/** One line of the trust ledger, before its clamping. Millionths. */
export interface TrustLine {
  cause: string;
  kind: TrustEventKind;
  /** What this line changes of what the report's verdict asks. */
  asked: number;
  delta: number;
  /** UTC day number if the line is the day's reward of the submission. */
  rewardDay: number | null;
}

const DISCREPANT: ReadonlySet<ReportStatus> = new Set([
  "DISCREPANCY_LOW",
  "DISCREPANCY_MEDIUM",
  "DISCREPANCY_HIGH",
  "AFFILIATE_OVERCLAIMED",
]);

/** Whether what was measured shows more of `lower` than of `upper`, or may: then a claim of that kind is not impossible. */
function mayExceed({ metrics }: Verdict, lower: Metric, upper: Metric): boolean {
  const [below, above] = [metrics[lower], metrics[upper]];
  return below !== undefined && above !== undefined && below.high > above.low;
}

function claimsImpossible({ claimed, policy }: OpenReport, verdict: Verdict): boolean {
  const views = mayExceed(verdict, "clicks", "views") ? null : claimed.views;
  const conversions = mayExceed(verdict, "conversions", "clicks") ? null : claimed.conversions;
  return isImpossible({ ...claimed, views, conversions }, policy.slack);
}

function eventOf(report: OpenReport, verdict: Verdict): Exclude<TrustEventKind, "compensation"> | null {
  const impossible = !verdict.weak && DISCREPANT.has(verdict.status) && claimsImpossible(report, verdict);
  return impossible ? "impossible_submission" : verdict.trust_event;
}

/**
 * The ledger line of a final verdict. The first one is the event itself; a later one only compensates what changed.
 * A match is rewarded once per submission and UTC day, so that re-submitting cannot farm it.
 */
export function trustLine(
  report: OpenReport,
  verdict: Verdict,
  now: number,
  deltas: TrustDeltas,
): TrustLine | null {
  const event = eventOf(report, verdict);
  const before = report.trustLedger ?? { applied: 0, asked: 0 };
  // A reward this report earned on an earlier day stands, whoever holds today's.
  const rewarded = before.asked > 0;
  const rewardTaken = !rewarded && report.rewardHolder !== null && report.rewardHolder !== report.reportId;
  const kind = event === "perfect_match" && rewardTaken ? null : event;
  const asked = kind === null ? 0 : trustDelta(kind, verdict.confidence, deltas);
  // What is asked tells whether the outcome changed: what was applied may have been clamped.
  if (asked === before.asked) return null;
  const rewards = kind === "perfect_match" && !rewarded && report.rewardHolder === null;
  return {
    cause: report.trustLedger === null ? "verdict" : `rerun:${report.logs + 1}`,
    kind: kind ?? "compensation",
    asked: asked - before.asked,
    delta: asked - before.applied,
    rewardDay: rewards ? utcDay(now) : null,
  };
}
