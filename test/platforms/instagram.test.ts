import { describe, expect, it } from "vitest";
import type { AdapterDeps, Fetch } from "../../src/platforms/adapter.ts";
import { instagram } from "../../src/platforms/instagram.ts";
import { instagramOAuth } from "../../src/platforms/instagram-oauth.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";
import { type Canned, graphError, graphOf, insightsOf, UNSEEN, UNSUITED } from "./graph-canned.ts";

const ACCOUNT = "17841400000000001";
const CODE = "DAbCdEfGhIj";
const OTHER = "DZyXwVuTsRq";
const KNOWN = new Map([
  [CODE, "1791"],
  [OTHER, "1792"],
]);
const HOUR = 3_600_000;

function observe(fetch: Fetch, codes: readonly string[] = [CODE], changes: Partial<AdapterDeps> = {}) {
  const deps = depsOf(fetch, { accountId: ACCOUNT, nativeIds: KNOWN, ...changes });
  return instagram.observe(deps, codes);
}

/** One documented media. */
function media(changes: Record<string, unknown> = {}) {
  return {
    id: "1791",
    shortcode: CODE,
    timestamp: "2026-10-25T06:57:33+0000",
    like_count: 234,
    comments_count: 12,
    insights: insightsOf({ views: 5432, shares: 55 }),
    ...changes,
  };
}

const fieldsOf = ({ insights: _, ...rest }: ReturnType<typeof media>) => rest;
const other = (changes: Record<string, unknown> = {}) => media({ id: "1792", shortcode: OTHER, ...changes });

/** Answers the media whose id an address begins with. */
function network(answers: Record<string, (address: string) => Canned>) {
  return graphOf((address) => {
    const answer = answers[/^\d+/.exec(address)?.[0] ?? ""];
    return answer === undefined ? UNSEEN : answer(address);
  });
}

/** A media of which the whole part is refused, its fields are answered and each metric is as told. */
function refusing(
  whole: Canned,
  metrics: Record<string, Canned>,
  fields: Canned = { body: fieldsOf(media()) },
) {
  return (address: string): Canned => {
    const metric = /insights\?metric=(\w+)&period=lifetime$/.exec(address)?.[1];
    if (metric !== undefined) return metrics[metric] === undefined ? UNSUITED : metrics[metric];
    return address.includes("insights.metric") ? whole : fields;
  };
}

async function observed(canned: Canned) {
  return saidOf(await observe(graphOf(() => canned).fetch), CODE);
}

describe("a post's numbers", () => {
  it("are views, shares, likes and comments of the account that was asked; the rest is unknown", async () => {
    expect(await observed({ body: media() })).toEqual({
      kind: "numbers",
      metrics: { views: 5432, clicks: null, conversions: null, likes: 234, comments: 12, shares: 55 },
      authorId: ACCOUNT,
      authorName: null,
      publishedAt: Date.UTC(2026, 9, 25, 6, 57, 33),
      nativeId: "1791",
      raw: expect.stringContaining('"like_count":234'),
    });
    expect(Object.keys(instagram.metrics).toSorted()).toEqual(["comments", "likes", "shares", "views"]);
  });

  it("settle in two days where they are insights, and at once where they are fields", () => {
    const { views, shares, likes, comments } = instagram.metrics;
    expect([views, shares, likes, comments].map((source) => source?.settleHours)).toEqual([48, 48, 0, 0]);
  });

  it("are read from total_value too", async () => {
    const insights = insightsOf({ views: 7, shares: 0 }, "total_value");
    expect(await observed({ body: media({ insights }) })).toMatchObject({ metrics: { views: 7, shares: 0 } });
  });

  it.each([
    [{ like_count: undefined }, { likes: null, comments: 12 }, "hidden likes"],
    [{ comments_count: undefined }, { likes: 234, comments: null }, "hidden comments"],
    [{ insights: { data: [] } }, { views: null, shares: null, likes: 234 }, "no data yet"],
    [{ insights: undefined }, { views: null, shares: null, likes: 234 }, "no insights"],
    [{ insights: insightsOf({ views: 3 }) }, { views: 3, shares: null }, "data of one of them"],
    [{ like_count: 0, comments_count: 0 }, { likes: 0, comments: 0 }, "zeros that were sent"],
  ])("with %j are %j: %s", async (changes, metrics, _why) => {
    expect(await observed({ body: media(changes) })).toMatchObject({ kind: "numbers", metrics });
  });

  it.each([
    [{ like_count: "234" }, "like_count"],
    [{ like_count: null }, "like_count"],
    [{ comments_count: -1 }, "comments_count"],
    [{ comments_count: 1.5 }, "comments_count"],
    [{ insights: insightsOf({ views: "5,432" }) }, "views"],
    [{ insights: insightsOf({ views: 1, shares: { a: 1 } }) }, "shares"],
    [{ insights: [] }, "views"],
    [{ insights: { data: 5 } }, "views"],
  ])("are not taken from %j, by the name of %s", async (changes, field) => {
    expect(await observed({ body: media(changes) })).toEqual({
      kind: "unreadable",
      detail: `${field} is not a count`,
    });
  });

  it.each([{ id: "1799" }, { id: 1791 }, { id: undefined }, { shortcode: OTHER }])(
    "are not taken from the media %j",
    async (changes) => {
      expect(await observed({ body: media(changes) })).toEqual({
        kind: "unreadable",
        detail: "the answer is about another post",
      });
    },
  );
});

