import { describe, expect, it } from "vitest";
import { createSimulator } from "./app.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR_MS = 3_600_000;
const VIDEO = "dQw4w9WgXcQ";
const POST = "1346889436626259968";

const VIDEOS = "/youtube/v3/videos?part=id,snippet,statistics,status&key=k";
const BEARER = { headers: { authorization: "Bearer t" } };

/** A simulator whose clock can be moved. */
function start({ seed = "seed", at = NOW } = {}) {
  const clock = { now: at };
  const { app, fetch } = createSimulator({ seed, now: () => clock.now });
  const put = (path: string, body: unknown) =>
    app.request(`/_control/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const text = async (path: string, init?: RequestInit) => (await app.request(path, init)).text();
  const control = async (path: string): Promise<unknown> => (await app.request(`/_control/${path}`)).json();
  const views = async (id: string) => /"viewCount":"(\d+)"/.exec(await text(`${VIDEOS}&id=${id}`))?.[1];
  return { app, fetch, clock, put, text, control, views };
}

describe("a post nobody told of", () => {
  it("has the same numbers for the same seed and others for another", async () => {
    const path = `${VIDEOS}&id=${VIDEO},aaaaaaaaaaa`;
    const first = await start().text(path);
    expect(await start().text(path)).toBe(first);
    expect(await start({ seed: "other" }).text(path)).not.toBe(first);
  });

  it("differs from the next, and grows", async () => {
    const { clock, views } = start();
    const before = Number(await views(VIDEO));
    expect(before).toBeGreaterThan(0);
    expect(await views("aaaaaaaaaaa")).not.toBe(String(before));
    clock.now += 24 * HOUR_MS;
    expect(Number(await views(VIDEO))).toBeGreaterThan(before);
  });

  it("was published on X when its id says so, and has no impressions before December 2022", async () => {
    const body = await start().text(`/2/tweets?ids=${POST}&tweet.fields=created_at,public_metrics`, BEARER);
    expect(JSON.parse(body)).toMatchObject({
      data: [{ id: POST, created_at: "2021-01-06T18:40:40.344Z", public_metrics: { impression_count: 0 } }],
    });
  });

  it("can be looked up by the control API", async () => {
    const { control, views } = start();
    expect(await control(`youtube/posts/${VIDEO}`)).toMatchObject({
      id: VIDEO,
      state: "live",
      metrics: { views: Number(await views(VIDEO)) },
    });
  });
});

describe("a post that was told of", () => {
  it("keeps fixed numbers, shows no hidden ones and names its author", async () => {
    const { clock, put, text } = start();
    await put(`youtube/posts/${VIDEO}`, {
      metrics: { views: 1000, likes: null },
      author: { id: "UC1", name: "Ann" },
      published_at: "2026-11-01T00:00:00Z",
    });
    clock.now += 24 * HOUR_MS;
    const [item] = JSON.parse(await text(`${VIDEOS}&id=${VIDEO}`)).items;
    expect(item.statistics).toMatchObject({ viewCount: "1000" });
    expect(item.statistics).not.toHaveProperty("likeCount");
    expect(item.snippet).toMatchObject({
      channelId: "UC1",
      channelTitle: "Ann",
      publishedAt: "2026-11-01T00:00:00Z",
    });
  });

  it("has reactions in proportion to its views where those alone are told", async () => {
    const { put, control } = start();
    await put(`youtube/posts/${VIDEO}`, { metrics: { views: 10 } });
    expect(await control(`youtube/posts/${VIDEO}`)).toMatchObject({
      metrics: { views: 10, likes: 0, comments: 0, shares: 0 },
    });
  });

  it.each([
    [{ initial: 100, per_hour: 10 }, 0, "100", "at the start"],
    [{ initial: 100, per_hour: 10 }, 2.55, "125", "in whole numbers"],
    [{ initial: 100, per_hour: 10, saturates_at: 120 }, 2, "120", "up to where it saturates"],
    [{ initial: 100, per_hour: 10, saturates_at: 120 }, 50, "120", "and no further"],
    [{ initial: 100, per_hour: -10 }, 3, "70", "down, if views are taken back"],
    [{ initial: 100, per_hour: -10 }, 30, "0", "never below zero"],
  ])("grows by %j: after %d hours it has %s views, %s", async (growth, hours, count, _why) => {
    const { clock, put, views } = start();
    await put(`youtube/posts/${VIDEO}`, { growth: { views: growth } });
    clock.now += hours * HOUR_MS;
    expect(await views(VIDEO)).toBe(count);
  });

  it("may have begun to grow earlier", async () => {
    const { put, views } = start();
    const started_at = new Date(NOW - 3 * HOUR_MS).toISOString();
    await put(`youtube/posts/${VIDEO}`, { growth: { views: { initial: 0, per_hour: 7 } }, started_at });
    expect(await views(VIDEO)).toBe("21");
  });

  it("is left out when gone, and back when it lives again", async () => {
    const { put, text } = start();
    await put(`youtube/posts/${VIDEO}`, { state: "gone" });
    expect(JSON.parse(await text(`${VIDEOS}&id=${VIDEO}`))).toMatchObject({
      items: [],
      pageInfo: { totalResults: 0 },
    });
    await put(`youtube/posts/${VIDEO}`, { state: "live" });
    expect(JSON.parse(await text(`${VIDEOS}&id=${VIDEO}`)).items).toHaveLength(1);
  });

  it("is an error beside the others on X", async () => {
    const { put, text } = start();
    await put("x/posts/20", { state: "gone" });
    const body = JSON.parse(await text(`/2/tweets?ids=20,${POST}`, BEARER));
    expect(body.data).toHaveLength(1);
    expect(body.errors).toMatchObject([
      { resource_id: "20", type: expect.stringMatching(/resource-not-found$/) },
    ]);
    expect(JSON.parse(await text("/2/tweets?ids=20", BEARER))).not.toHaveProperty("data");
  });

  it("is of one platform", async () => {
    const { put, text } = start();
    await put("youtube/posts/20", { state: "gone" });
    expect(JSON.parse(await text("/2/tweets?ids=20", BEARER)).data).toHaveLength(1);
  });
});

describe("faults", () => {
  it.each([
    [{ outage: true }, 503],
    [{ status: 500 }, 500],
    [{ status: 401 }, 401],
    [{ retry_after: 30 }, 429],
    [{ error_rate: 1 }, 500],
    [{ error_rate: 1, status: 503 }, 503],
    [{ error_rate: 0, status: 503 }, 200],
    [{ garbage: true }, 200],
    [{ garbage: "redirect" }, 302],
    [{ latency_ms: 1 }, 200],
    [{}, 200],
  ])("of %j make both vendors answer %i", async (faults, status) => {
    const { app, put } = start();
    await put("youtube/faults", faults);
    await put("x/faults", faults);
    expect((await app.request(`${VIDEOS}&id=${VIDEO}`)).status).toBe(status);
    expect((await app.request(`/2/tweets?ids=${POST}`, BEARER)).status).toBe(status);
  });

  it("replace the earlier ones, can be read, and concern one platform", async () => {
    const { app, put, control } = start();
    await put("youtube/faults", { status: 500 });
    await put("youtube/faults", { retry_after: "garbage" });
    expect(await control("youtube/faults")).toEqual({ retry_after: "garbage" });
    expect(await control("x/faults")).toEqual({});
    const answer = await app.request(`${VIDEOS}&id=${VIDEO}`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "garbage"]);
  });

  it("hit the same calls for the same seed, about as many as the error rate says", async () => {
    const failures = async (seed: string) => {
      const { app, put } = start({ seed });
      await put("youtube/faults", { error_rate: 0.3 });
      const statuses: number[] = [];
      for (let n = 0; n < 200; n += 1) statuses.push((await app.request(`${VIDEOS}&id=${VIDEO}`)).status);
      return statuses.map((status) => status === 500);
    };
    const first = await failures("a");
    expect(await failures("a")).toEqual(first);
    expect(await failures("b")).not.toEqual(first);
    const hits = first.filter(Boolean).length;
    expect(hits).toBeGreaterThan(40);
    expect(hits).toBeLessThan(80);
  });

  it("may leave a call hanging until the caller gives up", async () => {
    const { fetch, put } = start();
    await put("x/faults", { outage: "hang" });
    const giveUp = new AbortController();
    const hanging = fetch(`http://sim.test/2/tweets?ids=${POST}`, { ...BEARER, signal: giveUp.signal });
    giveUp.abort(new Error("given up"));
    await expect(hanging).rejects.toThrow("given up");
  });
});

