import { z } from "@hono/zod-openapi";
import { invalidField } from "../../domain/errors.ts";
import { DAY_MS, utcDay } from "../../domain/time.ts";
import { type DayRange, daysTouched } from "../../domain/time-buckets.ts";

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;
/** No campaign is older, and day 0 of the rollups means "no day". */
const EARLIEST = Date.UTC(2000, 0, 1);

const NOT_AN_INSTANT = "must be a date such as 2026-06-01 or an ISO 8601 instant";

/** A UTC date or an instant with any offset, turned into ms UTC. */
export const DayInput = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: NOT_AN_INSTANT })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", example: "2026-06-01" });

/**
 * The UTC days that were asked for: [from, to), the last 30 including today by default. Numbers are kept by UTC day,
 * so an instant within a day stands for that whole day; the answer says what it covers.
 *
 * @throws {ClaimcheckError} validation_failed if the range is empty, reversed, too long or too early
 */
export function analyticsRange(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  now: number,
): DayRange {
  const end = to ?? (utcDay(now) + 1) * DAY_MS;
  const start = from ?? utcDay(end - 1) * DAY_MS - (DEFAULT_DAYS - 1) * DAY_MS;
  if (start < EARLIEST) throw invalidField("#query/from", "must not lie before 2000-01-01");
  if (start >= end) throw invalidField("#query/to", "must lie after from");
  if (end - start > MAX_DAYS * DAY_MS) {
    throw invalidField("#query/from", `must lie at most ${MAX_DAYS} days before to`);
  }
  return daysTouched(start, end);
}
