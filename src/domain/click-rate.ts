import { MINUTE_MS, utcDay } from "./time.ts";

/** How often one visitor followed one link in the UTC minute and the UTC day of the last time. */
export interface Visits {
  minute: number;
  inMinute: number;
  day: number;
  inDay: number;
}

export interface VisitLimits {
  perMinute: number;
  perDay: number;
}

/** The visits with one more at an instant (ms UTC). A new minute, and a new day, begin with it. */
export function oneMoreVisit(before: Visits | undefined, at: number): Visits {
  const minute = Math.floor(at / MINUTE_MS);
  const day = utcDay(at);
  return {
    minute,
    inMinute: before?.minute === minute ? before.inMinute + 1 : 1,
    day,
    inDay: before?.day === day ? before.inDay + 1 : 1,
  };
}

/** Whether the last of these visits came sooner than people come. Those before it stay what they were. */
export function isTooOften({ inMinute, inDay }: Visits, { perMinute, perDay }: VisitLimits): boolean {
  return inMinute > perMinute || inDay > perDay;
}
