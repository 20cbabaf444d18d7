import { type Context, Hono } from "hono";
import { z } from "zod";
import { hash32 } from "./random.ts";

const ToldLink = z.strictObject({
  location: z.string().optional(),
  status: z.int().min(200).max(599).optional(),
  html: z.string().optional(),
});
const LinkBody = ToldLink.extend({ url: z.url() });

/**
 * How a link should answer. The status is that of the vendors' redirects, 301, if there is a location and none is
 * told, else 200.
 */
export type ToldLink = z.input<typeof ToldLink>;

/** The web of short and share links. */
export interface Links {
  /** Answers `/{host}{path}` as that host answers `{path}`; to be mounted at `/_links`. */
  app: Hono;
  /** `PUT` of a {@link ToldLink} with its `url`, 400 with the reason for any other body; of the control API. */
  control: Hono;
  /** The query of the link means nothing. */
  tell(url: string, told: ToldLink): void;
  reset(): void;
}

/** Links nobody told of lead to a post that follows from their token, in the vendor's way; all else is 404. */
export function createLinks(): Links {
  const links = new Map<string, ToldLink>();
  const tell = (url: string, told: ToldLink) => void links.set(keyOf(new URL(url)), told);

  const app = new Hono();
  app.all("/:host/*", (c) => {
    const link = linkOf(c);
    const told = links.get(keyOf(link));
    if (told === undefined) return defaultAnswer(link, c.req.header("user-agent") ?? "");
    const { location, html = null, status = location === undefined ? 200 : 301 } = told;
    return new Response(html, {
      status,
      headers: { "content-type": "text/html", ...(location !== undefined && { location }) },
    });
  });

  const control = new Hono();
  control.put("/", async (c) => {
    const parsed = LinkBody.safeParse(await c.req.json().catch(() => undefined));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    const { url, ...told } = parsed.data;
    tell(url, told);
    return c.body(null, 204);
  });
  return { app, control, tell, reset: () => links.clear() };
}

function keyOf({ hostname, pathname }: URL): string {
  return `${hostname}${pathname.replace(/\/$/, "")}`;
}

/** The address that is asked for, wherever these routes are mounted. */
function linkOf(c: Context): URL {
  const { pathname, search } = new URL(c.req.url);
  const host = c.req.param("host") ?? "";
  return new URL(`https://${host}${pathname.slice(pathname.indexOf(`/${host}`) + 1 + host.length)}${search}`);
}

/** Addresses a vendor leads on, and where to. */
interface Rule {
  hosts: readonly string[];
  /** Its first group is the kind, if it matters; the second the token. */
  path: RegExp;
  lead(link: { url: URL; kind: string; token: string; userAgent: string }): Response;
}

const FACEBOOK = ["www.facebook.com", "facebook.com", "m.facebook.com"];

const RULES: readonly Rule[] = [
  { hosts: ["redd.it"], path: /^()\/(\w+)\/?$/, lead: ({ token }) => moved(REDDIT, `/comments/${token}/`) },
  {
    hosts: ["reddit.com"],
    path: /^()(\/.*)$/,
    lead: ({ url }) => moved(REDDIT, `${url.pathname}${url.search}`, { "retry-after": "0" }),
  },
  { hosts: ["www.reddit.com"], path: /^\/(\w+\/[\w.-]+)\/s\/([\w-]+)\/?$/, lead: leadOnReddit },
  {
    hosts: ["vm.tiktok.com", "vt.tiktok.com"],
    path: /^()\/([\w-]+)\/?$/,
    lead: ({ token }) => moved("https://www.tiktok.com", tiktokPath(token)),
  },
  {
    hosts: ["www.tiktok.com", "tiktok.com", "m.tiktok.com"],
    path: /^()\/t\/([\w-]+)\/?$/,
    lead: ({ token }) => moved("https://www.tiktok.com", tiktokPath(token)),
  },
  { hosts: ["t.co"], path: /^()\/(\w+)$/, lead: leadOnTco },
  {
    hosts: ["fb.watch"],
    path: /^()\/([\w-]+)\/?$/,
    lead: ({ token }) => found(`https://www.facebook.com/watch/?v=${numberOf(token)}&ref=sharing`),
  },
  {
    hosts: ["fb.me"],
    path: /^()\/([\w-]+)\/?$/,
    lead: ({ token }) =>
      found(`https://www.facebook.com/permalink.php?story_fbid=${numberOf(token)}&id=100064500000001`),
  },
  { hosts: FACEBOOK, path: /^\/share\/([pvr])\/([\w-]+)\/?$/, lead: leadOnFacebook },
  {
    hosts: ["www.instagram.com", "instagram.com"],
    path: /^\/share\/(p|reel)\/([\w-]+)\/?$/,
    lead: ({ kind, token }) =>
      found(`https://www.instagram.com/${kind}/${shortcodeOf(token)}/?utm_source=share`),
  },
  {
    hosts: ["lnkd.in"],
    path: /^\/(p\/)?([\w-]+)$/,
    lead: ({ token }) => {
      const slug = `jane-doe_our-launch-share-${snowflakeOf(token, 0)}-aB3d`;
      return moved("https://www.linkedin.com", `/posts/${slug}?utm_source=share`);
    },
  },
];

