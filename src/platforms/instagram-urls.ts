import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import { unwrapped } from "./wrapped-links.ts";

const HOSTS = new Set(["instagram.com", "www.instagram.com", "m.instagram.com"]);
/** The vendor's older and shorter name, which has the same paths. */
const SHORT_HOSTS = new Set(["instagr.am", "www.instagr.am"]);

const KINDS = new Set(["p", "reel", "reels", "tv"]);
/** First parts of a path that are no user's name, though a kind may follow them. */
const NOT_USERS = new Set(["share", "explore", "stories", "accounts"]);
const USER = /^[0-9A-Za-z_.]{1,30}$/;
const SHORTCODE = /^[0-9A-Za-z_-]{5,28}$/;
const SHARE_TOKEN = /^[0-9A-Za-z_-]{4,64}$/;

/**
 * Characters that a link to a private post has after its shortcode, by which whoever has the link sees the post. No
 * shortcode is that long itself: today's have eleven characters.
 */
const KEY_LENGTH = 28;

/** The post, reel or video an Instagram address names. Pure. */
export function identifyInstagramPost(address: URL): PostIdentity | null {
  const code = namedCode(unwrapped(address));
  // /reels/audio/… is the page of a sound.
  if (code === null || !SHORTCODE.test(code) || code === "audio") return null;
  return {
    platform: "instagram",
    externalId: code,
    canonicalUrl: `https://www.instagram.com/p/${code}/`,
  };
}

/** `/share/{token}`, `/share/reel/{token}`: which post it means only Instagram knows. */
export function isInstagramShareLink(address: URL): boolean {
  const url = unwrapped(address);
  if (!HOSTS.has(url.hostname)) return false;
  const [share, ...rest] = pathSegments(url) ?? [];
  const [token = "", ...below] = KINDS.has(rest[0] ?? "") ? rest.slice(1) : rest;
  return share === "share" && SHARE_TOKEN.test(token) && below.length === 0;
}

/** What stands where the address has its shortcode: /p/{code}, /{user}/reel/{code}. */
function namedCode(url: URL): string | null {
  if (!HOSTS.has(url.hostname) && !SHORT_HOSTS.has(url.hostname)) return null;
  const segments = pathSegments(url) ?? [];
  const [first = "", second = ""] = segments;
  const belowUser = !KINDS.has(first) && KINDS.has(second) && USER.test(first) && !NOT_USERS.has(first);
  const [kind = "", code, ...below] = belowUser ? segments.slice(1) : segments;
  if (!KINDS.has(kind) || code === undefined || !isViewOfPost(below)) return null;
  return code.length > KEY_LENGTH ? code.slice(0, -KEY_LENGTH) : code;
}

const VIEWS_OF_A_POST = new Set(["embed", "embed/captioned", "media", "comments", "liked_by"]);

/** The pages below a post, among them that of one comment, `c/{id}`, and of a reply to it. */
function isViewOfPost(below: readonly string[]): boolean {
  const path = below.join("/");
  return path === "" || VIEWS_OF_A_POST.has(path) || /^c\/\d+(\/r\/\d+)?$/.test(path);
}
