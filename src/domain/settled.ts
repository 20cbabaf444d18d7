import type { AlertDraft } from "./alert.ts";
import type { AttemptLimits } from "./attempts.ts";
import type { Direction, Level, Verdict } from "./judge.ts";
import type { MissingReason, OpenReport, ReportState, ReportStatus } from "./open-report.ts";
import type { SourcedObservation } from "./sighting.ts";
import type { SuspicionFlag } from "./suspicion.ts";
import type { SignalThresholds, TrafficSignal } from "./traffic-signals.ts";
import type { TrustDeltas } from "./trust.ts";
import type { TrustLine } from "./trust-line.ts";

/** Limits of the process; meaning and units are in src/config.ts under the same names. */
export interface SettlementLimits extends AttemptLimits, SignalThresholds {
  readonly CLICK_SETTLE_SECONDS: number;
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
  /** What stood out of the submission's traffic; null where nothing was judged. */
  signals: TrafficSignal[] | null;
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
  alerts: AlertDraft[];
  /** Matched with confidence 1. Means something once final. */
  accurate: boolean;
}

/** When a look is settled, and the chance of its jitter. */
export interface Clock {
  now: number;
  /** Uniform in [0, 1). */
  random: number;
}
