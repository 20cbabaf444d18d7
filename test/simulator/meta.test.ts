import { beforeEach, describe, expect, it } from "vitest";
import { NOW, openGraph, pageToken, redeeming, shortUserToken, userToken } from "./graph-client.ts";

const PAGE = "100064000000007";
const OTHER = "100064000000008";
const NUMBER = "122045678901234";
const POST = `${PAGE}_${NUMBER}`;
const VIDEO = "999123456789012";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const COUNTS = "shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)";

let client: ReturnType<typeof openGraph>;
let token: string;

beforeEach(async () => {
  client = openGraph("meta");
  token = await pageToken(client, PAGE);
});

const tellPost = (told: object) => client.tell(`posts/${NUMBER}`, told);

describe("Facebook Login", () => {
  it("gives for a code an hour's token, and for that one of 60 days", async () => {
    const query = new URLSearchParams(redeeming(await client.code("/v25.0/dialog/oauth", PAGE)));
    const first = await client.call(`/v25.0/oauth/access_token?${query}`);
    expect(first.body).toEqual({
      access_token: expect.stringMatching(/^EAA/),
      token_type: "bearer",
      expires_in: 3_600,
    });
    const again = await client.call(`/v25.0/oauth/access_token?${query}`);
    expect([again.status, again.body.error]).toMatchObject([400, { code: 100, error_subcode: 36_009 }]);
    const exchange = new URLSearchParams({
      grant_type: "fb_exchange_token",
      client_id: "app",
      client_secret: "secret",
      fb_exchange_token: first.body.access_token,
    });
    expect((await client.call(`/v25.0/oauth/access_token?${exchange}`)).body.expires_in).toBe(5_184_000);
    client.clock.now += HOUR_MS;
    expect((await client.call(`/v25.0/oauth/access_token?${exchange}`)).body.error.code).toBe(190);
  });

  it.each([
    ["client_id", "invalid", 101],
    ["client_secret", "invalid", 1],
    ["redirect_uri", "https://elsewhere.test/", 100],
  ])("gives nothing for a code with the %s %s: code %d", async (name, value, code) => {
    const query = { ...redeeming(await client.code("/v25.0/dialog/oauth", PAGE)), [name]: value };
    const { status, body } = await client.call(`/v25.0/oauth/access_token?${new URLSearchParams(query)}`);
    expect([status, body.error.code]).toEqual([400, code]);
  });

  it("opens the chosen Page, with a token that does not end", async () => {
    await client.tell(`accounts/${PAGE}`, { handle: "ann.page", name: "Ann's Page" });
    const { body } = await client.get(
      "me/accounts?fields=id,name,access_token",
      await userToken(client, PAGE),
    );
    expect(body.data).toEqual([
      { id: PAGE, name: "Ann's Page", access_token: expect.stringMatching(/^EAA/) },
    ]);
    client.clock.now += 400 * DAY_MS;
    expect((await client.get("me", body.data[0].access_token)).body).toEqual({
      id: PAGE,
      name: "Ann's Page",
    });
  });

  it("opens it for an hour only, if the person's token is for an hour", async () => {
    const { body } = await client.get("me/accounts", await shortUserToken(client, PAGE));
    client.clock.now += HOUR_MS - 1;
    expect((await client.get("me", body.data[0].access_token)).status).toBe(200);
    client.clock.now += 1;
    expect((await client.get("me", body.data[0].access_token)).body.error.error_subcode).toBe(463);
  });

  it("takes back all tokens of a person who takes back the permissions, and of nobody else", async () => {
    const person = await userToken(client, PAGE);
    const other = await pageToken(client, OTHER);
    const remove = (path: string) =>
      client.call(`/v25.0/${path}/permissions`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${person}` },
      });
    expect([(await remove(OTHER)).status, (await remove("me")).body]).toEqual([403, { success: true }]);
    expect((await client.get("me", token)).body.error).toMatchObject({ code: 190, error_subcode: 460 });
    expect((await remove("me")).body.error).toMatchObject({ code: 190 });
    expect((await client.get("me", other)).status).toBe(200);
  });

  it("shows posts to the Page's token alone", async () => {
    const { status, body } = await client.get(POST, await userToken(client, PAGE));
    expect([status, body.error]).toMatchObject([400, { code: 190, error_subcode: 2_069_032 }]);
  });

  it.each(["", "nonsense", "EAAnonsense", "invalid"])(
    "answers the token %j in an error",
    async (presented) => {
      const { status, body } = await client.call(`/v25.0/${POST}?access_token=${presented}`);
      expect([status, body.error.code]).toEqual([400, presented === "" ? 104 : 190]);
    },
  );
});

describe("a post", () => {
  it("has its counts in summaries, and its author", async () => {
    await tellPost({
      metrics: { likes: 12, comments: 4, shares: 3 },
      published_at: "2026-11-01T08:00:00Z",
    });
    const { body } = await client.get(`${POST}?fields=id,created_time,from,permalink_url,${COUNTS}`, token);
    expect(body).toEqual({
      id: POST,
      created_time: "2026-11-01T08:00:00+0000",
      from: { id: PAGE, name: `Page ${PAGE}` },
      permalink_url: `https://www.facebook.com/${PAGE}/posts/${NUMBER}`,
      shares: { count: 3 },
      reactions: { data: [], summary: { total_count: 12, viewer_reaction: "NONE" } },
      comments: { data: [], summary: { total_count: 4, order: "ranked", can_comment: true } },
    });
  });

  it("has no shares when there are none, no summary nobody asked for, and no hidden count", async () => {
    await tellPost({ metrics: { likes: 0, comments: null, shares: 0 } });
    expect((await client.get(`${POST}?fields=${COUNTS}`, token)).body).toEqual({
      id: POST,
      reactions: { data: [], summary: { total_count: 0, viewer_reaction: "NONE" } },
    });
    expect((await client.get(`${POST}?fields=reactions.limit(0)`, token)).body.reactions).toEqual({
      data: [],
    });
  });

  it.each([{ state: "gone" }, { state: "private" }, { author: { id: OTHER, name: "B" } }])(
    "told to be %j does not exist for this Page",
    async (told) => {
      expect((await client.get(POST, token)).status).toBe(200);
      await tellPost(told);
      const { status, body } = await client.get(`${POST}?fields=shares`, token);
      expect([status, body.error]).toMatchObject([
        400,
        { type: "GraphMethodException", code: 100, error_subcode: 33 },
      ]);
    },
  );

  it.each([`${OTHER}_${NUMBER}`, NUMBER, `${PAGE}_${VIDEO}`, "pfbid02AbCd", `${PAGE}_`])(
    "is not found under %s",
    async (id) => {
      expect((await client.get(id, token)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
    },
  );

  it("fails for a field it does not have", async () => {
    expect((await client.get(`${POST}?fields=views`, token)).body.error.message).toBe(
      "(#100) Tried accessing nonexisting field (views) on node type (Post)",
    );
  });
});

describe("insights", () => {
  it("have one value each; reactions are counted by their type", async () => {
    await tellPost({ metrics: { views: 1_000, clicks: 25, likes: 21 } });
    const metric = "post_media_view,post_clicks,post_reactions_by_type_total";
    const { body } = await client.get(`${POST}/insights?metric=${metric}&period=lifetime`, token);
    expect(body.data).toMatchObject([
      { name: "post_media_view", period: "lifetime", values: [{ value: 1_000 }] },
      { name: "post_clicks", values: [{ value: 25 }] },
      { name: "post_reactions_by_type_total", values: [{ value: { like: 19, love: 2 } }] },
    ]);
    const asField = await client.get(
      `${POST}?fields=insights.metric(post_media_view).period(lifetime)`,
      token,
    );
    expect(asField.body.insights.data).toEqual([body.data[0]]);
  });

  it("leave out what has no data: a hidden count, and any period but a post's life", async () => {
    await tellPost({ metrics: { views: null, clicks: 0 } });
    const ask = async (query: string) =>
      (await client.get(`${POST}/insights?metric=${query}`, token)).body.data;
    expect(await ask("post_media_view,post_clicks")).toMatchObject([{ name: "post_clicks" }]);
    expect(await ask("post_clicks&period=day")).toEqual([]);
  });

  it.each(["post_media_view,post_impressions", "post_impressions_unique", "post_engaged_users", ""])(
    "fail as a whole for the metrics %j, without saying which is dead",
    async (metric) => {
      const { status, body } = await client.get(`${POST}/insights?metric=${metric}`, token);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        code: 100,
        message: "(#100) The value must be a valid insights metric",
      });
    },
  );
});