describe("the call log", () => {
  it("counts calls and ids, failed ones included, by operation", async () => {
    const { app, put, control } = start();
    await app.request(`${VIDEOS}&id=${VIDEO},aaaaaaaaaaa`);
    await put("youtube/faults", { outage: true });
    await app.request(`${VIDEOS}&id=${VIDEO}`);
    expect(await control("youtube/calls")).toEqual({
      calls: 2,
      ids: 3,
      by_operation: { "videos.list": { calls: 2, ids: 3 } },
      recent: [
        { at: "2026-11-21T12:00:00.000Z", operation: "videos.list", ids: [VIDEO, "aaaaaaaaaaa"] },
        { at: "2026-11-21T12:00:00.000Z", operation: "videos.list", ids: [VIDEO] },
      ],
    });
    expect(await control("x/calls")).toMatchObject({ calls: 0, ids: 0, recent: [] });
  });

  it("remembers the last 200 calls and counts them all", async () => {
    const { app, control } = start();
    for (let n = 0; n < 201; n += 1) await app.request(`/2/tweets?ids=${n + 1}`, BEARER);
    const log = await control("x/calls");
    expect(log).toMatchObject({ calls: 201, by_operation: { getPostsByIds: { calls: 201 } } });
    expect(log).toHaveProperty("recent.length", 200);
    expect(log).toHaveProperty("recent.0.ids", ["2"]);
  });
});

