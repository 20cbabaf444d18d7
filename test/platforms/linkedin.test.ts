import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/domain/metrics.ts";
import type { AdapterDeps, Fetch } from "../../src/platforms/adapter.ts";
import { linkedin } from "../../src/platforms/linkedin.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";

const MEMBER = "urn:li:person:yrZCpj2ZYQ";
const PAGE = "urn:li:organization:9";
const SHARE = "urn:li:share:7463000000000000001";
const UGC = "urn:li:ugcPost:7463000000000000002";
const OTHER = "urn:li:share:7463000000000000003";
const ACTIVITY = "urn:li:activity:7463000000000000004";
const PUBLISHED = Date.UTC(2026, 10, 1);
const MIDNIGHT = Date.UTC(2026, 10, 22);
const DAY_MS = 24 * 3_600_000;

const NOTHING = Object.fromEntries(METRICS.map((metric) => [metric, null]));
const QUERIES = ["IMPRESSION", "REACTION", "COMMENT", "RESHARE", "LINK_CLICKS"];

/** An answer, or the body of one that is granted. */
type Answer = Response | object;
const refused = (status: number, body: unknown = {}) => Response.json(body, { status });

/** A network that answers each call by what it asks for, and remembers the calls. */
function network(answer: (url: URL, init: RequestInit | undefined) => Answer) {
  const calls: { url: URL; init: RequestInit | undefined }[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input);
    calls.push({ url, init });
    const answered = answer(url, init);
    return answered instanceof Response ? answered : Response.json(answered);
  };
  return { fetch, calls };
}

const asMember = (fetch: Fetch, changes: Partial<AdapterDeps> = {}) =>
  depsOf(fetch, { accountId: MEMBER, ...changes });
const asPage = (fetch: Fetch, changes: Partial<AdapterDeps> = {}) =>
  depsOf(fetch, { accountId: PAGE, ...changes });

const query = (url: URL, name: string) => url.searchParams.get(name) ?? "";
const isPosts = (url: URL) => url.pathname === "/rest/posts";
const urnsIn = (text: string) => text.match(/urn:li:\w+:\d+/g) ?? [];

const STATISTICS = {
  impressionCount: 500,
  uniqueImpressionsCount: 410,
  clickCount: 12,
  likeCount: 30,
  commentCount: 4,
  shareCount: 2,
  engagement: 0.1,
};

const shown = (changes: Record<string, unknown> = {}) => ({
  author: PAGE,
  publishedAt: PUBLISHED,
  lifecycleState: "PUBLISHED",
  commentary: "…",
  ...changes,
});

/** One documented element of share statistics. */
const element = (changes: Record<string, unknown> = {}) => ({
  organizationalEntity: PAGE,
  share: SHARE,
  totalShareStatistics: STATISTICS,
  ...changes,
});

/** A page whose posts API answers with `batch` and whose statistics are `statistics`. */
function page(batch: Answer, statistics: Answer = { elements: [element()] }) {
  return network((url) => (isPosts(url) ? batch : statistics));
}

async function ofPage(batch: Answer, statistics?: Answer, id = SHARE) {
  return saidOf(await linkedin.observe(asPage(page(batch, statistics).fetch), [id]), id);
}

const withStatistics = (totalShareStatistics: unknown) =>
  ofPage({ results: { [SHARE]: shown() } }, { elements: [element({ totalShareStatistics })] });

/** A member's counts as the vendor sends them: one element for the query asked for. */
function analytics(url: URL, count: unknown, changes: Record<string, unknown> = {}) {
  const [, key = "", urn] = /^\((\w+):(.+)\)$/.exec(query(url, "entity")) ?? [];
  const said = { count, metricType: query(url, "queryType"), targetEntity: { [key]: urn }, ...changes };
  return { elements: [said], paging: { start: 0, count: 10, links: [] } };
}

const COUNT_OF: Record<string, number> = {
  IMPRESSION: 5000,
  REACTION: 40,
  COMMENT: 7,
  RESHARE: 3,
  LINK_CLICKS: 21,
};
const honest = (url: URL) => analytics(url, COUNT_OF[query(url, "queryType")]);

async function ofMember(answer: (url: URL) => Answer, id = SHARE) {
  return saidOf(await linkedin.observe(asMember(network(answer).fetch), [id]), id);
}

