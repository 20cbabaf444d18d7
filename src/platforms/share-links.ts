import { pathSegments } from "../domain/post-url.ts";
import { unwrapped } from "./wrapped-links.ts";

const TCO_TOKEN = /^[0-9A-Za-z]{1,32}$/;

/**
 * Whether an address is a share link that may lead to a post of any platform, so that no platform's own rules take it:
 * t.co/{token}, which X puts in the place of every link in a post. Pure.
 */
export function isAnyShareLink(address: URL): boolean {
  const url = unwrapped(address);
  const [token = "", ...rest] = pathSegments(url) ?? [];
  return url.hostname === "t.co" && TCO_TOKEN.test(token) && rest.length === 0;
}

/**
 * Shorteners that are no platform's own. They lead anywhere on the web, often over others of their kind, so they are
 * never asked.
 */
const FOREIGN_SHORTENERS = new Set([
  "bit.ly",
  "bitly.com",
  "buff.ly",
  "cutt.ly",
  "dlvr.it",
  "goo.gl",
  "ift.tt",
  "is.gd",
  "j.mp",
  "ow.ly",
  "rb.gy",
  "rebrand.ly",
  "reddit.app.link",
  "s.id",
  "shorturl.at",
  "t.ly",
  "tiny.cc",
  "tinyurl.com",
  "trib.al",
  "v.gd",
]);

/** Whether addresses of a host only lead to another one, and nobody is asked where to. */
export function isKnownShortener(host: string): boolean {
  return FOREIGN_SHORTENERS.has(host.replace(/^www\./, ""));
}
