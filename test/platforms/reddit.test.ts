import { describe, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import { type Fetch, RAW_LIMIT } from "../../src/platforms/adapter.ts";
import { reddit } from "../../src/platforms/reddit.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";

const ID = "1skjxta";
const OTHER = "abc";
const SECRETS = {
  REDDIT_CLIENT_ID: "client-1",
  REDDIT_CLIENT_SECRET: "s3cret",
  REDDIT_USERNAME: "claimcheck",
};

/** One post as Reddit lists it. */
function item(changes: Record<string, unknown> = {}) {
  const data = {
    id: ID,
    name: `t3_${ID}`,
    title: "A title",
    author: "Ann",
    author_fullname: "t2_abc",
    subreddit_type: "public",
    score: 546,
    ups: 546,
    downs: 0,
    upvote_ratio: 0.8,
    hide_score: false,
    num_comments: 495,
    num_crossposts: 3,
    view_count: null,
    likes: null,
    created_utc: 1_776_105_848.5,
    edited: false,
    removed_by_category: null,
    ...changes,
  };
  return { kind: "t3", data };
}

function listing(...children: unknown[]) {
  return { kind: "Listing", data: { after: null, dist: children.length, children, before: null } };
}

function depsFor(fetch: Fetch) {
  return depsOf(fetch, { secrets: SECRETS });
}

async function observed(body: unknown) {
  return saidOf(await reddit.observe(depsFor(answering(body)), [ID]), ID);
}

async function metricsOf(changes: Record<string, unknown>) {
  const said = await observed(listing(item(changes)));
  return said.kind === "numbers" ? said.metrics : said;
}

/** A network that counts how often it is asked and with how many ids. */
function counting(answer: (ids: string[]) => Response) {
  const asked: string[][] = [];
  const fetch: Fetch = async (url) => {
    const ids = (new URL(url).searchParams.get("id") ?? "")
      .split(",")
      .map((name) => name.slice("t3_".length));
    asked.push(ids);
    return answer(ids);
  };
  return { asked, fetch };
}

function idsOf(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `p${n.toString(36)}`);
}

function itemsFor(ids: readonly string[]) {
  return listing(...ids.map((id) => item({ id })));
}

function tokenDepsOf(fetch: Fetch, changes: Partial<TokenDeps> = {}): TokenDeps {
  const urls = { api: "https://oauth.test", authorize: "https://www.test", token: "https://www.test" };
  return { fetch, urls, secrets: SECRETS, timeoutMs: 8_000, now: () => NOW, ...changes };
}

function grant(deps: TokenDeps) {
  if (reddit.access.kind !== "token") throw new Error("Reddit is not read with granted tokens");
  return reddit.access.grant(deps);
}

