/** Longest accepted address, in characters. */
export const MAX_URL_LENGTH = 2048;

export type ParsedPostUrl = { ok: true; url: URL } | { ok: false; reason: string };

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
// Zero-width characters ride along when an address is copied out of a chat; a browser drops them from a host
// too.
const INVISIBLE = /[\u200B-\u200D\u2060\uFEFF]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const FORBIDDEN = /[\s\\\u0000-\u001F\u007F-\u009F]/u;

/**
 * Reads an address as a creator pastes it and brings it into the form every platform's rules start from:
 * https, default port, no user name, host without a trailing dot. A missing scheme is taken as https if the
 * first part looks like a host ("youtu.be/…"). The reason of a refusal is written for the creator.
 *
 * The parsed host is what counts afterwards, never the text: `https://youtube.com@evil.test` is a page of
 * evil.test.
 * Source: WHATWG URL Standard.
 */
export function parsePostUrl(text: string): ParsedPostUrl {
  const pasted = text.replaceAll(INVISIBLE, "").trim();
  if (pasted === "") return refused("Paste the address of the post.");
  if (pasted.length > MAX_URL_LENGTH) {
    return refused(`The address is longer than ${MAX_URL_LENGTH} characters.`);
  }
  // The URL parser would silently drop tabs and line breaks and turn a backslash into a slash.
  if (FORBIDDEN.test(pasted)) return refused("The address contains spaces or characters no address has.");

  const absolute = withScheme(pasted);
  if (absolute === null) return refused("This is not a web address: it should begin with https://.");
  if (authorityOf(absolute).includes("@"))
    return refused("An address with a user name in it is not accepted.");
  if (!URL.canParse(absolute)) return refused("This is not a valid web address.");
  const url = new URL(absolute);
  if (url.port !== "") return refused("An address with a port number is not accepted.");

  url.protocol = "https:";
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  return { ok: true, url };
}

/**
 * The path of an address, decoded part by part, without the empty parts that doubled or trailing slashes
 * leave. `null` if a part is not valid percent-encoding or hides a slash, so that `%2F` cannot pass for a
 * separator.
 */
export function pathSegments(url: URL): string[] | null {
  const segments: string[] = [];
  for (const part of url.pathname.split("/")) {
    const segment = decoded(part);
    if (segment === null || segment.includes("/")) return null;
    if (segment !== "") segments.push(segment);
  }
  return segments;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/**
 * The address with its scheme, or null if the scheme is not of the web or nothing in front looks like a host.
 */
function withScheme(pasted: string): string | null {
  const scheme = SCHEME.exec(pasted)?.[1]?.toLowerCase();
  if (scheme !== undefined) return scheme === "https" || scheme === "http" ? pasted : null;
  const host = pasted.split(/[/?#]/, 1)[0] ?? "";
  return host.includes(".") ? `https://${pasted}` : null;
}

/** What stands between `//` and the path: host, port and user name, as typed. */
function authorityOf(absolute: string): string {
  return absolute.replace(SCHEME, "").split(/[/?#]/, 1)[0] ?? "";
}

function refused(reason: string): ParsedPostUrl {
  return { ok: false, reason };
}
