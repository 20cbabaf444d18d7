import type { Ctx } from "../context.ts";
import type { Actor } from "../domain/actor.ts";
import { CONVERSIONS_PER_CALL, type ConversionEntry, type ConversionOutcome } from "../domain/conversion.ts";
import {
  areColumns,
  type Column,
  type ColumnNames,
  columnsOf,
  isFurtherLine,
  textsOf,
} from "../domain/conversion-file.ts";
import { type ConversionTexts, entryOfTexts } from "../domain/conversion-text.ts";
import { ClaimcheckError, type FieldError } from "../domain/errors.ts";
import { type CsvRow, readCsv } from "../lib/csv.ts";
import { managedCampaign } from "./managed-campaign.ts";
import { recordConversions } from "./record-conversions.ts";

/** Most rows of one file. */
export const IMPORT_ROWS_LIMIT = 5_000;

export interface ConversionImport {
  campaignId: string;
  /** CSV; null if the body is none. */
  file: ArrayBuffer | null;
  columns: ColumnNames;
  /** Stands for a zone that the file's times do not have, e.g. `+02:00`. */
  utcOffset: string | null;
}

/** A row that was not taken. */
export interface RefusedRow {
  line: number;
  /** As the file calls it; null if it is the row as a whole. */
  column: string | null;
  detail: string;
}

export interface ImportedConversions {
  rows: number;
  recorded: number;
  /** Of the recorded ones. */
  unattributed: number;
  duplicates: number;
  /** Rows that only repeat what an earlier row of their order says. */
  furtherLines: number;
  /** In the order of the file. */
  refused: RefusedRow[];
}

/** A row on its way: with its entry, or refused already. */
interface Line {
  line: number;
  read: ConversionEntry | RefusedRow;
}

/**
 * Records the orders of a file, row by row; a row that cannot be taken is refused alone. The same file again changes
 * nothing, so that an import that broke off is simply sent again.
 *
 * @throws {ClaimcheckError} not_found; unsupported_media_type; bad_request; validation_failed for the file as a whole
 */
export async function importConversions(
  ctx: Ctx,
  actor: Actor,
  { campaignId, file, columns: names, utcOffset }: ConversionImport,
): Promise<ImportedConversions> {
  const campaign = await managedCampaign(ctx, actor, campaignId);
  if (file === null) {
    throw new ClaimcheckError(
      "unsupported_media_type",
      "Send the file as text/csv in UTF-8, not compressed.",
    );
  }
  const { header, rows } = readCsv(file, IMPORT_ROWS_LIMIT);
  const columns = columnsOf(header, names);
  if (!areColumns(columns)) {
    throw new ClaimcheckError("validation_failed", "The columns do not fit the file.", { errors: columns });
  }
  const lines = linesOf(rows, columns, { campaignId, utcOffset });
  const imported: ImportedConversions = {
    rows: rows.length,
    recorded: 0,
    unattributed: 0,
    duplicates: 0,
    furtherLines: rows.length - lines.length,
    refused: lines.flatMap(({ read }) => (isRefused(read) ? [read] : [])),
  };
  const readable = lines.flatMap(({ line, read }) => (isRefused(read) ? [] : [{ line, entry: read }]));
  const scope = { advertiserId: campaign.advertiser_id };
  for (let i = 0; i < readable.length; i += CONVERSIONS_PER_CALL) {
    const set = readable.slice(i, i + CONVERSIONS_PER_CALL);
    const entries = set.map(({ entry }) => entry);
    const outcomes = await recordConversions(ctx, scope, entries, "IMPORT");
    for (const [n, outcome] of outcomes.entries()) {
      tally(imported, outcome, { line: set[n]?.line ?? 0, columns });
    }
  }
  imported.refused.sort((a, b) => a.line - b.line);
  ctx.log.info("conversions_imported", { campaign_id: campaignId, ...countsOf(imported) });
  return imported;
}

const countsOf = ({ refused, ...counts }: ImportedConversions) => ({ ...counts, refused: refused.length });

const isRefused = (read: Line["read"]): read is RefusedRow => "detail" in read;

/** Every row that says something new. */
function linesOf(
  rows: readonly CsvRow[],
  columns: readonly Column[],
  belonging: { campaignId: string; utcOffset: string | null },
): Line[] {
  const seen = new Map<string, ConversionTexts>();
  const lines: Line[] = [];
  for (const { line, cells, problem } of rows) {
    const texts = textsOf(cells, columns);
    const first = seen.get(texts.order_id ?? "");
    if (problem !== null) lines.push({ line, read: { line, column: null, detail: problem } });
    else if (first === undefined || !isFurtherLine(texts, first)) {
      const entry = entryOfTexts(texts, belonging);
      const read = Array.isArray(entry) ? refusedRow(entry[0] ?? null, { line, columns }) : entry;
      lines.push({ line, read });
      // A refund has a line of its own: another one may say the same of another time.
      if (texts.order_id && texts.event !== "refund") seen.set(texts.order_id, texts);
    }
  }
  return lines;
}

function refusedRow(
  error: FieldError | null,
  { line, columns }: { line: number; columns: readonly Column[] },
): RefusedRow {
  const field = error?.pointer.slice(2);
  const column = columns.find((known) => known.field === field)?.name ?? null;
  return { line, column, detail: error?.detail ?? "cannot be read" };
}

function tally(
  imported: ImportedConversions,
  { result, attribution, error }: ConversionOutcome,
  place: { line: number; columns: readonly Column[] },
): void {
  if (result === "refused") imported.refused.push(refusedRow(error, place));
  else if (result === "duplicate") imported.duplicates += 1;
  else {
    imported.recorded += 1;
    if (attribution !== "click" && attribution !== "code") imported.unattributed += 1;
  }
}
