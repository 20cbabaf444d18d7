import type { PostIdentity } from "../domain/platform.ts";
import { parsePostUrl } from "../domain/post-url.ts";
import { ADAPTERS } from "./registry.ts";
import { isAnyShareLink, isKnownShortener } from "./share-links.ts";

export type RecognisedLink =
  | { kind: "post"; identity: PostIdentity }
  /** Only the network knows where it leads. */
  | { kind: "share_link"; url: URL }
  /** The reason tells the creator what to paste instead. */
  | { kind: "refused"; reason: string };

/** What a pasted address names. Pure. */
export function recogniseLink(text: string): RecognisedLink {
  const parsed = parsePostUrl(text);
  if (!parsed.ok) return { kind: "refused", reason: parsed.reason };
  const identity = identifyPost(parsed.url);
  if (identity !== null) return { kind: "post", identity };
  if (isShareLink(parsed.url)) return { kind: "share_link", url: parsed.url };
  return { kind: "refused", reason: whyUnknown(parsed.url) };
}

/** The post an address names, on whichever platform; null if it names none. */
export function identifyPost(url: URL): PostIdentity | null {
  for (const adapter of ADAPTERS) {
    const identity = adapter.identify(url);
    if (identity !== null) return identity;
  }
  return null;
}

/** Whether an address only leads on, to a post of one of the platforms. */
export function isShareLink(url: URL): boolean {
  return isAnyShareLink(url) || ADAPTERS.some((adapter) => adapter.isShareLink?.(url) === true);
}

function whyUnknown({ hostname }: URL): string {
  if (isKnownShortener(hostname)) {
    return `${hostname} is a short link. Open it and paste the address of the post it leads to.`;
  }
  const names = ADAPTERS.map(({ displayName }) => displayName);
  const platforms = `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  const instead = "Open the post itself, not a profile, channel or playlist, and paste its address.";
  return `This address names no post of ${platforms}. ${instead}`;
}
