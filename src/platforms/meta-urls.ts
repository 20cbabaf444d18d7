import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import { unwrapped } from "./wrapped-links.ts";

const HOSTS = new Set([
  ...["", "www.", "m.", "web.", "mbasic.", "touch.", "mobile.", "business."].map((at) => `${at}facebook.com`),
  // The vendor's shorter name, which has the same paths.
  ...["fb.com", "www.fb.com"],
]);
/** One host for each language: de-de.facebook.com. */
const LOCALE_HOST = /^[a-z]{2}-[a-z]{2}\.facebook\.com$/;
const SHORT_HOSTS = new Set(["fb.watch", "www.fb.watch", "fb.me", "www.fb.me"]);

// A leading zero would give one post two identities.
const NUMBER = /^[1-9][0-9]{4,19}$/;
/** What the vendor's pages show for a number of late, different for each reader. */
const OPAQUE = /^pfbid[0-9A-Za-z]{4,120}$/;
const OF_PAGE = /^[0-9]{1,20}_([0-9]+)$/;
const SHARE_TOKEN = /^[0-9A-Za-z_-]{4,64}$/;

/**
 * The post, video, reel or photo a Facebook address names. Its id is a number, or the `pfbid…` text the vendor
 * shows in its stead. Pure.
 */
export function identifyMetaPost(address: URL): PostIdentity | null {
  const url = unwrapped(address);
  const named = isFacebook(url) ? namedPost(url) : null;
  const id = named === null ? null : (OF_PAGE.exec(named)?.[1] ?? named);
  if (id === null || !(NUMBER.test(id) || OPAQUE.test(id))) return null;
  return { platform: "meta", externalId: id, canonicalUrl: `https://www.facebook.com/${id}` };
}

/** `/share/p/{token}`, fb.watch and fb.me: which post it means only Facebook knows. */
export function isMetaShareLink(address: URL): boolean {
  const url = unwrapped(address);
  const segments = pathSegments(url) ?? [];
  if (SHORT_HOSTS.has(url.hostname)) return segments.length <= 2 && SHARE_TOKEN.test(segments.at(-1) ?? "");
  const [share, ...rest] = segments;
  const [token = "", ...below] = ["p", "v", "r"].includes(rest[0] ?? "") ? rest.slice(1) : rest;
  return isFacebook(url) && share === "share" && SHARE_TOKEN.test(token) && below.length === 0;
}

function isFacebook({ hostname }: URL): boolean {
  return HOSTS.has(hostname) || LOCALE_HOST.test(hostname);
}

/** Pages that have the id in their query, and under which name. */
const PARAMETERS = new Map([
  ["watch", "v"],
  ["watch/live", "v"],
  ["video.php", "v"],
  ["video/video.php", "v"],
  ["video/embed", "video_id"],
  ["photo", "fbid"],
  ["photo.php", "fbid"],
  ["permalink.php", "story_fbid"],
  ["story.php", "story_fbid"],
]);

/** Kinds of posts of a page or a person; between kind and id may stand a title or an album. */
const PAGE_KINDS = new Set(["posts", "videos", "photos"]);
const GROUP_KINDS = new Set(["posts", "permalink"]);

/** What stands where the address has its post id, whatever it is. */
function namedPost(url: URL): string | null {
  const segments = pathSegments(url) ?? [];
  const parameter = PARAMETERS.get(segments.join("/"));
  if (parameter !== undefined) return url.searchParams.get(parameter);

  const [first = "", second, ...rest] = segments;
  // A profile may have such an address too, which nothing but the API can tell from that of a post.
  if (second === undefined) return first;
  if (first === "reel" || first === "reels") return rest.length === 0 ? second : null;
  const inGroup = first === "groups";
  const [kind = "", ...below] = inGroup ? rest : [second, ...rest];
  const isPost = (inGroup ? GROUP_KINDS : PAGE_KINDS).has(kind) && below.length <= 2;
  return isPost ? (below.at(-1) ?? null) : null;
}
