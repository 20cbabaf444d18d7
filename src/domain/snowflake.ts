/** The first instant that Discord's ids can name: 2015-01-01. */
const EPOCH_MS = 1_420_070_400_000;

/** When Discord made an id, ms UTC. Source: https://discord.com/developers/docs/reference#snowflakes */
export function snowflakeTime(id: string): number {
  return Number(BigInt(id) >> 22n) + EPOCH_MS;
}

/**
 * An id as Discord would make it.
 *
 * @param at ms UTC
 * @param low what tells ids of one millisecond apart, below 2^22
 */
export function snowflakeAt(at: number, low: number): string {
  return String((BigInt(at - EPOCH_MS) << 22n) + BigInt(low));
}
