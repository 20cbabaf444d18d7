import { parsePostUrl, pathSegments } from "../domain/post-url.ts";
import { isWithin } from "./hosts.ts";

/** A page that carries the address of another one in its query. */
interface Wrapper {
  domain: string;
  /** As {@link pathSegments} reads it, joined: "" is the home page. */
  paths: readonly string[];
  parameter: string;
  /** It asks to sign in before it leads there. */
  login?: boolean;
}

const WRAPPERS: readonly Wrapper[] = [
  { domain: "reddit.com", paths: ["login", "over18"], parameter: "dest", login: true },
  { domain: "l.instagram.com", paths: [""], parameter: "u" },
  { domain: "instagram.com", paths: ["accounts/login"], parameter: "next", login: true },
  { domain: "facebook.com", paths: ["l.php", "flx/warn"], parameter: "u" },
  { domain: "facebook.com", paths: ["plugins/post.php", "plugins/video.php"], parameter: "href" },
  { domain: "facebook.com", paths: ["login", "login.php", "checkpoint"], parameter: "next", login: true },
  { domain: "tiktok.com", paths: ["oembed"], parameter: "url" },
  { domain: "tiktok.com", paths: ["link/v2"], parameter: "target" },
  { domain: "tiktok.com", paths: ["login"], parameter: "redirect_url", login: true },
  { domain: "youtube.com", paths: ["attribution_link"], parameter: "u" },
  { domain: "youtube.com", paths: ["oembed"], parameter: "url" },
  { domain: "youtube.com", paths: ["redirect"], parameter: "q" },
  ...["x.com", "twitter.com"].flatMap((domain) => [
    { domain, paths: ["safety/unsafe_link_warning"], parameter: "unsafe_link" },
    { domain, paths: ["login", "i/flow/login"], parameter: "redirect_after_login", login: true },
  ]),
  { domain: "linkedin.com", paths: ["authwall"], parameter: "sessionRedirect", login: true },
  { domain: "linkedin.com", paths: ["login", "uas/login"], parameter: "session_redirect", login: true },
  { domain: "linkedin.com", paths: ["safety/go", "redir/redirect"], parameter: "url" },
];

/** A warning page before a page that asks to sign in before the post: nobody pastes more layers. */
const MAX_LAYERS = 3;

/**
 * The address inside links of the kind `l.facebook.com/l.php?u=…`, and any other address as it is. Reads only
 * the text: where the address inside leads is for the caller to check, for it may lead anywhere.
 */
export function unwrapped(url: URL): URL {
  let current = url;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const inner = innerUrl(current);
    if (inner === null) return current;
    current = inner;
  }
  return current;
}

/** Whether an address is a vendor's page to sign in, whatever lies behind it. */
export function isLoginPage(url: URL): boolean {
  return wrapperOf(url)?.login === true;
}

function innerUrl(url: URL): URL | null {
  const wrapper = wrapperOf(url);
  const target = wrapper === undefined ? null : url.searchParams.get(wrapper.parameter);
  if (target === null) return null;
  const isRelative = target.startsWith("/") && URL.canParse(target, url.origin);
  const parsed = parsePostUrl(isRelative ? new URL(target, url.origin).href : target);
  return parsed.ok ? parsed.url : null;
}

function wrapperOf(url: URL): Wrapper | undefined {
  const path = pathSegments(url)?.join("/");
  return WRAPPERS.find(
    ({ domain, paths }) => path !== undefined && paths.includes(path) && isWithin(url.hostname, domain),
  );
}
