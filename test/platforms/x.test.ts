import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/domain/metrics.ts";
import { factOf } from "../../src/platforms/facts.ts";
import { x } from "../../src/platforms/x.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";

const ID = "1346889436626259968";
const OTHER = "20";
const RESET = NOW + 600_000;

const COUNTS = {
  retweet_count: 50,
  reply_count: 12,
  like_count: 234,
  quote_count: 5,
  bookmark_count: 8,
  impression_count: 5432,
};

/** One documented post. */
function item(changes: Record<string, unknown> = {}) {
  return {
    id: ID,
    text: "…",
    created_at: "2026-10-25T06:57:33.000Z",
    author_id: "2244994945",
    edit_history_tweet_ids: [ID],
    public_metrics: COUNTS,
    ...changes,
  };
}

function problem(name: string, changes: Record<string, unknown> = {}) {
  return {
    value: ID,
    resource_id: ID,
    title: "…",
    type: `https://api.twitter.com/2/problems/${name}`,
    ...changes,
  };
}

async function observed(body: unknown) {
  return saidOf(await x.observe(depsOf(answering(body)), [ID]), ID);
}

async function metricsOf(public_metrics: unknown, changes: Record<string, unknown> = {}) {
  const said = await observed({ data: [item({ public_metrics, ...changes })] });
  return said.kind === "numbers" ? said.metrics : said;
}

function simulated() {
  const simulator = createSimulator({ seed: "s", now: () => NOW });
  const put = (path: string, body: unknown) =>
    simulator.app.request(`/_control/x/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const observe = (ids: string[], credential = "token") =>
    x.observe(depsOf(simulator.fetch, { baseUrl: "http://sim.test", credential }), ids);
  return { simulator, put, observe };
}

describe("a post's numbers", () => {
  it("are views, likes, comments and shares; the rest is unknown", async () => {
    expect(await observed({ data: [item()] })).toEqual({
      kind: "numbers",
      metrics: { views: 5432, clicks: null, conversions: null, likes: 234, comments: 12, shares: 55 },
      authorId: "2244994945",
      authorName: null,
      publishedAt: Date.UTC(2026, 9, 25, 6, 57, 33),
      raw: expect.stringContaining('"impression_count":5432'),
    });
    expect(factOf(x).supports).toEqual(
      METRICS.filter((metric) => metric !== "clicks" && metric !== "conversions"),
    );
  });

  it("are read under the names of 2026 too", async () => {
    const { retweet_count, ...rest } = COUNTS;
    expect(await metricsOf({ ...rest, repost_count: retweet_count })).toMatchObject({
      shares: 55,
      views: 5432,
    });
  });

  it.each([
    ["like_count", "likes"],
    ["reply_count", "comments"],
    ["impression_count", "views"],
    ["retweet_count", "shares"],
    ["quote_count", "shares"],
  ] as const)("are unknown where %s is left out: %s", async (field, metric) => {
    const { [field]: _hidden, ...rest } = COUNTS;
    expect(await metricsOf(rest)).toMatchObject({ [metric]: null });
  });

  it("are all unknown without public metrics", async () => {
    expect(await metricsOf(undefined)).toEqual(Object.fromEntries(METRICS.map((metric) => [metric, null])));
  });

  it.each([
    ["2022-11-30T23:59:59Z", 0, null, "nobody counted before December 2022"],
    ["2022-12-01T00:00:00Z", 0, 0, "a post nobody saw"],
    ["2022-11-30T23:59:59Z", 7, 7, "a number is a number"],
    [undefined, 0, null, "without a date the zero may mean either"],
  ])("created %s with %i impressions are %s views: %s", async (created_at, impression_count, views, _why) => {
    expect(await metricsOf({ ...COUNTS, impression_count }, { created_at })).toMatchObject({ views });
  });

  it.each(["1,234", "5", -5, 1.5, null, true, [5], { value: 5 }])(
    "are not taken from %j",
    async (like_count) => {
      expect(await metricsOf({ ...COUNTS, like_count })).toEqual({
        kind: "unreadable",
        detail: "the number of likes is not a count",
      });
    },
  );

  it.each(["9007199254740992", "9007199254740993", "1e400", "-1e400"])(
    "are not taken from the literal %s",
    async (literal) => {
      const body = JSON.stringify({ data: [item()] }).replace("234", literal);
      expect(await observed(body)).toMatchObject({ kind: "unreadable" });
    },
  );

  it("take the literal 9007199254740991", async () => {
    const body = JSON.stringify({ data: [item()] }).replace("234", "9007199254740991");
    expect(await observed(body)).toMatchObject({ metrics: { likes: Number.MAX_SAFE_INTEGER } });
  });

  it.each([null, "text", [], 5])("are not taken from public metrics of %j", async (public_metrics) => {
    expect(await metricsOf(public_metrics)).toMatchObject({ kind: "unreadable" });
  });

  it("keep the history of edits as evidence", async () => {
    const said = await observed({ data: [item({ edit_history_tweet_ids: ["1", ID] })] });
    expect(said).toMatchObject({ raw: expect.stringContaining(`"edit_history_tweet_ids":["1","${ID}"]`) });
  });
});

describe("a post without numbers", () => {
  it.each([
    ["resource-not-found", "gone"],
    ["disallowed-resource", "gone"],
    ["not-authorized-for-resource", "private"],
    ["resource-unavailable", "unreadable"],
    ["constructor", "unreadable"],
  ])("whose problem is %s is %s", async (name, kind) => {
    expect((await observed({ errors: [problem(name)] })).kind).toBe(kind);
    const moved = { type: `https://api.x.com/2/problems/${name}` };
    expect((await observed({ errors: [problem(name, moved)] })).kind).toBe(kind);
  });

  it("is found by the value if the problem names no resource", async () => {
    expect(await observed({ errors: [problem("resource-not-found", { resource_id: undefined })] })).toEqual({
      kind: "gone",
    });
  });

  it.each([
    [{ data: [] }, "an empty list"],
    [{ errors: [{ message: "Rate limit exceeded", code: 88 }] }, "an error of the old kind"],
    [{ data: [item({ id: OTHER })] }, "another post"],
    [
      { errors: [problem("resource-not-found", { resource_id: OTHER, value: OTHER })] },
      "another post's problem",
    ],
  ])("is unreadable if the answer is %j: %s", async (body, _why) => {
    expect(await observed(body)).toMatchObject({ kind: "unreadable" });
  });
});

