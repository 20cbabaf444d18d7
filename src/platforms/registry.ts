import type { Platform, PostIdentity } from "../domain/platform.ts";
import { PLATFORMS } from "../domain/platform.ts";
import { parsePostUrl } from "../domain/post-url.ts";
import type { PlatformAdapter } from "./adapter.ts";
import { x } from "./x.ts";
import { youtube } from "./youtube.ts";

/** Every platform that can be claimed on. A new one is a line here; docs/adding-a-platform.md. */
export const ADAPTERS: Readonly<Record<Platform, PlatformAdapter>> = { youtube, x };

export type IdentifiedPost = { ok: true; identity: PostIdentity } | { ok: false; reason: string };

/** Hosts whose addresses only lead to another one; where to is known to the network alone. */
const SHORTENERS = new Set([
  "t.co",
  "bit.ly",
  "tinyurl.com",
  "goo.gl",
  "ow.ly",
  "buff.ly",
  "lnkd.in",
  "is.gd",
]);

/**
 * The post an address names, on whichever platform. The reason of a refusal tells the creator what to paste
 * instead.
 */
export function identifyPost(text: string): IdentifiedPost {
  const parsed = parsePostUrl(text);
  if (!parsed.ok) return parsed;
  for (const platform of PLATFORMS) {
    const identity = ADAPTERS[platform].identify(parsed.url);
    if (identity !== null) return { ok: true, identity };
  }
  return { ok: false, reason: whyUnknown(parsed.url) };
}

function whyUnknown({ hostname }: URL): string {
  if (SHORTENERS.has(hostname)) {
    return `${hostname} is a short link. Open it and paste the address of the post it leads to.`;
  }
  const platforms = PLATFORMS.map((platform) => ADAPTERS[platform].displayName).join(" or ");
  const instead = "Open the post itself, not a profile, channel or playlist, and paste its address.";
  return `This address names no post of ${platforms}. ${instead}`;
}
