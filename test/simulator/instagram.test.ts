import { beforeEach, describe, expect, it } from "vitest";
import { instagramToken, NOW, openGraph, redeeming, shortInstagramToken } from "./graph-client.ts";

const ACCOUNT = "17841400000000007";
const OTHER = "17841400000000008";
const CODE = "CxYz_-12345";
const REEL = "ReelAbc1234";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let client: ReturnType<typeof openGraph>;
let token: string;

beforeEach(async () => {
  client = openGraph("instagram");
  token = await instagramToken(client, ACCOUNT);
});

/** The vendor's id of a medium, as its list has it. */
async function mediaId(shortcode: string): Promise<string> {
  const { body } = await client.get(`${ACCOUNT}/media?fields=id,shortcode&limit=100`, token);
  const item = body.data.find((each: { shortcode: string }) => each.shortcode === shortcode);
  return item?.id;
}

async function tellOwn(shortcode: string, more: object = {}): Promise<string> {
  await client.tell(`posts/${shortcode}`, { metrics: {}, ...more });
  return mediaId(shortcode);
}

describe("Instagram Login", () => {
  it("sends the visitor back with a code that is good once and gives an hour's token", async () => {
    const code = await client.code("/oauth/authorize", ACCOUNT);
    const form = { ...redeeming(code), grant_type: "authorization_code" };
    const first = await client.post("/oauth/access_token", form);
    expect(first.body.access_token).toMatch(/^IGAA/);
    // Not the account's id, and a number: what a client must not take for it.
    expect(first.body.user_id).toEqual(expect.any(Number));
    expect(String(first.body.user_id)).not.toBe(ACCOUNT);
    const second = await client.post("/oauth/access_token", form);
    expect([second.status, second.body]).toEqual([
      400,
      {
        error_type: "OAuthException",
        code: 400,
        error_message: "Matching code was not found or was already used.",
      },
    ]);
  });

  it.each([
    ["client_id", "invalid-app"],
    ["client_secret", ""],
    ["redirect_uri", "https://elsewhere.test/"],
  ])("gives nothing for a code with the %s %j", async (name, value) => {
    const code = await client.code("/oauth/authorize", ACCOUNT);
    const form = { ...redeeming(code), grant_type: "authorization_code", [name]: value };
    const { status, body } = await client.post("/oauth/access_token", form);
    expect([status, body.error_type]).toEqual([400, "OAuthException"]);
  });

  it("exchanges an hour's token for one of 60 days, but not that one again", async () => {
    const short = await shortInstagramToken(client, ACCOUNT);
    const exchange = (access_token: string, client_secret = "secret") =>
      client.call(
        `/access_token?${new URLSearchParams({ grant_type: "ig_exchange_token", client_secret, access_token })}`,
      );
    const { body } = await exchange(short);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^IGAA/),
      token_type: "bearer",
      expires_in: 5_184_000,
    });
    expect((await exchange(body.access_token)).status).toBe(400);
    expect((await exchange(short, "invalid")).status).toBe(400);
    client.clock.now += HOUR_MS;
    expect((await exchange(short)).body.error).toMatchObject({ code: 190, error_subcode: 463 });
  });

  it.each([
    [DAY_MS - 1_000, 400, "a second too young"],
    [DAY_MS, 200, "a day old"],
    [60 * DAY_MS - 1, 200, "about to expire"],
    [60 * DAY_MS, 400, "expired"],
  ])("renews a token after %d ms with %d: it is %s", async (age, status) => {
    client.clock.now += age;
    const query = new URLSearchParams({ grant_type: "ig_refresh_token", access_token: token });
    const answer = await client.call(`/refresh_access_token?${query}`);
    expect(answer.status).toBe(status);
    if (status === 200)
      expect(answer.body).toMatchObject({ expires_in: 5_184_000, permissions: expect.any(String) });
  });

  it("tells whose a token is, by the account's id and the app's own", async () => {
    await client.tell(`accounts/${ACCOUNT}`, { handle: "ann", name: "Ann" });
    const me = await client.get("me?fields=id,user_id,username,name", token);
    expect(me.body).toMatchObject({ user_id: ACCOUNT, username: "ann", name: "Ann" });
    expect(me.body.id).not.toBe(ACCOUNT);
    expect((await client.get(`${ACCOUNT}?fields=username`, token)).body).toEqual({
      id: ACCOUNT,
      username: "ann",
    });
    expect((await client.get(`${OTHER}?fields=username`, token)).body.error).toMatchObject({ code: 100 });
  });
});

