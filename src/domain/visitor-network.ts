const GROUPS = 8;
/** A household has a /64 to itself, and its devices change addresses within it. RFC 8981 */
const HOUSEHOLD_GROUPS = 4;
/** Longer than any address: an IPv6 address with an IPv4 tail has 45 characters. */
const LONGEST = 45;

/**
 * What of an address stands for a visitor: IPv4 as it is, of IPv6 the /64. A text that is no address stands for itself.
 *
 * Source: text forms of IPv6 addresses, RFC 4291 §2.2
 */
export function visitorNetwork(address: string): string {
  const text = address.slice(0, LONGEST).toLowerCase();
  if (!text.includes(":")) return text;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = text.split("::", 2);
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  // An IPv4 tail takes the room of two groups.
  const room = last.length + (last.at(-1)?.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, GROUPS - first.length - room);
  const groups = [...first, ...Array.from({ length: zeros }, () => "0"), ...last];
  return `${groups.slice(0, HOUSEHOLD_GROUPS).map(withoutZeros).join(":")}::/64`;
}

const withoutZeros = (group: string): string => group.replace(/^0+(?=.)/, "");
