import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import { isWithin } from "./hosts.ts";
import { unwrapped } from "./wrapped-links.ts";

const SHORT_HOSTS = new Set(["redd.it", "www.redd.it"]);
/** The hosts asked where a share link leads; the vendor answers on others too, but nobody copies those. */
const SHARE_HOSTS = new Set(
  ["", "www.", "old.", "new.", "np.", "m.", "sh.", "amp."].map((below) => `${below}reddit.com`),
);

// Base 36. A leading zero would give one post two identities.
const POST_ID = /^[1-9a-z][0-9a-z]{0,12}$/;
const NAME = /^[0-9A-Za-z_.-]{1,50}$/;
const SHARE_TOKEN = /^[0-9A-Za-z_-]{4,64}$/;
/** Where posts stand: a community, or a person's own page. */
const OWNERS = new Set(["r", "u", "user"]);

/** The post a Reddit address names. A comment's permalink names the post the comment is under. Pure. */
export function identifyRedditPost(address: URL): PostIdentity | null {
  const id = namedPost(unwrapped(address))?.toLowerCase();
  if (id === undefined || !POST_ID.test(id)) return null;
  return { platform: "reddit", externalId: id, canonicalUrl: `https://www.reddit.com/comments/${id}/` };
}

/** `/r/{community}/s/{token}`, also below a person: which post it means only Reddit knows. */
export function isRedditShareLink(address: URL): boolean {
  const url = unwrapped(address);
  if (!SHARE_HOSTS.has(url.hostname)) return false;
  const [kind = "", name = "", share, token = "", ...rest] = pathSegments(url) ?? [];
  const owned = OWNERS.has(kind) && NAME.test(name);
  return owned && share === "s" && SHARE_TOKEN.test(token) && rest.length === 0;
}

/** What stands where the address has its post id, whatever it is. */
function namedPost(url: URL): string | undefined {
  const segments = pathSegments(url) ?? [];
  if (SHORT_HOSTS.has(url.hostname)) return segments.length === 1 ? segments[0] : undefined;
  // Posts are embedded from a domain of their own.
  const isReddit = isWithin(url.hostname, "reddit.com") || isWithin(url.hostname, "redditmedia.com");
  if (!isReddit) return undefined;

  const [kind = "", name = ""] = segments;
  const page = OWNERS.has(kind) && NAME.test(name) ? segments.slice(2) : segments;
  const [view, id, ...below] = page;
  if (view === "gallery") return below.length === 0 ? id : undefined;
  // Below the id come the title, a comment's id, and ".json" if a program made the address.
  return view === "comments" && below.length <= 3 ? id : undefined;
}
