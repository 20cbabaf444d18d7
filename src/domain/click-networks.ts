/** Human clicks by AS number; `?` for networks that are not known. */
export type Networks = Readonly<Record<string, number>>;

/** Most known networks that a day keeps. */
export const MOST_NETWORKS = 20;

/**
 * Adds clicks by network, null for one that is not known. Of the known ones the MOST_NETWORKS largest are kept, by
 * clicks and then by number. What the rest had is forgotten: it shows as clicks of the day that no network has, and one of
 * them that comes back begins anew. So a number may be too small, but none is ever too large.
 */
export function addNetworks(networks: Networks, added: readonly (number | null)[]): Networks {
  const counts = new Map(Object.entries(networks));
  for (const network of added) {
    const key = network === null ? "?" : String(network);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const unknown = [...counts].filter(([key]) => key === "?");
  const known = [...counts]
    .filter(([key]) => key !== "?")
    .toSorted(([a, x], [b, y]) => y - x || Number(a) - Number(b));
  return Object.fromEntries([...known.slice(0, MOST_NETWORKS), ...unknown]);
}
