import { describe, expect, it } from "vitest";
import type { AdapterDeps, Fetch } from "../../src/platforms/adapter.ts";
import { meta } from "../../src/platforms/meta.ts";
import { metaOAuth } from "../../src/platforms/meta-oauth.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, depsOf, NONSENSE, NOW, saidOf } from "./canned.ts";
import { type Canned, graphError, graphOf, insightsOf, UNSEEN, UNSUITED } from "./graph-canned.ts";

const PAGE = "100064000000009";
const ID = "122000000000001";
const OTHER = "122000000000002";
const STORY = `${PAGE}_${ID}`;
const POST_FIELDS =
  "id,created_time,from,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)";
const VIDEO_FIELDS =
  "id,post_id,created_time,from,likes.summary(total_count).limit(0),comments.summary(total_count).limit(0)";

function observe(fetch: Fetch, ids: readonly string[] = [ID], changes: Partial<AdapterDeps> = {}) {
  return meta.observe(depsOf(fetch, { accountId: PAGE, ...changes }), ids);
}

const summary = (total_count: unknown) => ({ data: [], summary: { total_count } });

/** One documented post, as its fields alone show it. */
function fields(changes: Record<string, unknown> = {}) {
  return {
    id: STORY,
    created_time: "2026-10-25T06:57:33+0000",
    from: { id: PAGE, name: "Ann's Page" },
    shares: { count: 3 },
    reactions: summary(12),
    comments: summary(4),
    ...changes,
  };
}

const post = (changes: Record<string, unknown> = {}) =>
  fields({ insights: insightsOf({ post_media_view: 5432, post_clicks: 55 }), ...changes });

/** Answers by whole address; what is not told does not exist. */
function network(answers: Record<string, Canned>) {
  return graphOf((address) => (Object.hasOwn(answers, address) ? (answers[address] ?? null) : UNSEEN));
}

const whole = (id: string) =>
  `${id}?fields=${POST_FIELDS},insights.metric(post_media_view,post_clicks).period(lifetime)`;
const narrow = (id: string) => `${id}?fields=${POST_FIELDS}`;
const metric = (id: string, name: string, edge = "insights") =>
  `${id}/${edge}?metric=${name}&period=lifetime`;

async function observed(body: unknown) {
  return saidOf(await observe(graphOf(() => ({ body })).fetch), ID);
}

describe("a post's numbers", () => {
  it("are views, clicks, likes, comments and shares; conversions only ads know", async () => {
    expect(await observed(post())).toEqual({
      kind: "numbers",
      metrics: { views: 5432, clicks: 55, conversions: null, likes: 12, comments: 4, shares: 3 },
      authorId: PAGE,
      authorName: "Ann's Page",
      publishedAt: Date.UTC(2026, 9, 25, 6, 57, 33),
      nativeId: STORY,
      raw: expect.stringContaining('"post_media_view":5432'),
    });
    expect(meta.metrics.conversions?.only).toBe("posts that were promoted by a linked ad account");
    expect([meta.metrics.views?.settleHours, meta.metrics.clicks?.settleHours]).toEqual([24, 24]);
  });

  it("keep every count as evidence", async () => {
    const said = await observed(post());
    expect(JSON.parse(said.kind === "numbers" ? said.raw : "{}")).toEqual({
      id: STORY,
      created_time: "2026-10-25T06:57:33+0000",
      from: { id: PAGE, name: "Ann's Page" },
      post_media_view: 5432,
      post_clicks: 55,
      likes: 12,
      comments: 4,
      shares: 3,
    });
  });

  it.each([
    [{ shares: undefined }, { shares: null, likes: 12 }, "shares that are not there are no zero"],
    [{ reactions: undefined }, { likes: null, comments: 4 }, "hidden reactions"],
    [{ comments: undefined }, { comments: null }, "hidden comments"],
    [{ reactions: { data: [] } }, { likes: null }, "no summary"],
    [{ insights: { data: [] } }, { views: null, clicks: null }, "no data yet"],
    [{ insights: undefined }, { views: null, clicks: null }, "no insights"],
    [{ insights: insightsOf({ post_clicks: 0 }) }, { views: null, clicks: 0 }, "a zero that was sent"],
    [{ reactions: summary(0), comments: summary(0) }, { likes: 0, comments: 0 }, "zeros that were sent"],
  ])("with %j are %j: %s", async (changes, metrics, _why) => {
    expect(await observed(post(changes))).toMatchObject({ kind: "numbers", metrics });
  });

  it.each([
    [{ shares: { count: "3" } }, "the number of shares is not a count"],
    [{ shares: 3 }, "the number of shares is not a count"],
    [{ reactions: summary(-1) }, "the number of likes is not a count"],
    [{ reactions: 12 }, "the number of likes is not a count"],
    [{ reactions: { summary: 12 } }, "the number of likes is not a count"],
    [{ comments: summary(1.5) }, "the number of comments is not a count"],
    [{ comments: summary(null) }, "the number of comments is not a count"],
    [{ insights: insightsOf({ post_media_view: "1,234" }) }, "post_media_view is not a count"],
    [{ insights: insightsOf({ post_media_view: 1, post_clicks: { a: 1 } }) }, "post_clicks is not a count"],
    [{ id: "1_2" }, "the answer is about another post"],
  ])("are not taken from %j", async (changes, detail) => {
    expect(await observed(post(changes))).toEqual({ kind: "unreadable", detail });
  });

  it("belong to the Page where the post names nobody", async () => {
    expect(await observed(post({ from: undefined }))).toMatchObject({ authorId: PAGE, authorName: null });
    expect(await observed(post({ from: { id: "7", name: "Guest" } }))).toMatchObject({ authorId: "7" });
  });
});