describe("a page's post", () => {
  it("has views, likes, comments, shares and clicks, its author and when it came out", async () => {
    expect(await ofPage({ results: { [SHARE]: shown() } })).toEqual({
      kind: "numbers",
      metrics: { views: 500, clicks: 12, conversions: null, likes: 30, comments: 4, shares: 2 },
      authorId: PAGE,
      authorName: null,
      publishedAt: PUBLISHED,
      raw: expect.stringContaining('"impressionCount":500'),
    });
  });

  it("has the same as a ugcPost", async () => {
    const { share: _none, ...rest } = element({ ugcPost: UGC });
    const said = await ofPage({ results: { [UGC]: shown() } }, { elements: [rest] }, UGC);
    expect(said).toMatchObject({ kind: "numbers", metrics: { views: 500 } });
  });

  it("has unknown numbers, not zeros, where LinkedIn has no statistics of it", async () => {
    expect(await ofPage({ results: { [SHARE]: shown() } }, { elements: [] })).toMatchObject({
      kind: "numbers",
      metrics: NOTHING,
      authorId: PAGE,
    });
  });

  it.each([
    ["impressionCount", "views"],
    ["likeCount", "likes"],
    ["commentCount", "comments"],
    ["shareCount", "shares"],
    ["clickCount", "clicks"],
  ] as const)("has an unknown number where %s is left out: %s", async (field, metric) => {
    const { [field]: _hidden, ...rest } = STATISTICS;
    const said = await withStatistics(rest);
    expect(said).toMatchObject({ metrics: { [metric]: null } });
    expect(
      Object.values("metrics" in said ? said.metrics : {}).filter((count) => count === null),
    ).toHaveLength(2);
  });

  it.each([
    [-1, null, "taken back"],
    [-500, null, "taken back"],
    [0, 0, "nobody clicked"],
    [1, 1, "somebody did"],
  ])("with a clickCount of %i has %s clicks and its other numbers: %s", async (clickCount, clicks, _why) => {
    expect(await withStatistics({ ...STATISTICS, clickCount })).toMatchObject({
      metrics: { clicks, views: 500 },
    });
  });

  it.each(["1,234", "5", -5, 1.5, null, true, [5], { value: 5 }, 2 ** 53])(
    "is unreadable with an impressionCount of %j",
    async (impressionCount) => {
      expect(await withStatistics({ ...STATISTICS, impressionCount })).toEqual({
        kind: "unreadable",
        detail: "impressionCount is not a count",
      });
    },
  );

  it.each(["12", -1.5, null])("is unreadable with a clickCount of %j", async (clickCount) => {
    expect(await withStatistics({ ...STATISTICS, clickCount })).toEqual({
      kind: "unreadable",
      detail: "clickCount is not a count",
    });
  });

  it.each([undefined, null, "text", [], 5])("is unreadable with statistics of %j", async (statistics) => {
    expect(await withStatistics(statistics)).toMatchObject({ kind: "unreadable" });
  });

  it.each([
    [NOW - 365 * DAY_MS, 1, null, "its first views are no longer counted"],
    [NOW - 365 * DAY_MS + 1, 2, 500, "just within the twelve months"],
    [undefined, 2, 500, "nobody says that it is older"],
  ])(
    "published at %s is asked for in %i calls and has %s views: %s",
    async (publishedAt, calls, views, _why) => {
      const vendor = page({ results: { [SHARE]: shown({ publishedAt }) } });
      const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE]);
      expect(saidOf(outcome, SHARE)).toMatchObject({ kind: "numbers", metrics: { views } });
      expect([vendor.calls.length, outcome.calls]).toEqual([calls, calls]);
    },
  );

  it("of another author is not this page's to see, and its numbers are not asked for", async () => {
    const author = "urn:li:organization:10";
    const vendor = page({ results: { [SHARE]: shown({ author }) } });
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE]);
    expect(saidOf(outcome, SHARE)).toEqual({ kind: "gone" });
    expect(vendor.calls).toHaveLength(1);
  });

  it.each([
    [{ status: 404, message: "Could not find entity" }, "gone"],
    [{ status: 404, code: "NOT_FOUND" }, "gone"],
    [{ status: 404, code: "RESOURCE_NOT_FOUND" }, "unreadable"],
    [{ status: 403, message: "member is unauthorized" }, "private"],
    [{ status: 400, code: "ILLEGAL_ARGUMENT" }, "unreadable"],
    [{ status: 429, message: "throttle MEMBER DAY limit" }, "unanswered"],
    [{ status: 500 }, "unanswered"],
    [{ status: "404" }, "unreadable"],
    [{}, "unreadable"],
    ["gone", "unreadable"],
    [undefined, "unreadable"],
  ])("whose part of the batch is the error %j is %s", async (error, kind) => {
    const said = await ofPage({ results: {}, errors: error === undefined ? {} : { [SHARE]: error } });
    expect(said.kind).toBe(kind);
  });

  it("that is throttled alone is asked for again after midnight of UTC", async () => {
    const error = { status: 429, message: "Resource level throttle MEMBER DAY limit is reached." };
    expect(await ofPage({ results: {}, errors: { [SHARE]: error } })).toEqual({
      kind: "unanswered",
      failure: "rate_limited",
      detail: "HTTP 429",
      retryAt: MIDNIGHT,
    });
  });

  it.each([
    ["PUBLISHED", "numbers"],
    ["PUBLISHED_EDITED", "numbers"],
    [undefined, "numbers"],
    ["DRAFT", "private"],
    ["PUBLISH_FAILED", "private"],
  ])("in the state %s is %s", async (lifecycleState, kind) => {
    expect((await ofPage({ results: { [SHARE]: shown({ lifecycleState }) } })).kind).toBe(kind);
  });

  it.each([
    [[element({ organizationalEntity: "urn:li:organization:10" })], "another page's"],
    [[element({ share: OTHER })], "another post's"],
    [[element({ share: undefined })], "of the page as a whole"],
  ])("takes no statistics that are %j: %s", async (elements, _why) => {
    expect(await ofPage({ results: { [SHARE]: shown() } }, { elements })).toMatchObject({ metrics: NOTHING });
  });

  it("is taken once if it is repeated, and not at all if the two differ", async () => {
    const batch = { results: { [SHARE]: shown() } };
    expect((await ofPage(batch, { elements: [element(), element()] })).kind).toBe("numbers");
    const differing = [element(), element({ totalShareStatistics: {} })];
    expect((await ofPage(batch, { elements: differing })).kind).toBe("unreadable");
  });
});

