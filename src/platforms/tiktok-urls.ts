import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import { unwrapped } from "./wrapped-links.ts";

const HOSTS = new Set(["tiktok.com", "tiktokv.com"].flatMap((host) => [host, `www.${host}`, `m.${host}`]));
const SHORT_HOSTS = new Set(["vm.tiktok.com", "vt.tiktok.com"]);

// A leading zero would give one video two identities.
const VIDEO_ID = /^[1-9][0-9]{14,19}$/;
const SHARE_TOKEN = /^[0-9A-Za-z_-]{4,64}$/;

/** The paths that end in an id: the page of a video or of a row of photos, its embeds, and what apps share. */
const PATHS = [
  /^@[\w.-]*\/(?:video|photo)\/(\d+)$/,
  /^share\/(?:video|photo)\/(\d+)$/,
  /^embed\/(?:v\d\/)?(\d+)$/,
  /^player\/v\d\/(\d+)$/,
  /^v\/(\d+)(?:\.html)?$/,
];

/** The video or row of photos a TikTok address names; the user's name in it means nothing. Pure. */
export function identifyTiktokPost(address: URL): PostIdentity | null {
  const url = unwrapped(address);
  const path = HOSTS.has(url.hostname) ? (pathSegments(url)?.join("/") ?? "") : "";
  const id = PATHS.map((shape) => shape.exec(path)?.[1]).find((found) => found !== undefined);
  if (id === undefined || !VIDEO_ID.test(id)) return null;
  return { platform: "tiktok", externalId: id, canonicalUrl: `https://www.tiktok.com/@/video/${id}` };
}

/** vm.tiktok.com/{token}, vt.tiktok.com/{token} and /t/{token}: which video it means only TikTok knows. */
export function isTiktokShareLink(address: URL): boolean {
  const url = unwrapped(address);
  const segments = pathSegments(url) ?? [];
  const isShort = SHORT_HOSTS.has(url.hostname) && segments.length === 1;
  const isShare = HOSTS.has(url.hostname) && segments.length === 2 && segments[0] === "t";
  return (isShort || isShare) && SHARE_TOKEN.test(segments.at(-1) ?? "");
}
