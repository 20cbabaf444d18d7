import type { AlertDraft } from "./alert.ts";
import { type AttemptLimits, type AttemptPlan, planAttempt, withJitter } from "./attempts.ts";
import { type Direction, judge, type Level, type Verdict } from "./judge.ts";
import type { MissingReason, OpenReport, ReportState, ReportStatus } from "./open-report.ts";
import { isForeign, learntFlags, originOf, type PostOrigin, unrewarded } from "./post-origin.ts";
import {
  type Audience,
  absentReasons,
  foreignPostReason,
  notTheirsReason,
  verdictReasons,
} from "./reasons.ts";
import { type Ending, foreignPostAlert, platformAlert, verdictAlert } from "./report-alerts.ts";
import { needsObservation, observationsFor, type Sighting, type SourcedObservation } from "./sighting.ts";
import type { SuspicionFlag } from "./suspicion.ts";
import { HOUR_MS, MINUTE_MS } from "./time.ts";
import type { TrustDeltas } from "./trust.ts";
import { type TrustLine, trustLine } from "./trust-line.ts";
import { settlesAt } from "./truth-interval.ts";

/** Limits of the process; meaning and units are in src/config.ts under the same names. */
export interface SettlementLimits extends AttemptLimits {
  readonly ABSENT_SECOND_LOOK_SECONDS: number;
  readonly PUT_OFF_LIMIT_HOURS: number;
  readonly PUT_OFF_ALERT_MINUTES: number;
}

export interface SettlementRules {
  limits: SettlementLimits;
  deltas: TrustDeltas;
  /** As people write it: "YouTube". */
  platformName: string;
}

/** One line of the reconciliation log. */
export interface LogLine {
  outcome: "judged" | "absent" | "not_admitted" | "skipped";
  errorCode: string | null;
  verdict: Verdict | null;
  observations: SourcedObservation[];
  reasons: string[];
}

/** Everything that follows from one look at one report; src/db/queries/commit-run.ts writes it. */
export interface Settlement {
  report: OpenReport;
  state: ReportState;
  status: ReportStatus | null;
  level: Level | null;
  direction: Direction | null;
  missingReason: MissingReason | null;
  learntFlags: SuspicionFlag[];
  attempts: number;
  incompleteSeen: boolean;
  firstAttemptAt: number | null;
  /** ms UTC; null once final. */
  nextAttemptAt: number | null;
  putOff: { since: number; reason: string } | null;
  /** Null for a put-off: it is no look at the post. */
  log: LogLine | null;
  trust: TrustLine | null;
  alert: AlertDraft | null;
  /** Matched with confidence 1. Means something once final. */
  accurate: boolean;
}

interface Clock {
  now: number;
  /** Uniform in [0, 1). */
  random: number;
}

/** What a look that judged nothing leaves as it was. */
function unchanged(report: OpenReport): Settlement {
  return {
    report,
    state: report.state,
    status: report.status,
    level: report.level,
    direction: report.direction,
    missingReason: report.missingReason,
    learntFlags: learntFlags(report, report.post),
    attempts: report.attempts,
    incompleteSeen: report.incompleteSeen,
    firstAttemptAt: report.firstAttemptAt,
    nextAttemptAt: null,
    putOff: null,
    log: null,
    trust: null,
    alert: null,
    accurate: false,
  };
}

/** A report of a suspended affiliate is closed without asking anybody. */
export function skipSuspended(report: OpenReport): Settlement {
  const reasons = absentReasons("suspended", {
    platformName: "",
    claimedAt: report.claimedAt,
    nextLookAt: null,
  });
  return {
    ...unchanged(report),
    state: "final",
    status: "SKIPPED_SUSPENDED",
    level: null,
    missingReason: null,
    log: { outcome: "skipped", errorCode: null, verdict: null, observations: [], reasons },
  };
}