describe("the vendors' own limits", () => {
  it("end a day of YouTube at its quota and begin anew at midnight in California", async () => {
    const { app, clock, put } = start();
    await put("youtube/limits", { calls: 1 });
    const status = async () => (await app.request(`${VIDEOS}&id=${VIDEO}`)).status;
    expect([await status(), await status()]).toEqual([200, 403]);
    clock.now = Date.UTC(2026, 10, 22, 7, 59);
    expect(await status()).toBe(403);
    clock.now = Date.UTC(2026, 10, 22, 8);
    expect(await status()).toBe(200);
  });

  it("count a window of 15 minutes down in the headers of X", async () => {
    const { app, clock, put } = start();
    await put("x/limits", { calls: 2 });
    const ask = async () => {
      const { status, headers } = await app.request(`/2/tweets?ids=${POST}`, BEARER);
      return [status, headers.get("x-rate-limit-limit"), headers.get("x-rate-limit-remaining")];
    };
    expect([await ask(), await ask(), await ask()]).toEqual([
      [200, "2", "1"],
      [200, "2", "0"],
      [429, "2", "0"],
    ]);
    clock.now += 15 * 60_000;
    expect(await ask()).toEqual([200, "2", "1"]);
  });
});

describe("a request the vendor refuses", () => {
  const fifty = (size: number) => Array.from({ length: size }, (_, n) => n + 1).join(",");

  it.each([
    ["/youtube/v3/videos?part=id&id=a", 403, "unregistered callers"],
    ["/youtube/v3/videos?part=id&id=a&key=invalid1", 400, "API_KEY_INVALID"],
    ["/youtube/v3/videos?id=a&key=k", 400, "missingRequiredParameter"],
    ["/youtube/v3/videos?part=id&key=k", 400, "No filter selected"],
    [`/youtube/v3/videos?part=id&key=k&id=${fifty(51)}`, 400, "invalid"],
  ])("%s is %i: %s", async (path, status, words) => {
    const answer = await start().app.request(path);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
  });

  it.each([
    ["/2/tweets?ids=1", "", 401, "Unauthorized"],
    ["/2/tweets?ids=1", "Bearer invalid", 401, "Unauthorized"],
    ["/2/tweets?ids=1", "Basic abc", 401, "Unauthorized"],
    ["/2/tweets", "Bearer t", 400, "Invalid Request"],
    ["/2/tweets?ids=abc", "Bearer t", 400, "[abc] is not valid"],
    [`/2/tweets?ids=${fifty(101)}`, "Bearer t", 400, "[101]"],
  ])("%s with %j is %i: %s", async (path, authorization, status, words) => {
    const answer = await start().app.request(path, { headers: { authorization } });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(words);
  });

  it("is none at the vendor's own limits of 50 and 100", async () => {
    const { app } = start();
    expect((await app.request(`/youtube/v3/videos?part=id&key=k&id=${fifty(50)}`)).status).toBe(200);
    expect((await app.request(`/2/tweets?ids=${fifty(100)}`, BEARER)).status).toBe(200);
  });
});

