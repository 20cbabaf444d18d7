import { DAY_MS, HOUR_MS } from "./time.ts";
import { daysTouched, INTERVALS, timeBuckets } from "./time-buckets.ts";

export const TRAFFIC_INTERVALS = ["hour", ...INTERVALS] as const;
export type TrafficInterval = (typeof TRAFFIC_INTERVALS)[number];

/** Clicks of people and of suspected automation; the unique ones are different visitors of a UTC day. */
export const CLICK_FIGURES = ["human", "automated", "unique_human", "unique_automated"] as const;

/** Orders at their own time, reversals and refunds at theirs; money in minor units. */
export const ORDER_FIGURES = ["orders", "reversed", "value_minor", "refunded_minor"] as const;

/** Of a campaign also the orders, among all, that no link counts. */
export const CAMPAIGN_ORDER_FIGURES = [...ORDER_FIGURES, "unattributed"] as const;

/** What was counted in one hour or day: `slot` whole hours or days since 1970-01-01. */
export type CountedSlot<Figure extends string> = Record<Figure, number> & { slot: number };

/** A piece of a range, in slots. */
export interface SlotRange {
  from: number;
  to: number;
}

/** How long a slot is: hours are counted by the hour, everything longer by the UTC day. */
export function slotMs(interval: TrafficInterval): number {
  return interval === "hour" ? HOUR_MS : DAY_MS;
}

/** The slots that `[from, to)` (ms UTC) touches: one that is only partly in it counts as a whole. */
export function slotsTouched(interval: TrafficInterval, from: number, to: number): SlotRange {
  if (interval !== "hour") return daysTouched(from, to);
  return { from: Math.floor(from / HOUR_MS), to: Math.ceil(to / HOUR_MS) };
}

/** Cuts a range into hours, days, ISO weeks or months: in order, without a gap, and none is empty. */
export function trafficBuckets(range: SlotRange, interval: TrafficInterval): SlotRange[] {
  if (interval !== "hour") return timeBuckets(range, interval).map(({ from, to }) => ({ from, to }));
  return Array.from({ length: range.to - range.from }, (_, i) => ({
    from: range.from + i,
    to: range.from + i + 1,
  }));
}

/** When nothing counted means none: in slots, fractions of one included. Nothing is known before or after. */
export interface Known {
  /** Null while nothing is known at all. */
  from: number | null;
  to: number;
}

/**
 * What was counted in each bucket; null where none was counted and that is no 0: before there was anything to count, and
 * in what is still to come.
 *
 * @param counted in the order of their slots
 */
export function sumBuckets<Figure extends string>(
  buckets: readonly SlotRange[],
  counted: readonly CountedSlot<Figure>[],
  { figures, known }: { figures: readonly Figure[]; known: Known },
): (Record<Figure, number> | null)[] {
  let at = 0;
  return buckets.map((bucket) => {
    const inBucket: CountedSlot<Figure>[] = [];
    for (let row = counted[at]; row !== undefined && row.slot < bucket.to; row = counted[++at]) {
      if (row.slot >= bucket.from) inBucket.push(row);
    }
    const isKnown = known.from !== null && known.from < bucket.to && bucket.from < known.to;
    return inBucket.length > 0 || isKnown ? sumFigures(inBucket, figures) : null;
  });
}

/** The sums of all that is known; null if nothing is. */
export function totalOf<Figure extends string>(
  sums: readonly (Record<Figure, number> | null)[],
  figures: readonly Figure[],
): Record<Figure, number> | null {
  const known = sums.filter((sum) => sum !== null);
  return known.length === 0 ? null : sumFigures(known, figures);
}

function sumFigures<Figure extends string>(
  rows: readonly Record<Figure, number>[],
  figures: readonly Figure[],
): Record<Figure, number> {
  const entries = figures.map((figure) => [figure, rows.reduce((sum, row) => sum + row[figure], 0)]);
  // safe: one entry a figure.
  return Object.fromEntries(entries) as Record<Figure, number>;
}
