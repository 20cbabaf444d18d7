/** Room for one list, so that the rest of its message fits beside it. */
const LIST_TEXT = 3_200;

/**
 * The entries of a list as far as they fit, and how many there are beside them.
 *
 * @param most entries to show; the rest is counted
 */
export function listed(entries: readonly string[], most: number): string[] {
  const shown: string[] = [];
  let room = LIST_TEXT;
  for (const entry of entries.slice(0, most)) {
    room -= entry.length + 1;
    if (room < 0) break;
    shown.push(entry);
  }
  const more = entries.length - shown.length;
  return more > 0 ? [...shown, andMore(more)] : shown;
}

export const andMore = (count: number): string => `-# … and ${count} more`;

/** Words beside each other in small print; those that are missing are left out. */
export function small(...words: (string | null)[]): string | null {
  const there = words.filter((word) => word !== null && word !== "");
  return there.length === 0 ? null : `-# ${there.join(" · ")}`;
}