describe("the call", () => {
  it("is one batch with a part for each media whose id is known, and the token in the header", async () => {
    const { fetch, asked } = network({ 1791: () => ({ body: media() }), 1792: () => ({ body: other() }) });
    const outcome = await observe(fetch, [CODE, OTHER, CODE]);
    expect(outcome).toMatchObject({ kind: "answered", calls: 1 });
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual([CODE, OTHER]);
    const fields =
      "id,shortcode,timestamp,like_count,comments_count,insights.metric(views,shares).period(lifetime)";
    expect(asked).toHaveLength(1);
    expect(asked[0]?.parts).toEqual([`1791?fields=${fields}`, `1792?fields=${fields}`]);
    expect(asked[0]?.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(asked[0]?.url.href).not.toContain(CREDENTIAL);
  });

  it("takes 1 to 50 posts of an account", async () => {
    const codes = Array.from({ length: 51 }, (_, n) => `code${n}`);
    const nativeIds = new Map(codes.map((code, n) => [code, String(n + 1)]));
    const { fetch } = graphOf((address) => ({
      body: media({ id: address.split("?")[0], shortcode: undefined }),
    }));
    expect(await observe(fetch, codes.slice(0, 50), { nativeIds })).toMatchObject({
      kind: "answered",
      calls: 1,
    });
    await expect(observe(fetch, codes, { nativeIds })).rejects.toThrow(RangeError);
    await expect(observe(fetch, [])).rejects.toThrow(RangeError);
    await expect(observe(fetch, [CODE], { accountId: null })).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await observe(fetch)).toMatchObject({ kind: "unreadable", retryAt: null, calls: 1 });
    expect(await observe(fetch, [CODE], { nativeIds: new Map() })).toMatchObject({ kind: "unreadable" });
  });

  it.each([
    [graphError(190, 463), "unauthorised"],
    [graphError(4), "rate_limited"],
    [graphError(80_002), "rate_limited"],
    [graphError(2), "outage"],
    [null, "outage"],
  ])("all parts of which are %j is %s", async (canned, kind) => {
    const { fetch } = graphOf(() => canned);
    expect(await observe(fetch, [CODE, OTHER])).toMatchObject({ kind, calls: 1 });
  });

  it.each([
    [{ status: 400, body: graphError(190, 460).body }, "unauthorised"],
    [{ status: 400, body: graphError(4).body }, "rate_limited"],
    [{ status: 403, body: graphError(10).body }, "unauthorised"],
    [{ status: 400, body: graphError(100).body }, "unreadable"],
    [{ status: 503, body: "<html>" }, "outage"],
    [{ status: 429, body: "slow" }, "rate_limited"],
  ])("that is refused with %j is %s", async ({ status, body }, kind) => {
    expect(await observe(answering(body, { status }))).toMatchObject({ kind });
  });

  it("tells of the limit and of when a lost access comes back", async () => {
    const usage = { type: "instagram", call_count: 40, total_cputime: 1, total_time: 1 };
    const told = (entry: object) => ({ "x-business-use-case-usage": JSON.stringify({ [ACCOUNT]: [entry] }) });
    const { fetch } = graphOf(() => ({ body: media(), headers: told(usage) }));
    expect(await observe(fetch)).toMatchObject({
      limits: { limit: 100, remaining: 60, resetAt: NOW + HOUR },
    });
    const lost = told({ ...usage, call_count: 100, estimated_time_to_regain_access: 30 });
    const refused = graphOf(() => ({ ...graphError(80_002), headers: lost }));
    expect(await observe(refused.fetch)).toMatchObject({
      kind: "rate_limited",
      retryAt: NOW + HOUR / 2,
      limits: { remaining: 0, resetAt: NOW + HOUR / 2 },
    });
  });

  it("shows the token nowhere, even if the vendor echoes it", async () => {
    const echo = { error: { message: CREDENTIAL, type: CREDENTIAL, code: 190, error_user_msg: CREDENTIAL } };
    const outcomes = [
      await observe(answering(echo, { status: 400 })),
      await observe(graphOf(() => ({ code: 400, body: echo })).fetch),
      await observe(() => Promise.reject(new Error(CREDENTIAL))),
    ];
    expect(JSON.stringify(outcomes)).not.toContain(CREDENTIAL);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["unauthorised", "unauthorised", "outage"]);
  });
});

