import { describe, expect, it } from "vitest";
import type { PostIdentity } from "../../src/domain/platform.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { identifyInstagramPost, isInstagramShareLink } from "../../src/platforms/instagram-urls.ts";
import { identifyLinkedinPost, isLinkedinShareLink } from "../../src/platforms/linkedin-urls.ts";
import { identifyMetaPost, isMetaShareLink } from "../../src/platforms/meta-urls.ts";
import { identifyRedditPost, isRedditShareLink } from "../../src/platforms/reddit-urls.ts";
import { MAX_HOPS, type ResolverDeps, resolveLink } from "../../src/platforms/resolve-link.ts";
import { isAnyShareLink } from "../../src/platforms/share-links.ts";
import { identifyTiktokPost, isTiktokShareLink } from "../../src/platforms/tiktok-urls.ts";
import { x } from "../../src/platforms/x.ts";
import { youtube } from "../../src/platforms/youtube.ts";
import { createLinks } from "../simulator/links.ts";

const RULES = {
  identify(url: URL): PostIdentity | null {
    const all = [
      ...[youtube.identify, x.identify, identifyRedditPost, identifyInstagramPost],
      ...[identifyMetaPost, identifyTiktokPost, identifyLinkedinPost],
    ];
    return all.map((identify) => identify(url)).find((identity) => identity !== null) ?? null;
  },
  isShareLink: (url: URL) =>
    [isRedditShareLink, isInstagramShareLink, isMetaShareLink, isTiktokShareLink].some((is) => is(url)) ||
    [isLinkedinShareLink, isAnyShareLink].some((is) => is(url)),
};

/** What one address answers: a Location, a status, or a way to fail. */
type Told = string | number | Response | (() => never);

interface Network {
  fetch: Fetch;
  calls: { url: string; init: RequestInit }[];
}

/** A network on which only these addresses answer: a text is the Location of a 301, a number a status. */
function network(told: Record<string, Told>): Network {
  const calls: Network["calls"] = [];
  const fetch: Fetch = async (url, init = {}) => {
    calls.push({ url, init });
    const answer = told[url];
    if (answer === undefined) throw new Error(`nothing is known of ${url}`);
    if (answer instanceof Response) return answer;
    if (typeof answer === "function") return answer();
    if (typeof answer === "number") return new Response(null, { status: answer });
    return new Response(null, { status: 301, headers: { location: answer } });
  };
  return { fetch, calls };
}

function resolve({ fetch }: Network, link: string, changes: Partial<ResolverDeps> = {}) {
  return resolveLink({ fetch, resolverBaseUrl: null, timeoutMs: 8_000, ...changes }, new URL(link), RULES);
}

const REDDIT = "https://www.reddit.com/r/redditdev/s/AbCdEf1234";
const REDDIT_POST =
  "https://www.reddit.com/r/redditdev/comments/2gmzqe/a_title/?share_id=x&utm_medium=ios_app&utm_term=1";
const TIKTOK = "https://vm.tiktok.com/ZMabcdef1/";
const TIKTOK_POST = "https://www.tiktok.com/@scout2015/video/6718335390845095173?_r=1&_t=ZM";
const FACEBOOK = "https://www.facebook.com/share/p/19ZPWnwB73/";
const TCO = "https://t.co/AbCdEf1234";