describe("an answer", () => {
  it("tells of living and dead posts side by side", async () => {
    const body = { data: [item()], errors: [problem("resource-not-found", { resource_id: OTHER })] };
    const outcome = await x.observe(depsOf(answering(body)), [ID, OTHER]);
    expect(saidOf(outcome, ID).kind).toBe("numbers");
    expect(saidOf(outcome, OTHER).kind).toBe("gone");
  });

  it("keeps the numbers of a post of which one field is refused", async () => {
    const body = { data: [item()], errors: [problem("not-authorized-for-field")] };
    expect((await observed(body)).kind).toBe("numbers");
  });

  it("has no entry for a post nobody asked for", async () => {
    const outcome = await x.observe(depsOf(answering({ data: [item(), item({ id: OTHER })] })), [ID]);
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual([ID]);
  });

  it("is taken once if a post is repeated, and not at all if the two differ", async () => {
    expect((await observed({ data: [item(), item()] })).kind).toBe("numbers");
    expect(await observed({ data: [item(), item({ public_metrics: {} })] })).toMatchObject({
      kind: "unreadable",
    });
  });
});

describe("the call", () => {
  it("asks for all posts at once with the bearer token and without it in the address", async () => {
    const asked: [URL, HeadersInit | undefined][] = [];
    await x.observe(
      depsOf(async (url, init) => {
        asked.push([new URL(url), init?.headers]);
        return Response.json({ data: [] });
      }),
      [ID, OTHER],
    );
    expect(asked).toHaveLength(1);
    const [url, headers] = asked[0] ?? [];
    expect(url?.pathname).toBe("/2/tweets");
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      ids: `${ID},${OTHER}`,
      "tweet.fields": "created_at,author_id,public_metrics,edit_history_tweet_ids",
    });
    expect(headers).toMatchObject({ authorization: `Bearer ${CREDENTIAL}` });
    expect(url?.href).not.toContain(CREDENTIAL);
  });

  it("takes 1 to 100 posts", async () => {
    const ids = Array.from({ length: 101 }, (_, n) => String(n + 1));
    const { observe } = simulated();
    expect(await observe(ids.slice(0, 100))).toMatchObject({ kind: "answered" });
    await expect(observe(ids)).rejects.toThrow(RangeError);
    await expect(observe([])).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await x.observe(depsOf(fetch), [ID])).toMatchObject({ kind: "unreadable", retryAt: null });
  });

  it.each([
    [401, "about:blank", "unauthorised", null],
    [403, "https://api.twitter.com/2/problems/client-forbidden", "unauthorised", null],
    [402, "about:blank", "rate_limited", null],
    [429, "about:blank", "rate_limited", RESET],
    [429, "https://api.x.com/2/problems/usage-capped", "rate_limited", RESET],
    [400, "https://api.x.com/2/problems/invalid-request", "unreadable", null],
    [404, "about:blank", "unreadable", null],
    [500, "about:blank", "outage", null],
    [503, "about:blank", "outage", null],
  ])("refused with %i %s is %s", async (status, type, kind, retryAt) => {
    const headers = { "x-rate-limit-reset": String(RESET / 1000) };
    expect(await x.observe(depsOf(answering({ title: "…", type }, { status, headers })), [ID])).toEqual({
      kind,
      detail: `HTTP ${status}: ${type.slice(type.lastIndexOf("/") + 1)}`,
      retryAt,
      limits: null,
    });
  });

  it.each([
    [
      { "x-rate-limit-reset": String(RESET / 1000), "retry-after": "5" },
      RESET,
      "the window is the better word",
    ],
    [{ "retry-after": "5" }, NOW + 5_000, "Retry-After is the second best"],
    [{ "x-rate-limit-reset": "soon", "retry-after": "5" }, NOW + 5_000, "garbage is no word"],
    [{ "x-rate-limit-reset": "1" }, NOW, "a window that has ended"],
    [{ "x-rate-limit-reset": "9999999999" }, NOW + 24 * 3_600_000, "a window of centuries is a day"],
    [{}, null, "nothing said"],
  ])("refused with 429 and %j waits until %s: %s", async (headers, retryAt, _why) => {
    expect(await x.observe(depsOf(answering("", { status: 429, headers })), [ID])).toMatchObject({ retryAt });
  });

  it.each([
    ["3500", "3499", String(RESET / 1000), { limit: 3500, remaining: 3499, resetAt: RESET }],
    ["3500", "0", String(RESET / 1000), { limit: 3500, remaining: 0, resetAt: RESET }],
    ["3500", "3501", String(RESET / 1000), null],
    ["3500", "-1", String(RESET / 1000), null],
    ["3500", "1.5", String(RESET / 1000), null],
    ["many", "1", String(RESET / 1000), null],
    ["3500", "1", "later", null],
    ["3500", "1", "9999999999", null],
  ])("reads the window %s, %s, %s as %j", async (limit, remaining, reset, limits) => {
    const headers = {
      "x-rate-limit-limit": limit,
      "x-rate-limit-remaining": remaining,
      "x-rate-limit-reset": reset,
    };
    expect(await x.observe(depsOf(answering({ data: [] }, { headers })), [ID])).toMatchObject({ limits });
  });

  it("never shows the token, even if the vendor echoes it", async () => {
    const fetch = answering({ type: CREDENTIAL }, { status: 403 });
    expect(await x.observe(depsOf(fetch), [ID])).toMatchObject({ detail: "HTTP 403: [credential]" });
  });
});

