import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/domain/metrics.ts";
import { RAW_LIMIT } from "../../src/platforms/adapter.ts";
import { factOf } from "../../src/platforms/facts.ts";
import { youtube } from "../../src/platforms/youtube.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";

const ID = "dQw4w9WgXcQ";
const OTHER = "aaaaaaaaaaa";
const NEXT_MIDNIGHT = Date.UTC(2026, 10, 22, 8);

/** One documented item. */
function item(changes: Record<string, unknown> = {}) {
  return {
    kind: "youtube#video",
    id: ID,
    snippet: { publishedAt: "2026-10-25T06:57:33Z", channelId: "UC1", channelTitle: "Rick" },
    status: { uploadStatus: "processed", privacyStatus: "public" },
    statistics: {
      viewCount: "1700000000",
      likeCount: "18000000",
      favoriteCount: "0",
      commentCount: "2400000",
    },
    ...changes,
  };
}

async function observed(...items: unknown[]) {
  return saidOf(await youtube.observe(depsOf(answering({ items })), [ID]), ID);
}

/** A Google error with its reason in both of the places it may be. */
function googleError(code: number, { reason, info }: { reason?: string; info?: string }) {
  const details =
    info === undefined ? [] : [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: info }];
  return { error: { code, message: `refused ${CREDENTIAL}`, errors: reason ? [{ reason }] : [], details } };
}

