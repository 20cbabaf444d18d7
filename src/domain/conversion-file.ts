import { CONVERSION_FIELDS, type ConversionField, type ConversionTexts } from "./conversion-text.ts";
import type { FieldError } from "./errors.ts";

/** The name of the column that holds a field; an empty one says that the file has none. Not named: the field's own. */
export type ColumnNames = Partial<Record<ConversionField, string | undefined>>;

/** Where a field is in the rows of a file, and what the file calls it. */
export interface Column {
  field: ConversionField;
  index: number;
  name: string;
}

/** The columns of a file that are read, or what is wrong with them, by pointers into the query. */
export function columnsOf(header: readonly string[], names: ColumnNames): Column[] | FieldError[] {
  const columns: Column[] = [];
  const errors: FieldError[] = [];
  for (const field of CONVERSION_FIELDS) {
    const name = names[field] ?? field;
    const index = header.indexOf(name);
    const wrong = whatIsWrong({ field, name, named: names[field] !== undefined, header });
    if (wrong !== null) errors.push({ pointer: `#query/${field}`, detail: wrong });
    else if (name !== "" && index >= 0) columns.push({ field, index, name });
  }
  return errors.length > 0 ? errors : columns;
}

/** Tells what {@link columnsOf} answered. */
export const areColumns = (found: Column[] | FieldError[]): found is Column[] =>
  found.every((item) => "index" in item);

interface NamedColumn {
  field: ConversionField;
  name: string;
  /** By the caller, rather than by default. */
  named: boolean;
  header: readonly string[];
}

function whatIsWrong({ field, name, named, header }: NamedColumn): string | null {
  const times = name === "" ? 0 : header.filter((cell) => cell === name).length;
  if (times > 1) return `names ${JSON.stringify(name)}, which the file has ${times} times`;
  if (times === 1) return null;
  if (field === "order_id") return `must name the column of the order's id; the file has ${shown(header)}`;
  return named && name !== "" ? `names no column of the file, which has ${shown(header)}` : null;
}

const SHOWN_COLUMNS = 30;

function shown(header: readonly string[]): string {
  const names = header.slice(0, SHOWN_COLUMNS).map((name) => JSON.stringify(name));
  return `${names.join(", ")}${header.length > SHOWN_COLUMNS ? " and more" : ""}`;
}

/** The fields of a row, without white space around them. */
export function textsOf(cells: readonly string[], columns: readonly Column[]): ConversionTexts {
  const texts: ConversionTexts = {};
  for (const { field, index } of columns) texts[field] = cells[index]?.trim() ?? "";
  return texts;
}

/**
 * Whether a row says nothing but what an earlier row of its order has said. Shops write an order of several items on as
 * many lines, with its total on the first alone.
 */
export function isFurtherLine(texts: ConversionTexts, first: ConversionTexts): boolean {
  return CONVERSION_FIELDS.every((field) => !texts[field] || texts[field] === first[field]);
}
