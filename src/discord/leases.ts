import type { Config } from "../config.ts";
import { MAX_HOPS } from "../platforms/resolve-link.ts";

type Timeouts = Pick<Config, "LINK_TIMEOUT_MS" | "DISCORD_TIMEOUT_MS">;

/** For the database, the queue, and whoever has the word in a channel at the moment. */
const SPARE_MS = 30_000;

/**
 * How long an entry is ours, ms: longer than it can take, so that nobody else says it meanwhile. An answer may have to
 * follow a link and read a file first; a message in a channel waits for all others of its batch.
 *
 * @param entries in the batch
 */
export function entryLeaseMs({ LINK_TIMEOUT_MS, DISCORD_TIMEOUT_MS }: Timeouts, entries: number): number {
  return MAX_HOPS * LINK_TIMEOUT_MS + (1 + entries) * DISCORD_TIMEOUT_MS + SPARE_MS;
}

/** Of alerts whose message is refused, so many are told one by one before the others have their turn again. */
export const ALERTS_SINGLY = 3;

/** How long alerts are ours, ms: longer than telling them takes, together and then some of them one by one. */
export function alertsLeaseMs({ DISCORD_TIMEOUT_MS }: Timeouts): number {
  return (1 + ALERTS_SINGLY) * DISCORD_TIMEOUT_MS + SPARE_MS;
}
