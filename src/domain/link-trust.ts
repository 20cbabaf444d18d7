/** How long what was read of a link is used while a change of it may be on its way into the database. */
const UNSETTLED_LIFE_MS = 1_000;

/** How long it is remembered that there is no link of a code. */
export const UNKNOWN_LIFE_MS = 2_000;

/** What is known of the board. ms UTC throughout. */
export interface Hearing {
  /** The state of the board that was heard last is at least as new as this. */
  heardAt: number;
  /** Of what was read of the database since then every change is known; not of what was read before. */
  completeFrom: number;
}

/** Nothing heard yet. */
export const DEAF: Hearing = { heardAt: Number.NEGATIVE_INFINITY, completeFrom: Number.POSITIVE_INFINITY };

/** When something was read of the database, and until when it is used at most. ms UTC */
export interface Reading {
  readAt: number;
  until: number;
}

/**
 * Until when a reading is used.
 *
 * @param unsettledUntil until when a change of what was read may not be in the database yet; null for no change
 */
export function usedUntil(readAt: number, unsettledUntil: number | null, rememberMs: number): number {
  const maybeBefore = unsettledUntil !== null && readAt <= unsettledUntil;
  return readAt + (maybeBefore ? UNSETTLED_LIFE_MS : rememberMs);
}

/**
 * Whether what was read is still true as far as anybody can tell: it has not run out, and either the board was heard
 * lately and would have named a change, or the reading itself is as recent.
 */
export function isTrusted(
  { readAt, until }: Reading,
  { heardAt, completeFrom }: Hearing,
  { now, staleMs }: { now: number; staleMs: number },
): boolean {
  if (now >= until) return false;
  return now - readAt <= staleMs || (readAt >= completeFrom && now - heardAt <= staleMs);
}
