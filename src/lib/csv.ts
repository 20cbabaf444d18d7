import Papa from "papaparse";
import { ClaimcheckError } from "../domain/errors.ts";

/** One row of a file below its header. */
export interface CsvRow {
  /** The line it begins in; the file's first line is 1. */
  line: number;
  cells: string[];
  /** Why it cannot be read; null if it can. */
  problem: string | null;
}

export interface CsvTable {
  /** The names of the columns, without white space around them. */
  header: string[];
  rows: CsvRow[];
}

const DELIMITERS = [",", ";", "\t"] as const;

/**
 * A CSV file as shops and spreadsheets write it: with a header; commas, semicolons or tabs, as the header has them;
 * quotes; any line ends; with or without a byte order mark. Blank lines are passed over. Cells are not trimmed.
 *
 * @throws {ClaimcheckError} bad_request if it is not UTF-8; validation_failed without a header or with more than
 *   `maxRows` rows
 *
 * Source: RFC 4180.
 */
export function readCsv(bytes: ArrayBuffer, maxRows: number): CsvTable {
  const text = decode(bytes);
  const parsed = Papa.parse<string[]>(text, { delimiter: delimiterOf(text), header: false });
  const broken = new Map<number, string>();
  for (const { row, code } of parsed.errors) {
    // The first error of a row is the cause of the others.
    if (row !== undefined && !broken.has(row)) broken.set(row, code);
  }
  const rows = numbered(parsed.data, broken).filter(({ cells }) => cells.length > 1 || cells[0] !== "");
  const [first, ...rest] = rows;
  if (first === undefined) throw refusedFile("The file is empty. Begin it with the names of the columns.");
  if (first.problem !== null) throw refusedFile(`The header cannot be read: it ${first.problem}.`);
  if (rest.length > maxRows) throw refusedFile(`Send at most ${maxRows} rows; the file has ${rest.length}.`);
  const header = first.cells.map((cell) => cell.trim());
  return { header, rows: rest.map((row) => ofWidth(row, header.length)) };
}

function refusedFile(detail: string): ClaimcheckError {
  return new ClaimcheckError("validation_failed", detail, { errors: [{ pointer: "#", detail }] });
}

function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new ClaimcheckError("bad_request", "The file is not well-formed UTF-8. Export it as UTF-8.", {
      cause,
    });
  }
}

/** The delimiter that the header has most of, outside quotes. */
function delimiterOf(text: string): string {
  const header = (/^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? "").replaceAll(/"(?:[^"]|"")*"/g, "");
  const found = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return found.reduce((best, next) => (next.count > best.count ? next : best)).delimiter;
}

const BROKEN: Readonly<Record<string, string>> = {
  MissingQuotes: "opens a quote that never ends, so nothing after it could be read",
  InvalidQuotes: "has text after the end of a quote, so the lines up to the next one could not be told apart",
};

/** Rows with the lines they begin in: a quoted cell may hold several. */
function numbered(data: readonly string[][], broken: ReadonlyMap<number, string>): CsvRow[] {
  let line = 1;
  return data.map((cells, i) => {
    const code = broken.get(i);
    const row = { line, cells, problem: code === undefined ? null : (BROKEN[code] ?? "cannot be read") };
    line += 1 + cells.reduce((count, cell) => count + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
    return row;
  });
}

/** A row of another width would put cells under the wrong names. */
function ofWidth(row: CsvRow, width: number): CsvRow {
  if (row.problem !== null || row.cells.length === width) return row;
  return { ...row, problem: `has ${row.cells.length} cells where the header has ${width}` };
}
