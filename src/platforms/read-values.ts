import { RAW_LIMIT } from "./adapter.ts";

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;
const LONGEST_TEXT = 200;

/** A JSON object, or null for everything else, arrays included. */
export function readRecord(value: unknown): Record<string, unknown> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  // safe: what is left of a parsed JSON value is an object, whose keys are strings.
  return value as Record<string, unknown>;
}

/** All elements as objects, or null if the value is not an array or one element is no object. */
export function readRecords(value: unknown): Record<string, unknown>[] | null {
  if (!Array.isArray(value)) return null;
  const records = value.map(readRecord).filter((record) => record !== null);
  return records.length === value.length ? records : null;
}

/** A count as most vendors send one: a JSON number, whole and not negative, of which no digit was lost. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A text that says something, cut to 200 characters; anything else is null. */
export function readText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value.slice(0, LONGEST_TEXT) : null;
}

/** An RFC 3339 instant in ms UTC; anything else is null. */
export function readInstant(value: unknown): number | null {
  if (typeof value !== "string" || !INSTANT.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/**
 * The evidence kept of an answer: the named fields as JSON, of nested objects only the plain values. Only
 * what is named is kept, because a description of 5,000 characters would push the counts over the limit.
 */
export function evidence(item: Record<string, unknown>, fields: readonly string[]): string {
  const kept = fields.map((field) => [field, plain(item[field])] as const);
  return JSON.stringify(Object.fromEntries(kept)).slice(0, RAW_LIMIT);
}

function plain(value: unknown): unknown {
  if (isScalar(value)) return value;
  if (Array.isArray(value)) return value.filter(isScalar);
  const record = readRecord(value);
  if (record === null) return undefined;
  return Object.fromEntries(Object.entries(record).filter(([, inner]) => isScalar(inner)));
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