describe("a part that fails", () => {
  const mate = () => ({ body: other() });

  it.each([
    [null, "outage", "was left out"],
    [graphError(2), "outage", "met a fault"],
    [graphError(999, undefined, { is_transient: true }), "outage", "met a fault that will pass"],
    [graphError(80_002), "rate_limited", "was throttled"],
  ])("with %j leaves its post unanswered (%s), since it %s", async (canned, failure, _why) => {
    const outcome = await observe(network({ 1791: () => canned, 1792: mate }).fetch, [CODE, OTHER]);
    expect(saidOf(outcome, CODE)).toMatchObject({ kind: "unanswered", failure });
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
    expect(outcome.calls).toBe(1);
  });

  it("with a code nobody knows is unreadable", async () => {
    const outcome = await observe(network({ 1791: () => graphError(506), 1792: mate }).fetch, [CODE, OTHER]);
    expect(saidOf(outcome, CODE)).toEqual({ kind: "unreadable", detail: "HTTP 400: code 506" });
  });

  it("because one metric is dead is read without it, and its batch-mate is not asked again", async () => {
    const dead = refusing(UNSUITED, { views: { body: insightsOf({ views: 9 }) }, shares: UNSUITED });
    const { fetch, asked } = network({ 1791: dead, 1792: mate });
    const outcome = await observe(fetch, [CODE, OTHER]);
    expect(saidOf(outcome, CODE)).toMatchObject({
      kind: "numbers",
      metrics: { views: 9, shares: null, likes: 234, comments: 12 },
      nativeId: "1791",
    });
    expect(saidOf(outcome, OTHER)).toMatchObject({ metrics: { views: 5432, shares: 55 } });
    expect(outcome.calls).toBe(2);
    expect(asked[1]?.parts).toEqual([
      "1791?fields=id,shortcode,timestamp,like_count,comments_count",
      "1791/insights?metric=views&period=lifetime",
      "1791/insights?metric=shares&period=lifetime",
    ]);
  });

  it("because insights are not permitted keeps what is", async () => {
    const denied = refusing(graphError(10), { views: graphError(10), shares: graphError(10) });
    expect(saidOf(await observe(network({ 1791: denied }).fetch), CODE)).toMatchObject({
      metrics: { views: null, shares: null, likes: 234 },
    });
  });

  it("because nothing of it is permitted is private", async () => {
    expect(await observed(graphError(10))).toEqual({ kind: "private" });
    expect(await observed(graphError(200))).toEqual({ kind: "private" });
  });

  it("because it is older than the business account has no insights, and none are asked for again", async () => {
    const { fetch, asked } = network({ 1791: refusing(graphError(100, 2108006), {}) });
    expect(saidOf(await observe(fetch), CODE)).toMatchObject({
      kind: "numbers",
      metrics: { views: null, shares: null, likes: 234, comments: 12 },
    });
    expect(asked.map(({ parts }) => parts.length)).toEqual([1, 1]);
  });

  it("because it does not exist is gone, once its fields are not there either", async () => {
    const { fetch, asked } = graphOf(() => UNSEEN);
    expect(saidOf(await observe(fetch), CODE)).toEqual({ kind: "gone" });
    expect(asked.map(({ parts }) => parts.length)).toEqual([1, 1]);
  });

  it("of a narrow look leaves the post unanswered instead of a metric unknown", async () => {
    for (const canned of [null, graphError(2), graphError(80_002)]) {
      const whole = refusing(UNSUITED, { views: canned, shares: UNSUITED });
      expect(saidOf(await observe(network({ 1791: whole }).fetch), CODE)).toMatchObject({
        kind: "unanswered",
      });
    }
  });

  it("of a narrow look does not coerce either", async () => {
    const texts = refusing(UNSUITED, { views: { body: insightsOf({ views: "9" }) } });
    const broken = refusing(UNSUITED, { views: { body: { data: 5 } } });
    for (const answer of [texts, broken]) {
      expect(saidOf(await observe(network({ 1791: answer }).fetch), CODE)).toEqual({
        kind: "unreadable",
        detail: "views is not a count",
      });
    }
  });

  it("costs three calls more at most, though all fifty fail", async () => {
    const codes = Array.from({ length: 50 }, (_, n) => `code${n}`);
    const nativeIds = new Map(codes.map((code, n) => [code, String(n + 1)]));
    const { fetch, asked } = graphOf((address) => {
      const id = /^\d+/.exec(address)?.[0];
      return address.includes("insights")
        ? UNSUITED
        : { body: fieldsOf(media({ id, shortcode: undefined })) };
    });
    const outcome = await observe(fetch, codes, { nativeIds });
    expect(outcome.calls).toBe(4);
    expect(asked.map(({ parts }) => parts.length)).toEqual([50, 50, 50, 50]);
    expect(codes.every((code) => saidOf(outcome, code).kind === "numbers")).toBe(true);
  });

  it("of a call that fails at the second look leaves only the posts of that look unanswered", async () => {
    const { fetch: honest } = network({ 1791: () => UNSUITED, 1792: mate });
    let n = 0;
    const fetch: Fetch = (url, init) => (++n === 1 ? honest(url, init) : answering("", { status: 500 })(url));
    const outcome = await observe(fetch, [CODE, OTHER]);
    expect(saidOf(outcome, CODE)).toMatchObject({ kind: "unanswered", failure: "outage" });
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
  });
});