describe("a video", () => {
  beforeEach(() => client.tell(`posts/${VIDEO}`, { metrics: { views: 500, likes: 30, comments: 2 } }));

  it("is a node by itself, which names the post that shows it", async () => {
    const fields = "post_id,from,likes.summary(total_count).limit(0),comments.summary(total_count).limit(0)";
    const { body } = await client.get(`${VIDEO}?fields=${fields}`, token);
    expect(body).toMatchObject({
      id: VIDEO,
      from: { id: PAGE },
      likes: { data: [], summary: { total_count: 30 } },
      comments: { data: [], summary: { total_count: 2 } },
    });
    expect(body.post_id).not.toContain(VIDEO);
    const story = await client.get(`${body.post_id}?fields=reactions.summary(total_count)`, token);
    expect(story.body.reactions.summary.total_count).toBe(30);
  });

  it("has insights of its own and not those of posts", async () => {
    const ask = (edge: string, metric: string) => client.get(`${VIDEO}/${edge}?metric=${metric}`, token);
    expect((await ask("video_insights", "fb_reels_total_plays")).body.data).toMatchObject([
      { name: "fb_reels_total_plays", values: [{ value: 500 }] },
    ]);
    expect((await ask("video_insights", "post_media_view")).status).toBe(400);
    expect((await ask("insights", "post_media_view")).status).toBe(400);
  });
});

