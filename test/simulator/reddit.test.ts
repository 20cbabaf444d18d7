import { describe, expect, it } from "vitest";
import { createSimulator } from "./app.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const AGENT = "web:client-1:v1.0 (by /u/claimcheck)";
const CLIENT = { "user-agent": AGENT, authorization: `Basic ${btoa("client-1:s3cret")}` };

type Answer = Record<string, unknown>;

/** A simulator whose clock can be moved, and a client of it. */
function start() {
  const clock = { now: NOW };
  const { app } = createSimulator({ seed: "seed", now: () => clock.now });
  const put = (path: string, body: unknown) =>
    app.request(`/_control/reddit/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const grant = (headers: HeadersInit = CLIENT, body = "grant_type=client_credentials") =>
    app.request("/reddit/api/v1/access_token", { method: "POST", headers, body: new URLSearchParams(body) });
  const token = async () => String((await (await grant()).json<Answer>()).access_token);
  const ask = async (path: string, bearer?: string) => {
    const authorization = `bearer ${bearer ?? (await token())}`;
    return app.request(`/reddit${path}`, { headers: { "user-agent": AGENT, authorization } });
  };
  const calls = async (): Promise<unknown> => (await app.request("/_control/reddit/calls")).json();
  return { app, clock, put, grant, token, ask, calls };
}

interface Listing {
  kind: string;
  data: { dist: number | null; children: { kind: string; data: Answer }[] };
}

async function postsOf(answer: Response): Promise<Answer[]> {
  expect(answer.status).toBe(200);
  return (await answer.json<Listing>()).data.children.map(({ data }) => data);
}

describe("a token of Reddit", () => {
  it("is granted for a day, to the scope asked for or to all", async () => {
    const { grant } = start();
    expect(await (await grant()).json()).toEqual({
      access_token: expect.any(String),
      token_type: "bearer",
      expires_in: 86_400,
      scope: "*",
    });
    const asked = await grant(CLIENT, "grant_type=client_credentials&scope=read");
    expect(await asked.json()).toMatchObject({ scope: "read" });
    expect([...asked.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
  });

  it.each(["password", "refresh_token", ""])("is refused to the grant %j, with a success", async (type) => {
    const answer = await start().grant(CLIENT, `grant_type=${type}`);
    expect([answer.status, await answer.json()]).toEqual([200, { error: "unsupported_grant_type" }]);
  });

  it.each([
    ["nobody", undefined],
    ["a bearer", "Bearer abc"],
    ["a client without a secret", `Basic ${btoa("client-1:")}`],
    ["a client without an id", `Basic ${btoa(":s3cret")}`],
    ["a client with a wrong secret", `Basic ${btoa("client-1:invalid")}`],
    ["a client with a wrong id", `Basic ${btoa("invalid:s3cret")}`],
    ["a client without a colon", `Basic ${btoa("client")}`],
    ["what is no Base64", "Basic a"],
  ])("is refused to %s", async (_who, authorization) => {
    const headers = { "user-agent": AGENT, ...(authorization !== undefined && { authorization }) };
    const answer = await start().grant(headers);
    expect([answer.status, await answer.json()]).toEqual([401, { message: "Unauthorized", error: 401 }]);
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="reddit"');
  });

  it("lives as long as the control API says, and says so itself", async () => {
    const { clock, put, grant, token, ask } = start();
    await put("tokens", { lifetime_seconds: 60 });
    expect(await (await grant()).json()).toMatchObject({ expires_in: 60 });
    const short = await token();
    clock.now += 59_999;
    expect((await ask("/api/info?id=t3_a", short)).status).toBe(200);
    clock.now += 1;
    expect((await ask("/api/info?id=t3_a", short)).status).toBe(401);
  });

  it.each([
    ["unknown", async () => "abc"],
    [
      "expired",
      async ({ put, token }: ReturnType<typeof start>) => {
        const old = await token();
        await put("tokens", { expire: "client-1" });
        return old;
      },
    ],
    [
      "revoked",
      async ({ put, token }: ReturnType<typeof start>) => {
        const old = await token();
        await put("tokens", { revoke: "*" });
        return old;
      },
    ],
  ])("that is %s opens nothing", async (_how, tokenOf) => {
    const simulator = start();
    const answer = await simulator.ask("/api/info?id=t3_a", await tokenOf(simulator));
    expect([answer.status, await answer.json()]).toEqual([401, { message: "Unauthorized", error: 401 }]);
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="reddit", error="invalid_token"');
  });

  it("is still had while posts fail, unless the faults are for tokens too", async () => {
    const { put, grant } = start();
    await put("faults", { outage: true });
    expect((await grant()).status).toBe(200);
    await put("faults", { outage: true, access: true });
    expect((await grant()).status).toBe(503);
  });
});

describe("an agent that does not say who it is", () => {
  it.each(["", "curl/8.0", "Mozilla/5.0", "web:client-1:v1.0", "web:client-1:v1.0 (by claimcheck)"])(
    "is turned away: %j",
    async (agent) => {
      const { app, grant, token } = start();
      expect((await grant({ ...CLIENT, "user-agent": agent })).status).toBe(429);
      const headers = { "user-agent": agent, authorization: `bearer ${await token()}` };
      const answer = await app.request("/reddit/api/info?id=t3_a", { headers });
      expect([answer.status, await answer.json()]).toEqual([
        429,
        { message: "Too Many Requests", error: 429 },
      ]);
    },
  );
});

describe("a listing", () => {
  it("has each known post once, in the order asked, and leaves out what it does not know", async () => {
    const { ask } = start();
    const answer = await ask("/api/info?id=t3_b,t3_a,t3_b,t1_c,t5_d,t3_,t3_Z,t3_abcdefghijklmn&raw_json=1");
    expect(await answer.json()).toMatchObject({
      kind: "Listing",
      data: { after: null, before: null, dist: 2, children: [{ kind: "t3" }, { kind: "t3" }] },
    });
    const posts = await postsOf(await ask("/api/info?id=t3_b,t3_a"));
    expect(posts.map(({ name }) => name)).toEqual(["t3_b", "t3_a"]);
  });

  it("is the same under /by_id", async () => {
    const { ask } = start();
    const byId = await postsOf(await ask("/by_id/t3_b,t3_a"));
    expect(byId).toEqual(await postsOf(await ask("/api/info?id=t3_b,t3_a")));
    expect(byId).toHaveLength(2);
  });

  it("is empty without ids", async () => {
    expect(await postsOf(await start().ask("/api/info"))).toEqual([]);
  });

  it("is of a hundred things at most", async () => {
    const { ask } = start();
    const ids = (count: number) => Array.from({ length: count }, (_, n) => `t3_${n}`).join(",");
    expect(await postsOf(await ask(`/api/info?id=${ids(100)}`))).toHaveLength(100);
    const answer = await ask(`/api/info?id=${ids(101)}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ message: "Bad Request", reason: expect.any(String) });
  });

  it("leaves out every second post of a partial answer", async () => {
    const { put, ask } = start();
    await put("faults", { partial: true });
    const posts = await postsOf(await ask("/api/info?id=t3_a,t3_b,t3_c"));
    expect(posts.map(({ id }) => id)).toEqual(["a", "c"]);
  });
});

