import type { ObservationEntry } from "./advertiser-observation.ts";
import type { FieldError } from "./errors.ts";
import { METRICS, type Metric, metricsOf } from "./metrics.ts";
import { readShopTime } from "./shop-time.ts";

/** The columns of a file of observations. */
export const OBSERVATION_COLUMNS = ["submission_id", "url", "observed_at", ...METRICS, "note"] as const;

export type ObservationColumn = (typeof OBSERVATION_COLUMNS)[number];

/** The cells of a row; one that is empty or not there is not given. */
export type ObservationTexts = Partial<Record<ObservationColumn, string>>;

const NOTE_LIMIT = 500;

/** An entry from the cells of a row, or what cannot be read of it. */
export function observationOfTexts(texts: ObservationTexts): ObservationEntry | FieldError {
  const given = (column: ObservationColumn) => texts[column] || null;
  const counts = METRICS.map((metric) => [metric, countOf(given(metric))] as const);
  const wrong = counts.find(([, count]) => count === undefined)?.[0];
  if (wrong !== undefined) return { pointer: `#/${wrong}`, detail: "must be a whole number such as 12000" };
  const observedAt = readShopTime(given("observed_at") ?? "");
  if (observedAt === null) {
    return {
      pointer: "#/observed_at",
      detail: "must be an instant with its zone, such as 2026-06-01T12:00:00Z",
    };
  }
  const note = given("note");
  if (note !== null && (note.length > NOTE_LIMIT || /[^\P{Cc}\n]/u.test(note))) {
    return {
      pointer: "#/note",
      detail: `must be at most ${NOTE_LIMIT} characters, without control characters`,
    };
  }
  const metrics = metricsOf(Object.fromEntries(counts) as Partial<Record<Metric, number | null>>);
  return { submissionId: given("submission_id"), url: given("url"), observedAt, metrics, note };
}

/** A count in digits alone; null if there is none, undefined for what is no count. */
function countOf(text: string | null): number | null | undefined {
  if (text === null) return null;
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}