describe("the list of a Page's posts", () => {
  it.each(["published_posts", "posts", "feed"])(
    "under %s has what it may see, newest first",
    async (edge) => {
      await client.tell("posts/11111", { published_at: "2026-01-01T00:00:00Z" });
      await client.tell("posts/22222", {
        published_at: "2026-03-01T00:00:00Z",
        author: { id: PAGE, name: "A" },
      });
      await client.tell("posts/33333", { author: { id: OTHER, name: "B" } });
      await client.tell("posts/44444", { state: "gone" });
      await client.tell(`posts/${VIDEO}`, { published_at: "2026-02-01T00:00:00Z" });
      const { body } = await client.get(`${PAGE}/${edge}?fields=id`, token);
      const story = VIDEO.replace("999", "998");
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual([
        `${PAGE}_22222`,
        `${PAGE}_${story}`,
        `${PAGE}_11111`,
      ]);
      expect((await client.get(`${OTHER}/${edge}`, token)).status).toBe(400);
      const videos = await client.get(`${PAGE}/videos?fields=post_id`, token);
      expect(videos.body.data).toEqual([{ id: VIDEO, post_id: `${PAGE}_${story}` }]);
    },
  );
});

describe("a post whose address has an opaque id", () => {
  it("is in the list with that address, and found by its number alone", async () => {
    const opaque = "pfbid02AbCdEfGh9";
    await client.tell(`posts/${opaque}`, { metrics: { shares: 8 } });
    const { body } = await client.get(`${PAGE}/published_posts?fields=id,permalink_url`, token);
    const [{ id, permalink_url }] = body.data;
    expect([id, permalink_url]).toEqual([
      expect.stringMatching(/^\d+_\d+$/),
      `https://www.facebook.com/${PAGE}/posts/${opaque}`,
    ]);
    expect((await client.get(`${id}?fields=shares`, token)).body).toEqual({ id, shares: { count: 8 } });
    expect((await client.get(`${PAGE}_${opaque}`, token)).body.error.error_subcode).toBe(33);
  });
});