describe("a token", () => {
  const read = (presented: string) => client.get("me", presented);

  it.each([
    ["", 104, undefined],
    ["nonsense", 190, undefined],
    ["IGAAL0tnaaaanonsense", 190, undefined],
  ])("%j is refused with code %d", async (presented, code, error_subcode) => {
    const answer = await client.call("/v25.0/me", { headers: { authorization: `Bearer ${presented}` } });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ type: "OAuthException", code, fbtrace_id: expect.any(String) });
    expect(answer.body.error.error_subcode).toBe(error_subcode);
  });

  it("is refused once it is expired or taken back, each with its subcode and in the header", async () => {
    await client.tell("tokens", { expire: ACCOUNT });
    const expired = await read(token);
    expect(expired.body.error).toMatchObject({ code: 190, error_subcode: 463 });
    expect(expired.body.error.message).toContain("Saturday, 21-Nov-26 04:00:00 PST");
    expect(expired.headers.get("www-authenticate")).toMatch(
      /^OAuth "Facebook Platform" "invalid_token" "Err/,
    );
    await client.tell("tokens", { revoke: "*" });
    expect((await read(token)).body.error).toMatchObject({ code: 190, error_subcode: 460 });
  });

  it("is taken from the address and from a form too", async () => {
    expect((await client.call(`/v25.0/me?access_token=${token}`)).status).toBe(200);
    expect((await client.batch(["me"], token)).body).toHaveLength(1);
  });
});

describe("the list of an account's media", () => {
  it("has what was told of, unless it is gone, private or another's, newest first", async () => {
    await client.tell("posts/older-post", { published_at: "2026-01-01T00:00:00Z" });
    await client.tell("posts/newer-post", {
      published_at: "2026-02-01T00:00:00Z",
      author: { id: ACCOUNT, name: "A" },
    });
    await client.tell("posts/foreign-post", { author: { id: OTHER, name: "B" } });
    await client.tell("posts/gone-post", { state: "gone" });
    await client.tell("posts/hidden-post", { state: "private" });
    const { body } = await client.get(`${ACCOUNT}/media?fields=shortcode,timestamp`, token);
    expect(body.data).toEqual([
      { id: expect.stringMatching(/^\d+$/), shortcode: "newer-post", timestamp: "2026-02-01T00:00:00+0000" },
      { id: expect.stringMatching(/^\d+$/), shortcode: "older-post", timestamp: "2026-01-01T00:00:00+0000" },
    ]);
    expect((await client.get(`${OTHER}/media`, token)).status).toBe(400);
  });

  it("comes in pages, to the last one by the cursor and by the link", async () => {
    for (const day of [1, 2, 3, 4, 5]) {
      await client.tell(`posts/post-${day}`, { published_at: `2026-01-0${day}T00:00:00Z` });
    }
    const codes = (body: { data: { shortcode: string }[] }) => body.data.map(({ shortcode }) => shortcode);
    const first = await client.get(`${ACCOUNT}/media?fields=shortcode&limit=2`, token);
    expect(codes(first.body)).toEqual(["post-5", "post-4"]);
    const { after } = first.body.paging.cursors;
    const second = await client.get(`${ACCOUNT}/media?fields=shortcode&limit=2&after=${after}`, token);
    expect(codes(second.body)).toEqual(["post-3", "post-2"]);
    const link = new URL(second.body.paging.next);
    const third = await client.get(link.href.split("/v25.0/")[1] ?? "", token);
    expect(codes(third.body)).toEqual(["post-1"]);
    expect(third.body.paging.next).toBeUndefined();
    const beyond = await client.get(`${ACCOUNT}/media?after=${third.body.paging.cursors.after}`, token);
    expect(beyond.body).toEqual({ data: [] });
  });

  it("begins anew for a cursor nobody gave with nothing, and refuses a limit that is none", async () => {
    await client.tell(`posts/${CODE}`, {});
    expect((await client.get(`${ACCOUNT}/media?after=bm9uZQ`, token)).body).toEqual({ data: [] });
    expect((await client.get(`${ACCOUNT}/media?limit=-1`, token)).body.error).toMatchObject({ code: 100 });
  });
});

