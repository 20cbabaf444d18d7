import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import { unwrapped } from "./wrapped-links.ts";

const HOSTS = new Set(["", "www.", "m.", "touch."].map((below) => `${below}linkedin.com`));
/** One host for each country: de.linkedin.com. */
const COUNTRY_HOST = /^[a-z]{2}\.linkedin\.com$/;
const SHORT_HOSTS = new Set(["lnkd.in", "www.lnkd.in"]);

/** `{author}_{title}-activity-{id}-{check}`, below /posts/. */
const SLUG = /[_-](activity|share|ugcPost)-([1-9]\d{18})(?:-[\w-]{4})?$/i;
const URN = /^urn:li:(activity|share|ugcPost):([1-9]\d{18})$/i;
const SHARE_TOKEN = /^[0-9A-Za-z_-]{4,64}$/;

/**
 * The post a LinkedIn address names, by the whole URN in it: an activity and the share or ugcPost it shows have
 * different numbers, and which belong together only LinkedIn knows. Pure.
 */
export function identifyLinkedinPost(address: URL): PostIdentity | null {
  const url = unwrapped(address);
  const urn = isLinkedin(url) ? namedUrn(pathSegments(url) ?? []) : null;
  if (urn === null) return null;
  return {
    platform: "linkedin",
    externalId: urn,
    canonicalUrl: `https://www.linkedin.com/feed/update/${urn}/`,
  };
}

/** lnkd.in/{token}, lnkd.in/p/{token}: where it leads only LinkedIn knows. */
export function isLinkedinShareLink(address: URL): boolean {
  const url = unwrapped(address);
  const segments = pathSegments(url) ?? [];
  return SHORT_HOSTS.has(url.hostname) && segments.length <= 2 && SHARE_TOKEN.test(segments.at(-1) ?? "");
}

function isLinkedin({ hostname }: URL): boolean {
  return HOSTS.has(hostname) || COUNTRY_HOST.test(hostname);
}

function namedUrn(segments: readonly string[]): string | null {
  const path = segments[0] === "embed" ? segments.slice(1) : segments;
  const [first, second = "", third = ""] = path;
  if (first === "posts" && segments.length === 2) return urnOf(SLUG.exec(second));
  const isUpdate = first === "feed" && second === "update" && path.length === 3;
  return isUpdate ? urnOf(URN.exec(third)) : null;
}

/** The kinds as the vendor spells them, by their spelling in lower case, which some tools give addresses. */
const KINDS: Readonly<Record<string, string>> = { activity: "activity", share: "share", ugcpost: "ugcPost" };

function urnOf(found: RegExpExecArray | null): string | null {
  const kind = KINDS[found?.[1]?.toLowerCase() ?? ""];
  return kind === undefined ? null : `urn:li:${kind}:${found?.[2]}`;
}
