/** Nothing a vendor says holds our calls longer than this. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

const SECONDS = /^\d+$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * When a call may be repeated, ms UTC, from a `Retry-After` header: whole seconds or the HTTP date servers
 * must send. Never before `now` and never more than a day after it; `null` if the header is absent or neither
 * of the two.
 *
 * Source: RFC 9110 section 10.2.3 and 5.6.7 (the two obsolete date formats are not read).
 */
export function parseRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? "";
  if (SECONDS.test(text)) return clampRetryAt(now + Number(text) * 1000, now);
  if (!HTTP_DATE.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : clampRetryAt(at, now);
}

/** An instant a vendor named, brought into the day that follows `now`. Both ms UTC. */
export function clampRetryAt(at: number, now: number): number {
  return Math.min(Math.max(at, now), now + MAX_RETRY_AFTER_MS);
}