describe("what a client may ask to be left out", () => {
  it("are parts and fields on YouTube", async () => {
    const { text } = start();
    const path = `/youtube/v3/videos?part=snippet,statistics&fields=items(id,statistics(viewCount))&key=k&id=${VIDEO}`;
    expect(JSON.parse(await text(path))).toEqual({
      items: [{ id: VIDEO, statistics: { viewCount: expect.any(String) } }],
    });
    const parts = JSON.parse(await text(`/youtube/v3/videos?part=status&key=k&id=${VIDEO}`));
    expect(Object.keys(parts.items[0])).toEqual(["kind", "etag", "id", "status"]);
  });

  it("are fields on X", async () => {
    const body = JSON.parse(await start().text(`/2/tweets?ids=${POST}`, BEARER));
    expect(Object.keys(body.data[0])).toEqual(["id", "text", "edit_history_tweet_ids"]);
  });
});

describe("the control API", () => {
  it.each([
    ["youtube/posts/a", { metrics: { saves: 1 } }, "saves"],
    ["youtube/posts/a", { metrics: { views: -1 } }, "metrics.views"],
    ["youtube/posts/a", { metrics: { views: 1.5 } }, "metrics.views"],
    ["youtube/posts/a", { metrics: { views: "1" } }, "metrics.views"],
    ["youtube/posts/a", { growth: { views: { initial: 1 } } }, "growth.views.per_hour"],
    [
      "youtube/posts/a",
      { metrics: { views: 1 }, growth: { views: { initial: 1, per_hour: 1 } } },
      "either fixed or growing",
    ],
    ["youtube/posts/a", { state: "deleted" }, "state"],
    ["youtube/posts/a", { published_at: "yesterday" }, "published_at"],
    ["youtube/posts/a", { unknown: 1 }, "unknown"],
    ["x/faults", { error_rate: 1.1 }, "error_rate"],
    ["x/faults", { status: 200 }, "status"],
    ["x/faults", { garbage: "some" }, "garbage"],
    ["x/faults", [], "expected object"],
    ["x/limits", { calls: -1 }, "calls"],
    ["x/naming", { names: "2027" }, "legacy, 2026"],
    ["youtube/naming", { names: "legacy" }, "none"],
  ])("refuses PUT %s of %j and says %j", async (path, body, words) => {
    const answer = await start().put(path, body);
    expect(answer.status).toBe(400);
    expect((await answer.json<{ error: string }>()).error).toContain(words);
  });

  it("refuses a body that is not JSON", async () => {
    const answer = await start().app.request("/_control/x/faults", { method: "PUT", body: "{" });
    expect([answer.status, await answer.json()]).toEqual([400, { error: "the body is not JSON" }]);
  });

  it("knows no other platforms", async () => {
    const answer = await start().app.request("/_control/vine/calls");
    expect([answer.status, await answer.json()]).toEqual([404, { error: "no platform vine" }]);
  });

  it("says that it is up", async () => {
    expect(await start().control("health")).toEqual({ status: "ok" });
  });

  it("forgets everything on a reset", async () => {
    const { app, put, control, text } = start();
    const path = `${VIDEOS}&id=${VIDEO}`;
    const before = await text(path);
    await put(`youtube/posts/${VIDEO}`, { metrics: { views: 1 } });
    await put("youtube/faults", { outage: true });
    await put("youtube/limits", { calls: 0 });
    expect((await app.request("/_control/reset", { method: "POST" })).status).toBe(204);
    expect(await control("youtube/calls")).toMatchObject({ calls: 0 });
    expect(await control("youtube/faults")).toEqual({});
    expect(await text(path)).toBe(before);
  });
});