describe("the call", () => {
  it("is one batch under the Page's ids, with the token in the header", async () => {
    const known = new Map([["pfbid0abc", `${PAGE}_77`]]);
    const { fetch, asked } = graphOf((address) => ({ body: post({ id: address.split("?")[0] }) }));
    const outcome = await observe(fetch, [ID, "pfbid0abc", ID], { nativeIds: known });
    expect(outcome).toMatchObject({ kind: "answered", calls: 1 });
    expect(outcome.kind === "answered" && [...outcome.posts.keys()]).toEqual([ID, "pfbid0abc"]);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.parts).toEqual([whole(STORY), whole(`${PAGE}_77`)]);
    expect(asked[0]?.authorization).toBe(`Bearer ${CREDENTIAL}`);
  });

  it("takes 1 to 50 posts of a Page", async () => {
    const ids = Array.from({ length: 51 }, (_, n) => String(122_000 + n));
    const { fetch } = graphOf((address) => ({ body: post({ id: address.split("?")[0] }) }));
    expect(await observe(fetch, ids.slice(0, 50))).toMatchObject({ kind: "answered", calls: 1 });
    await expect(observe(fetch, ids)).rejects.toThrow(RangeError);
    await expect(observe(fetch, [])).rejects.toThrow(RangeError);
    await expect(observe(fetch, [ID], { accountId: null })).rejects.toThrow(RangeError);
  });

  it.each(NONSENSE)("that is answered with %s is unreadable, never a zero", async (_why, fetch) => {
    expect(await observe(fetch)).toMatchObject({ kind: "unreadable", retryAt: null });
  });

  it.each([
    [graphError(190, 492), "unauthorised"],
    [graphError(32), "rate_limited"],
    [graphError(80_001), "rate_limited"],
    [graphError(1), "outage"],
    [null, "outage"],
  ])("all parts of which are %j is %s", async (canned, kind) => {
    expect(await observe(graphOf(() => canned).fetch, [ID, OTHER])).toMatchObject({ kind, calls: 1 });
  });

  it("shows the token nowhere, even if the vendor echoes it", async () => {
    const echo = { error: { message: CREDENTIAL, type: CREDENTIAL, code: 190 } };
    const outcome = await observe(answering(echo, { status: 400 }));
    expect(outcome).toMatchObject({ kind: "unauthorised", detail: "HTTP 400: code 190" });
    expect(JSON.stringify(outcome)).not.toContain(CREDENTIAL);
  });
});