describe("a batch", () => {
  it("counts each part against the limits, and names the posts it asks for", async () => {
    await client.tell("limits", { calls: 2 });
    const urls = [`${POST}?fields=shares`, `${POST}/insights?metric=post_clicks`, `${PAGE}_77777`];
    const { body } = await client.batch(urls, token);
    expect(body.map((part: { code: number }) => part.code)).toEqual([200, 200, 400]);
    expect(JSON.parse(body[2].body).error).toMatchObject({
      code: 80_001,
      message: expect.stringMatching(/^\(#80001\) There have been too many calls to this Page account/),
    });
    const { by_operation, recent } = await client.calls();
    expect(recent.at(-1)?.ids).toEqual([NUMBER, "77777"]);
    expect(by_operation).toMatchObject({ batch: { calls: 1, ids: 2 } });
  });

  it("takes a part with a token of its own", async () => {
    const own = await pageToken(client, OTHER);
    const { body } = await client.batch(["me?fields=id", `me?fields=id&access_token=${own}`], token);
    expect(body.map((part: { body: string }) => JSON.parse(part.body).id)).toEqual([PAGE, OTHER]);
  });
});

describe("the limits of a person", () => {
  it("are those of the app: other header, other code", async () => {
    const person = await userToken(client, PAGE);
    await client.tell("limits", { calls: 1 });
    const first = await client.get("me", person);
    expect(JSON.parse(first.headers.get("x-app-usage") ?? "")).toMatchObject({ call_count: 100 });
    expect(first.headers.get("x-business-use-case-usage")).toBeNull();
    expect((await client.get("me", person)).body.error).toMatchObject({ code: 4, is_transient: true });
    client.clock.now = NOW + 12 * HOUR_MS;
    expect((await client.get("me", person)).status).toBe(200);
  });
});

describe("an ad account", () => {
  const SYSTEM = "a-system-users-token";
  const ROW = "ad_id,impressions,clicks,inline_link_clicks,spend,actions,account_currency";

  it("has an ad for each post that was told to be promoted", async () => {
    await client.tell("posts/11111", { metrics: { conversions: 5 }, author: { id: PAGE, name: "A" } });
    await client.tell("posts/22222", { metrics: { clicks: 5 }, author: { id: PAGE, name: "A" } });
    const { body } = await client.get("act_1/ads?fields=id,creative{effective_object_story_id}", SYSTEM);
    expect(body.data).toEqual([
      {
        id: expect.stringMatching(/^2384\d{11}$/),
        creative: { id: expect.any(String), effective_object_story_id: `${PAGE}_11111` },
      },
    ]);
  });

  it("writes numbers as texts and leaves out what is none", async () => {
    await client.tell("posts/11111", {
      metrics: { views: 4_000, clicks: 90, conversions: 5, likes: 40, comments: 0, shares: 2 },
      published_at: "2026-10-01T00:00:00Z",
    });
    await client.tell("posts/22222", {
      metrics: { views: 10, clicks: 0, conversions: 0, likes: 0, comments: 0, shares: 0 },
    });
    await client.tell("posts/33333", { metrics: { views: 0, conversions: 0 } });
    const { body } = await client.get(`act_1/insights?level=ad&date_preset=maximum&fields=${ROW}`, SYSTEM);
    expect(body.data).toHaveLength(2);
    expect(body.data[0]).toEqual({
      ad_id: expect.any(String),
      impressions: "4000",
      clicks: "90",
      inline_link_clicks: "90",
      spend: "22.50",
      actions: [
        { action_type: "link_click", value: "90" },
        { action_type: "post_reaction", value: "40" },
        { action_type: "post", value: "2" },
        { action_type: "offsite_conversion.fb_pixel_purchase", value: "5" },
      ],
      account_currency: "USD",
      date_start: "2026-10-01",
      date_stop: "2026-11-21",
    });
    expect(body.data[1]).toMatchObject({ impressions: "10", spend: "0.00" });
    expect(Object.keys(body.data[1])).not.toContain("clicks");
    expect(Object.keys(body.data[1])).not.toContain("actions");
  });

  it("gives the rows of the ads asked for, in pages", async () => {
    for (const id of ["11111", "22222", "33333"])
      await client.tell(`posts/${id}`, { metrics: { conversions: 1 } });
    const ads = (await client.get("act_1/ads?fields=id", SYSTEM)).body.data.map(
      ({ id }: { id: string }) => id,
    );
    const filtering = JSON.stringify([{ field: "ad.id", operator: "IN", value: ads.slice(1) }]);
    const query = new URLSearchParams({ level: "ad", fields: "ad_id", limit: "1", filtering });
    const first = await client.get(`act_1/insights?${query}`, SYSTEM);
    expect(first.body.data).toMatchObject([{ ad_id: ads[1] }]);
    query.set("after", first.body.paging.cursors.after);
    const second = await client.get(`act_1/insights?${query}`, SYSTEM);
    expect(second.body).toMatchObject({ data: [{ ad_id: ads[2] }], paging: { cursors: {} } });
    expect(second.body.paging.next).toBeUndefined();
  });

  it.each([
    ["act_1/insights?fields=spend", "without a level"],
    ["act_1/insights?level=ad&time_increment=1", "by day"],
    ["act_1/insights?level=ad&filtering=[]", "with a filter it does not know"],
    ["act_1/insights?level=ad&filtering={", "with a filter that is no JSON"],
    ["act_1/insights?level=ad&fields=likes", "with a field it does not have"],
  ])("refuses %s: %s", async (path) => {
    await client.tell("posts/11111", { metrics: { conversions: 1 } });
    const { status, body } = await client.get(path, SYSTEM);
    expect([status, body.error.code]).toEqual([400, 100]);
  });

  it("is not shown to a Page, nor a Page's post to a system user; an invalid secret to nobody", async () => {
    expect((await client.get("act_1/ads", token)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
    expect((await client.get(POST, SYSTEM)).body.error).toMatchObject({ code: 190 });
    expect((await client.get("act_1/ads", "invalid-secret")).body.error).toMatchObject({ code: 190 });
    expect((await client.get("act_1/ads", await userToken(client, PAGE))).status).toBe(200);
  });

  it("has limits of its own name", async () => {
    await client.tell("limits", { calls: 1 });
    const first = await client.get("act_1/ads", SYSTEM);
    expect(first.headers.get("x-business-use-case-usage")).toContain('{"1":[{"type":"ads_insights"');
    expect((await client.get("act_1/ads", SYSTEM)).body.error.code).toBe(80_000);
  });
});