describe("a link that leads to a post", () => {
  it.each([
    [REDDIT, REDDIT_POST, "reddit:2gmzqe"],
    [
      REDDIT,
      "https://www.reddit.com/r/redditdev/comments/2gmzqe/a_title/cklhv0f/?context=3",
      "reddit:2gmzqe",
    ],
    ["https://www.reddit.com/user/spez/s/AbCdEf1234", REDDIT_POST, "reddit:2gmzqe"],
    [TIKTOK, TIKTOK_POST, "tiktok:6718335390845095173"],
    ["https://vt.tiktok.com/ZSabcdef1/", TIKTOK_POST, "tiktok:6718335390845095173"],
    ["https://www.tiktok.com/t/ZTabcdef1/", TIKTOK_POST, "tiktok:6718335390845095173"],
    [TIKTOK, "https://m.tiktok.com/v/6718335390845095173.html?u_code=1", "tiktok:6718335390845095173"],
    [
      "https://fb.watch/aBcDeF12/",
      "https://www.facebook.com/watch/?v=647537299265662",
      "meta:647537299265662",
    ],
    ["https://fb.me/aBcDeF12", "https://www.facebook.com/nasa/posts/12345678901", "meta:12345678901"],
    [FACEBOOK, "https://www.facebook.com/nasa/posts/a-title/12345678901/?rdid=x", "meta:12345678901"],
    [FACEBOOK, "https://www.facebook.com/login/?next=%2Freel%2F12345678901", "meta:12345678901"],
    [
      "https://www.instagram.com/share/reel/BAbCdE",
      "https://www.instagram.com/reel/DAbCdEf_-12/",
      "instagram:DAbCdEf_-12",
    ],
    [
      "https://lnkd.in/eAbCdEf1",
      "https://www.linkedin.com/feed/update/urn:li:share:7265012345678901234",
      "linkedin:urn:li:share:7265012345678901234",
    ],
    [TCO, "https://twitter.com/jack/status/1346889436626259968", "x:1346889436626259968"],
    [TCO, "https://youtu.be/dQw4w9WgXcQ", "youtube:dQw4w9WgXcQ"],
    [
      TCO,
      "https://x.com/safety/unsafe_link_warning?unsafe_link=https%3A%2F%2Fredd.it%2F2gmzqe",
      "reddit:2gmzqe",
    ],
  ])("%s to %s is %s", async (link, target, post) => {
    const web = network({ [link]: target });
    const resolved = await resolve(web, link);
    const identity = resolved.ok ? resolved.identity : null;
    expect(`${identity?.platform}:${identity?.externalId}`).toBe(post);
    expect(web.calls.map(({ url }) => url)).toEqual([link]);
  });

  it.each([
    ["relative", "/r/redditdev/comments/2gmzqe/"],
    ["relative to the path", "../comments/2gmzqe/a_title/"],
    ["without a scheme", "//old.reddit.com/comments/2gmzqe"],
    ["over http, which is not asked", "http://www.reddit.com/comments/2gmzqe/"],
    ["with a default port", "https://www.reddit.com:443/comments/2gmzqe/"],
  ])("may name it by an address %s", async (_how, location) => {
    expect(await resolve(network({ [REDDIT]: location }), REDDIT)).toMatchObject({
      ok: true,
      identity: { platform: "reddit", externalId: "2gmzqe" },
    });
  });

  it.each([301, 302, 303, 307, 308])("may do so with the status %d", async (status) => {
    const answer = new Response(null, { status, headers: { location: REDDIT_POST } });
    expect(await resolve(network({ [REDDIT]: answer }), REDDIT)).toMatchObject({ ok: true });
  });

  it("is not asked if its own address names the post", async () => {
    const web = network({});
    expect(await resolve(web, "https://redd.it/2gmzqe")).toMatchObject({ ok: true });
    expect(web.calls).toEqual([]);
  });

  it("is found inside the page to sign in that was pasted", async () => {
    const pasted = `https://www.facebook.com/login/?next=${encodeURIComponent(FACEBOOK)}`;
    const web = network({ [FACEBOOK]: "https://www.facebook.com/reel/12345678901" });
    expect(await resolve(web, pasted)).toMatchObject({ ok: true, identity: { externalId: "12345678901" } });
  });

  it(`may lead over ${MAX_HOPS} links, and over no more`, async () => {
    const hop = (n: number) => `https://www.tiktok.com/t/ZTabcdef${n}`;
    const chain = { [hop(1)]: hop(2), [hop(2)]: hop(3), [hop(3)]: TIKTOK_POST };
    expect(await resolve(network(chain), hop(1))).toMatchObject({ ok: true });

    const longer = network({ ...chain, [hop(3)]: hop(4), [hop(4)]: TIKTOK_POST });
    expect(await resolve(longer, hop(1))).toEqual({
      ok: false,
      reason: expect.stringMatching(/^This link leads over too many other links\. Open it yourself/),
      transient: false,
    });
    expect(longer.calls.map(({ url }) => url)).toEqual([hop(1), hop(2), hop(3)]);
  });

  it("leads from one platform's link over another's", async () => {
    const web = network({ [TCO]: TIKTOK, [TIKTOK]: TIKTOK_POST });
    expect(await resolve(web, TCO)).toMatchObject({ ok: true, identity: { platform: "tiktok" } });
  });
});

