/** Characters of the hash of one visitor of a link's day: `Click.v`. */
const HASH_LENGTH = 11;

/** Most visitors of one list: 11 kB, small enough to be written with every change of its day. */
export const VISITORS_PER_LIST = 1_024;

/** The hashes of a list, which holds them one after the other with nothing between them. */
export function visitorsIn(list: string): string[] {
  const visitors: string[] = [];
  for (let i = 0; i < list.length; i += HASH_LENGTH) visitors.push(list.slice(i, i + HASH_LENGTH));
  return visitors;
}

/**
 * Appends visitors to the open list of a day.
 *
 * @returns `full`: lists of exactly VISITORS_PER_LIST that are never touched again; `open`: what stays in the day's row.
 * A list is closed only when one more comes than it holds.
 */
export function addVisitors(open: string, added: readonly string[]): { full: string[]; open: string } {
  const length = HASH_LENGTH * VISITORS_PER_LIST;
  const full: string[] = [];
  let rest = open + added.join("");
  while (rest.length > length) {
    full.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return { full, open: rest };
}
