import type { ObservationEntry } from "../domain/advertiser-observation.ts";
import { ClaimcheckError, type FieldError } from "../domain/errors.ts";
import {
  OBSERVATION_COLUMNS,
  type ObservationTexts,
  observationOfTexts,
} from "../domain/observation-text.ts";
import { readCsv } from "../lib/csv.ts";
import { OBSERVATIONS_PER_CALL } from "./record-observations.ts";

/** A row of a file of observations: its entry, or what cannot be read of it. */
export interface ObservationRow {
  line: number;
  entry: ObservationEntry | FieldError;
}

/**
 * The rows of a CSV file of observations, whose header has our own names in any order.
 *
 * @throws {ClaimcheckError} bad_request; validation_failed for a column of another name and for too many rows
 */
export function readObservations(file: ArrayBuffer): ObservationRow[] {
  const { header, rows } = readCsv(file, OBSERVATIONS_PER_CALL);
  const errors = header.flatMap((name, i) => headerError(name, header.indexOf(name) < i) ?? []);
  if (errors.length > 0) {
    throw new ClaimcheckError("validation_failed", "The columns of the file are not valid.", { errors });
  }
  return rows.map(({ line, cells, problem }) => {
    if (problem !== null) return { line, entry: { pointer: "#", detail: problem } };
    const texts = Object.fromEntries(header.map((name, i) => [name, cells[i]?.trim() ?? ""]));
    // safe: every name of the header is one of a column.
    return { line, entry: observationOfTexts(texts as ObservationTexts) };
  });
}

function headerError(name: string, again: boolean): FieldError | null {
  if (again) return { pointer: "#", detail: `has the column ${JSON.stringify(name)} twice` };
  if ((OBSERVATION_COLUMNS as readonly string[]).includes(name)) return null;
  const known = OBSERVATION_COLUMNS.join(", ");
  return { pointer: "#", detail: `has the unknown column ${JSON.stringify(name)}; known are ${known}` };
}