describe("a page's batch", () => {
  const ALL = { results: { [SHARE]: shown(), [UGC]: shown(), [OTHER]: shown() } };

  it("is two calls in Rest.li 2.0, for the posts and for the statistics of those there are", async () => {
    const vendor = page({
      results: { [SHARE]: shown(), [UGC]: shown() },
      errors: { [OTHER]: { status: 404 } },
    });
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE, UGC, OTHER]);
    expect(saidOf(outcome, OTHER)).toEqual({ kind: "gone" });
    expect(outcome.calls).toBe(2);
    const encoded = (urn: string) => urn.replaceAll(":", "%3A");
    expect(vendor.calls.map(({ url }) => url.pathname + url.search)).toEqual([
      `/rest/posts?ids=List(${[SHARE, UGC, OTHER].map(encoded).join(",")})`,
      "/rest/organizationalEntityShareStatistics?q=organizationalEntity" +
        "&organizationalEntity=urn%3Ali%3Aorganization%3A9" +
        `&shares=List(${encoded(SHARE)})&ugcPosts=List(${encoded(UGC)})`,
    ]);
    const headers = vendor.calls.map(({ init }) => init?.headers);
    const common = {
      authorization: `Bearer ${CREDENTIAL}`,
      "linkedin-version": expect.stringMatching(/^20\d\d(0[1-9]|1[0-2])$/),
      "x-restli-protocol-version": "2.0.0",
    };
    expect(headers[0]).toMatchObject({ ...common, "x-restli-method": "BATCH_GET" });
    expect(headers[1]).toMatchObject(common);
    expect(headers[1]).not.toHaveProperty("x-restli-method");
  });

  it("leaves out the list of a kind that there is none of", async () => {
    const vendor = page({ results: { [UGC]: shown() } }, { elements: [] });
    await linkedin.observe(asPage(vendor.fetch), [UGC]);
    const search = vendor.calls[1]?.url.search ?? "";
    expect([search.includes("ugcPosts="), search.includes("shares=")]).toEqual([true, false]);
  });

  it.each([400, 403, 404])("of which the statistics refuse one with %i keeps the others", async (status) => {
    const vendor = network((url) => {
      if (isPosts(url)) return ALL;
      if (!url.search.includes(encodeURIComponent(OTHER))) return { elements: [element()] };
      return refused(status, { status, message: `no statistics of ${OTHER}` });
    });
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE, UGC, OTHER]);
    expect(saidOf(outcome, SHARE)).toMatchObject({ metrics: { views: 500 } });
    expect(saidOf(outcome, OTHER)).toMatchObject({ kind: "numbers", metrics: NOTHING, authorId: PAGE });
    expect(outcome.calls).toBe(3);
  });

  it.each([
    [401, "unauthorised"],
    [429, "rate_limited"],
    [500, "outage"],
  ])("is not narrowed after %i, whichever post the vendor names: %s", async (status, kind) => {
    const vendor = page(ALL, refused(status, { status, message: `failed at ${OTHER}` }));
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE, OTHER]);
    expect(outcome).toMatchObject({ kind, calls: 2 });
  });

  it("gives up narrowing after four calls in all", async () => {
    const vendor = network((url) => {
      if (isPosts(url)) return ALL;
      const [first = ""] = urnsIn(query(url, "ugcPosts") + query(url, "shares"));
      return refused(400, { status: 400, code: "ILLEGAL_ARGUMENT", message: `bad ${first}` });
    });
    const ids = [SHARE, UGC, OTHER];
    expect(await linkedin.observe(asPage(vendor.fetch), ids)).toMatchObject({ kind: "unreadable", calls: 4 });
  });

  it("needs no statistics once every post is narrowed away", async () => {
    const vendor = network((url) =>
      isPosts(url) ? { results: { [SHARE]: shown() } } : refused(400, { message: `bad ${SHARE}` }),
    );
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE]);
    expect(saidOf(outcome, SHARE)).toMatchObject({ kind: "numbers", metrics: NOTHING });
    expect(outcome.calls).toBe(2);
  });

  it("keeps what it learnt of other posts when the statistics fail", async () => {
    const batch = { results: { [SHARE]: shown() }, errors: { [OTHER]: { status: 404 } } };
    const vendor = page(batch, refused(429, { message: "throttle APPLICATION DAY limit" }));
    const outcome = await linkedin.observe(asPage(vendor.fetch), [SHARE, OTHER]);
    expect(saidOf(outcome, OTHER)).toEqual({ kind: "gone" });
    expect(saidOf(outcome, SHARE)).toMatchObject({ kind: "unanswered", retryAt: MIDNIGHT });
  });

  it("has no entry for a post nobody asked for", async () => {
    const outcome = await linkedin.observe(asPage(page(ALL).fetch), [SHARE]);
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual([SHARE]);
  });
});

