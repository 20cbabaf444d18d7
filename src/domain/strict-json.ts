/** Checks of parsed JSON that name the path of what is wrong. They return what they were given, never a conversion. */

type JsonObject = Readonly<Record<string, unknown>>;

/** ISO 8601 with a zone; without one it would name another instant on every machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** @throws {Error} unless the value is an object */
export function objectAt(value: unknown, path: string): JsonObject {
  requirePresent(value, path);
  if (!isObject(value)) throw new Error(`${path} must be an object`);
  return value;
}

/** @throws {Error} unless the value is an array */
export function arrayAt(value: unknown, path: string): readonly unknown[] {
  requirePresent(value, path);
  if (!Array.isArray(value)) throw new Error(`${path} must be an array`);
  return value;
}

/** @throws {Error} unless the value is a number of at least 0; JSON can spell numbers too large to hold */
export function amountAt(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${path} must be a number of at least 0`);
}

/** @throws {Error} unless the value is true or false */
export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw new Error(`${path} must be true or false`);
  return value;
}

/** The instant in ms UTC; digits past the millisecond are cut off. @throws {Error} unless it is one, with its zone */
export function instantAt(value: unknown, path: string): number {
  requirePresent(value, path);
  if (typeof value === "string" && INSTANT.test(value) && isCalendarDay(value.slice(0, 10))) {
    const at = Date.parse(value);
    if (!Number.isNaN(at)) return at;
  }
  throw new Error(`${path} must be an ISO 8601 instant with its zone, such as 2026-06-01T12:00:00.000Z`);
}

/** @throws {Error} if the object has a field of another name */
export function refuseOtherFields(object: JsonObject, names: readonly string[], path: string): void {
  const other = Object.keys(object).find((key) => !names.includes(key));
  if (other !== undefined) throw new Error(`${path} has no field ${JSON.stringify(other)}`);
}

function requirePresent(value: unknown, path: string): void {
  if (value === undefined) throw new Error(`${path} is missing`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Date.parse` takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  return new Date(day).getUTCDate() === Number(day.slice(8));
}
