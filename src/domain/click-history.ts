import { HOUR_MS } from "./time.ts";

/** When in an hour its human clicks were: [second of the hour, human clicks in it], rising. */
export type Seconds = [second: number, clicks: number][];

/** Hours of a UTC day; hour 24 × d is the first of day d. */
export const HOURS_PER_DAY = 24;

/** The UTC hour of an instant, as whole hours since 1970-01-01T00:00Z. */
export function utcHour(ms: number): number {
  return Math.floor(ms / HOUR_MS);
}

/** The second of its UTC hour in which an instant lies, 0 to 3,599. */
export function secondOfHour(ms: number): number {
  return Math.floor((ms - utcHour(ms) * HOUR_MS) / 1_000);
}

/** Human clicks of the hour up to the end of a second. */
export function clicksThrough(seconds: Seconds, second: number): number {
  let clicks = 0;
  for (const [at, count] of seconds) {
    if (at > second) break;
    clicks += count;
  }
  return clicks;
}

/** The history with one more click in each of the seconds, which may repeat and need no order. */
export function withClicks(seconds: Seconds, added: readonly number[]): Seconds {
  const counts = new Map(seconds);
  for (const second of added) counts.set(second, (counts.get(second) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => a - b);
}

/** The most clicks of any minute of the hour. */
export function busiestMinute(seconds: Seconds): number {
  const minutes = new Map<number, number>();
  for (const [second, count] of seconds) {
    const minute = Math.floor(second / 60);
    minutes.set(minute, (minutes.get(minute) ?? 0) + count);
  }
  return Math.max(0, ...minutes.values());
}