describe("a member's post", () => {
  it("has views, likes, comments, shares and clicks, each asked for alone", async () => {
    const vendor = network(honest);
    const outcome = await linkedin.observe(asMember(vendor.fetch), [SHARE]);
    expect(saidOf(outcome, SHARE)).toEqual({
      kind: "numbers",
      metrics: { views: 5000, clicks: 21, conversions: null, likes: 40, comments: 7, shares: 3 },
      authorId: MEMBER,
      authorName: null,
      publishedAt: null,
      raw: `{"entity":"${SHARE}","IMPRESSION":5000,"REACTION":40,"COMMENT":7,"RESHARE":3,"LINK_CLICKS":21}`,
    });
    expect(outcome.calls).toBe(5);
    expect(vendor.calls.map(({ url }) => url.pathname + url.search)).toEqual(
      QUERIES.map(
        (queryType) =>
          `/rest/memberCreatorPostAnalytics?q=entity&entity=(share:${encodeURIComponent(SHARE)})` +
          `&queryType=${queryType}&aggregation=TOTAL`,
      ),
    );
    expect(vendor.calls[0]?.init?.headers).toMatchObject({
      authorization: `Bearer ${CREDENTIAL}`,
      "linkedin-version": expect.any(String),
      "x-restli-protocol-version": "2.0.0",
    });
  });

  it("is named by ugc if it is a ugcPost", async () => {
    const vendor = network(honest);
    expect(saidOf(await linkedin.observe(asMember(vendor.fetch), [UGC]), UGC).kind).toBe("numbers");
    expect(vendor.calls[0]?.url.search).toContain(`entity=(ugc:${encodeURIComponent(UGC)})`);
  });

  it("is read when the kind of a count is an object, as before version 202605", async () => {
    const name = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1";
    const old = (url: URL) => analytics(url, 8, { metricType: { [name]: query(url, "queryType") } });
    expect(await ofMember(old)).toMatchObject({ kind: "numbers", metrics: { views: 8, clicks: 8 } });
  });

  it.each(QUERIES)("has an unknown number, not 0, where LinkedIn has no %s", async (missing) => {
    const said = await ofMember((url) =>
      query(url, "queryType") === missing ? { elements: [] } : honest(url),
    );
    expect(said).toMatchObject({ kind: "numbers", authorId: MEMBER });
    const unknown = Object.values("metrics" in said ? said.metrics : {}).filter((count) => count === null);
    expect(unknown).toHaveLength(2);
  });

  it("is nobody's as long as no number of it is shown", async () => {
    expect(await ofMember(() => ({ elements: [] }))).toMatchObject({ metrics: NOTHING, authorId: null });
  });

  it.each([400, 403, 404])("loses no other number to a count that is refused with %i", async (status) => {
    const said = await ofMember((url) =>
      query(url, "queryType") === "LINK_CLICKS" ? refused(status, { status }) : honest(url),
    );
    expect(said).toMatchObject({ kind: "numbers", metrics: { views: 5000, shares: 3, clicks: null } });
  });

  it.each([
    [404, { status: 404, code: "NOT_FOUND" }, "gone"],
    [404, { status: 404 }, "gone"],
    [403, { status: 403, message: `member is unauthorized on ${SHARE}` }, "private"],
    [400, { status: 400, code: "ILLEGAL_ARGUMENT", message: `${SHARE} is not valid` }, "unreadable"],
  ])("that is refused with %i %j is %s after one call", async (status, body, kind) => {
    const vendor = network(() => refused(status, body));
    const outcome = await linkedin.observe(asMember(vendor.fetch), [SHARE]);
    expect(saidOf(outcome, SHARE).kind).toBe(kind);
    expect(outcome.calls).toBe(1);
  });

  it.each(["1,234", "5", -5, 1.5, null, true, [5], undefined, 2 ** 53])(
    "is unreadable with a count of %j",
    async (count) => {
      expect(await ofMember((url) => analytics(url, count))).toEqual({
        kind: "unreadable",
        detail: "IMPRESSION is not a count",
      });
    },
  );

  it.each(["REACTION", { any: "REACTION" }, {}, null, undefined, 5])(
    "is unreadable if the count is of the kind %j",
    async (metricType) => {
      expect(await ofMember((url) => analytics(url, 5, { metricType }))).toEqual({
        kind: "unreadable",
        detail: "not the IMPRESSION asked for",
      });
    },
  );

  it("is unreadable if a total is answered twice", async () => {
    const twice = (url: URL) => ({
      elements: [...analytics(url, 5).elements, ...analytics(url, 6).elements],
    });
    expect(await ofMember(twice)).toMatchObject({ kind: "unreadable" });
  });

  it.each([[{ share: OTHER }], [{ ugc: SHARE }], [null], [SHARE]])(
    "takes no count that is about %j",
    async (targetEntity) => {
      expect(await ofMember((url) => analytics(url, 5, { targetEntity }))).toMatchObject({
        metrics: NOTHING,
      });
    },
  );

  it("takes a count that says nothing of what it is about", async () => {
    expect(await ofMember((url) => analytics(url, 5, { targetEntity: undefined }))).toMatchObject({
      metrics: { views: 5 },
    });
  });
});