describe("a post whose media is not known yet", () => {
  const unknown = { nativeIds: new Map<string, string>() };
  const listed = (pages: Record<string, unknown>[][]) =>
    graphOf((address) => {
      if (!address.startsWith(`${ACCOUNT}/media`)) {
        const id = /^\d+/.exec(address)?.[0];
        return { body: media({ id, shortcode: undefined }) };
      }
      const page = Number(new URLSearchParams(address.split("?")[1]).get("after") ?? 0);
      const next = page + 1 < pages.length ? { next: "https://graph.test/next" } : {};
      return { body: { data: pages[page] ?? [], paging: { cursors: { after: String(page + 1) }, ...next } } };
    });

  it("is found by its shortcode in the account's list, and the id is told", async () => {
    const { fetch, asked } = listed([
      [{ id: "1790", shortcode: "else1" }],
      [{ id: "1791", shortcode: CODE }],
      [],
    ]);
    const outcome = await observe(fetch, [CODE], unknown);
    expect(saidOf(outcome, CODE)).toMatchObject({ kind: "numbers", nativeId: "1791" });
    expect(outcome.calls).toBe(3);
    expect(asked[0]?.url.pathname).toBe(`/v25.0/${ACCOUNT}/media`);
    expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toEqual({
      fields: "id,shortcode,timestamp",
      limit: "100",
    });
    expect(asked[1]?.url.searchParams.get("after")).toBe("1");
  });

  it("is not looked for if its id is known", async () => {
    const { fetch, asked } = listed([[{ id: "1792", shortcode: OTHER }]]);
    const outcome = await observe(fetch, [CODE, OTHER], { nativeIds: new Map([[CODE, "1791"]]) });
    expect(saidOf(outcome, OTHER)).toMatchObject({ kind: "numbers", nativeId: "1792" });
    expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("is gone if the whole list does not have it", async () => {
    const { fetch } = listed([[{ id: "1790", shortcode: "else1" }]]);
    const outcome = await observe(fetch, [CODE], unknown);
    expect(saidOf(outcome, CODE)).toEqual({ kind: "gone" });
    expect(outcome.calls).toBe(1);
  });

  it("stays unread if it is older than the thousand media that are listed, and is no accusation", async () => {
    const pages = Array.from({ length: 11 }, (_, n) => [
      { id: `9${n}`, shortcode: n === 10 ? CODE : `else${n}` },
    ]);
    const outcome = await observe(listed(pages).fetch, [CODE], unknown);
    expect(saidOf(outcome, CODE)).toEqual({ kind: "unreadable", detail: "not among the newest 1000 media" });
    expect(outcome.calls).toBe(10);
    const found = await observe(listed(pages.slice(1)).fetch, [CODE], unknown);
    expect(saidOf(found, CODE).kind).toBe("numbers");
    expect(found.calls).toBe(11);
  });

  it("is unanswered if the list fails, while those that are known are read", async () => {
    const { fetch } = graphOf((address) => (address.includes("/media") ? graphError(2) : { body: media() }));
    const outcome = await observe(fetch, [CODE, OTHER], { nativeIds: new Map([[CODE, "1791"]]) });
    expect(saidOf(outcome, CODE).kind).toBe("numbers");
    expect(saidOf(outcome, OTHER)).toMatchObject({ kind: "unanswered", failure: "outage" });
  });

  it.each([
    [graphError(190, 463), "unauthorised"],
    [UNSEEN, "unauthorised"],
    [graphError(10), "unauthorised"],
    [graphError(80_002), "rate_limited"],
    [graphError(2), "outage"],
    [graphError(100), "unreadable"],
    [{ body: { data: "no" } }, "unreadable"],
  ])("fails the call if the list of all posts asked for is answered with %j: %s", async (canned, kind) => {
    expect(await observe(graphOf(() => canned).fetch, [CODE], unknown)).toMatchObject({ kind, calls: 1 });
  });

  it("takes no id that is none", async () => {
    const { fetch } = listed([[{ id: 1791, shortcode: CODE }]]);
    expect(saidOf(await observe(fetch, [CODE], unknown), CODE)).toEqual({ kind: "gone" });
  });
});

describe("against the simulated vendor", () => {
  async function simulated() {
    const simulator = createSimulator({ seed: "s", now: () => NOW });
    const at = "http://sim.test/instagram";
    const put = (path: string, body: unknown) =>
      simulator.app.request(`/_control/instagram/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const secrets = { INSTAGRAM_APP_ID: "app", INSTAGRAM_APP_SECRET: "secret" };
    const deps = {
      fetch: simulator.fetch,
      urls: { api: at, authorize: at, token: at },
      secrets,
      timeoutMs: 8_000,
      now: () => NOW,
    };
    const redirectUri = "https://claims.test/callback";
    const consent = instagramOAuth.consentUrl(deps, { state: "s", redirectUri, codeChallenge: "c" });
    const allowed = await simulator.app.request(`${consent}&decision=allow&account=${ACCOUNT}`);
    const code = new URL(allowed.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const connected = await instagramOAuth.connect(deps, { code, redirectUri, codeVerifier: "v" });
    if (connected.kind !== "connected") throw new Error(`not connected: ${connected.detail}`);
    const [account] = connected.accounts;
    const observe = (codes: string[], changes: Partial<AdapterDeps> = {}) =>
      instagram.observe(
        depsOf(simulator.fetch, {
          baseUrl: at,
          credential: account?.tokens.accessToken ?? "",
          accountId: account?.accountId ?? null,
          ...changes,
        }),
        codes,
      );
    return { put, observe, connected };
  }

  it("connects the account that consented", async () => {
    const { connected } = await simulated();
    expect(connected).toMatchObject({ accounts: [{ accountId: ACCOUNT }] });
  });

  it.each(["values", "total_value"])(
    "reads told, hidden, old and gone posts in one batch, in %s",
    async (names) => {
      const { put, observe } = await simulated();
      await put("naming", { names });
      await put(`posts/${CODE}`, {
        metrics: { views: 1000, likes: null, comments: 0, shares: 17 },
        published_at: "2026-10-01T00:00:00Z",
      });
      await put("posts/OldPost0001", { metrics: { views: 9, likes: 5, comments: 4, shares: 3 } });
      await put("posts/GonePost001", { state: "gone" });
      await put("posts/Foreign0001", { author: { id: "9", name: "Bob" } });
      const codes = [CODE, "OldPost0001", "GonePost001", "Foreign0001"];
      const outcome = await observe(codes);
      expect(saidOf(outcome, CODE)).toMatchObject({
        kind: "numbers",
        metrics: { views: 1000, likes: null, comments: 0, shares: 17 },
        authorId: ACCOUNT,
        publishedAt: Date.UTC(2026, 9, 1),
      });
      expect(saidOf(outcome, "OldPost0001")).toMatchObject({
        metrics: { views: null, shares: null, likes: 5, comments: 4 },
      });
      expect(saidOf(outcome, "GonePost001")).toEqual({ kind: "gone" });
      expect(saidOf(outcome, "Foreign0001")).toEqual({ kind: "gone" });
      expect(outcome).toMatchObject({ calls: 3, limits: { limit: 100 } });
    },
  );

  it("asks in one call for what it found before, and sees what has gone since", async () => {
    const { put, observe } = await simulated();
    await put(`posts/${CODE}`, { metrics: { views: 5 } });
    const first = saidOf(await observe([CODE]), CODE);
    const nativeId = first.kind === "numbers" ? (first.nativeId ?? "") : "";
    const nativeIds = new Map([[CODE, nativeId]]);
    expect(await observe([CODE], { nativeIds })).toMatchObject({ calls: 1 });
    await put(`posts/${CODE}`, { state: "gone" });
    expect(saidOf(await observe([CODE], { nativeIds }), CODE)).toEqual({ kind: "gone" });
  });

  it("leaves unanswered what the vendor left out of the batch", async () => {
    const { put, observe } = await simulated();
    for (const code of [CODE, OTHER]) await put(`posts/${code}`, { metrics: { views: 5 } });
    await put("faults", { partial: true });
    const outcome = await observe([CODE, OTHER]);
    expect(saidOf(outcome, CODE).kind).toBe("numbers");
    expect(saidOf(outcome, OTHER)).toMatchObject({ kind: "unanswered", failure: "outage" });
  });

  it.each(["expire", "revoke"])("with a token after %s is unauthorised", async (end) => {
    const { put, observe } = await simulated();
    expect(await observe([CODE])).toMatchObject({ kind: "answered" });
    await put("tokens", { [end]: ACCOUNT });
    expect(await observe([CODE])).toMatchObject({ kind: "unauthorised" });
    expect(await observe([CODE], { nativeIds: KNOWN })).toMatchObject({ kind: "unauthorised" });
  });

  it("is rate limited when the account's calls are spent, for as long as the vendor says", async () => {
    const { put, observe } = await simulated();
    await put("limits", { calls: 1 });
    const outcome = await observe([CODE], { nativeIds: KNOWN });
    const spent = await observe([CODE], { nativeIds: KNOWN });
    expect(outcome.limits).toMatchObject({ remaining: 0 });
    expect(spent).toMatchObject({ kind: "rate_limited", retryAt: expect.any(Number) });
    expect(spent.kind === "rate_limited" && (spent.retryAt ?? 0) > NOW).toBe(true);
  });

  it.each([
    [{ outage: true }, "outage"],
    [{ status: 500 }, "outage"],
    [{ retry_after: 60 }, "rate_limited"],
    [{ status: 401 }, "unauthorised"],
    [{ garbage: "html" }, "unreadable"],
    [{ garbage: "truncated" }, "unreadable"],
    [{ garbage: "huge" }, "unreadable"],
    [{ garbage: "redirect" }, "unreadable"],
    [{ garbage: "empty" }, "unreadable"],
  ])("under the faults %j is %s", async (faults, kind) => {
    const { put, observe } = await simulated();
    await put("faults", faults);
    expect(await observe([CODE], { nativeIds: KNOWN })).toMatchObject({ kind });
  });
});
