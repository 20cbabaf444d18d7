import { z } from "@hono/zod-openapi";
import type { SlotsRead } from "../../db/queries/traffic-series.ts";
import { invalidField } from "../../domain/errors.ts";
import { DAY_MS, HOUR_MS } from "../../domain/time.ts";
import { slotsTouched, TRAFFIC_INTERVALS, type TrafficInterval } from "../../domain/traffic-series.ts";
import { analyticsRange, DayInput } from "../dashboard/analytics-range.ts";

const DEFAULT_HOURS = 48;
const MAX_HOURS_DAYS = 31;

export const TrafficQuery = z.strictObject({
  from: DayInput.optional().openapi({
    description: "A date or an instant; 30 days before `to` if left out, 48 hours for the interval hour.",
  }),
  to: DayInput.optional().openapi({
    description: "Itself not covered; the end of today or of this hour if left out.",
  }),
  interval: z
    .enum(TRAFFIC_INTERVALS, { error: `must be one of ${TRAFFIC_INTERVALS.join(", ")}` })
    .default("day")
    .openapi({ description: "Weeks are ISO 8601 weeks. By the hour at most 31 days are covered, else 366." }),
});

/**
 * The hours or UTC days that were asked for: [from, to). An instant within one stands for the whole of it.
 *
 * @throws {ClaimcheckError} validation_failed if the range is empty, reversed, too long or too early
 */
export function trafficRange(
  { from, to, interval }: { from?: number | undefined; to?: number | undefined; interval: TrafficInterval },
  now: number,
): SlotsRead {
  if (interval !== "hour") return { by: "day", ...analyticsRange({ from, to }, now) };
  const end = to ?? (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  const start = from ?? Math.ceil(end / HOUR_MS) * HOUR_MS - DEFAULT_HOURS * HOUR_MS;
  if (end - start > MAX_HOURS_DAYS * DAY_MS) {
    throw invalidField("#query/from", `must lie at most ${MAX_HOURS_DAYS} days before to by the hour`);
  }
  // What both kinds of range have in common.
  analyticsRange({ from: start, to: end }, now);
  return { by: "hour", ...slotsTouched("hour", start, end) };
}