describe("a member's batch", () => {
  const manyUrns = (count: number) =>
    Array.from({ length: count }, (_, n) => `urn:li:share:74630000000000001${String(n).padStart(2, "0")}`);

  it("of 20 posts answers the first five in 25 calls and leaves the others for at once", async () => {
    const ids = manyUrns(20);
    const vendor = network(honest);
    const outcome = await linkedin.observe(asMember(vendor.fetch), ids);
    expect(ids.map((id) => saidOf(outcome, id).kind)).toEqual([
      ...Array(5).fill("numbers"),
      ...Array(15).fill("unanswered"),
    ]);
    expect(saidOf(outcome, ids[5] ?? "")).toEqual({
      kind: "unanswered",
      failure: "rate_limited",
      detail: "beyond the calls of one batch",
      retryAt: NOW,
    });
    expect([vendor.calls.length, outcome.calls, linkedin.callsPerBatch]).toEqual([25, 25, 25]);
  });

  it("reaches further if posts are gone, which cost one call each", async () => {
    const ids = manyUrns(20);
    const outcome = await linkedin.observe(asMember(network(() => refused(404, { status: 404 })).fetch), ids);
    expect(ids.filter((id) => saidOf(outcome, id).kind === "gone")).toHaveLength(20);
    expect(outcome.calls).toBe(20);
  });

  it.each([
    [0, 3, "time left"],
    [4_000, 3, "exactly at the end"],
    [4_001, 2, "just after it"],
  ])("whose posts take %i ms each answers %i of 3: %s", async (tookMs, answered, _why) => {
    const clock = { now: NOW };
    const vendor = network((url) => {
      if (query(url, "queryType") === "LINK_CLICKS") clock.now += tookMs;
      return honest(url);
    });
    const deps = asMember(vendor.fetch, { now: () => clock.now, timeoutMs: 8_000 });
    const ids = manyUrns(3);
    const outcome = await linkedin.observe(deps, ids);
    expect(ids.filter((id) => saidOf(outcome, id).kind === "numbers")).toHaveLength(answered);
  });

  it.each([
    [refused(429, { message: "throttle MEMBER DAY limit" }), "rate_limited", MIDNIGHT],
    [refused(503), "outage", null],
    [refused(401, { code: "REVOKED_ACCESS_TOKEN" }), "unauthorised", null],
    [refused(426, { code: "NONEXISTENT_VERSION" }), "unreadable", null],
    [new Response("<html>"), "unreadable", null],
  ])("keeps what it has when a later call fails: %o is %s", async (failure, kind, retryAt) => {
    const vendor = network((url) => (url.search.includes("01)") ? failure.clone() : honest(url)));
    const [first = "", second = "", third = ""] = manyUrns(3);
    const outcome = await linkedin.observe(asMember(vendor.fetch), [first, second, third]);
    expect(saidOf(outcome, first).kind).toBe("numbers");
    expect(saidOf(outcome, second)).toMatchObject({ kind: "unanswered", failure: kind, retryAt });
    expect(saidOf(outcome, third)).toMatchObject({ kind: "unanswered", failure: kind, retryAt });
    expect(outcome.calls).toBe(6);
  });

  it("does not count a post half read", async () => {
    const vendor = network((url) => (query(url, "queryType") === "RESHARE" ? refused(500) : honest(url)));
    const outcome = await linkedin.observe(asMember(vendor.fetch), [SHARE]);
    expect(outcome).toMatchObject({ kind: "outage", calls: 4 });
  });

  it.each([
    [403, "private"],
    [400, "unreadable"],
  ])("blames the post for a nameless %i if the token opened another: %s", async (status, kind) => {
    const vendor = network((url) =>
      url.search.includes(encodeURIComponent(OTHER)) ? refused(status, { status }) : honest(url),
    );
    const outcome = await linkedin.observe(asMember(vendor.fetch), [OTHER, SHARE]);
    expect(saidOf(outcome, OTHER).kind).toBe(kind);
    expect(saidOf(outcome, SHARE).kind).toBe("numbers");
  });

  it.each([
    [403, "unauthorised"],
    [400, "unreadable"],
  ])("blames no post for a nameless %i of all: %s", async (status, kind) => {
    const vendor = network(() => refused(status, { status, serviceErrorCode: 100, code: "ACCESS_DENIED" }));
    expect(await linkedin.observe(asMember(vendor.fetch), [OTHER, SHARE])).toEqual({
      kind,
      detail: `HTTP ${status}: ACCESS_DENIED`,
      retryAt: null,
      limits: null,
      calls: 2,
    });
  });
});

