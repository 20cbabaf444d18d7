import { withJitter } from "./attempts.ts";
import type { MissingReason, OpenReport } from "./open-report.ts";
import { learntFlags, type PostOrigin } from "./post-origin.ts";
import { absentReasons, notTheirsReason } from "./reasons.ts";
import { foreignPostAlert, platformAlert, verdictAlert } from "./report-alerts.ts";
import type { Clock, Settlement, SettlementRules } from "./settled.ts";
import type { Sighting } from "./sighting.ts";
import { HOUR_MS, MINUTE_MS } from "./time.ts";

/** What a look that judged nothing leaves as it was. */
export function unchanged(report: OpenReport): Settlement {
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
    alerts: [],
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
    log: { outcome: "skipped", errorCode: null, verdict: null, observations: [], reasons, signals: null },
  };
}

/** What the end of a report without any number brings with it. */
function endWithoutData(
  report: OpenReport,
  reason: MissingReason,
  rules: SettlementRules,
  waitedFor = "",
): Pick<Settlement, "state" | "status" | "level" | "missingReason" | "log" | "alerts"> {
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
    log: { outcome, errorCode: reason, verdict: null, observations: [], reasons, signals: null },
    alerts: report.counted?.status === ending.status ? [] : [verdictAlert(report, ending) ?? []].flat(),
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

/** The platform could not be asked: the report waits, and ends if that lasts too long. */
export function putOff(
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
    alerts:
      tooLong && !WAITS_FOR_OWNER.has(sighting.reason)
        ? [platformAlert(report.post.platform, rules.platformName, clock.now - since)]
        : [],
  };
}

/** The post is not to be seen: final after a second look. */
export function absent(
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
    log: { outcome: "absent", errorCode: reason, verdict: null, observations: [], reasons, signals: null },
  };
}

/**
 * A post whose numbers its platform shows to its owner alone is not judged for anybody else, who would read them in the
 * verdict. Who has connected no account yet may still be that owner.
 */
export function notTheirs(
  report: OpenReport,
  origin: PostOrigin,
  clock: Clock,
  rules: SettlementRules,
): Settlement {
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
    alerts: ended.alerts.map(() => foreignPostAlert(report, rules.platformName)),
  };
}

const NOT_CONNECTED_WAIT_MS = 10 * MINUTE_MS;