describe("a part that fails", () => {
  const mate = { [whole(`${PAGE}_${OTHER}`)]: { body: post({ id: `${PAGE}_${OTHER}` }) } };

  it("because one metric is dead is read without it, and its batch-mate is not asked again", async () => {
    const { fetch, asked } = network({
      ...mate,
      [whole(STORY)]: UNSUITED,
      [narrow(STORY)]: { body: fields() },
      [metric(STORY, "post_media_view")]: { body: insightsOf({ post_media_view: 9 }) },
      [metric(STORY, "post_clicks")]: UNSUITED,
    });
    const outcome = await observe(fetch, [ID, OTHER]);
    expect(saidOf(outcome, ID)).toMatchObject({ metrics: { views: 9, clicks: null, likes: 12 } });
    expect(saidOf(outcome, OTHER)).toMatchObject({ metrics: { views: 5432 } });
    expect(asked.map(({ parts }) => parts.length)).toEqual([2, 3]);
    expect(outcome.calls).toBe(2);
  });

  it("because a small Page has no insights is no missing post", async () => {
    const { fetch } = network({ [narrow(STORY)]: { body: fields() } });
    const outcome = await observe(fetch);
    expect(saidOf(outcome, ID)).toMatchObject({
      metrics: { views: null, clicks: null, likes: 12, shares: 3 },
    });
    expect(outcome.calls).toBe(2);
  });

  it("because it is not permitted is private", async () => {
    expect(saidOf(await observe(graphOf(() => graphError(200)).fetch), ID)).toEqual({ kind: "private" });
  });

  it.each([
    [null, "outage"],
    [graphError(613), "rate_limited"],
  ])("with %j leaves its post unanswered: %s", async (canned, failure) => {
    const outcome = await observe(network({ ...mate, [whole(STORY)]: canned }).fetch, [ID, OTHER]);
    expect(saidOf(outcome, ID)).toMatchObject({ kind: "unanswered", failure });
    expect(saidOf(outcome, OTHER).kind).toBe("numbers");
  });

  it("because there is no such post, nor a video of this number, is gone after two more looks", async () => {
    const { fetch, asked } = network({});
    const outcome = await observe(fetch);
    expect(saidOf(outcome, ID)).toEqual({ kind: "gone" });
    expect(asked.map(({ parts }) => parts)).toEqual([
      [whole(STORY)],
      [narrow(STORY)],
      [`${ID}?fields=${VIDEO_FIELDS}`, metric(ID, "fb_reels_total_plays", "video_insights")],
    ]);
    expect(outcome.calls).toBe(3);
  });

  it("of a post that was seen before is gone without a look for a video", async () => {
    const { fetch, asked } = network({});
    const outcome = await observe(fetch, [ID], { nativeIds: new Map([[ID, STORY]]) });
    expect(saidOf(outcome, ID)).toEqual({ kind: "gone" });
    expect(asked).toHaveLength(2);
  });
});