describe("a medium", () => {
  it("shows the fields asked for and no others", async () => {
    const id = await tellOwn(CODE, { metrics: { likes: 40, comments: 3 } });
    const { body } = await client.get(`${id}?fields=shortcode,like_count,comments_count,permalink`, token);
    expect(body).toEqual({
      id,
      shortcode: CODE,
      like_count: 40,
      comments_count: 3,
      permalink: `https://www.instagram.com/p/${CODE}/`,
    });
    expect(id).not.toContain(CODE);
    expect((await client.get(id, token)).body).toEqual({ id });
  });

  it("leaves out a hidden count", async () => {
    const id = await tellOwn(CODE, { metrics: { likes: null, comments: 0 } });
    const { body } = await client.get(`${id}?fields=like_count,comments_count`, token);
    expect(body).toEqual({ id, comments_count: 0 });
  });

  it("fails for a field it does not have, and for fields that are no list", async () => {
    const id = await tellOwn(CODE);
    expect((await client.get(`${id}?fields=id,views`, token)).body.error.message).toBe(
      "(#100) Tried accessing nonexisting field (views) on node type (Media)",
    );
    expect((await client.get(`${id}?fields=id,{`, token)).body.error).toMatchObject({ code: 2500 });
  });

  it.each([{ state: "gone" }, { state: "private" }, { author: { id: OTHER, name: "B" } }])(
    "told to be %j does not exist for this account",
    async (told) => {
      const id = await tellOwn(CODE);
      await client.tell(`posts/${CODE}`, told);
      const { status, body } = await client.get(`${id}?fields=like_count`, token);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({
        type: "GraphMethodException",
        code: 100,
        error_subcode: 33,
        message: expect.stringContaining(`Object with ID '${id}' does not exist`),
      });
    },
  );

  it.each(["1791", "17999", "1", "179x", "0"])("with the id %s never was", async (id) => {
    expect((await client.get(id, token)).body.error).toMatchObject({ code: 100, error_subcode: 33 });
  });
});

