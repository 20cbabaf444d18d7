const HOUR_MS = 3_600_000;

const PACIFIC = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/Los_Angeles",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  hourCycle: "h23",
});

/**
 * The first midnight in California after `now` (ms UTC), when the daily quotas of Google's APIs begin anew.
 * Right across daylight saving: the clocks change at 2 a.m., so every day has exactly one midnight.
 *
 * Source: developers.google.com/youtube/data/determine_quota_cost, "resets at midnight Pacific Time".
 */
export function nextPacificMidnight(now: number): number {
  const today = pacific(now);
  // 08:00 UTC is midnight in winter and one in the morning in summer.
  const near = Date.UTC(today.year, today.month - 1, today.day + 1, 8);
  return near - pacific(near).hour * HOUR_MS;
}

function pacific(at: number) {
  const parts = new Map(PACIFIC.formatToParts(at).map((part) => [part.type, Number(part.value)]));
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
  return { year: read("year"), month: read("month"), day: read("day"), hour: read("hour") };
}