describe("a link that leads to no post", () => {
  const HTML = new Response("<a href='https://www.linkedin.com/posts/…'>", { status: 200 });

  it.each<[why: string, link: string, told: Told, reason: RegExp, transient: boolean]>([
    ["it is unknown", TIKTOK, 404, /^vm\.tiktok\.com knows no such link\. The post may be gone\./, false],
    ["it is no longer there", TIKTOK, 410, /knows no such link/, false],
    ["it is malformed", REDDIT, 400, /^www\.reddit\.com knows no such link/, false],
    [
      "the home page",
      TIKTOK,
      "https://www.tiktok.com/?lang=en",
      /the home page of www\.tiktok\.com\. The post may/,
      false,
    ],
    ["a page of its own", "https://lnkd.in/eAbCdEf1", HTML, /^lnkd\.in does not tell us where/, false],
    ["nowhere", REDDIT, 204, /does not tell us where/, false],
    ["nowhere, by a redirect", REDDIT, 302, /^www\.reddit\.com does not tell us where/, false],
    ["nothing that was changed", REDDIT, 304, /does not tell us where/, false],
    ["it is blocked", REDDIT, 403, /^www\.reddit\.com does not tell us where this link leads\. Open/, false],
    ["it asks who we are", FACEBOOK, 401, /does not tell us where/, false],
    [
      "the page to sign in",
      FACEBOOK,
      "https://www.facebook.com/login/",
      /^www\.facebook\.com asks to sign in/,
      false,
    ],
    [
      "to sign in for itself",
      FACEBOOK,
      `https://m.facebook.com/login.php?next=${FACEBOOK}`,
      /asks to sign in/,
      false,
    ],
    [
      "Instagram's page to sign in",
      "https://www.instagram.com/share/p/BAbCdE",
      "/accounts/login/?next=/share/p/BAbCdE",
      /^www\.instagram\.com asks to sign in/,
      false,
    ],
    [
      "LinkedIn's wall",
      "https://lnkd.in/eAbCdEf1",
      "https://www.linkedin.com/authwall?trk=x",
      /^www\.linkedin\.com asks/,
      false,
    ],
    [
      "too many questions",
      REDDIT,
      429,
      /^www\.reddit\.com answers no more questions right now\. Try again/,
      true,
    ],
    ["a timeout there", REDDIT, 408, /^www\.reddit\.com cannot be reached right now\. Try again/, true],
    ["an error", REDDIT, 500, /cannot be reached right now/, true],
    ["an outage", REDDIT, 503, /cannot be reached right now/, true],
    ["itself", REDDIT, REDDIT, /^This link only leads back to itself/, false],
    ["itself, relatively", REDDIT, "", /^This link only leads back to itself/, false],
    ["itself, for a tracking fragment", REDDIT, `${REDDIT}#x`, /only leads back to itself/, false],
    [
      "a profile",
      TIKTOK,
      "https://www.tiktok.com/@scout2015",
      /a page of www\.tiktok\.com that is no post/,
      false,
    ],
    [
      "another site",
      TCO,
      "https://evil.test/r/x/comments/2gmzqe",
      /a page of evil\.test that is no post/,
      false,
    ],
    ["another site's front", TCO, "https://evil.test/", /the home page of evil\.test/, false],
    ["a foreign shortener", TCO, "https://bit.ly/AbCdEf", /a page of bit\.ly that is no post/, false],
    ["a look-alike", TCO, "https://evilreddit.com/r/a/s/AbCdEf1234", /a page of evilreddit\.com/, false],
    ["an inner network", TCO, "https://169.254.169.254/latest/", /a page of 169\.254\.169\.254/, false],
    ["localhost", TCO, "https://localhost/t/ZTabcdef1", /a page of localhost/, false],
    ["another site, without a scheme", TCO, "//evil.test/a", /a page of evil\.test/, false],
    [
      "a user name",
      TCO,
      "https://www.reddit.com@evil.test/comments/2gmzqe",
      /an address that no post has/,
      false,
    ],
    [
      "a password on the right host",
      TCO,
      "https://a:b@www.reddit.com/comments/2gmzqe",
      /an address that no post has/,
      false,
    ],
    [
      "another port",
      TCO,
      "https://www.reddit.com:8443/comments/2gmzqe",
      /an address that no post has/,
      false,
    ],
    ["an app", TIKTOK, "snssdk1233://aweme/detail/6718335390845095173", /an address that no post has/, false],
    ["a script", TCO, "javascript:alert(1)", /an address that no post has/, false],
    ["a file", TCO, "file:///etc/passwd", /an address that no post has/, false],
    [
      "an address too long",
      TCO,
      `https://redd.it/2gmzqe?${"x".repeat(2048)}`,
      /an address that no post has/,
      false,
    ],
    ["no address", TCO, "https://[", /^t\.co does not tell us where/, false],
  ])("%s", async (_why, link, told, reason, transient) => {
    const web = network({ [link]: told });
    expect(await resolve(web, link)).toEqual({ ok: false, reason: expect.stringMatching(reason), transient });
    expect(web.calls.map(({ url }) => url)).toEqual([link]);
  });

  it("tells the creator what to paste instead, whatever came of it", async () => {
    for (const told of [404, 403, 429, 500, REDDIT, "https://evil.test/a", "/login/", "javascript:0"]) {
      const resolved = await resolve(network({ [REDDIT]: told }), REDDIT);
      expect(resolved).toMatchObject({
        reason: expect.stringMatching(/ paste the address of the post .+\.$/),
      });
    }
  });

  it("leads in a circle over another link", async () => {
    const other = "https://www.reddit.com/r/b/s/AbCdEf1234";
    const web = network({ [REDDIT]: other, [other]: REDDIT });
    expect(await resolve(web, REDDIT)).toMatchObject({ reason: expect.stringContaining("back to itself") });
    expect(web.calls).toHaveLength(2);
  });

  it.each([
    "https://evil.test/r/redditdev/s/AbCdEf1234",
    "https://bit.ly/AbCdEf",
    "https://www.reddit.com/r/MMA/",
  ])("%s is never asked", async (pasted) => {
    const web = network({});
    expect(await resolve(web, pasted)).toMatchObject({ ok: false, transient: false });
    expect(web.calls).toEqual([]);
  });
});