describe("against the simulated vendor", () => {
  it.each(["legacy", "2026"])(
    "reads told, hidden, gone and private posts in one call, in %s names",
    async (names) => {
      const { put, observe } = simulated();
      await put("naming", { names });
      await put(`posts/${ID}`, {
        metrics: { views: 1000, likes: null, comments: 0, shares: 17 },
        published_at: "2026-10-01T00:00:00Z",
        author: { id: "7", name: "Ann" },
      });
      await put("posts/21", { state: "gone" });
      await put("posts/22", { state: "private" });
      const outcome = await observe([ID, "21", "22", OTHER]);
      expect(saidOf(outcome, ID)).toMatchObject({
        kind: "numbers",
        metrics: { views: 1000, likes: null, comments: 0, shares: 17 },
        authorId: "7",
      });
      expect(saidOf(outcome, "21").kind).toBe("gone");
      expect(saidOf(outcome, "22").kind).toBe("private");
      expect(saidOf(outcome, OTHER).kind).toBe("numbers");
      expect(outcome.limits).toEqual({ limit: 3500, remaining: 3499, resetAt: NOW + 900_000 });
    },
  );

  it.each(["", "invalid-token"])("with the token %j is unauthorised", async (credential) => {
    expect(await simulated().observe([ID], credential)).toMatchObject({ kind: "unauthorised" });
  });

  it("is rate limited until the window ends", async () => {
    const { put, observe } = simulated();
    await put("limits", { calls: 1 });
    expect(await observe([ID])).toMatchObject({ kind: "answered", limits: { remaining: 0 } });
    expect(await observe([ID])).toMatchObject({
      kind: "rate_limited",
      retryAt: NOW + 900_000,
      limits: { limit: 1, remaining: 0 },
    });
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ retry_after: 60 }, "rate_limited"],
    [{ status: 402 }, "rate_limited"],
    [{ status: 403 }, "unauthorised"],
    [{ garbage: "html" }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
  ])("under the faults %j is %s", async (faults, kind) => {
    const { put, observe } = simulated();
    await put("faults", faults);
    expect(await observe([ID])).toMatchObject({ kind });
  });

  it("finds each post unreadable when the counts have another type", async () => {
    const { put, observe } = simulated();
    await put("faults", { garbage: "wrong_type" });
    expect(saidOf(await observe([ID]), ID)).toMatchObject({ kind: "unreadable" });
  });
});