function defaultAnswer(url: URL, userAgent: string): Response {
  for (const { hosts, path, lead } of RULES) {
    const matched = hosts.includes(url.hostname) ? path.exec(url.pathname) : null;
    if (matched !== null) return lead({ url, kind: matched[1] ?? "", token: matched[2] ?? "", userAgent });
  }
  return new Response("<h1>Not Found</h1>", { status: 404, headers: { "content-type": "text/html" } });
}

const REDDIT = "https://www.reddit.com";

type Lead = Parameters<Rule["lead"]>[0];

/** The redirect has the link in its body too. Programs that do not name themselves are refused. */
function leadOnReddit({ kind, token, userAgent }: Lead): Response {
  if (userAgent === "" || /^(curl|python|node|undici)\b/i.test(userAgent)) {
    return Response.json({ message: "Too Many Requests", error: 429 }, { status: 429 });
  }
  const tracking = `share_id=${token}&utm_content=1&utm_medium=ios_app&utm_name=ioscss&utm_source=share&utm_term=1`;
  return moved(REDDIT, `/${kind}/comments/${base36Of(token)}/a_post/?${tracking}`);
}

/** A browser gets a page that leads on, anybody else the plain redirect. */
function leadOnTco({ token, userAgent }: Lead): Response {
  const target = `https://twitter.com/i/web/status/${snowflakeOf(token, 1_288_834_974_657)}`;
  if (!userAgent.startsWith("Mozilla/")) return moved(target, "");
  const html = `<head><noscript><META http-equiv="refresh" content="0;URL=${target}"></noscript></head>`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
}

/** Only crawlers are shown where it leads without signing in. */
function leadOnFacebook({ url, kind, token, userAgent }: Lead): Response {
  if (!/externalhit/.test(userAgent)) {
    return found(`https://www.facebook.com/login/?next=${encodeURIComponent(url.href)}`);
  }
  const id = numberOf(token);
  const paths: Record<string, string> = {
    p: `/acme/posts/our-launch/${id}/`,
    v: `/acme/videos/${id}/`,
    r: `/reel/${id}/`,
  };
  return found(
    `https://www.facebook.com${paths[kind]}?rdid=${token}&share_url=${encodeURIComponent(url.href)}`,
  );
}

function tiktokPath(token: string): string {
  const seconds = BigInt(Math.floor(momentOf(token) / 1000));
  return `/@tiktokcreator/video/${(seconds << 32n) + BigInt(hash32(token))}?_r=1&_t=${token}`;
}

function moved(origin: string, path: string, headers: Record<string, string> = {}): Response {
  return leading(301, `${origin}${path}`, headers);
}

function found(location: string): Response {
  return leading(302, location, {});
}

function leading(status: number, location: string, headers: Record<string, string>): Response {
  return new Response(`<a href="${location.replaceAll("&", "&amp;")}">Moved</a>.`, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", location, ...headers },
  });
}

/** In October 2026, ms UTC. */
function momentOf(token: string): number {
  return Date.UTC(2026, 9, 1) + (hash32(token) % (30 * 86_400)) * 1000;
}

/** The ids of X and of LinkedIn: their upper bits are the milliseconds since the vendor's epoch. */
function snowflakeOf(token: string, epoch: number): string {
  return String((BigInt(momentOf(token) - epoch) << 22n) + BigInt(hash32(token) % 2 ** 22));
}

function base36Of(token: string): string {
  return (36 ** 6 + (hash32(token) % 36 ** 6)).toString(36);
}

function numberOf(token: string): string {
  return `1222${String(hash32(token)).padStart(11, "0")}`;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

function shortcodeOf(token: string): string {
  const rest = Array.from({ length: 10 }, (_, at) => BASE64URL[hash32(`${token}:${at}`) % 64]);
  return `D${rest.join("")}`;
}
