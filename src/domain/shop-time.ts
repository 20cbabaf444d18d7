/** A day, a time and a zone: ISO 8601, or as shops write it, `2026-10-01 12:33:21 +0200`. */
const SHOP_TIME =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?:(Z|UTC)|([+-]\d{2}):?(\d{2}))?$/;

/**
 * The instant that a shop wrote, in ms UTC; null for what names none. Digits past the millisecond are cut off.
 *
 * @param utcOffset stands for a zone that is not written, e.g. `+02:00`; without it a time has to have its own
 */
export function readShopTime(text: string, utcOffset: string | null = null): number | null {
  const [, day, time, utc, hours, minutes] = SHOP_TIME.exec(text) ?? [];
  if (day === undefined || time === undefined || !isCalendarDay(day)) return null;
  const written = hours === undefined ? utcOffset : `${hours}:${minutes}`;
  const zone = utc === undefined ? written : "Z";
  if (zone === null) return null;
  const at = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(at) ? null : at;
}

/** `Date.parse` takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  return new Date(day).getUTCDate() === Number(day.slice(8));
}