function endWithoutData(
  report: OpenReport,
  reason: MissingReason,
  rules: SettlementRules,
  waitedFor = "",
): Pick<Settlement, "state" | "status" | "level" | "missingReason" | "log" | "alert"> {
  const { ownersOnly, claimedAt } = report;
  const context = { platformName: rules.platformName, claimedAt, nextLookAt: null, ownersOnly, waitedFor };
  const reasons = absentReasons(reason, context);
  const ending = { status: "MISSING_PLATFORM_DATA", level: null, missingReason: reason, reasons } as const;
  const outcome = reason === "not_admitted" ? "not_admitted" : "absent";
  return {
    state: "final",
    status: ending.status,
    level: null,
    missingReason: reason,
    log: { outcome, errorCode: reason, verdict: null, observations: [], reasons },
    alert: report.counted?.status === ending.status ? null : verdictAlert(report, ending),
  };
}

/** When a wait, however far the platform put it off, has to be looked at: to raise its alert, and to end it. */
function limitsAhead(since: number, now: number, { limits }: SettlementRules): number[] {
  const alertAt = since + limits.PUT_OFF_ALERT_MINUTES * MINUTE_MS + 1_000;
  const endAt = since + limits.PUT_OFF_LIMIT_HOURS * HOUR_MS;
  return [alertAt, endAt].filter((at) => at > now);
}

/** The platform is well; its post's owner has to act, and is told so. */
const WAITS_FOR_OWNER: ReadonlySet<string> = new Set(["not_connected", "reconnect"]);

function putOff(
  report: OpenReport,
  sighting: Extract<Sighting, { kind: "put_off" }>,
  clock: Clock,
  rules: SettlementRules,
): Settlement {
  const since = report.putOffSince ?? clock.now;
  if (clock.now - since >= rules.limits.PUT_OFF_LIMIT_HOURS * HOUR_MS) {
    return { ...unchanged(report), ...endWithoutData(report, "not_admitted", rules, sighting.reason) };
  }
  const retryAt = Math.max(sighting.retryAt, clock.now + 1_000);
  const tooLong = clock.now - since > rules.limits.PUT_OFF_ALERT_MINUTES * MINUTE_MS;
  return {
    ...unchanged(report),
    nextAttemptAt: Math.min(
      withJitter(clock.now, retryAt, clock.random),
      ...limitsAhead(since, clock.now, rules),
    ),
    putOff: { since, reason: sighting.reason },
    alert:
      tooLong && !WAITS_FOR_OWNER.has(sighting.reason)
        ? platformAlert(report.post.platform, rules.platformName, clock.now - since)
        : null,
  };
}

function absent(
  report: OpenReport,
  reason: "gone" | "private",
  clock: Clock,
  rules: SettlementRules,
): Settlement {
  const secondLook = report.missingReason === "gone" || report.missingReason === "private";
  if (secondLook) return { ...unchanged(report), ...endWithoutData(report, reason, rules) };
  const nextLookAt = clock.now + rules.limits.ABSENT_SECOND_LOOK_SECONDS * 1_000;
  const { ownersOnly, claimedAt } = report;
  const context = { platformName: rules.platformName, claimedAt, nextLookAt, ownersOnly };
  const reasons = absentReasons(reason, context);
  return {
    ...unchanged(report),
    state: "open",
    status: "MISSING_PLATFORM_DATA",
    level: null,
    missingReason: reason,
    nextAttemptAt: nextLookAt,
    log: { outcome: "absent", errorCode: reason, verdict: null, observations: [], reasons },
  };
}

const LACKING: ReadonlySet<ReportStatus> = new Set(["MISSING_PLATFORM_DATA", "INCOMPLETE_PLATFORM_DATA"]);

interface Judged {
  verdict: Verdict;
  plan: AttemptPlan;
  /** The platform answered without what was needed, so this look is an attempt. */
  lacking: boolean;
  nextAttemptAt: number | null;
}