describe("a video or reel", () => {
  const VIDEO = {
    id: ID,
    created_time: "2026-10-25T06:57:33+0000",
    from: { id: PAGE },
    likes: summary(8),
    comments: summary(2),
  };
  const video = `${ID}?fields=${VIDEO_FIELDS}`;
  const plays = metric(ID, "fb_reels_total_plays", "video_insights");
  const shown = `${PAGE}_55`;

  it.each([["55"], [shown]])("is read as the post that shows it, %s, whose id is told", async (post_id) => {
    const { fetch } = network({
      [video]: { body: { ...VIDEO, post_id } },
      [plays]: { body: insightsOf({ fb_reels_total_plays: 700 }) },
      [narrow(shown)]: { body: fields({ id: shown }) },
      [metric(shown, "post_media_view")]: { body: insightsOf({ post_media_view: 9 }) },
      [metric(shown, "post_clicks")]: { body: insightsOf({ post_clicks: 1 }) },
    });
    const outcome = await observe(fetch);
    expect(saidOf(outcome, ID)).toMatchObject({
      metrics: { views: 9, clicks: 1, likes: 12, comments: 4, shares: 3 },
      nativeId: shown,
    });
    expect(outcome.calls).toBe(4);
  });

  it("is read as itself if no post shows it", async () => {
    const answers = {
      [video]: { body: VIDEO },
      [plays]: { body: insightsOf({ fb_reels_total_plays: 700 }) },
    };
    for (const more of [{}, { [video]: { body: { ...VIDEO, post_id: "66" } } }]) {
      expect(saidOf(await observe(network({ ...answers, ...more }).fetch), ID)).toMatchObject({
        metrics: { views: 700, clicks: null, likes: 8, comments: 2, shares: null },
        authorId: PAGE,
        nativeId: ID,
      });
    }
  });

  it("is asked for as what it is once that is known", async () => {
    const body = { ...VIDEO, video_insights: insightsOf({ fb_reels_total_plays: 701 }) };
    const { fetch, asked } = graphOf(() => ({ body }));
    const outcome = await observe(fetch, [ID], { nativeIds: new Map([[ID, ID]]) });
    expect(saidOf(outcome, ID)).toMatchObject({ metrics: { views: 701 }, nativeId: ID });
    expect(asked[0]?.parts).toEqual([
      `${video},video_insights.metric(fb_reels_total_plays).period(lifetime)`,
    ]);
  });

  it("without its insights keeps its other counts", async () => {
    const { fetch } = network({ [video]: { body: VIDEO }, [plays]: UNSUITED });
    expect(saidOf(await observe(fetch), ID)).toMatchObject({ metrics: { views: null, likes: 8 } });
  });

  it("is gone if the number is a node of another kind", async () => {
    expect(saidOf(await observe(network({ [video]: UNSUITED }).fetch), ID)).toEqual({ kind: "gone" });
  });

  it("is unanswered if the look for it is put off", async () => {
    for (const answers of [{ [video]: null }, { [video]: { body: VIDEO }, [plays]: graphError(2) }]) {
      expect(saidOf(await observe(network(answers).fetch), ID)).toMatchObject({ kind: "unanswered" });
    }
  });

  it("is unanswered if the post that shows it is put off", async () => {
    const { fetch } = network({
      [video]: { body: { ...VIDEO, post_id: "55" } },
      [plays]: { body: insightsOf({ fb_reels_total_plays: 700 }) },
      [narrow(shown)]: null,
    });
    expect(saidOf(await observe(fetch), ID)).toMatchObject({ kind: "unanswered" });
  });
});

describe("a post with an opaque id", () => {
  const PFBID = "pfbid02abcDEF";
  const list = (...permalinks: unknown[]) => ({
    body: { data: permalinks.map((permalink_url, n) => ({ id: `${PAGE}_${n}`, permalink_url })) },
  });
  const answered = (canned: Canned) =>
    graphOf((address) =>
      address.includes("published_posts") ? canned : { body: post({ id: address.split("?")[0] }) },
    );

  it.each([
    [`https://www.facebook.com/ann/posts/${PFBID}`],
    [`https://www.facebook.com/ann/posts/a-title/${PFBID}/`],
    [`https://www.facebook.com/permalink.php?story_fbid=${PFBID}&id=${PAGE}`],
  ])("is found by %s among the Page's posts, and its id is told", async (permalink) => {
    const { fetch, asked } = answered(list("https://www.facebook.com/ann/posts/5", permalink));
    const outcome = await observe(fetch, [PFBID]);
    expect(saidOf(outcome, PFBID)).toMatchObject({ kind: "numbers", nativeId: `${PAGE}_1` });
    expect(outcome.calls).toBe(2);
    expect(asked[0]?.url.pathname).toBe(`/v25.0/${PAGE}/published_posts`);
    expect(asked[0]?.url.searchParams.get("fields")).toBe("id,permalink_url,created_time");
  });

  it.each([
    `https://www.facebook.com/ann/posts/${PFBID}x`,
    `https://www.facebook.com/${PFBID}x?a=b`,
    5,
    undefined,
  ])("is not taken to be %j, and since others see other ids it is not called gone", async (permalink) => {
    expect(saidOf(await observe(answered(list(permalink)).fetch, [PFBID]), PFBID)).toEqual({
      kind: "unreadable",
      detail: "no listed post has this address",
    });
  });

  it("is looked for on five pages at most", async () => {
    let n = 0;
    const { fetch, asked } = graphOf(() => {
      n += 1;
      const paging = { cursors: { after: `c${n}` }, next: "https://graph.test/next" };
      return { body: { ...list("https://www.facebook.com/x").body, paging } };
    });
    const outcome = await observe(fetch, [PFBID]);
    expect(saidOf(outcome, PFBID).kind).toBe("unreadable");
    expect([asked.length, outcome.calls]).toEqual([5, 5]);
  });

  it("is unanswered if the list fails, while posts with numbers are read", async () => {
    const outcome = await observe(answered(graphError(2)).fetch, [ID, PFBID]);
    expect(saidOf(outcome, ID).kind).toBe("numbers");
    expect(saidOf(outcome, PFBID)).toMatchObject({ kind: "unanswered", failure: "outage" });
    expect(await observe(answered(graphError(190)).fetch, [PFBID])).toMatchObject({ kind: "unauthorised" });
  });
});

