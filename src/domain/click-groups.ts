import type { ClickMessage } from "./click.ts";

/** Most links of messages that are counted together: their visitors and seconds travel with each write. */
export const LINKS_PER_GROUP = 200;

/**
 * Cuts messages into groups that are counted together, in their order and each message once. A group has at most
 * LINKS_PER_GROUP links, unless a single message has more: a message is counted as a whole or not at all.
 */
export function groupMessages(messages: readonly ClickMessage[]): ClickMessage[][] {
  const groups: ClickMessage[][] = [];
  const ids = new Set<string>();
  let links = new Set<string>();
  for (const message of messages) {
    if (ids.has(message.id)) continue;
    ids.add(message.id);
    const its = new Set(message.clicks.map(({ l }) => l));
    const together = new Set([...links, ...its]);
    const group = groups.at(-1);
    if (group !== undefined && together.size <= LINKS_PER_GROUP) {
      group.push(message);
      links = together;
    } else {
      groups.push([message]);
      links = its;
    }
  }
  return groups;
}
