import type { FieldError } from "./errors.ts";
import { knownMetrics, METRICS, type Metrics } from "./metrics.ts";

/** Numbers of one submission that its advertiser measured otherwise, as they are sent. */
export interface ObservationEntry {
  /** One of the two names the submission. */
  submissionId: string | null;
  /** The address of its post. */
  url: string | null;
  /** ms UTC */
  observedAt: number;
  metrics: Metrics;
  note: string | null;
}

/** The same, once it is known of which submission. */
export interface AdvertiserObservation {
  submissionId: string;
  observedAt: number;
  metrics: Metrics;
  note: string | null;
}

/** What became of one entry. */
export interface ObservationOutcome {
  /** Null if the entry names none. */
  submissionId: string | null;
  /** `duplicate`: the same numbers were there for this instant. */
  result: "recorded" | "duplicate" | "refused";
  /** Why it was refused; the pointer is relative to the entry. */
  error: FieldError | null;
}

/** Between which instants an observation may lie, ms UTC, both included. */
export interface ObservationWindow {
  from: number;
  through: number;
}

/** What is wrong with an entry whatever is stored, or null. */
export function observationError(entry: ObservationEntry, window: ObservationWindow): FieldError | null {
  const { submissionId, url, observedAt, metrics } = entry;
  if ((submissionId === null) === (url === null)) {
    return { pointer: "#/submission_id", detail: "must be given, or else url; not both" };
  }
  if (observedAt > window.through) return { pointer: "#/observed_at", detail: "must not lie in the future" };
  if (observedAt < window.from) {
    const detail = `must not lie before ${new Date(window.from).toISOString()}, a day before the campaign began`;
    return { pointer: "#/observed_at", detail };
  }
  if (knownMetrics(metrics).length > 0) return null;
  return { pointer: "#/clicks", detail: "or another metric must be given" };
}

/** Tells an observation apart from all others. */
export const observationKey = ({ submissionId, observedAt }: AdvertiserObservation): string =>
  `${submissionId} ${observedAt}`;

/** Whether two observations of one instant say the same; their notes do not matter. */
export const saysTheSame = (one: Metrics, other: Metrics): boolean =>
  METRICS.every((metric) => one[metric] === other[metric]);

/** The refusal of other numbers for an instant that has its numbers: observations are never edited. */
export const OTHER_NUMBERS: FieldError = {
  pointer: "#/observed_at",
  detail: "has other numbers already; observations are never changed, send a later one",
};