function simulated() {
  const simulator = createSimulator({ seed: "s", now: () => NOW });
  const put = (path: string, body: unknown) =>
    simulator.app.request(`/_control/youtube/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const observe = (ids: string[], credential = "key") =>
    youtube.observe(depsOf(simulator.fetch, { baseUrl: "http://sim.test", credential }), ids);
  return { simulator, put, observe };
}

describe("a video's numbers", () => {
  it("are views, likes and comments; the rest is unknown", async () => {
    expect(await observed(item())).toEqual({
      kind: "numbers",
      metrics: {
        views: 1_700_000_000,
        clicks: null,
        conversions: null,
        likes: 18_000_000,
        comments: 2_400_000,
        shares: null,
      },
      authorId: "UC1",
      authorName: "Rick",
      publishedAt: Date.UTC(2026, 9, 25, 6, 57, 33),
      raw: expect.stringContaining('"viewCount":"1700000000"'),
    });
    expect(factOf(youtube).supports).toEqual(
      METRICS.filter((metric) => ["views", "likes", "comments"].includes(metric)),
    );
  });

  it.each([
    ["likeCount", "likes"],
    ["commentCount", "comments"],
    ["viewCount", "views"],
  ] as const)("are unknown where %s is left out", async (field, metric) => {
    const { [field]: _hidden, ...statistics } = item().statistics;
    const said = await observed(item({ statistics }));
    expect(said.kind === "numbers" && said.metrics[metric]).toBeNull();
  });

  it("are all unknown without statistics", async () => {
    const said = await observed(item({ statistics: undefined }));
    expect(said.kind === "numbers" && METRICS.map((metric) => said.metrics[metric])).toEqual(
      METRICS.map(() => null),
    );
  });

  it.each(["0", "9007199254740991"])("may be %s", async (viewCount) => {
    const said = await observed(item({ statistics: { viewCount } }));
    expect(said.kind === "numbers" && said.metrics.views).toBe(Number(viewCount));
  });

  it.each([
    "1,234",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "",
    " 5",
    "5 ",
    "05",
    "NaN",
    "Infinity",
    "\u0661",
    "9007199254740992",
    "9007199254740993",
    "18446744073709551615",
    5,
    null,
    true,
    ["5"],
    { value: "5" },
  ])("are not taken from %j", async (viewCount) => {
    expect(await observed(item({ statistics: { viewCount, likeCount: "1" } }))).toEqual({
      kind: "unreadable",
      detail: "viewCount is not a count",
    });
  });

  it.each([null, "text", [], 5])("are not taken from statistics of %j", async (statistics) => {
    expect(await observed(item({ statistics }))).toMatchObject({ kind: "unreadable" });
  });

  it("leave the other posts of the call alone when one cannot be read", async () => {
    const items = [item({ statistics: { viewCount: "1,234" } }), item({ id: OTHER })];
    const outcome = await youtube.observe(depsOf(answering({ items })), [ID, OTHER]);
    expect(saidOf(outcome, ID).kind).toBe("unreadable");
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
  });

  it("come with an author and a time only if those can be read", async () => {
    const said = await observed(
      item({ snippet: { publishedAt: "yesterday", channelId: 7, channelTitle: "" } }),
    );
    expect(said).toMatchObject({ kind: "numbers", authorId: null, authorName: null, publishedAt: null });
  });

  it("are kept as evidence, as much of it as there is room for", async () => {
    const said = await observed(
      item({ snippet: { title: "t".repeat(5_000), description: { deep: [[[]]] } } }),
    );
    if (said.kind !== "numbers") throw new Error("no numbers");
    expect(said.raw).toHaveLength(RAW_LIMIT);
    expect(said.raw).toContain('"commentCount":"2400000"');
  });
});

describe("a video without numbers", () => {
  it("is gone if it is left out, also if every one is", async () => {
    expect(await observed()).toEqual({ kind: "gone" });
    const none = answering({ kind: "youtube#videoListResponse" });
    expect(saidOf(await youtube.observe(depsOf(none), [ID]), ID)).toEqual({ kind: "gone" });
  });

  it.each([
    ["privacyStatus", "private", "private"],
    ["privacyStatus", "unlisted", "numbers"],
    ["uploadStatus", "deleted", "gone"],
    ["uploadStatus", "rejected", "gone"],
    ["uploadStatus", "failed", "gone"],
    ["uploadStatus", "uploaded", "numbers"],
  ])("whose %s is %s is %s", async (field, value, kind) => {
    expect((await observed(item({ status: { [field]: value } }))).kind).toBe(kind);
  });
});

describe("an answer for other posts than asked", () => {
  it("is discarded: the asked one is gone, the other unheard of", async () => {
    const outcome = await youtube.observe(
      depsOf(answering({ items: [item({ id: OTHER }), item({ id: 5 })] })),
      [ID],
    );
    expect(outcome.kind === "answered" && [...outcome.posts]).toEqual([[ID, { kind: "gone" }]]);
  });

  it("is taken once if an item is repeated, and not at all if the two differ", async () => {
    expect((await observed(item(), item())).kind).toBe("numbers");
    expect(await observed(item(), item({ statistics: { viewCount: "1" } }))).toEqual({
      kind: "unreadable",
      detail: "answered twice, differently",
    });
  });
});

describe("the call", () => {
  it("asks for all posts at once, with the key, and for nothing it does not read", async () => {
    const asked: URL[] = [];
    await youtube.observe(
      depsOf(async (url) => {
        asked.push(new URL(url));
        return Response.json({ items: [] });
      }),
      [ID, OTHER, ID],
    );
    const [url] = asked;
    expect(asked).toHaveLength(1);
    expect(url?.origin).toBe("https://vendor.test");
    expect(url?.pathname).toBe("/youtube/v3/videos");
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      part: "id,statistics,status,snippet",
      fields: expect.stringMatching(/^kind,items\(/),
      id: `${ID},${OTHER}`,
      key: CREDENTIAL,
    });
  });

  it("takes 1 to 50 posts", async () => {
    const ids = Array.from({ length: 51 }, (_, n) => `id_${String(n).padStart(8, "0")}`);
    const { observe } = simulated();
    expect(await observe(ids.slice(0, 50))).toMatchObject({ kind: "answered" });
    await expect(observe(ids)).rejects.toThrow(RangeError);
    await expect(observe([])).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await youtube.observe(depsOf(fetch), [ID])).toMatchObject({ kind: "unreadable", retryAt: null });
  });

  it.each([
    [403, { reason: "quotaExceeded" }, "rate_limited", NEXT_MIDNIGHT],
    [403, { reason: "dailyLimitExceeded" }, "rate_limited", NEXT_MIDNIGHT],
    [403, { reason: "rateLimitExceeded" }, "rate_limited", NOW + 7_000],
    [403, { reason: "userRateLimitExceeded" }, "rate_limited", NOW + 7_000],
    [429, { reason: "rateLimitExceeded", info: "RATE_LIMIT_EXCEEDED" }, "rate_limited", NOW + 7_000],
    [429, {}, "rate_limited", NOW + 7_000],
    [400, { reason: "badRequest", info: "API_KEY_INVALID" }, "unauthorised", null],
    [400, { reason: "keyInvalid" }, "unauthorised", null],
    [401, { reason: "authError" }, "unauthorised", NOW + 7_000],
    [403, { reason: "forbidden" }, "unauthorised", NOW + 7_000],
    [403, {}, "unauthorised", NOW + 7_000],
    [400, { reason: "missingRequiredParameter" }, "unreadable", NOW + 7_000],
    [404, { reason: "notFound" }, "unreadable", NOW + 7_000],
    [500, { reason: "backendError" }, "outage", NOW + 7_000],
    [503, {}, "outage", NOW + 7_000],
  ])("refused with %i %j is %s", async (status, reasons, kind, retryAt) => {
    const fetch = answering(googleError(status, reasons), { status, headers: { "retry-after": "7" } });
    expect(await youtube.observe(depsOf(fetch), [ID])).toEqual({
      kind,
      detail: expect.stringMatching(new RegExp(`^HTTP ${status}`)),
      retryAt,
      limits: null,
    });
  });

  it("refused without a word on when, does not guess", async () => {
    const fetch = answering("slow down", { status: 429, headers: { "retry-after": "soon" } });
    expect(await youtube.observe(depsOf(fetch), [ID])).toMatchObject({ kind: "rate_limited", retryAt: null });
  });

  it("never shows the key, even if the vendor echoes it", async () => {
    const fetch = answering(googleError(403, { reason: `bad ${CREDENTIAL}` }), { status: 403 });
    const outcome = await youtube.observe(depsOf(fetch), [ID]);
    expect(outcome.kind !== "answered" && outcome.detail).toBe("HTTP 403: bad [credential]");
    expect(
      JSON.stringify(
        await youtube.observe(
          depsOf(() => Promise.reject(new Error(CREDENTIAL))),
          [ID],
        ),
      ),
    ).not.toContain(CREDENTIAL);
  });
});

describe("against the simulated vendor", () => {
  it("reads told, hidden, gone and private posts in one call", async () => {
    const { put, observe } = simulated();
    await put(`posts/${ID}`, {
      metrics: { views: 1000, likes: null, comments: 0 },
      author: { id: "UC9", name: "Ann" },
    });
    await put("posts/gonegonegon", { state: "gone" });
    await put("posts/private1234", { state: "private" });
    const outcome = await observe([ID, "gonegonegon", "private1234", OTHER]);
    expect(saidOf(outcome, ID)).toMatchObject({
      kind: "numbers",
      metrics: { views: 1000, likes: null, comments: 0, shares: null },
      authorId: "UC9",
      authorName: "Ann",
    });
    expect(saidOf(outcome, "gonegonegon").kind).toBe("gone");
    expect(saidOf(outcome, "private1234").kind).toBe("private");
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
    expect(outcome.limits).toBeNull();
  });

  it.each([
    ["", "unauthorised"],
    ["invalid-key", "unauthorised"],
  ])("with the key %j is %s", async (credential, kind) => {
    expect(await simulated().observe([ID], credential)).toMatchObject({ kind });
  });

  it("is rate limited until midnight in California when the quota is spent", async () => {
    const { put, observe } = simulated();
    await put("limits", { calls: 1 });
    expect(await observe([ID])).toMatchObject({ kind: "answered" });
    expect(await observe([ID])).toMatchObject({ kind: "rate_limited", retryAt: NEXT_MIDNIGHT });
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ status: 429, retry_after: 60 }, "rate_limited"],
    [{ status: 401 }, "unauthorised"],
    [{ garbage: true }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
    [{ garbage: "empty" }, "unreadable"],
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