function simulated() {
  const clock = { now: NOW };
  const { app, fetch } = createSimulator({ seed: "s", now: () => clock.now });
  const url = "http://simulator.test/reddit";
  const put = (path: string, body: unknown) =>
    app.request(`/_control/reddit/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const token = async (secrets: Record<string, string> = SECRETS) => {
    const urls = { api: url, authorize: url, token: url };
    const outcome = await grant(tokenDepsOf(fetch, { urls, secrets, now: () => clock.now }));
    if (outcome.kind !== "granted") throw new Error(`no token: ${outcome.detail}`);
    return outcome.tokens.accessToken;
  };
  const observe = async (ids: string[], credential?: string) => {
    const deps = { baseUrl: url, credential: credential ?? (await token()), secrets: SECRETS };
    return reddit.observe(depsOf(fetch, { ...deps, now: () => clock.now }), ids);
  };
  return { clock, fetch, put, token, observe, url };
}

describe("a post's numbers", () => {
  it("are its score as likes and its comments; the rest is unknown", async () => {
    expect(await observed(listing(item()))).toEqual({
      kind: "numbers",
      metrics: { views: null, clicks: null, conversions: null, likes: 546, comments: 495, shares: null },
      authorId: "t2_abc",
      authorName: "Ann",
      publishedAt: 1_776_105_848_500,
      raw: expect.stringContaining('"score":546'),
    });
    expect(Object.keys(reddit.metrics)).toEqual(["likes", "comments"]);
  });

  it.each([
    [{ score: 2 }, 2, "votes up outweigh"],
    [{ score: 1 }, 1, "the author's own vote"],
    [{ score: 0 }, 0, "what Reddit shows"],
    [{ score: -1 }, null, "nobody's number of likes"],
    [{ score: 714, hide_score: true }, null, "hidden"],
    [{ score: 714, hide_score: undefined }, null, "not said to be shown"],
    [{ score: 714, hide_score: "false" }, null, "not said to be shown"],
    [{ score: undefined }, null, "left out"],
    [{ score: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER, "the largest count"],
  ])("of %j are %j likes: %s", async (changes, likes, _why) => {
    expect(await metricsOf(changes)).toMatchObject({ likes, comments: 495 });
  });

  it.each([
    [{ num_comments: 0 }, 0],
    [{ num_comments: undefined }, null],
    [{ num_comments: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER],
  ])("of %j are %j comments", async (changes, comments) => {
    expect(await metricsOf(changes)).toMatchObject({ likes: 546, comments });
  });

  it.each(["546", "1,234", 1.5, null, true, [5], { value: 5 }])("are not taken from %j", async (count) => {
    expect(await metricsOf({ score: count })).toEqual({ kind: "unreadable", detail: "score is not a count" });
    expect(await metricsOf({ score: count, hide_score: true })).toMatchObject({ kind: "unreadable" });
    expect(await metricsOf({ num_comments: count })).toEqual({
      kind: "unreadable",
      detail: "num_comments is not a count",
    });
  });

  it("have no negative number of comments", async () => {
    expect(await metricsOf({ num_comments: -1 })).toMatchObject({ kind: "unreadable" });
  });

  it.each(["9007199254740992", "1e400", "-1e400"])("are not taken from the literal %s", async (literal) => {
    const body = JSON.stringify(listing(item())).replace("546", literal);
    expect(await observed(body)).toMatchObject({ kind: "unreadable", detail: "score is not a count" });
  });

  it("leave the other posts of the call alone when one cannot be read", async () => {
    const body = listing(item({ score: "1" }), item({ id: OTHER }));
    const outcome = await reddit.observe(depsFor(answering(body)), [ID, OTHER]);
    expect(saidOf(outcome, ID).kind).toBe("unreadable");
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
    expect(outcome.calls).toBeUndefined();
  });

  it.each([[0], [-5], [1e11], ["1776105848"], [null], [undefined]])(
    "come without a time if it is %j",
    async (created_utc) => {
      expect(await observed(listing(item({ created_utc })))).toMatchObject({ publishedAt: null });
    },
  );

  it("come without an author that is not named", async () => {
    const said = await observed(listing(item({ author: undefined, author_fullname: undefined })));
    expect(said).toMatchObject({ kind: "numbers", authorId: null, authorName: null });
  });

  it("are kept as evidence, without the text", async () => {
    const said = await observed(listing(item({ selftext: "t".repeat(5_000) })));
    if (said.kind !== "numbers") throw new Error("no numbers");
    expect(JSON.parse(said.raw)).toEqual({
      name: `t3_${ID}`,
      score: 546,
      hide_score: false,
      upvote_ratio: 0.8,
      num_comments: 495,
      created_utc: 1_776_105_848.5,
      edited: false,
      author_fullname: "t2_abc",
    });
    expect(said.raw.length).toBeLessThanOrEqual(RAW_LIMIT);
  });
});

describe("a post without numbers", () => {
  it("is gone if it is left out", async () => {
    expect(await observed(listing())).toEqual({ kind: "gone" });
  });

  it.each(["deleted", "author", "moderator", "automod_filtered", "reddit", "a category of tomorrow"])(
    "is gone if it was removed by %j",
    async (removed_by_category) => {
      expect(await observed(listing(item({ removed_by_category })))).toEqual({ kind: "gone" });
    },
  );

  it("is gone if nobody is its author any more", async () => {
    expect(await observed(listing(item({ author: "[deleted]" })))).toEqual({ kind: "gone" });
  });

  it.each([undefined, null, ""])("is none for the category %j", async (removed_by_category) => {
    expect((await observed(listing(item({ removed_by_category })))).kind).toBe("numbers");
  });

  it.each([
    ["private", "private"],
    ["public", "numbers"],
    ["restricted", "numbers"],
    ["user", "numbers"],
    [undefined, "numbers"],
  ])("in a community that is %s is %s", async (subreddit_type, kind) => {
    expect((await observed(listing(item({ subreddit_type })))).kind).toBe(kind);
  });

  it("is not one in quarantine, whose numbers are shown", async () => {
    expect((await observed(listing(item({ quarantine: true })))).kind).toBe("numbers");
  });

  it("is gone rather than private if it is both", async () => {
    const both = item({ subreddit_type: "private", removed_by_category: "moderator" });
    expect(await observed(listing(both))).toEqual({ kind: "gone" });
  });
});

describe("an answer for other posts than asked", () => {
  it.each([
    ["another post", item({ id: OTHER })],
    ["an id of another type", item({ id: 5 })],
    ["a comment of that id", { ...item(), kind: "t1" }],
    ["a community of that id", { ...item(), kind: "t5" }],
  ])("is discarded: %s", async (_what, thing) => {
    const outcome = await reddit.observe(depsFor(answering(listing(thing))), [ID]);
    expect(outcome.kind === "answered" && [...outcome.posts]).toEqual([[ID, { kind: "gone" }]]);
  });

  it("is taken once if a post is repeated, and not at all if the two differ", async () => {
    expect((await observed(listing(item(), item()))).kind).toBe("numbers");
    expect(await observed(listing(item(), item({ score: 1 })))).toEqual({
      kind: "unreadable",
      detail: "answered twice, differently",
    });
  });
});

describe("the call", () => {
  it("asks for all posts at once by their full names, and says who asks", async () => {
    const asked: [URL, HeadersInit | undefined][] = [];
    const fetch: Fetch = async (url, init) => {
      asked.push([new URL(url), init?.headers]);
      return Response.json(listing());
    };
    await reddit.observe(depsFor(fetch), [ID, OTHER, ID]);
    expect(asked).toHaveLength(1);
    const [url, headers] = asked[0] ?? [];
    expect(url?.pathname).toBe("/api/info");
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      id: `t3_${ID},t3_${OTHER}`,
      raw_json: "1",
    });
    expect(headers).toMatchObject({
      authorization: `Bearer ${CREDENTIAL}`,
      "user-agent": "web:client-1:v1.0 (by /u/claimcheck)",
    });
    expect(url?.href).not.toContain(CREDENTIAL);
  });

  it("takes 1 to 100 posts", async () => {
    const { observe } = simulated();
    expect(await observe(idsOf(100))).toMatchObject({ kind: "answered" });
    await expect(observe(idsOf(101))).rejects.toThrow(RangeError);
    await expect(observe([])).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await reddit.observe(depsFor(fetch), [ID])).toMatchObject({ kind: "unreadable", retryAt: null });
  });

  it.each([
    ["another kind", { kind: "more", data: { children: [] } }],
    ["no data", { kind: "Listing" }],
    ["no children", { kind: "Listing", data: {} }],
    ["children that are no list", { kind: "Listing", data: { children: {} } }],
    ["a child that is none", listing(null)],
    ["a child without data", listing({ kind: "t3" })],
    ["two listings", [listing(item()), listing()]],
  ])("that is answered with %s is unreadable", async (_why, body) => {
    expect(await reddit.observe(depsFor(answering(body)), [ID])).toMatchObject({ kind: "unreadable" });
  });

  it.each([
    [400, { message: "Bad Request", error: 400 }, "unreadable", "HTTP 400"],
    [400, { fields: ["id"], message: "Bad Request", reason: "TOO_MANY" }, "unreadable", "HTTP 400: TOO_MANY"],
    [400, "<html><body><h1>400 Bad request</h1>", "unreadable", "HTTP 400"],
    [400, "Bad Request", "unreadable", "HTTP 400"],
    [401, { message: "Unauthorized", error: 401 }, "unauthorised", "HTTP 401"],
    [403, { message: "Forbidden", error: 403 }, "unauthorised", "HTTP 403"],
    [403, { reason: "private", message: "Forbidden", error: 403 }, "unreadable", "HTTP 403: private"],
    [403, { reason: "banned", message: "Forbidden", error: 403 }, "unreadable", "HTTP 403: banned"],
    [403, "<!doctype html><title>Blocked</title>", "outage", "HTTP 403: blocked"],
    [404, { message: "Not Found", error: 404 }, "unreadable", "HTTP 404"],
    [408, "", "outage", "HTTP 408"],
    [429, { message: "Too Many Requests", error: 429 }, "rate_limited", "HTTP 429"],
    [429, "Too Many Requests", "rate_limited", "HTTP 429"],
    [500, { message: "Internal Server Error", error: 500 }, "outage", "HTTP 500"],
    [502, "<html>", "outage", "HTTP 502"],
    [503, "", "outage", "HTTP 503"],
    [520, "", "outage", "HTTP 520"],
  ])("refused with %i %j is %s", async (status, body, kind, detail) => {
    const fetch = answering(body, { status, headers: { "retry-after": "7" } });
    expect(await reddit.observe(depsFor(fetch), [ID])).toEqual({
      kind,
      detail,
      retryAt: NOW + 7_000,
      limits: null,
    });
  });

  it.each([
    [{ error: 429, message: "Too Many Requests" }, "rate_limited"],
    [{ error: 401 }, "unauthorised"],
    [{ error: 500 }, "outage"],
    [{ error: 404 }, "unreadable"],
  ])("refused inside a success with %j is %s, and makes nobody's post gone", async (body, kind) => {
    expect(await reddit.observe(depsFor(answering(body)), [ID])).toEqual({
      kind,
      detail: `HTTP 200: error ${body.error}`,
      retryAt: null,
      limits: null,
    });
  });

  it.each([
    [{ used: "996", left: "0.0", reset: "15" }, "5", NOW + 15_000, "a spent window is the better word"],
    [{ used: "996", left: "0.9", reset: "15" }, undefined, NOW + 15_000, "less than a call is none"],
    [{ used: "996", left: "1.0", reset: "15" }, "5", NOW + 5_000, "calls are left: it is something else"],
    [{ used: "996", left: "1.0", reset: "15" }, undefined, null, "nothing said on that"],
    [{ used: "996", left: "0.0", reset: "soon" }, "5", NOW + 5_000, "garbage is no word"],
    [{ used: "996", left: "0.0", reset: "15" }, "soon", NOW + 15_000, "neither here"],
  ])("refused with the window %j and Retry-After %j is tried again at %j: %s", async (...row) => {
    const [{ used, left, reset }, retryAfter, retryAt] = row;
    const headers = {
      "x-ratelimit-used": used,
      "x-ratelimit-remaining": left,
      "x-ratelimit-reset": reset,
      ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    };
    const fetch = answering({ message: "Too Many Requests", error: 429 }, { status: 429, headers });
    expect(await reddit.observe(depsFor(fetch), [ID])).toMatchObject({ kind: "rate_limited", retryAt });
  });

  it("that fails for another reason is not put off until a spent window ends", async () => {
    const headers = { "x-ratelimit-used": "9", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "60" };
    const outcome = await reddit.observe(depsFor(answering({}, { status: 500, headers })), [ID]);
    expect(outcome).toMatchObject({ kind: "outage", retryAt: null });
  });

  it("never shows the token, even if the vendor echoes it", async () => {
    const fetch = answering({ reason: `bad ${CREDENTIAL}` }, { status: 403 });
    const outcome = await reddit.observe(depsFor(fetch), [ID]);
    expect(outcome).toMatchObject({ detail: "HTTP 403: bad [credential]" });
  });
});

describe("the window", () => {
  it.each([
    ["3", "997.0", "15", { limit: 1000, remaining: 997, resetAt: NOW + 15_000 }],
    ["678", "9322.0", "51", { limit: 10_000, remaining: 9322, resetAt: NOW + 51_000 }],
    ["2", "998", "0", { limit: 1000, remaining: 998, resetAt: NOW }],
    ["999.5", "0.5", "600", { limit: 999, remaining: 0, resetAt: NOW + 600_000 }],
    ["3", "997.0", "86400", { limit: 1000, remaining: 997, resetAt: NOW + 86_400_000 }],
    ["3", "997.0", "86401", null],
    ["3", "997.0", "-1", null],
    ["3", "997.0", "", null],
    ["3", "many", "15", null],
    ["", "997.0", "15", null],
    ["1e3", "997.0", "15", null],
  ])("of %j used, %j left and %j seconds is %j", async (used, left, reset, limits) => {
    const headers = {
      "x-ratelimit-used": used,
      "x-ratelimit-remaining": left,
      "x-ratelimit-reset": reset,
    };
    const answered = await reddit.observe(depsFor(answering(listing(item()), { headers })), [ID]);
    expect(answered.limits).toEqual(limits);
    const refused = await reddit.observe(depsFor(answering({}, { status: 500, headers })), [ID]);
    expect(refused.limits).toEqual(limits);
  });
});

describe("a batch whose answer cannot be read", () => {
  const broken = () => new Response("[".repeat(2_000));

  it("is asked for once more in four parts, and one bad post costs only those of its part", async () => {
    const ids = idsOf(100);
    const { asked, fetch } = counting((some) =>
      some.includes("p0") ? broken() : Response.json(itemsFor(some)),
    );
    const outcome = await reddit.observe(depsFor(fetch), ids);
    expect(asked.map((some) => some.length)).toEqual([100, 25, 25, 25, 25]);
    expect(outcome).toMatchObject({ kind: "answered", calls: 5 });
    expect(reddit.callsPerBatch).toBe(5);
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual(ids);
    for (const [n, id] of ids.entries()) {
      expect(saidOf(outcome, id).kind).toBe(n < 25 ? "unanswered" : "numbers");
    }
    expect(saidOf(outcome, "p0")).toEqual({
      kind: "unanswered",
      failure: "unreadable",
      detail: "body is not JSON in UTF-8",
      retryAt: null,
    });
  });

  it("is unreadable if none of the parts can be read", async () => {
    const { asked, fetch } = counting(broken);
    expect(await reddit.observe(depsFor(fetch), idsOf(3))).toMatchObject({ kind: "unreadable", calls: 4 });
    expect(asked.map((some) => some.length)).toEqual([3, 1, 1, 1]);
  });

  it("is not asked for again if it is one post", async () => {
    const { asked, fetch } = counting(broken);
    expect(await reddit.observe(depsFor(fetch), [ID, ID])).toMatchObject({ kind: "unreadable" });
    expect(asked).toEqual([[ID]]);
  });

  it.each([401, 429, 503])("is not asked for again if it was refused with %i", async (status) => {
    const { asked, fetch } = counting(() => Response.json({}, { status }));
    await reddit.observe(depsFor(fetch), idsOf(8));
    expect(asked).toHaveLength(1);
  });

  it("keeps what a part says of the limit and why another part failed", async () => {
    const { fetch } = counting((some) => {
      if (some.length > 1) return broken();
      const headers = { "x-ratelimit-used": "9", "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "60" };
      if (some.includes("p0")) return Response.json(itemsFor(some), { headers });
      return Response.json({ error: 429 }, { status: 429, headers });
    });
    const outcome = await reddit.observe(depsFor(fetch), idsOf(2));
    expect(outcome.limits).toEqual({ limit: 9, remaining: 0, resetAt: NOW + 60_000 });
    expect(saidOf(outcome, "p0").kind).toBe("numbers");
    expect(saidOf(outcome, "p1")).toEqual({
      kind: "unanswered",
      failure: "rate_limited",
      detail: "HTTP 429",
      retryAt: NOW + 60_000,
    });
  });
});

describe("a token", () => {
  const TOKEN = { access_token: "abc", token_type: "bearer", expires_in: 86_400, scope: "read" };

  it("is granted for a day to the client and to nobody's account", async () => {
    const seen: [string, RequestInit | undefined][] = [];
    const fetch: Fetch = async (url, init) => {
      seen.push([url, init]);
      return Response.json(TOKEN);
    };
    expect(await grant(tokenDepsOf(fetch))).toEqual({
      kind: "granted",
      tokens: {
        accessToken: "abc",
        accessExpiresAt: NOW + 86_400_000,
        refreshToken: null,
        refreshExpiresAt: null,
      },
    });
    const [url, init] = seen[0] ?? [];
    expect(url).toBe("https://www.test/api/v1/access_token");
    expect(init).toMatchObject({
      method: "POST",
      headers: {
        authorization: `Basic ${btoa("client-1:s3cret")}`,
        "user-agent": "web:client-1:v1.0 (by /u/claimcheck)",
      },
    });
    expect(String(init?.body)).toBe("grant_type=client_credentials&scope=read");
  });

  it.each([
    [401, { message: "Unauthorized", error: 401 }, "HTTP 401"],
    [200, { error: "invalid_grant" }, "invalid_grant"],
    [400, { error: "invalid_grant" }, "invalid_grant"],
    [200, { error: "unauthorized_client", error_description: "s3cret" }, "unauthorized_client"],
    [200, { error: "unsupported_grant_type" }, "unsupported_grant_type"],
    [200, { error: 401 }, "HTTP 200: error 401"],
    [200, { ...TOKEN, error: "invalid_scope" }, "invalid_scope"],
  ])("is refused with %i %j", async (status, body, detail) => {
    expect(await grant(tokenDepsOf(answering(body, { status })))).toEqual({ kind: "refused", detail });
  });

  it.each([
    [429, { message: "Too Many Requests", error: 429 }, "rate_limited", NOW + 7_000],
    [200, { error: 429 }, "rate_limited", null],
    [200, { error: 500 }, "outage", null],
    [403, "<!doctype html><title>Blocked</title>", "outage", null],
    [400, "Bad Request", "outage", null],
    [500, { message: "Internal Server Error", error: 500 }, "outage", null],
    [200, "<!doctype html>", "unreadable", null],
    [200, { token_type: "bearer" }, "unreadable", null],
    [200, { access_token: 5 }, "unreadable", null],
    [200, { error: "something_new" }, "unreadable", null],
  ])("is not had for now with %i %j: %s", async (status, body, failure, retryAt) => {
    const fetch = answering(body, { status, headers: { "retry-after": "7" } });
    expect(await grant(tokenDepsOf(fetch))).toMatchObject({ kind: "failed", failure, retryAt });
  });

  it("is asked for with whatever was set as the secret", async () => {
    const seen: (RequestInit | undefined)[] = [];
    const fetch: Fetch = async (_url, init) => {
      seen.push(init);
      return Response.json({ message: "Unauthorized", error: 401 }, { status: 401 });
    };
    const secrets = { ...SECRETS, REDDIT_CLIENT_SECRET: "s\u200Becret" };
    expect(await grant(tokenDepsOf(fetch, { secrets }))).toMatchObject({ kind: "refused" });
    // The base64 of client-1:s, the three bytes E2 80 8B of UTF-8, and ecret.
    expect(seen[0]?.headers).toMatchObject({ authorization: "Basic Y2xpZW50LTE6c+KAi2VjcmV0" });
  });

  it("is not had without a network, and no secret is told", async () => {
    const outcome = await grant(tokenDepsOf(() => Promise.reject(new TypeError("s3cret"))));
    expect(outcome).toEqual({
      kind: "failed",
      failure: "outage",
      detail: "network failure (TypeError)",
      retryAt: null,
    });
  });
});

describe("against the simulated vendor", () => {
  it("reads told, hidden, deleted and private posts in one call", async () => {
    const { put, observe } = simulated();
    await put(`posts/${ID}`, {
      metrics: { likes: 12, comments: 0 },
      author: { id: "t2_ann", name: "Ann" },
      published_at: "2026-10-01T00:00:00Z",
    });
    await put("posts/hidden", { metrics: { likes: null, comments: null } });
    await put("posts/gone", { state: "gone" });
    await put("posts/private", { state: "private" });
    const outcome = await observe([ID, "hidden", "gone", "private", OTHER]);
    expect(saidOf(outcome, ID)).toMatchObject({
      kind: "numbers",
      metrics: { views: null, likes: 12, comments: 0, shares: null },
      authorId: "t2_ann",
      authorName: "Ann",
      publishedAt: Date.UTC(2026, 9, 1),
    });
    expect(saidOf(outcome, "hidden")).toMatchObject({ metrics: { likes: null, comments: null } });
    expect(saidOf(outcome, "gone").kind).toBe("gone");
    expect(saidOf(outcome, "private").kind).toBe("private");
    expect(saidOf(outcome, OTHER)).toMatchObject({
      kind: "numbers",
      metrics: { likes: expect.any(Number), comments: expect.any(Number) },
    });
    expect(outcome.limits).toEqual({ limit: 1000, remaining: 999, resetAt: NOW + 600_000 });
  });

  it("follows a score down", async () => {
    const { clock, put, observe } = simulated();
    await put(`posts/${ID}`, { growth: { likes: { initial: 100, per_hour: -10 } } });
    expect(saidOf(await observe([ID]), ID)).toMatchObject({ metrics: { likes: 100 } });
    clock.now += 3 * 3_600_000;
    expect(saidOf(await observe([ID]), ID)).toMatchObject({ metrics: { likes: 70 } });
  });

  it("takes what is left out of a partial answer for gone", async () => {
    const { put, observe } = simulated();
    await put("faults", { partial: true });
    const outcome = await observe([ID, OTHER]);
    expect([saidOf(outcome, ID).kind, saidOf(outcome, OTHER).kind]).toEqual(["numbers", "gone"]);
  });

  it.each(["", "invalid-token", "a.b"])("with the token %j is unauthorised", async (credential) => {
    expect(await simulated().observe([ID], credential)).toMatchObject({ kind: "unauthorised" });
  });

  it("is unauthorised from the second on in which a token ends", async () => {
    const { clock, token, observe } = simulated();
    const credential = await token();
    clock.now += 86_400_000 - 1;
    expect(await observe([ID], credential)).toMatchObject({ kind: "answered" });
    clock.now += 1;
    expect(await observe([ID], credential)).toMatchObject({ kind: "unauthorised" });
    expect(await observe([ID])).toMatchObject({ kind: "answered" });
  });

  it.each(["expire", "revoke"])("is unauthorised with a token after: %s", async (verb) => {
    const { put, token, observe } = simulated();
    const credential = await token();
    await put("tokens", { [verb]: "*" });
    expect(await observe([ID], credential)).toMatchObject({ kind: "unauthorised" });
    expect(await observe([ID])).toMatchObject({ kind: "answered" });
  });

  it.each([
    { REDDIT_CLIENT_ID: "invalid" },
    { REDDIT_CLIENT_SECRET: "invalid1" },
    { REDDIT_CLIENT_SECRET: "" },
  ])("gets no token with %j", async (changes) => {
    await expect(simulated().token({ ...SECRETS, ...changes })).rejects.toThrow("HTTP 401");
  });

  it("is rate limited until the window ends", async () => {
    const { clock, put, observe } = simulated();
    await put("limits", { calls: 1 });
    clock.now += 60_000;
    expect(await observe([ID])).toMatchObject({ kind: "answered", limits: { remaining: 0 } });
    expect(await observe([ID])).toMatchObject({
      kind: "rate_limited",
      retryAt: NOW + 600_000,
      limits: { limit: 1, remaining: 0 },
    });
    clock.now = NOW + 600_000;
    expect(await observe([ID])).toMatchObject({ kind: "answered" });
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ retry_after: 60 }, "rate_limited"],
    [{ status: 401 }, "unauthorised"],
    [{ status: 403 }, "unauthorised"],
    [{ garbage: "html" }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
    [{ garbage: "empty" }, "unreadable"],
  ])("under the faults %j is %s, and still gets its token", async (faults, kind) => {
    const { put, observe } = simulated();
    await put("faults", faults);
    expect(await observe([ID])).toMatchObject({ kind });
  });
});
