import { DAY_MS, utcDay } from "./time.ts";

export const INTERVALS = ["day", "week", "month"] as const;

export type Interval = (typeof INTERVALS)[number];

/** UTC days `[from, to)`, each as whole days since 1970-01-01. */
export interface DayRange {
  from: number;
  to: number;
}

/** A piece of a range, cut at the ends of the range: the first and last week or month may be short. */
export interface TimeBucket extends DayRange {
  /** `2026-06-01`, `2026-W23` (ISO 8601 week) or `2026-06`. */
  label: string;
}

/** The UTC days that `[from, to)` (ms UTC) touches: a day that is only partly in it counts as a whole. */
export function daysTouched(from: number, to: number): DayRange {
  return { from: utcDay(from), to: Math.ceil(to / DAY_MS) };
}

/** The date of a UTC day, `2026-06-01`. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** ISO weeks begin on Monday; 1970-01-01 was a Thursday. */
function mondayOf(day: number): number {
  return day - ((((day + 3) % 7) + 7) % 7);
}

function firstOfMonth(day: number, monthsLater = 0): number {
  const date = new Date(day * DAY_MS);
  return utcDay(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1));
}

/** An ISO week belongs to the year that has its Thursday, so that January can begin in week 52 or 53. */
function weekLabel(day: number): string {
  const thursday = mondayOf(day) + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const week = Math.floor((thursday - utcDay(Date.UTC(year, 0, 1))) / 7) + 1;
  return `${year}-W${String(week).padStart(2, "0")}`;
}

const RULES: Record<Interval, { next: (day: number) => number; label: (day: number) => string }> = {
  day: { next: (day) => day + 1, label: dateOf },
  week: { next: (day) => mondayOf(day) + 7, label: weekLabel },
  month: { next: (day) => firstOfMonth(day, 1), label: (day) => dateOf(day).slice(0, 7) },
};

/** Cuts a range into days, ISO weeks or months: in order, without a gap, and none is empty. */
export function timeBuckets(range: DayRange, interval: Interval): TimeBucket[] {
  const { next, label } = RULES[interval];
  const buckets: TimeBucket[] = [];
  for (let from = range.from; from < range.to; from = next(from)) {
    buckets.push({ label: label(from), from, to: Math.min(next(from), range.to) });
  }
  return buckets;
}

/**
 * The rows that lie in each bucket.
 *
 * @param rows in the order of their days; what lies in no bucket is left out
 */
export function rowsByBucket<Row extends { day: number }>(
  buckets: readonly DayRange[],
  rows: readonly Row[],
): Row[][] {
  let at = 0;
  return buckets.map(({ from, to }) => {
    const inBucket: Row[] = [];
    for (let row = rows[at]; row !== undefined && row.day < to; row = rows[++at]) {
      if (row.day >= from) inBucket.push(row);
    }
    return inBucket;
  });
}