describe("the asking", () => {
  it.each([
    [REDDIT, "GET", /^web:claimcheck:/],
    [TIKTOK, "HEAD", /^facebookexternalhit\/1\.1$/],
    ["https://www.tiktok.com/t/ZTabcdef1/", "HEAD", /^facebookexternalhit\/1\.1$/],
    [TCO, "GET", /^curl\//],
    [FACEBOOK, "GET", /^facebookexternalhit\/1\.1$/],
    ["https://fb.watch/aBcDeF12/", "GET", /^facebookexternalhit\/1\.1$/],
    ["https://www.instagram.com/share/p/BAbCdE", "GET", /^facebookexternalhit\/1\.1$/],
    ["https://lnkd.in/eAbCdEf1", "GET", /^curl\//],
  ])("of %s is a %s with the name the vendor answers", async (link, method, agent) => {
    const web = network({ [link]: 404 });
    await resolve(web, link);
    const { init } = web.calls[0] ?? {};
    expect(init).toMatchObject({ method, redirect: "manual" });
    expect(Object.keys(init?.headers ?? {})).toEqual(["user-agent"]);
    expect(new Headers(init?.headers).get("user-agent")).toMatch(agent);
    expect(init?.body).toBeUndefined();
  });

  it("keeps the query of a link and drops its fragment", async () => {
    const web = network({ [`${REDDIT}?utm_source=share`]: REDDIT_POST });
    expect(await resolve(web, `${REDDIT}?utm_source=share#x`)).toMatchObject({ ok: true });
  });

  it("gives up the body unread", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    const answer = new Response(body, { status: 301, headers: { location: REDDIT_POST } });
    expect(await resolve(network({ [REDDIT]: answer }), REDDIT)).toMatchObject({ ok: true });
    expect(cancelled).toBe(true);
  });

  it("takes a network that fails for an outage, and quotes nothing of it", async () => {
    const web = network({
      [REDDIT]: () => {
        throw new TypeError("secret of the network");
      },
    });
    expect(await resolve(web, REDDIT)).toEqual({
      ok: false,
      reason: expect.stringMatching(/^www\.reddit\.com cannot be reached right now\. (?!.*secret)/),
      transient: true,
    });
  });

  it("waits no longer for one hop than it is told", async () => {
    const fetch: Fetch = (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    const resolved = await resolve({ fetch, calls: [] }, REDDIT, { timeoutMs: 1 });
    expect(resolved).toMatchObject({ ok: false, transient: true });
  });

  it("goes to whatever stands for all hosts, by the same rules", async () => {
    const base = "http://simulator.test/_links";
    const web = network({
      [`${base}/t.co/AbCdEf1234`]: "https://vm.tiktok.com/ZMabcdef1/?k=1",
      [`${base}/vm.tiktok.com/ZMabcdef1/?k=1`]: "//www.tiktok.com/@a/video/6718335390845095173",
    });
    expect(await resolve(web, TCO, { resolverBaseUrl: base })).toEqual({
      ok: true,
      identity: {
        platform: "tiktok",
        externalId: "6718335390845095173",
        canonicalUrl: "https://www.tiktok.com/@/video/6718335390845095173",
      },
    });
    const elsewhere = network({ [`${base}/t.co/AbCdEf1234`]: `${base}/vm.tiktok.com/ZMabcdef1` });
    expect(await resolve(elsewhere, TCO, { resolverBaseUrl: base })).toMatchObject({
      reason: expect.stringContaining("a page of simulator.test that is no post"),
    });
  });
});

describe("the simulated web of links", () => {
  const base = "http://simulator.test";
  const { app, tell, reset, control } = createLinks();
  const fetch: Fetch = async (url, init) => app.request(url, init);
  const follow = (link: string) => resolve({ fetch, calls: [] }, link, { resolverBaseUrl: base });

  it.each([
    ["https://www.reddit.com/r/redditdev/s/AbCdEf1234", "reddit"],
    ["https://reddit.com/r/redditdev/s/AbCdEf1234", "reddit"],
    ["https://www.reddit.com/user/spez/s/AbCdEf1234", "reddit"],
    [TIKTOK, "tiktok"],
    ["https://vt.tiktok.com/ZSabcdef1", "tiktok"],
    ["https://www.tiktok.com/t/ZTabcdef1/", "tiktok"],
    [TCO, "x"],
    ["https://fb.watch/aBcDeF12/", "meta"],
    ["https://fb.me/aBcDeF12", "meta"],
    [FACEBOOK, "meta"],
    ["https://www.facebook.com/share/v/19ZPWnwB73/", "meta"],
    ["https://www.facebook.com/share/r/19ZPWnwB73/", "meta"],
    ["https://www.instagram.com/share/p/BAbCdE", "instagram"],
    ["https://www.instagram.com/share/reel/BAbCdE", "instagram"],
    ["https://lnkd.in/eAbCdEf1", "linkedin"],
    ["https://lnkd.in/p/eAbCdEf1", "linkedin"],
  ])("leads from %s to a post of %s that follows from its token", async (link, platform) => {
    const [first, again] = [await follow(link), await follow(link)];
    expect(first).toMatchObject({ ok: true, identity: { platform } });
    expect(again).toEqual(first);
    const other = await follow(link.replace(/\/([\w-]{3})[\w-]*\/?$/, "/$1Other1"));
    expect(other).toMatchObject({ ok: true, identity: { platform } });
    expect(other).not.toEqual(first);
  });

  it("leads where it is told, until it is forgotten", async () => {
    tell(TIKTOK, { location: "https://www.tiktok.com/" });
    expect(await follow(TIKTOK)).toMatchObject({ reason: expect.stringContaining("home page") });
    tell(TIKTOK, { status: 429 });
    expect(await follow(TIKTOK)).toMatchObject({ transient: true });
    reset();
    expect(await follow(TIKTOK)).toMatchObject({ ok: true });
  });

  it("is told over HTTP too", async () => {
    const put = (body: unknown) => control.request("/", { method: "PUT", body: JSON.stringify(body) });
    const told = { url: "https://lnkd.in/eAbCdEf1?trk=x", html: "<h1>This link leads away</h1>" };
    expect((await put(told)).status).toBe(204);
    const response = await app.request("/lnkd.in/eAbCdEf1");
    expect([response.status, await response.text()]).toEqual([200, told.html]);
    expect(await follow(told.url)).toMatchObject({ ok: false, transient: false });
    reset();

    for (const wrong of [{}, { url: "no address" }, { url: TCO, status: 99 }, { url: TCO, more: 1 }, "x"]) {
      expect((await put(wrong)).status).toBe(400);
    }
  });

  it("answers as each vendor does", async () => {
    const ask = (path: string, agent = "curl/8.5.0") =>
      app.request(path, { headers: { "user-agent": agent } });
    const bare = await ask("/reddit.com/r/a/s/AbCdEf1234?x=1", "web:a:1");
    expect([bare.status, bare.headers.get("location"), bare.headers.get("retry-after")]).toEqual([
      301,
      "https://www.reddit.com/r/a/s/AbCdEf1234?x=1",
      "0",
    ]);
    expect((await ask("/www.reddit.com/r/a/s/AbCdEf1234")).status).toBe(429);
    expect((await ask("/redd.it/1skjxta")).headers.get("location")).toBe(
      "https://www.reddit.com/comments/1skjxta/",
    );
    expect((await ask("/t.co/AbCdEf1234")).status).toBe(301);
    const browser = await ask("/t.co/AbCdEf1234", "Mozilla/5.0 (X11; Linux x86_64)");
    expect([browser.status, await browser.text()]).toEqual([
      200,
      expect.stringContaining('http-equiv="refresh"'),
    ]);
    const wall = await ask("/www.facebook.com/share/p/19ZPWnwB73/");
    expect(wall.headers.get("location")).toBe(
      `https://www.facebook.com/login/?next=${encodeURIComponent(FACEBOOK)}`,
    );
    expect((await ask("/evil.test/AbCdEf1234")).status).toBe(404);
    expect((await ask("/t.co/")).status).toBe(404);
  });
});
