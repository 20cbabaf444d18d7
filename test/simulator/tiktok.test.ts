import { describe, expect, it } from "vitest";
import { createSimulator } from "./app.ts";
import { tiktokVendor } from "./tiktok.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const ACCOUNT = "-000tiktokcreator1";
const ID = "7077642457847991554";
const REDIRECT = "https://app.test/callback";
const CLIENT = { client_key: "key", client_secret: "secret" };
const FIELDS = "id,create_time,view_count,like_count,comment_count,share_count";
const QUERY = `/v2/video/query/?fields=${FIELDS}`;
const LIST = `/v2/video/list/?fields=${FIELDS}`;
const LOG_ID = expect.stringMatching(/^\d{14}[0-9A-F]{20}$/);

/** A simulator whose clock can be moved. */
function start() {
  const clock = { now: NOW };
  const { app } = createSimulator({ seed: "seed", now: () => clock.now });
  const put = (path: string, body: unknown) =>
    app.request(`/_control/tiktok/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const form = (path: string, fields: Record<string, string>) =>
    app.request(path, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
    });
  const consent = async (changes: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      client_key: "key",
      response_type: "code",
      scope: "user.info.basic,video.list",
      redirect_uri: REDIRECT,
      state: "s",
      decision: "allow",
      ...changes,
    });
    return app.request(`/tiktok/v2/auth/authorize/?${query}`);
  };
  const code = async (changes?: Record<string, string>) => {
    const location = (await consent(changes)).headers.get("location");
    return new URL(location ?? "").searchParams.get("code") ?? "";
  };
  const grant = async (fields: Record<string, string>) =>
    (await form("/v2/oauth/token/", { ...CLIENT, ...fields })).json<Record<string, string>>();
  const tokens = async (account = ACCOUNT) =>
    grant({ grant_type: "authorization_code", code: await code({ account }), redirect_uri: REDIRECT });
  const post = (path: string, token: string | undefined, body: unknown) =>
    app.request(path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { app, clock, put, form, consent, code, grant, tokens, post };
}

const asking = (...video_ids: unknown[]) => ({ filters: { video_ids } });

/** The ids of an answer, and what else its data has. */
async function listed(answer: Response) {
  const { data } = await answer.json<{
    data: { videos: { id: string }[]; cursor: number; has_more: boolean };
  }>();
  return { ...data, videos: data.videos.map(({ id }) => id) };
}

describe("consent", () => {
  it("sends a code back for the account that was chosen", async () => {
    const answer = await start().consent();
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toMatch(/^https:\/\/app\.test\/callback\?state=s&code=\w+$/);
  });

  it("is a page that names the app and what it asks for until somebody decides", async () => {
    const { app } = start();
    const path = `/tiktok/v2/auth/authorize/?client_key=key&response_type=code&scope=video.list&redirect_uri=${REDIRECT}`;
    const text = await (await app.request(path)).text();
    expect(text).toContain("Simulated TikTok");
    expect(text).toContain("video.list");
  });

  it.each([{ client_key: "" }, { client_key: "invalid" }, { response_type: "token" }, { redirect_uri: "" }])(
    "is refused with %j",
    async (changes) => {
      expect((await start().consent(changes)).status).toBe(400);
    },
  );
});

describe("tokens", () => {
  it("are given for a code in the vendor's words", async () => {
    expect(await start().tokens("-000ann")).toEqual({
      access_token: expect.stringMatching(/^act\../),
      expires_in: 7_200,
      open_id: "-000ann",
      refresh_expires_in: 15_552_000,
      refresh_token: expect.stringMatching(/^rft\../),
      scope: "user.info.basic,video.list",
      token_type: "Bearer",
    });
  });

  it("tell the lifetime they are told to have", async () => {
    const { put, tokens } = start();
    await put("tokens", { lifetime_seconds: 60 });
    expect(await tokens()).toMatchObject({ expires_in: 60 });
  });

  it.each([
    [{ client_secret: "invalid" }, "invalid_client"],
    [{ client_secret: "" }, "invalid_client"],
    [{ client_key: "invalid" }, "invalid_client"],
    [{ client_key: "another" }, "invalid_grant"],
    [{ code: "made-up" }, "invalid_grant"],
    [{ redirect_uri: "https://app.test/other" }, "invalid_grant"],
    [{ grant_type: "password" }, "unsupported_grant_type"],
  ])("are refused with %j: %s, flat and with the status of a success", async (changes, error) => {
    const { code, form } = start();
    const right = { grant_type: "authorization_code", code: await code(), redirect_uri: REDIRECT };
    const answer = await form("/v2/oauth/token/", { ...CLIENT, ...right, ...changes });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ error, error_description: expect.any(String), log_id: LOG_ID });
  });

  it.each([
    ["none", true, true],
    ["strict", false, false],
    ["grace", false, true],
  ])(
    "renewed under rotation %s: the same goes on %s, the former is good %s",
    async (rotation, same, good) => {
      const { put, grant, tokens } = start();
      await put("tokens", { rotation });
      const { refresh_token = "" } = await tokens();
      const renewed = await grant({ grant_type: "refresh_token", refresh_token });
      expect(renewed.refresh_token === refresh_token).toBe(same);
      expect("access_token" in (await grant({ grant_type: "refresh_token", refresh_token }))).toBe(good);
    },
  );

  it("do not stand in for each other", async () => {
    const { grant, tokens, post } = start();
    const { access_token = "", refresh_token = "" } = await tokens();
    const swapped = await grant({ grant_type: "refresh_token", refresh_token: access_token });
    expect(swapped).toMatchObject({ error: "invalid_grant" });
    expect((await post(QUERY, refresh_token, asking(ID))).status).toBe(401);
    expect((await post(QUERY, refresh_token.replace("rft.", "act."), asking(ID))).status).toBe(401);
  });

  it("end together when they are given back", async () => {
    const { form, grant, tokens, post } = start();
    const { access_token = "", refresh_token = "" } = await tokens();
    const back = { ...CLIENT, token: access_token };
    const answer = await form("/v2/oauth/revoke/", back);
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
    expect((await post(QUERY, access_token, asking(ID))).status).toBe(401);
    expect(await grant({ grant_type: "refresh_token", refresh_token })).toMatchObject({
      error: "invalid_grant",
    });
    const again = await form("/v2/oauth/revoke/", back);
    expect(await again.json()).toMatchObject({ error: "invalid_request" });
  });

  it("are not given back by a wrong client", async () => {
    const { form, tokens, post } = start();
    const { access_token = "" } = await tokens();
    const answer = await form("/v2/oauth/revoke/", {
      ...CLIENT,
      client_secret: "invalid",
      token: access_token,
    });
    expect(await answer.json()).toMatchObject({ error: "invalid_client" });
    expect((await post(QUERY, access_token, asking(ID))).status).toBe(200);
  });

  it("end after two hours", async () => {
    const { clock, tokens, post } = start();
    const { access_token } = await tokens();
    clock.now += 2 * 3_600_000 - 1;
    expect((await post(QUERY, access_token, asking(ID))).status).toBe(200);
    clock.now += 1;
    expect((await post(QUERY, access_token, asking(ID))).status).toBe(401);
  });
});

describe("the account", () => {
  it("shows the fields that are asked for", async () => {
    const { app, put, tokens } = start();
    await put(`accounts/${ACCOUNT}`, { handle: "ann", name: "Ann" });
    const { access_token } = await tokens();
    const headers = { authorization: `Bearer ${access_token}` };
    const answer = await app.request("/v2/user/info/?fields=open_id,display_name", { headers });
    expect(await answer.json()).toEqual({
      data: { user: { open_id: ACCOUNT, display_name: "Ann" } },
      error: { code: "ok", message: "", log_id: LOG_ID },
    });
    for (const fields of ["", "?fields=", "?fields=open_id,follower_count"]) {
      expect((await app.request(`/v2/user/info/${fields}`, { headers })).status).toBe(400);
    }
  });
});

describe("a query", () => {
  it("answers with the fields that are asked for, in the vendor's types", async () => {
    const { put, tokens, post } = start();
    await put(`posts/${ID}`, {
      metrics: { views: 980, likes: 12, comments: 3, shares: 4 },
      published_at: "2022-03-10T03:45:59Z",
    });
    const { access_token } = await tokens();
    expect(await (await post(QUERY, access_token, asking(ID))).json()).toEqual({
      data: {
        videos: [
          {
            id: ID,
            create_time: 1646883959,
            view_count: 980,
            like_count: 12,
            comment_count: 3,
            share_count: 4,
          },
        ],
      },
      error: { code: "ok", message: "", log_id: LOG_ID },
    });
    const short = await post("/v2/video/query/?fields=title", access_token, asking(ID));
    expect(await short.json()).toMatchObject({ data: { videos: [{ title: `Video ${ID}` }] } });
  });

  it("leaves out a hidden count, and what is gone, private or somebody else's", async () => {
    const { put, tokens, post } = start();
    await put(`posts/${ID}`, { metrics: { likes: null }, author: { id: ACCOUNT, name: "Ann" } });
    await put("posts/7000000000000000001", { state: "gone" });
    await put("posts/7000000000000000002", { state: "private" });
    await put("posts/7000000000000000003", { author: { id: "-000bob", name: "Bob" } });
    const { access_token } = await tokens();
    const ids = [ID, "7000000000000000001", "7000000000000000002", "7000000000000000003", ID];
    const answer = await (await post(QUERY, access_token, asking(...ids))).json<{
      data: { videos: object[] };
    }>();
    expect(answer.data.videos).toHaveLength(1);
    expect(answer.data.videos[0]).toMatchObject({ id: ID });
    expect(answer.data.videos[0]).not.toHaveProperty("like_count");
  });

  it("shows a video to its author alone, and one of nobody to whoever asks", async () => {
    const { put, tokens, post } = start();
    await put(`posts/${ID}`, { author: { id: "-000bob", name: "Bob" } });
    const { access_token: bob } = await tokens("-000bob");
    const { access_token: ann } = await tokens("-000ann");
    const ids = async (token: string | undefined) =>
      (await listed(await post(QUERY, token, asking(ID, "7000000000000000001")))).videos;
    expect(await ids(bob)).toEqual([ID, "7000000000000000001"]);
    expect(await ids(ann)).toEqual(["7000000000000000001"]);
  });

  it("leaves out every second video where it is told to answer in part", async () => {
    const { put, tokens, post } = start();
    const { access_token } = await tokens();
    await put("faults", { partial: true });
    const ids = ["7000000000000000001", "7000000000000000002", "7000000000000000003"];
    expect((await listed(await post(QUERY, access_token, asking(...ids)))).videos).toEqual([ids[0], ids[2]]);
  });

  const many = (n: number) =>
    Array.from({ length: n }, (_, i) => String(7_000_000_000_000_000_001n + BigInt(i)));

  it.each([
    [asking(), QUERY, 400, "no id"],
    [asking(...many(20)), QUERY, 200, "the most it takes"],
    [asking(...many(21)), QUERY, 400, "one too many"],
    [asking(ID, "abc"), QUERY, 400, "an id that is none"],
    [asking("9223372036854775807"), QUERY, 200, "the largest id"],
    [asking("9223372036854775808"), QUERY, 400, "one above it"],
    [{}, QUERY, 400, "no filter"],
    [{ filters: { video_ids: ID } }, QUERY, 400, "no list"],
    ["{", QUERY, 400, "no JSON"],
    [asking(ID), "/v2/video/query/", 400, "no fields"],
    [asking(ID), "/v2/video/query/?fields=id,saves", 400, "a field it does not have"],
  ])("of %j at %s is answered with %i: %s", async (body, path, status, _why) => {
    const { tokens, post } = start();
    const { access_token } = await tokens();
    const answer = await post(path, access_token, body);
    expect(answer.status).toBe(status);
    const code = status === 200 ? "ok" : "invalid_params";
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it("that does not say it is JSON is refused", async () => {
    const { app, tokens } = start();
    const { access_token } = await tokens();
    const headers = { authorization: `Bearer ${access_token}` };
    const answer = await app.request(QUERY, { method: "POST", headers, body: JSON.stringify(asking(ID)) });
    expect(answer.status).toBe(400);
  });

  it.each([undefined, "nonsense", "act.nonsense"])("with the token %s is refused", async (token) => {
    const answer = await start().post(QUERY, token, asking(ID));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      data: {},
      error: { code: "access_token_invalid", message: expect.any(String), log_id: LOG_ID },
    });
  });

  it("is noted with its ids, refused or not", async () => {
    const { app, post } = start();
    await post(QUERY, "nonsense", asking(ID, "7000000000000000001"));
    await post(QUERY, "nonsense", "{");
    expect(await (await app.request("/_control/tiktok/calls")).json()).toMatchObject({
      by_operation: { "video.query": { calls: 2, ids: 2 } },
    });
  });
});

describe("the list of an account's videos", () => {
  async function withVideos() {
    const simulated = start();
    const author = { id: ACCOUNT, name: "Ann" };
    for (const day of [1, 2, 3, 4]) {
      await simulated.put(`posts/700000000000000000${day}`, {
        author,
        published_at: `2026-10-0${day}T00:00:00Z`,
      });
    }
    await simulated.put("posts/7000000000000000005", { author: { id: "-000bob", name: "Bob" } });
    await simulated.put("posts/7000000000000000003", { author, state: "private" });
    const { access_token } = await simulated.tokens();
    return (body: unknown) => simulated.post(LIST, access_token, body);
  }

  it("is its own public videos that were told of, newest first", async () => {
    const list = await withVideos();
    expect(await listed(await list({}))).toEqual({
      videos: ["7000000000000000004", "7000000000000000002", "7000000000000000001"],
      cursor: Date.UTC(2026, 9, 1),
      has_more: false,
    });
  });

  it("comes in pages, each beginning where the cursor of the former says", async () => {
    const list = await withVideos();
    const first = await listed(await list({ max_count: 2 }));
    expect(first).toEqual({
      videos: ["7000000000000000004", "7000000000000000002"],
      cursor: Date.UTC(2026, 9, 2),
      has_more: true,
    });
    expect(await listed(await list({ max_count: 2, cursor: first.cursor }))).toEqual({
      videos: ["7000000000000000001"],
      cursor: Date.UTC(2026, 9, 1),
      has_more: false,
    });
    expect((await listed(await list({ cursor: 0 }))).videos).toHaveLength(3);
  });

  it.each([
    [{ max_count: 0 }, 400],
    [{ max_count: 1 }, 200],
    [{ max_count: 20 }, 200],
    [{ max_count: 21 }, 400],
    [{ max_count: 1.5 }, 400],
    [{ cursor: "later" }, 400],
  ])("of %j is answered with %i", async (body, status) => {
    expect((await (await withVideos())(body)).status).toBe(status);
  });
});

describe("the limit", () => {
  it("slides: a call is granted again a minute after the one that took its place", async () => {
    const { clock, put, tokens, post } = start();
    const { access_token } = await tokens();
    await put("limits", { calls: 2 });
    const status = async () => (await post(QUERY, access_token, asking(ID))).status;
    expect(await status()).toBe(200);
    clock.now += 40_000;
    expect([await status(), await status()]).toEqual([200, 429]);
    clock.now += 19_999;
    expect(await status()).toBe(429);
    clock.now += 1;
    expect([await status(), await status()]).toEqual([200, 429]);
  });

  it("is 600 a minute, of each endpoint alone, and names no time", async () => {
    const { app, tokens, post } = start();
    const { access_token } = await tokens();
    for (let n = 0; n < 600; n += 1) await post(QUERY, access_token, asking(ID));
    const answer = await post(QUERY, access_token, asking(ID));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, null]);
    expect(await answer.json()).toMatchObject({ data: {}, error: { code: "rate_limit_exceeded" } });
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await app.request("/v2/user/info/?fields=open_id", { headers })).status).toBe(200);
  });

  it("begins anew when another is set", async () => {
    const { put, tokens, post } = start();
    const { access_token } = await tokens();
    await put("limits", { calls: 1 });
    const status = async () => (await post(QUERY, access_token, asking(ID))).status;
    expect([await status(), await status()]).toEqual([200, 429]);
    await put("limits", { calls: 1 });
    expect([await status(), await status()]).toEqual([200, 429]);
  });
});

describe("a fault", () => {
  it.each([
    [{ outage: true }, 503, "internal_error"],
    [{ status: 500 }, 500, "internal_error"],
    [{ status: 401 }, 401, "access_token_invalid"],
    [{ status: 403 }, 403, "scope_not_authorized"],
    [{ status: 400 }, 400, "invalid_params"],
    [{ retry_after: 5 }, 429, "rate_limit_exceeded"],
  ])("of %j is the vendor's own %i %s", async (faults, status, code) => {
    const { put, tokens, post } = start();
    const { access_token } = await tokens();
    await put("faults", faults);
    const answer = await post(QUERY, access_token, asking(ID));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ data: {}, error: { code, log_id: LOG_ID } });
  });

  it("leaves the page of consent and the tokens alone unless it says otherwise", async () => {
    const { put, consent, form } = start();
    const statuses = async () => [
      (await consent()).status,
      (await form("/v2/oauth/token/", CLIENT)).status,
      (await form("/v2/oauth/revoke/", CLIENT)).status,
    ];
    await put("faults", { outage: true });
    expect(await statuses()).toEqual([302, 200, 200]);
    await put("faults", { outage: true, access: true });
    expect(await statuses()).toEqual([503, 503, 503]);
  });
});

describe("an id", () => {
  it.each([
    [ID, Date.UTC(2022, 2, 21, 19, 47, 29), "its upper half is the second it was made in"],
    ["1", null, "no TikTok was there in 1970"],
    ["99999999999999999999", null, "no id has more than 63 bits"],
    ["abc", null, "no id at all"],
  ])("of %s was published at %s: %s", (id, at, _why) => {
    expect(tiktokVendor.publishedAtOf(id)).toBe(at);
  });

  it("of the demo is one of TikTok's and says when it was published", () => {
    const made = [1, 2, 3].map((n) => tiktokVendor.demoPost(n, NOW));
    expect(new Set(made.map(({ externalId }) => externalId)).size).toBe(3);
    for (const { externalId, url } of made) {
      expect(externalId).toMatch(/^\d{19}$/);
      expect(url).toBe(`https://www.tiktok.com/@tiktokcreator/video/${externalId}`);
      expect(tiktokVendor.publishedAtOf(externalId)).toBe(NOW);
    }
  });
});