it("never makes more calls than it says", async () => {
  const ids = Array.from({ length: 49 }, (_, n) => String(122_000 + n));
  let page = 0;
  const { fetch, asked } = graphOf((address) => {
    if (address.includes("published_posts")) {
      page += 1;
      const item = page === 5 ? [{ id: `${PAGE}_9`, permalink_url: "https://x.test/pfbid0z" }] : [];
      return { body: { data: item, paging: { cursors: { after: `c${page}` }, next: "n" } } };
    }
    const id = /^[\d_]+/.exec(address)?.[0] ?? "";
    if (address.includes("video_insights")) return { body: { data: [] } };
    if (!id.includes("_")) return { body: { id, post_id: `5${id}` } };
    if (!id.startsWith(`${PAGE}_5`)) return UNSEEN;
    return address.includes("/insights") ? { body: { data: [] } } : { body: fields({ id }) };
  });
  const outcome = await observe(fetch, [...ids, "pfbid0z"]);
  expect(outcome.kind).toBe("answered");
  expect(outcome.calls).toBe(asked.length);
  expect(asked.length).toBeLessThanOrEqual(meta.callsPerBatch ?? 1);
});

describe("against the simulated vendor", () => {
  async function simulated() {
    const simulator = createSimulator({ seed: "s", now: () => NOW });
    const at = "http://sim.test/meta";
    const put = (path: string, body: unknown) =>
      simulator.app.request(`/_control/meta/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const deps = {
      fetch: simulator.fetch,
      urls: { api: at, authorize: at, token: at },
      secrets: { META_APP_ID: "app", META_APP_SECRET: "secret" },
      timeoutMs: 8_000,
      now: () => NOW,
    };
    const redirectUri = "https://claims.test/callback";
    const consent = metaOAuth.consentUrl(deps, { state: "s", redirectUri, codeChallenge: "c" });
    const allowed = await simulator.app.request(`${consent}&decision=allow&account=${PAGE}`);
    const code = new URL(allowed.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const connected = await metaOAuth.connect(deps, { code, redirectUri, codeVerifier: "v" });
    if (connected.kind !== "connected") throw new Error(`not connected: ${connected.detail}`);
    const [account] = connected.accounts;
    const observe = (ids: string[], changes: Partial<AdapterDeps> = {}) =>
      meta.observe(
        depsOf(simulator.fetch, {
          baseUrl: at,
          credential: account?.tokens.accessToken ?? "",
          accountId: account?.accountId ?? null,
          ...changes,
        }),
        ids,
      );
    return { put, observe, connected };
  }

  it("connects the Page that was opened, with a token that does not end", async () => {
    const { connected } = await simulated();
    expect(connected).toMatchObject({ accounts: [{ accountId: PAGE, tokens: { accessExpiresAt: null } }] });
  });

  it("reads told, hidden, gone and foreign posts and reels in one go", async () => {
    const { put, observe } = await simulated();
    const counts = { views: 1000, clicks: 40, likes: null, comments: 0, shares: 17 };
    await put(`posts/${ID}`, { metrics: counts, published_at: "2026-10-01T00:00:00Z" });
    await put("posts/99912345", { metrics: { views: 77, likes: 5, comments: 4, shares: 0 } });
    await put(`posts/${OTHER}`, { state: "gone" });
    await put("posts/122000000000003", { author: { id: "100064000000010", name: "Else" } });
    const outcome = await observe([ID, "99912345", OTHER, "122000000000003"]);
    expect(saidOf(outcome, ID)).toMatchObject({
      kind: "numbers",
      metrics: { ...counts, conversions: null },
      authorId: PAGE,
      publishedAt: Date.UTC(2026, 9, 1),
    });
    expect(saidOf(outcome, "99912345")).toMatchObject({
      metrics: { views: 77, likes: 5, comments: 4, shares: null },
      nativeId: `${PAGE}_99812345`,
    });
    expect(saidOf(outcome, OTHER)).toEqual({ kind: "gone" });
    expect(saidOf(outcome, "122000000000003")).toEqual({ kind: "gone" });
    expect(outcome).toMatchObject({ calls: 4, limits: { limit: 100 } });
  });

  it("adds what ads brought and cost", async () => {
    const { put, observe } = await simulated();
    const author = { id: PAGE, name: "Ann's Page" };
    await put(`posts/${ID}`, { author, metrics: { views: 1000, clicks: 40, conversions: 5 } });
    await put(`posts/${OTHER}`, { metrics: { views: 1000, clicks: 40 } });
    const secrets = { META_ADS_TOKEN: "system-token", META_AD_ACCOUNTS: "act_1" };
    const outcome = await observe([ID, OTHER], { secrets });
    expect(saidOf(outcome, ID)).toMatchObject({
      metrics: { conversions: 5, clicks: 40 },
      spend: { minor: 1_000, currency: "USD" },
    });
    const organic = saidOf(outcome, OTHER);
    expect(organic).toMatchObject({ kind: "numbers", metrics: { conversions: null } });
    expect(organic).not.toHaveProperty("spend");
    expect(outcome.calls).toBe(3);
  });

  it("reads the posts all the same if the ads may not be read", async () => {
    const { put, observe } = await simulated();
    await put(`posts/${ID}`, { metrics: { views: 1000, conversions: 5 } });
    const secrets = { META_ADS_TOKEN: "invalid-token", META_AD_ACCOUNTS: "act_1" };
    const said = saidOf(await observe([ID], { secrets }), ID);
    expect(said).toMatchObject({ metrics: { views: 1000, conversions: null } });
    expect(said.kind === "numbers" && said.raw).toContain("unread: unauthorised");
    expect(JSON.stringify(said)).not.toContain("invalid-token");
  });

  it("leaves unanswered what the vendor left out of the batch", async () => {
    const { put, observe } = await simulated();
    await put("faults", { partial: true });
    const outcome = await observe([ID, OTHER]);
    expect(saidOf(outcome, ID).kind).toBe("numbers");
    expect(saidOf(outcome, OTHER)).toMatchObject({ kind: "unanswered", failure: "outage" });
  });

  it.each(["expire", "revoke"])("with a token after %s is unauthorised", async (end) => {
    const { put, observe } = await simulated();
    await put("tokens", { [end]: PAGE });
    expect(await observe([ID])).toMatchObject({ kind: "unauthorised", calls: 1 });
  });

  it("is rate limited when the Page's calls are spent", async () => {
    const { put, observe } = await simulated();
    await put("limits", { calls: 1 });
    expect(await observe([ID])).toMatchObject({ kind: "answered", limits: { remaining: 0 } });
    const spent = await observe([ID]);
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
    expect(await observe([ID])).toMatchObject({ kind });
  });
});