function judgeReport(
  report: OpenReport,
  observations: SourcedObservation[],
  clock: Clock,
  limits: AttemptLimits,
): Judged {
  const plan = planAttempt(report, clock, limits);
  const verdict = judge({
    claim: { at: report.claimedAt, metrics: report.claimed },
    observations,
    supports: report.supports,
    policy: report.policy,
    now: clock.now,
    lastAttempt: plan.last,
  });
  const settles = Math.ceil(settlesAt(report.claimedAt, report.policy));
  const unsettled = verdict.provisional && clock.now >= settles;
  const lacking = verdict.missing.length > 0 || unsettled;
  if (lacking && !plan.last) return { verdict, plan, lacking, nextAttemptAt: plan.nextAt };
  return { verdict, plan, lacking, nextAttemptAt: verdict.provisional ? settles : null };
}

function missingReasonOf(verdict: Verdict, sighting: Sighting): MissingReason | null {
  if (!LACKING.has(verdict.status)) return null;
  return sighting.kind === "unreadable" ? "unreadable" : "no_data";
}

/**
 * A post whose numbers its platform shows to its owner alone is not judged for anybody else, who would read them in the
 * verdict. Who has connected no account yet may still be that owner.
 */
function notTheirs(report: OpenReport, origin: PostOrigin, clock: Clock, rules: SettlementRules): Settlement {
  const flags = learntFlags(report, origin);
  if (report.ownAccounts.length === 0) {
    const retryAt = clock.now + NOT_CONNECTED_WAIT_MS;
    const waiting = putOff(report, { kind: "put_off", reason: "not_connected", retryAt }, clock, rules);
    return { ...waiting, learntFlags: flags };
  }
  const ended = endWithoutData(report, "private", rules);
  const reasons = [notTheirsReason(rules.platformName)];
  return {
    ...unchanged(report),
    ...ended,
    learntFlags: flags,
    log: ended.log && { ...ended.log, reasons },
    alert: ended.alert && foreignPostAlert(report, rules.platformName),
  };
}

const NOT_CONNECTED_WAIT_MS = 10 * MINUTE_MS;

/** What a final verdict brings with it. */
function consequences(
  report: OpenReport,
  judged: { verdict: Verdict; ending: Ending; foreign: boolean },
  now: number,
  { deltas, platformName }: SettlementRules,
): Pick<Settlement, "trust" | "alert"> {
  const { verdict, ending, foreign } = judged;
  const trust = trustLine(report, foreign ? unrewarded(verdict) : verdict, now, deltas);
  if (report.counted?.status === verdict.status) return { trust, alert: null };
  const foreignAlert = foreign ? foreignPostAlert(report, platformName) : null;
  return { trust, alert: verdictAlert(report, ending) ?? foreignAlert };
}

function judged(report: OpenReport, sighting: Sighting, clock: Clock, rules: SettlementRules): Settlement {
  const observations = observationsFor(report, sighting);
  const { verdict, lacking, nextAttemptAt } = judgeReport(report, observations, clock, rules.limits);
  const missingReason = missingReasonOf(verdict, sighting);
  const final = nextAttemptAt === null;
  const { platformName } = rules;
  const { claimedAt, sometimes } = report;
  const context = { platformName, claimedAt, observations, sometimes, nextLookAt: nextAttemptAt };
  const origin = originOf(report, sighting);
  const foreign = isForeign(report, origin);
  const inWords = (audience: Audience) => [
    ...verdictReasons(verdict, context, audience),
    ...(foreign ? [foreignPostReason(platformName, audience)] : []),
  ];
  const errorCode = sighting.kind === "unreadable" ? "unreadable" : null;
  const ending = { status: verdict.status, level: verdict.level, missingReason, reasons: inWords("others") };
  return {
    ...unchanged(report),
    learntFlags: learntFlags(report, origin),
    state: final ? "final" : verdict.provisional ? "provisional" : "open",
    status: verdict.status,
    level: verdict.level,
    direction: verdict.direction,
    missingReason,
    attempts: report.attempts + (lacking ? 1 : 0),
    incompleteSeen: report.incompleteSeen || verdict.status === "INCOMPLETE_PLATFORM_DATA",
    firstAttemptAt: report.firstAttemptAt ?? (lacking ? clock.now : null),
    nextAttemptAt,
    log: { outcome: "judged", errorCode, verdict, observations, reasons: inWords("creator") },
    ...(final ? consequences(report, { verdict, ending, foreign }, clock.now, rules) : {}),
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