describe("an activity", () => {
  it("is never asked for, and the answer tells what to paste instead", async () => {
    const vendor = network(honest);
    const outcome = await linkedin.observe(asMember(vendor.fetch), [ACTIVITY]);
    expect(saidOf(outcome, ACTIVITY)).toEqual({
      kind: "unreadable",
      detail: expect.stringContaining("Embed this post"),
    });
    expect([vendor.calls.length, outcome.calls]).toEqual([0, 0]);
  });

  it("is told apart from what failed beside it", async () => {
    const vendor = network((url) =>
      url.search.includes(encodeURIComponent(OTHER)) ? refused(503) : honest(url),
    );
    const outcome = await linkedin.observe(asMember(vendor.fetch), [ACTIVITY, "123", SHARE, OTHER]);
    expect([ACTIVITY, "123", SHARE, OTHER].map((id) => saidOf(outcome, id).kind)).toEqual([
      "unreadable",
      "unreadable",
      "numbers",
      "unanswered",
    ]);
  });

  it("leaves its batch-mates alone", async () => {
    const vendor = page({ results: { [SHARE]: shown() } });
    const outcome = await linkedin.observe(asPage(vendor.fetch), [ACTIVITY, SHARE]);
    expect(saidOf(outcome, SHARE).kind).toBe("numbers");
    expect(vendor.calls[0]?.url.search).not.toContain("activity");
  });

  it.each(["123", "urn:li:share:", "urn:li:share:1),evil:(2", "urn:li:comment:(urn:li:share:1,2)"])(
    "is what %j is not either: no URN of a post",
    async (id) => {
      const vendor = network(honest);
      expect(saidOf(await linkedin.observe(asMember(vendor.fetch), [id]), id)).toEqual({
        kind: "unreadable",
        detail: "not the URN of a LinkedIn post",
      });
      expect(vendor.calls).toEqual([]);
    },
  );
});

describe("the call", () => {
  it("takes 1 to 20 posts", async () => {
    const ids = Array.from({ length: 21 }, (_, n) => `urn:li:share:${n + 1}`);
    const deps = asPage(page({ results: {} }).fetch);
    expect(await linkedin.observe(deps, ids.slice(0, 20))).toMatchObject({ kind: "answered" });
    await expect(linkedin.observe(deps, ids)).rejects.toThrow(RangeError);
    await expect(linkedin.observe(deps, [])).rejects.toThrow(RangeError);
  });

  it.each([null, "", "urn:li:sponsoredAccount:1"])("is not made as the account %j", async (accountId) => {
    const vendor = network(honest);
    const outcome = await linkedin.observe(depsOf(vendor.fetch, { accountId }), [SHARE]);
    expect(outcome).toMatchObject({ kind: "unauthorised", calls: 0 });
    expect(vendor.calls).toEqual([]);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    const expected = { kind: "unreadable", retryAt: null };
    expect(await linkedin.observe(asMember(fetch), [SHARE])).toMatchObject(expected);
    expect(await linkedin.observe(asPage(fetch), [SHARE])).toMatchObject(expected);
    const late = network((url) => (isPosts(url) ? { results: { [SHARE]: shown() } } : {}));
    const halfway: Fetch = async (url, init) =>
      isPosts(new URL(url)) ? late.fetch(url, init) : fetch(url, init);
    expect(await linkedin.observe(asPage(halfway), [SHARE])).toMatchObject({ ...expected, calls: 2 });
  });

  it.each([
    [401, { serviceErrorCode: 65600, code: "INVALID_ACCESS_TOKEN" }, "unauthorised", "INVALID_ACCESS_TOKEN"],
    [401, { serviceErrorCode: 65601, code: "REVOKED_ACCESS_TOKEN" }, "unauthorised", "REVOKED_ACCESS_TOKEN"],
    [401, { serviceErrorCode: 65602, code: "EXPIRED_ACCESS_TOKEN" }, "unauthorised", "EXPIRED_ACCESS_TOKEN"],
    [401, { serviceErrorCode: 65602 }, "unauthorised", "65602"],
    [403, { serviceErrorCode: 100, code: "ACCESS_DENIED" }, "unauthorised", "ACCESS_DENIED"],
    [426, { code: "NONEXISTENT_VERSION" }, "unreadable", "NONEXISTENT_VERSION"],
    [400, { code: "VERSION_MISSING" }, "unreadable", "VERSION_MISSING"],
    [404, { code: "RESOURCE_NOT_FOUND" }, "unreadable", "RESOURCE_NOT_FOUND"],
    [429, { serviceErrorCode: 101 }, "rate_limited", "101"],
    [500, {}, "outage", null],
    [503, { code: 5 }, "outage", null],
  ])("refused with %i %j is %s, of a member and of a page", async (status, body, kind, reason) => {
    const fetch = answering({ status, ...body }, { status });
    const expected = {
      kind,
      detail: reason === null ? `HTTP ${status}` : `HTTP ${status}: ${reason}`,
      retryAt: null,
      limits: null,
      calls: 1,
    };
    expect(await linkedin.observe(asMember(fetch), [SHARE])).toEqual(expected);
    expect(await linkedin.observe(asPage(fetch), [SHARE])).toEqual(expected);
  });

  it.each([
    ["a proxy's page", "<html>not found</html>"],
    ["nothing", ""],
  ])("refused with 404 and %s is of no post", async (_why, body) => {
    const fetch = answering(body, { status: 404 });
    expect(await linkedin.observe(asMember(fetch), [SHARE])).toMatchObject({ kind: "unreadable" });
  });

  it.each([
    ["Resource level throttle APPLICATION DAY limit for calls to this resource is reached.", {}, MIDNIGHT],
    ["Resource level throttle MEMBER DAY limit for calls to this resource is reached.", {}, MIDNIGHT],
    ["Resource level throttle MEMBER DAY limit", { "retry-after": "5" }, MIDNIGHT],
    ["Too many requests", { "retry-after": "5" }, NOW + 5_000],
    ["Too many requests", {}, null],
    ["not TODAY", {}, null],
  ])("refused with 429 %j and %j waits until %s", async (message, headers, retryAt) => {
    const fetch = answering({ status: 429, message }, { status: 429, headers });
    expect(await linkedin.observe(asPage(fetch), [SHARE])).toMatchObject({ kind: "rate_limited", retryAt });
  });

  it.each([
    [Date.UTC(2026, 10, 21, 23, 59, 59, 999), Date.UTC(2026, 10, 22)],
    [Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 23)],
    [Date.UTC(2026, 11, 31, 5), Date.UTC(2027, 0, 1)],
  ])("throttled at %i waits until the next midnight of UTC, %i", async (now, retryAt) => {
    const fetch = answering({ message: "APPLICATION DAY limit" }, { status: 429 });
    expect(await linkedin.observe(asPage(fetch, { now: () => now }), [SHARE])).toMatchObject({ retryAt });
  });

  it("never shows the token, even if the vendor echoes it as a code or a message", async () => {
    for (const status of [400, 401, 403, 429, 500]) {
      const echo = { status, code: CREDENTIAL, serviceErrorCode: CREDENTIAL, message: CREDENTIAL };
      const outcomes = [
        await linkedin.observe(asMember(answering(echo, { status })), [SHARE]),
        await linkedin.observe(asPage(answering(echo, { status })), [SHARE]),
      ];
      expect(JSON.stringify(outcomes)).not.toContain(CREDENTIAL);
      expect(outcomes).toMatchObject([{ detail: `HTTP ${status}` }, { detail: `HTTP ${status}` }]);
    }
  });

  it("carries the token in a header and never in the address", async () => {
    const vendor = network(honest);
    await linkedin.observe(asMember(vendor.fetch), [SHARE]);
    expect(vendor.calls.map(({ url }) => url.href).join(" ")).not.toContain(CREDENTIAL);
  });
});