describe("a post", () => {
  it("has the same score twice, no views, and no vote of ours", async () => {
    const [post] = await postsOf(await start().ask("/api/info?id=t3_a"));
    expect(post).toMatchObject({
      id: "a",
      ups: post?.score,
      downs: 0,
      hide_score: false,
      view_count: null,
      likes: null,
      author_fullname: expect.stringMatching(/^t2_\d+$/),
      permalink: expect.stringContaining("/comments/a/"),
      removed_by_category: null,
      subreddit_type: "public",
    });
    expect(post?.upvote_ratio).toBeGreaterThanOrEqual(0.5);
    expect(post?.upvote_ratio).toBeLessThan(1);
  });

  it.each(["abc", "t2_abc"])("names its author %j by the full name", async (id) => {
    const { put, ask } = start();
    await put("posts/a", { author: { id, name: "Ann" }, published_at: "2026-11-01T00:00:00Z" });
    expect(await postsOf(await ask("/api/info?id=t3_a"))).toMatchObject([
      { author: "Ann", author_fullname: "t2_abc", created_utc: Date.UTC(2026, 10, 1) / 1000 },
    ]);
  });

  it("that is hidden has its score marked and its comments left out", async () => {
    const { put, ask } = start();
    await put("posts/a", { metrics: { likes: null, comments: null } });
    const [post] = await postsOf(await ask("/api/info?id=t3_a"));
    expect(post).toMatchObject({ hide_score: true, score: 1 });
    expect(post).not.toHaveProperty("num_comments");
  });

  it("that is gone is still there, emptied and marked", async () => {
    const { put, ask } = start();
    await put("posts/a", { state: "gone", author: { id: "abc", name: "Ann" } });
    const [post] = await postsOf(await ask("/api/info?id=t3_a"));
    expect(post).toMatchObject({
      author: "[deleted]",
      selftext: "[deleted]",
      removed_by_category: "deleted",
    });
    expect(post).not.toHaveProperty("author_fullname");
  });

  it("that is private is of a private community, closed to whoever opens it", async () => {
    const { put, ask } = start();
    await put("posts/a", { state: "private" });
    expect(await postsOf(await ask("/api/info?id=t3_a"))).toMatchObject([{ subreddit_type: "private" }]);
    const answer = await ask("/comments/a");
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { reason: "private", message: "Forbidden", error: 403 },
    ]);
  });

  it("is opened with its comments, of which there are none", async () => {
    const { ask } = start();
    const [post, comments] = await (await ask("/comments/a?limit=1")).json<[Listing, Listing]>();
    expect(post.data.children).toMatchObject([{ kind: "t3", data: { id: "a" } }]);
    expect(comments.data).toMatchObject({ dist: null, children: [] });
    expect((await ask("/comments/NOT-AN-ID")).status).toBe(404);
  });
});