describe("insights", () => {
  const insights = (id: string, metric: string) => client.get(`${id}/insights?metric=${metric}`, token);

  it("have one value each, of the post's life", async () => {
    const id = await tellOwn(CODE, { metrics: { views: 626, shares: 0 } });
    const { body } = await insights(id, "views,shares");
    expect(body.data).toMatchObject([
      { name: "views", period: "lifetime", values: [{ value: 626 }], id: `${id}/insights/views/lifetime` },
      { name: "shares", period: "lifetime", values: [{ value: 0 }] },
    ]);
  });

  it("have it in total_value, if the vendor is told to write so", async () => {
    await client.tell("naming", { names: "total_value" });
    const id = await tellOwn(CODE, { metrics: { views: 626 } });
    const [insight] = (await insights(id, "views")).body.data;
    expect(insight).toMatchObject({ name: "views", total_value: { value: 626 } });
    expect(insight).not.toHaveProperty("values");
  });

  it("are empty while there is no data, and leave out what alone has none", async () => {
    const id = await tellOwn(CODE, { metrics: { views: null, shares: null, likes: 1 } });
    expect((await insights(id, "views,shares")).body).toEqual({ data: [] });
    expect((await insights(id, "views,likes")).body.data).toHaveLength(1);
  });

  it("come with the node when they are asked for as a field of it", async () => {
    const id = await tellOwn(CODE, { metrics: { views: 626, likes: 40 } });
    const fields = "like_count,insights.metric(views,shares).period(lifetime)";
    const { body } = await client.get(`${id}?fields=${fields}`, token);
    expect(body).toMatchObject({
      id,
      like_count: 40,
      insights: { data: [{ name: "views" }, { name: "shares" }] },
    });
  });

  it.each([
    [CODE, "views,impressions", /^\(#100\) Starting from version v22\.0 .* impressions metric is no longer/],
    [CODE, "views,plays", /^\(#100\) metric\[1\] must be one of the following values: views, /],
    [CODE, "", /^\(#100\) The parameter metric is required/],
    [
      CODE,
      "views,ig_reels_avg_watch_time",
      /does not support the ig_reels_avg_watch_time metric for this media/,
    ],
    [REEL, "profile_visits,follows", /does not support the profile_visits, follows metric for this media/],
  ])("of %s with the metrics %j fail as a whole", async (code, metric, message) => {
    const id = await tellOwn(code);
    const { status, body } = await insights(id, metric);
    expect([status, body.error.code]).toEqual([400, 100]);
    expect(body.error.message).toMatch(message);
    const withNode = await client.get(`${id}?fields=id,insights.metric(${metric})`, token);
    expect(withNode.body.error.message).toMatch(message);
  });

  it("of a reel have what only reels have", async () => {
    const id = await tellOwn(REEL);
    const { body } = await insights(id, "views,ig_reels_avg_watch_time");
    expect(body.data).toHaveLength(2);
    expect((await client.get(`${id}?fields=media_product_type,media_type`, token)).body).toMatchObject({
      media_product_type: "REELS",
      media_type: "VIDEO",
    });
  });

  it("do not exist of posts from before the account was a professional one; their counts do", async () => {
    const id = await tellOwn("OldPost1234", { metrics: { likes: 5 } });
    expect((await insights(id, "views")).body.error).toMatchObject({
      code: 100,
      error_subcode: 2_108_006,
      error_user_title: "Media Posted Before Business Account Conversion",
    });
    expect((await client.get(`${id}?fields=like_count`, token)).body).toMatchObject({ like_count: 5 });
  });
});

describe("several at once", () => {
  it("answers the parts of a batch in order, each for itself", async () => {
    const id = await tellOwn(CODE, { metrics: { likes: 40 } });
    const urls = [`${id}?fields=like_count`, `/v23.0/${id}/insights?metric=plays`, "1790"];
    const { status, body } = await client.batch(urls, token);
    expect([status, body.map((part: { code: number }) => part.code)]).toEqual([200, [200, 400, 400]]);
    expect(JSON.parse(body[0].body)).toEqual({ id, like_count: 40 });
    expect(JSON.parse(body[2].body).error).toMatchObject({ code: 100, error_subcode: 33 });
    expect(body[0].headers).toContainEqual({ name: "x-business-use-case-usage", value: expect.any(String) });
  });

  it("leaves out the headers of the parts if it is told to, and has them of the whole", async () => {
    const { headers, body } = await client.batch(["me"], token, { include_headers: "false" });
    expect(Object.keys(body[0])).toEqual(["code", "body"]);
    expect(headers.get("x-business-use-case-usage")).toContain(ACCOUNT);
  });

  it("refuses more than 50 parts, none, and what is no batch", async () => {
    const fifty = Array.from({ length: 50 }, () => "me");
    expect((await client.batch(fifty, token)).body).toHaveLength(50);
    const { status, body } = await client.batch([...fifty, "me"], token);
    expect([status, body.error.message]).toEqual([
      400,
      "Too many requests in batch message. Maximum batch size is 50",
    ]);
    expect((await client.batch([], token)).status).toBe(400);
    expect((await client.post("/v25.0/", { access_token: token, batch: "{" })).status).toBe(400);
    expect((await client.batch(["me"], "IGAAnonsense")).body.error).toMatchObject({ code: 190 });
  });

  it("takes a batch without a version, and reads nothing but reads", async () => {
    const parts = JSON.stringify([{ method: "POST", relative_url: "me" }, { relative_url: "me" }]);
    const { body } = await client.post("/", { access_token: token, batch: parts });
    expect(body.map((part: { code: number }) => part.code)).toEqual([400, 200]);
  });

  it("gives null for every second part that took too long", async () => {
    await client.tell("faults", { partial: true });
    const { body } = await client.batch(["me", "me", "me"], token);
    expect(body).toEqual([expect.anything(), null, expect.anything()]);
  });

  it("reads several nodes by their ids, all or none", async () => {
    const [a, b] = [await tellOwn("post-a"), await tellOwn("post-b")];
    const { body } = await client.get(`?ids=${a},${b}&fields=shortcode`, token);
    expect(body).toEqual({ [a]: { id: a, shortcode: "post-a" }, [b]: { id: b, shortcode: "post-b" } });
    const { error } = (await client.get(`?ids=${a},1790&fields=shortcode`, token)).body;
    expect(error).toMatchObject({
      code: 803,
      message: "(#803) Some of the aliases you requested do not exist: 1790",
    });
    const many = Array.from({ length: 51 }, (_, n) => n).join(",");
    expect((await client.get(`?ids=${many}`, token)).body.error.message).toBe(
      "(#100) Too many IDs. Maximum: 50. Provided: 51.",
    );
  });

  it("notes the posts a batch asks for by their shortcodes, each once", async () => {
    const id = await tellOwn(CODE);
    await client.batch([`${id}?fields=like_count`, `${id}/insights?metric=views`, "me"], token);
    expect((await client.calls()).recent.at(-1)?.ids).toEqual([CODE]);
  });
});

describe("the limits", () => {
  it("are told in per cent, count each part of a batch, and end in a wait of minutes", async () => {
    await client.tell("limits", { calls: 4 });
    const usage = (headers: Headers) =>
      JSON.parse(headers.get("x-business-use-case-usage") ?? "{}")[ACCOUNT][0];
    const first = await client.get("me", token);
    expect(usage(first.headers)).toEqual({
      type: "instagram",
      call_count: 25,
      total_cputime: 25,
      total_time: 25,
      estimated_time_to_regain_access: 0,
    });
    const { body, headers } = await client.batch(["me", "me", "me", "me"], token);
    expect(body.map((part: { code: number }) => part.code)).toEqual([200, 200, 200, 400]);
    expect(JSON.parse(body[3].body).error).toMatchObject({ code: 80_002, type: "OAuthException" });
    // Twelve hours are left of the day.
    expect(usage(headers)).toMatchObject({ call_count: 100, estimated_time_to_regain_access: 720 });

    const refused = await client.get("me", token);
    expect([refused.status, refused.body.error.code]).toEqual([400, 80_002]);
    client.clock.now = NOW + 12 * HOUR_MS;
    expect((await client.get("me", token)).status).toBe(200);
  });

  it.each([
    [500, 2, true],
    [429, 4, true],
    [403, 10, undefined],
  ])("fails with %d in the vendor's envelope, code %d", async (status, code, is_transient) => {
    await client.tell("faults", { status });
    const answer = await client.get("me", token);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, fbtrace_id: expect.any(String) });
    expect(answer.body.error.is_transient).toBe(is_transient);
  });
});