describe("against the simulated vendor", () => {
  const DEMO_PAGE = "urn:li:organization:5005";

  async function simulated() {
    const simulator = createSimulator({ seed: "s", now: () => NOW });
    const put = (path: string, body: unknown) =>
      simulator.app.request(`/_control/linkedin/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const credential = await signedIn(simulator.app, MEMBER);
    const observe = (ids: string[], accountId: string, token = credential) =>
      linkedin.observe(
        depsOf(simulator.fetch, { baseUrl: "http://sim.test/linkedin", credential: token, accountId }),
        ids,
      );
    return { put, observe };
  }

  /** An access token of the member, by the vendor's own pages. */
  async function signedIn(
    app: { request(path: string, init?: RequestInit): Response | Promise<Response> },
    member: string,
  ) {
    const consent = new URLSearchParams({
      response_type: "code",
      client_id: "app",
      redirect_uri: "https://claimcheck.test/callback",
      state: "s",
      scope: "openid",
      decision: "allow",
      account: member,
    });
    const back = await app.request(`/linkedin/oauth/v2/authorization?${consent}`);
    const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code,
      client_id: "app",
      client_secret: "secret",
      redirect_uri: "https://claimcheck.test/callback",
    });
    const answer = await app.request("/linkedin/oauth/v2/accessToken", { method: "POST", body });
    const { access_token } = await answer.json<{ access_token: string }>();
    return access_token;
  }

  const TOLD = { metrics: { views: 1000, likes: null, comments: 0, shares: 17, clicks: 5 } };
  const SEEN = { views: 1000, likes: null, comments: 0, shares: 17, clicks: 5, conversions: null };
  const [GONE, HIDDEN, FOREIGN] = ["11", "12", "13"].map((end) => `urn:li:share:74630000000000000${end}`) as [
    string,
    string,
    string,
  ];

  it.each([
    [MEMBER, MEMBER],
    [DEMO_PAGE, DEMO_PAGE],
  ])("reads told, made up, gone, private and foreign posts as %s", async (accountId, author) => {
    const { put, observe } = await simulated();
    await put(`posts/${SHARE}`, { ...TOLD, author: { id: author, name: "Ann" } });
    await put(`posts/${GONE}`, { state: "gone" });
    await put(`posts/${HIDDEN}`, { state: "private" });
    await put(`posts/${FOREIGN}`, { author: { id: "urn:li:person:bob", name: "Bob" } });
    const outcome = await observe([SHARE, UGC, GONE, HIDDEN, FOREIGN], accountId);
    expect(saidOf(outcome, SHARE)).toMatchObject({ kind: "numbers", metrics: SEEN, authorId: author });
    expect(saidOf(outcome, UGC)).toMatchObject({
      kind: "numbers",
      metrics: { views: expect.any(Number), clicks: expect.any(Number) },
      authorId: author,
    });
    expect(saidOf(outcome, GONE)).toEqual({ kind: "gone" });
    expect(saidOf(outcome, HIDDEN)).toEqual({ kind: "private" });
    expect(saidOf(outcome, FOREIGN)).toEqual({ kind: "private" });
    expect(outcome.calls).toBe(accountId === MEMBER ? 13 : 2);
  });

  it.each([MEMBER, DEMO_PAGE])("takes numbers nobody shows for unknown as %s", async (accountId) => {
    const { put, observe } = await simulated();
    const metrics = { views: null, likes: null, comments: null, shares: null, clicks: null };
    await put(`posts/${SHARE}`, { metrics });
    expect(saidOf(await observe([SHARE], accountId), SHARE)).toMatchObject({
      kind: "numbers",
      metrics: NOTHING,
    });
  });

  it.each([MEMBER, DEMO_PAGE])("follows numbers that fall as %s", async (accountId) => {
    const { put, observe } = await simulated();
    for (const views of [90, 60]) {
      await put(`posts/${SHARE}`, { metrics: { views } });
      expect(saidOf(await observe([SHARE], accountId), SHARE)).toMatchObject({ metrics: { views } });
    }
  });

  it.each([
    [{ expire: "*" }, "HTTP 401: EXPIRED_ACCESS_TOKEN"],
    [{ revoke: "*" }, "HTTP 401: REVOKED_ACCESS_TOKEN"],
    [{ revoke: MEMBER }, "HTTP 401: REVOKED_ACCESS_TOKEN"],
  ])("is unauthorised once tokens %j", async (tokens, detail) => {
    const { put, observe } = await simulated();
    await put("tokens", tokens);
    expect(await observe([SHARE], MEMBER)).toMatchObject({ kind: "unauthorised", detail });
    expect(await observe([SHARE], DEMO_PAGE)).toMatchObject({ kind: "unauthorised", detail });
  });

  it("is unauthorised with a token of nobody", async () => {
    const { observe } = await simulated();
    expect(await observe([SHARE], MEMBER, "made-up")).toMatchObject({
      detail: "HTTP 401: INVALID_ACCESS_TOKEN",
    });
  });

  it("shows the statistics of no page that the member does not administer", async () => {
    const { put, observe } = await simulated();
    const author = { id: DEMO_PAGE, name: "Demo" };
    await put(`posts/${SHARE}`, { author });
    expect(saidOf(await observe([SHARE], PAGE), SHARE)).toEqual({ kind: "gone" });
  });

  it("is rate limited until midnight of UTC in the middle of a post", async () => {
    const { put, observe } = await simulated();
    await put("limits", { calls: 7 });
    const outcome = await observe([SHARE, UGC], MEMBER);
    expect(saidOf(outcome, SHARE).kind).toBe("numbers");
    expect(saidOf(outcome, UGC)).toMatchObject({ failure: "rate_limited", retryAt: MIDNIGHT });
    expect(await observe([SHARE], MEMBER)).toMatchObject({ kind: "rate_limited", retryAt: MIDNIGHT });
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ retry_after: 60 }, "rate_limited"],
    [{ status: 401 }, "unauthorised"],
    [{ status: 403 }, "unauthorised"],
    [{ status: 426 }, "unreadable"],
    [{ garbage: "html" }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
  ])("under the faults %j is %s", async (faults, kind) => {
    const { put, observe } = await simulated();
    await put("faults", faults);
    expect(await observe([SHARE], MEMBER)).toMatchObject({ kind });
    expect(await observe([SHARE], DEMO_PAGE)).toMatchObject({ kind });
  });

  it.each([MEMBER, DEMO_PAGE])(
    "finds a post unreadable when its counts have another type, as %s",
    async (accountId) => {
      const { put, observe } = await simulated();
      await put("faults", { garbage: "wrong_type" });
      expect(saidOf(await observe([SHARE], accountId), SHARE)).toMatchObject({ kind: "unreadable" });
    },
  );

  it("gives every post of a partly answered batch an entry", async () => {
    const { put, observe } = await simulated();
    await put("faults", { partial: true });
    const outcome = await observe([SHARE, UGC, OTHER], DEMO_PAGE);
    expect([SHARE, UGC, OTHER].map((id) => saidOf(outcome, id).kind)).toEqual([
      "numbers",
      "unreadable",
      "numbers",
    ]);
  });
});
