import type { PostIdentity } from "../domain/platform.ts";
import { parsePostUrl, pathSegments } from "../domain/post-url.ts";
import type { Fetch } from "./adapter.ts";
import { isWithin } from "./hosts.ts";
import { isLoginPage, unwrapped } from "./wrapped-links.ts";

/** Most addresses that are asked on the way from a link to its post. */
export const MAX_HOPS = 3;

export interface ResolverDeps {
  fetch: Fetch;
  /**
   * Scheme, host and perhaps a path without a trailing slash of what stands for all hosts of share links: the simulator
   * is asked for `{base}/vm.tiktok.com/ZM8…`. Null asks the hosts themselves.
   */
  resolverBaseUrl: string | null;
  /** Longest wait for the answer of one hop, ms. */
  timeoutMs: number;
}

/** Which addresses are posts, and which are links that may be asked where they lead: nothing else ever is. */
export interface LinkRules {
  identify(url: URL): PostIdentity | null;
  isShareLink(url: URL): boolean;
}

/**
 * The post a link leads to. Otherwise the reason is written for the creator and says what to paste instead; `transient`
 * means that the same link may lead to its post later.
 */
export type ResolvedLink =
  | { ok: true; identity: PostIdentity }
  | { ok: false; reason: string; transient: boolean };

/**
 * Follows a share or short link to the post it stands for, hop by hop, over https, without credentials, cookies or
 * the reading of a body. Only addresses that the rules take for share links are asked; the first that is none decides.
 * Never throws for what the network or a vendor does.
 */
export async function resolveLink(deps: ResolverDeps, url: URL, rules: LinkRules): Promise<ResolvedLink> {
  const asked = new Set<string>();
  let target = unwrapped(url);
  for (;;) {
    const place = placeOf(target, rules);
    if (place.kind === "end") return place.result;
    const link = new URL(place.url);
    link.hash = "";
    if (asked.has(link.href)) return refused("This link only leads back to itself.");
    if (asked.size === MAX_HOPS) return refused("This link leads over too many other links.");
    asked.add(link.href);
    const answer = await ask(deps, link);
    if (!answer.ok) return answer;
    target = answer.target;
  }
}

type Place = { kind: "link"; url: URL } | { kind: "end"; result: ResolvedLink };

function placeOf(target: URL, { identify, isShareLink }: LinkRules): Place {
  const end = (result: ResolvedLink): Place => ({ kind: "end", result });
  const identity = identify(target);
  if (identity !== null) return end({ ok: true, identity });
  const { hostname } = target;
  // Behind it often waits the very link that was asked, which would end here again.
  if (isLoginPage(target)) {
    return end(refused(`${hostname} asks to sign in before it shows where this link leads.`));
  }
  const url = unwrapped(target);
  if (isShareLink(url)) return { kind: "link", url };
  if (pathSegments(url)?.length === 0) {
    return end(refused(`This link leads to the home page of ${url.hostname}. The post may be gone.`));
  }
  return end(refused(`This link leads to a page of ${url.hostname} that is no post.`));
}

type Answer = { ok: true; target: URL } | Refused;
type Refused = Extract<ResolvedLink, { ok: false }>;

async function ask({ fetch, resolverBaseUrl, timeoutMs }: ResolverDeps, link: URL): Promise<Answer> {
  const { hostname, pathname, search } = link;
  const base = resolverBaseUrl === null ? `https://${hostname}` : `${resolverBaseUrl}/${hostname}`;
  const { method, userAgent } = mannerOf(hostname);
  try {
    const response = await fetch(`${base}${pathname}${search}`, {
      method,
      headers: { "user-agent": userAgent },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Where the link leads is in the headers. The body is not waited for: giving it up may fail, or hang.
    void response.body?.cancel().catch(() => undefined);
    return readAnswer(link, response);
  } catch {
    return later(`${hostname} cannot be reached right now.`);
  }
}

const CRAWLER = "facebookexternalhit/1.1";
const NO_BROWSER = "curl/8.5.0";

interface Manner {
  method: "GET" | "HEAD";
  userAgent: string;
}

/**
 * How the vendors want to be asked: a browser gets a page with a script where a crawler gets a plain redirect, and
 * Reddit refuses whoever does not name their program.
 */
const MANNERS: Readonly<Record<string, Manner>> = {
  "reddit.com": { method: "GET", userAgent: "web:claimcheck:1.0 (by /u/claimcheck)" },
  "tiktok.com": { method: "HEAD", userAgent: CRAWLER },
  "instagram.com": { method: "GET", userAgent: CRAWLER },
  "facebook.com": { method: "GET", userAgent: CRAWLER },
  "fb.com": { method: "GET", userAgent: CRAWLER },
  "fb.watch": { method: "GET", userAgent: CRAWLER },
  "fb.me": { method: "GET", userAgent: CRAWLER },
};

function mannerOf(hostname: string): Manner {
  const found = Object.entries(MANNERS).find(([domain]) => isWithin(hostname, domain));
  return found?.[1] ?? { method: "GET", userAgent: NO_BROWSER };
}

function readAnswer(link: URL, { status, headers }: Response): Answer {
  const { hostname } = link;
  if (status >= 300 && status < 400) return readLocation(link, headers.get("location"));
  if (status === 429) return later(`${hostname} answers no more questions right now.`);
  if (status === 408 || status >= 500) return later(`${hostname} cannot be reached right now.`);
  if (status === 400 || status === 404 || status === 410) {
    return refused(`${hostname} knows no such link. The post may be gone.`);
  }
  return refused(`${hostname} does not tell us where this link leads.`);
}

/** The address is read as a pasted one is: what has a user name, a port or another scheme leads to no post. */
function readLocation(link: URL, location: string | null): Answer {
  if (location === null || !URL.canParse(location, link.href)) {
    return refused(`${link.hostname} does not tell us where this link leads.`);
  }
  const parsed = parsePostUrl(new URL(location, link.href).href);
  return parsed.ok
    ? { ok: true, target: parsed.url }
    : refused("This link leads to an address that no post has.");
}

function refused(why: string): Refused {
  const instead = "Open it yourself and paste the address of the post as your browser shows it.";
  return { ok: false, reason: `${why} ${instead}`, transient: false };
}

function later(why: string): Refused {
  const instead =
    "Try again in a few minutes, or open the link and paste the address of the post it leads to.";
  return { ok: false, reason: `${why} ${instead}`, transient: true };
}
