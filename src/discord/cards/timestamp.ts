/** The latest instant a date can have; Discord shows nothing past it. */
const MAX_MS = 8_640_000_000_000_000;

/**
 * An instant (ms UTC) that Discord shows in the reader's own zone, as "2 hours ago".
 *
 * Source: https://discord.com/developers/docs/reference#message-formatting
 */
export function relativeTime(ms: number): string {
  const clamped = Math.min(MAX_MS, Math.max(0, ms));
  return `<t:${Math.floor(clamped / 1_000)}:R>`;
}
