import { type AttemptPlan, planAttempt } from "./attempts.ts";
import { suppliedByPlatform } from "./choose-source.ts";
import { decidingMetric } from "./deciding-metric.ts";
import { judge, type Verdict } from "./judge.ts";
import { knownMetrics } from "./metrics.ts";
import type { MissingReason, OpenReport, ReportStatus } from "./open-report.ts";
import { type CountedSince, partialCounts } from "./partial-counts.ts";
import { isForeign, learntFlags, originOf, unrewarded } from "./post-origin.ts";
import { reasonContext } from "./reason-context.ts";
import { type Audience, foreignPostReason, verdictReasons } from "./reasons.ts";
import { type Ending, foreignPostAlert, verdictAlert } from "./report-alerts.ts";
import { reportSignals } from "./report-signals.ts";
import { absent, notTheirs, putOff, skipSuspended, unchanged } from "./settle-unjudged.ts";
import { settleHoursOf, verdictSettlesAt } from "./settle-window.ts";
import type { Clock, Settlement, SettlementLimits, SettlementRules } from "./settled.ts";
import { needsObservation, observationsFor, type Sighting, type SourcedObservation } from "./sighting.ts";
import { type TrafficSignal, trafficAlert } from "./traffic-signals.ts";
import { trustLine } from "./trust-line.ts";

const LACKING: ReadonlySet<ReportStatus> = new Set(["MISSING_PLATFORM_DATA", "INCOMPLETE_PLATFORM_DATA"]);

interface Judged {
  verdict: Verdict;
  plan: AttemptPlan;
  countedSince: CountedSince;
  /** The platform answered without what was needed, so this look is an attempt. */
  lacking: boolean;
  nextAttemptAt: number | null;
}

function judgeReport(
  report: OpenReport,
  observations: SourcedObservation[],
  clock: Clock,
  limits: SettlementLimits,
): Judged {
  const plan = planAttempt(report, clock, limits);
  const { now } = clock;
  const settleHours = settleHoursOf(report, observations, {
    now,
    clickSettleSeconds: limits.CLICK_SETTLE_SECONDS,
  });
  const countedSince = partialCounts(report, observations);
  const partial = knownMetrics(countedSince);
  const verdict = judge({
    claim: { at: report.claimedAt, metrics: report.claimed },
    observations,
    supports: suppliedByPlatform(report),
    partial,
    policy: report.policy,
    settleHours,
    now,
    lastAttempt: plan.last,
  });
  const deciding = decidingMetric(verdict.metrics, partial)?.metric ?? null;
  const settles = verdictSettlesAt(report, deciding, settleHours);
  const unsettled = verdict.provisional && now >= settles;
  const lacking = verdict.missing.length > 0 || unsettled;
  const judged = { verdict, plan, countedSince, lacking };
  if (lacking && !plan.last) return { ...judged, nextAttemptAt: plan.nextAt };
  return { ...judged, nextAttemptAt: verdict.provisional ? settles : null };
}

function missingReasonOf(verdict: Verdict, sighting: Sighting): MissingReason | null {
  if (!LACKING.has(verdict.status)) return null;
  return sighting.kind === "unreadable" ? "unreadable" : "no_data";
}

/** What a final verdict brings with it. */
function consequences(
  report: OpenReport,
  judged: {
    verdict: Verdict;
    ending: Ending;
    foreign: boolean;
    seen: boolean;
    signals: readonly TrafficSignal[];
  },
  now: number,
  { deltas, platformName }: SettlementRules,
): Pick<Settlement, "trust" | "alerts"> {
  const { verdict, ending, foreign, seen, signals } = judged;
  const trust = trustLine(report, foreign || !seen ? unrewarded(verdict) : verdict, now, deltas);
  if (report.counted?.status === verdict.status) return { trust, alerts: [] };
  const foreignAlert = foreign ? foreignPostAlert(report, platformName) : null;
  const ofVerdict = verdictAlert(report, ending) ?? foreignAlert;
  const ofTraffic = signals.length === 0 ? null : trafficAlert(report, signals);
  return { trust, alerts: [ofVerdict, ofTraffic].flatMap((alert) => alert ?? []) };
}

function judged(report: OpenReport, sighting: Sighting, clock: Clock, rules: SettlementRules): Settlement {
  const observations = observationsFor(report, sighting);
  const look = judgeReport(report, observations, clock, rules.limits);
  const { verdict, countedSince, lacking, nextAttemptAt } = look;
  const missingReason = missingReasonOf(verdict, sighting);
  const final = nextAttemptAt === null;
  const { platformName } = rules;
  const context = reasonContext(report, {
    platformName,
    observations,
    countedSince,
    nextLookAt: nextAttemptAt,
  });
  const origin = originOf(report, sighting);
  const foreign = isForeign(report, origin);
  // An answer that cannot be read does not show that there is such a post.
  const seen = sighting.kind === "observed" || report.post.state !== "unknown";
  const signals = reportSignals(report, sighting, rules.limits);
  const inWords = (audience: Audience) => [
    ...verdictReasons(verdict, context, audience),
    ...(foreign ? [foreignPostReason(platformName, audience)] : []),
  ];
  const errorCode = sighting.kind === "unreadable" ? "unreadable" : null;
  const ending = { status: verdict.status, level: verdict.level, missingReason, reasons: inWords("others") };
  return {
    ...unchanged(report),
    learntFlags: [...learntFlags(report, origin), ...signals.map(({ flag }) => flag)],
    state: final ? "final" : verdict.provisional ? "provisional" : "open",
    status: verdict.status,
    level: verdict.level,
    direction: verdict.direction,
    missingReason,
    attempts: report.attempts + (lacking ? 1 : 0),
    incompleteSeen: report.incompleteSeen || verdict.status === "INCOMPLETE_PLATFORM_DATA",
    firstAttemptAt: report.firstAttemptAt ?? (lacking ? clock.now : null),
    nextAttemptAt,
    log: { outcome: "judged", errorCode, verdict, observations, reasons: inWords("creator"), signals },
    ...(final ? consequences(report, { verdict, ending, foreign, seen, signals }, clock.now, rules) : {}),
    accurate: final && verdict.status === "MATCHED" && verdict.confidence === 1,
  };
}

/**
 * Decides everything that follows from one look at a report: verdict, next look, trust, alert. Pure, so that a commit
 * that lost a race can be settled again from the newer state.
 */
export function settleReport(
  report: OpenReport,
  sighting: Sighting,
  clock: Clock,
  rules: SettlementRules,
): Settlement {
  if (report.affiliateSuspended) return skipSuspended(report);
  const origin = originOf(report, sighting);
  if (report.ownersOnly && isForeign(report, origin)) return notTheirs(report, origin, clock, rules);
  // Another report of the post may have wanted to ask; what is stored of it can suffice for this one.
  if (sighting.kind === "put_off" && needsObservation(report, clock.now))
    return putOff(report, sighting, clock, rules);
  // A report that stored numbers decide is decided by them, whatever another report of the post had to ask.
  const isAbsent = sighting.kind === "gone" || sighting.kind === "private";
  if (isAbsent && needsObservation(report, clock.now)) return absent(report, sighting.kind, clock, rules);
  return judged(report, sighting, clock, rules);
}