describe("a profile", () => {
  it("is shown of an account that was told of", async () => {
    const { put, ask } = start();
    await put("accounts/t2_abc", { handle: "Ann_1", name: "Ann", about: "my code" });
    expect(await (await ask("/user/ann_1/about")).json()).toMatchObject({
      kind: "t2",
      data: { id: "abc", name: "Ann_1", subreddit: { public_description: "my code" } },
    });
  });

  it("is not found of anybody else", async () => {
    const answer = await start().ask("/user/nobody/about");
    expect([answer.status, await answer.json()]).toEqual([404, { message: "Not Found", error: 404 }]);
  });
});

describe("the window", () => {
  it("counts ten minutes down in the headers and begins anew", async () => {
    const { clock, put, token, ask } = start();
    await put("limits", { calls: 2 });
    const bearer = await token();
    clock.now += 15_500;
    const seen = async () => {
      const { status, headers } = await ask("/api/info?id=t3_a", bearer);
      const window = ["used", "remaining", "reset"].map((name) => headers.get(`x-ratelimit-${name}`));
      return [status, ...window];
    };
    expect([await seen(), await seen(), await seen()]).toEqual([
      [200, "1", "1.0", "585"],
      [200, "2", "0.0", "585"],
      [429, "2", "0.0", "585"],
    ]);
    clock.now = NOW + 599_999;
    expect(await seen()).toEqual([429, "2", "0.0", "1"]);
    clock.now = NOW + 600_000;
    expect(await seen()).toEqual([200, "1", "1.0", "600"]);
  });
});

describe("the vendor", () => {
  it.each([
    [400, "Bad Request"],
    [403, "Forbidden"],
    [429, "Too Many Requests"],
    [500, "Internal Server Error"],
    [503, "Service Unavailable"],
    [599, "Error"],
  ])("fails with %i in its own words", async (status, message) => {
    const { put, ask, token } = start();
    const bearer = await token();
    await put("faults", { status });
    const answer = await ask("/api/info?id=t3_a", bearer);
    expect([answer.status, await answer.json()]).toEqual([status, { message, error: status }]);
  });

  it("counts its calls by operation and the posts they asked for", async () => {
    const { ask, calls } = start();
    await ask("/api/info?id=t3_a,t3_b,t1_c");
    await ask("/by_id/t3_a");
    await ask("/comments/a");
    await ask("/user/ann/about");
    expect(await calls()).toMatchObject({
      by_operation: {
        access_token: { calls: 4, ids: 0 },
        info: { calls: 1, ids: 2 },
        by_id: { calls: 1, ids: 1 },
        comments: { calls: 1, ids: 1 },
        user_about: { calls: 1, ids: 0 },
      },
    });
  });
});
