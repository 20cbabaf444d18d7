import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  refusalOf,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const PLATFORMS = "/api/v1/platforms";
const NOON = "2026-06-01T12:00:00.000Z";

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const send = (method: string, path: string, body?: unknown, key: string | undefined = admin) =>
    world.request(method, `${PLATFORMS}${path}`, { key, body });
  const status = async (platform = "youtube"): Promise<Status> =>
    (await send("GET", `/${platform}/status`)).json();
  return { world, admin, send, status };
}

interface Status {
  config: Record<string, unknown>;
  gate: Record<string, unknown>;
  put_off: Record<string, unknown>;
  vendor_calls: Record<string, number>;
}

const CONFIG = { enabled: true, settle_hours: 12, quota: { limit: 100, window_seconds: 3_600 } };

describe("who may do what with platforms", () => {
  it.each([
    { method: "GET", path: "", roles: ["admin", "advertiser", "affiliate"] },
    { method: "GET", path: "/youtube/status", roles: ["admin", "advertiser"] },
    { method: "POST", path: "/youtube/fetch", body: { external_id: videoId(1) }, roles: ["admin"] },
    { method: "PUT", path: "/youtube/config", body: CONFIG, roles: ["admin"] },
    { method: "POST", path: "/youtube/hold", body: { reason: "Maintenance" }, roles: ["admin"] },
    { method: "POST", path: "/youtube/release", roles: ["admin"] },
  ])("$method $path is for $roles and nobody else", async ({ method, path, body, roles }) => {
    const { world, admin, send } = await aStage();
    const keys = {
      admin,
      advertiser: (await anAdvertiser(world)).key,
      affiliate: (await anAffiliate(world)).key,
    };
    for (const [role, key] of Object.entries(keys)) {
      expect([role, (await send(method, path, body, key)).status]).toEqual([
        role,
        roles.includes(role) ? 200 : 403,
      ]);
    }
    expect(await refusalOf(await world.request(method, `${PLATFORMS}${path}`, { body }))).toMatchObject({
      status: 401,
      code: "unauthenticated",
    });
  });

  it.each([
    ["GET", "/status", undefined],
    ["POST", "/fetch", { external_id: "1" }],
    ["PUT", "/config", CONFIG],
    ["POST", "/hold", { reason: "Maintenance" }],
    ["POST", "/release", undefined],
  ])("%s on a platform we do not know finds nothing at %s", async (method, path, body) => {
    const { send } = await aStage();
    expect(await refusalOf(await send(method, `/myspace${path}`, body))).toMatchObject({
      status: 404,
      code: "not_found",
    });
  });
});

describe("listing platforms", () => {
  it("tells what each can verify, and the settle window in effect", async () => {
    const { send } = await aStage();
    await send("PUT", "/x/config", { enabled: false, settle_hours: 48, quota: null });
    const { data }: { data: { name: string }[] } = await (await send("GET", "")).json();
    expect(data).toContainEqual({
      name: "youtube",
      display_name: "YouTube",
      state: "ok",
      supports: ["views", "likes", "comments"],
      metrics: [
        ["views", "viewCount"],
        ["likes", "likeCount"],
        ["comments", "commentCount"],
      ].map(([metric, field]) => ({
        metric,
        field,
        definition_version: "2026-08-24",
        settle_hours: 0,
        only: null,
      })),
      connect: "code",
      settle_hours: 0,
      batch_size: 50,
      enabled: true,
      quota: null,
      last_success_at: null,
      last_failure_at: null,
    });
    expect(data.find(({ name }) => name === "x")).toMatchObject({ settle_hours: 48, enabled: false });
  });

  it("tells which can be asked now, what is left of their quota and when they last answered", async () => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await submit(world, { key, campaignId, url: "https://x.com/i/status/20" });
    await world.deliver();
    await send("POST", "/tiktok/hold", { reason: "Maintenance" });
    await send("PUT", "/reddit/config", { enabled: false, settle_hours: null, quota: null });
    const gate = world.ctx.gate("meta");
    for (const kind of ["outage", "rate_limited"] as const) {
      const platform = kind === "outage" ? gate : world.ctx.gate("linkedin");
      const { grants } = await platform.admit([{ calls: 5, credential: "app", quota: null }]);
      const permit = String(grants[0]?.permit);
      const outcomes = Array.from({ length: 5 }, () => ({ kind, limits: null, retryAt: null }));
      await platform.settle([{ permit, credential: "app", outcomes, unused: 0 }]);
    }
    const unset = world.ctx.settings;
    world.ctx.settings = (name) => ({ ...unset(name), configured: name !== "instagram" });
    interface Listed {
      name: string;
      state: string;
      last_success_at: string | null;
      quota: { limit: number; remaining: number } | null;
    }
    const { data }: { data: Listed[] } = await (await send("GET", "")).json();
    expect(Object.fromEntries(data.map(({ name, state }) => [name, state]))).toEqual({
      youtube: "ok",
      x: "ok",
      reddit: "disabled",
      instagram: "not_configured",
      meta: "down",
      tiktok: "held",
      linkedin: "throttled",
    });
    const x = data.find(({ name }) => name === "x");
    expect(x).toMatchObject({ last_success_at: NOON, quota: { limit: 3_500, remaining: 3_499 } });
  });
});

describe("the status of a platform", () => {
  it("is empty before anything happened", async () => {
    const { status } = await aStage();
    expect(await status()).toEqual({
      platform: "youtube",
      config: { enabled: true, settle_hours: null, quota: null, updated_at: null },
      gate: {
        breaker: "closed",
        consecutive_failures: 0,
        opened_at: null,
        probe_at: null,
        held: null,
        credentials: [],
        calls_in_flight: 0,
        last_failure_at: null,
        last_success_at: null,
      },
      put_off: { reports: 0, oldest_since: null, oldest_age_seconds: null, capped: false },
      vendor_calls: { answered: 0, rate_limited: 0, unauthorised: 0, outage: 0, unreadable: 0 },
    });
  });

  it("shows what waits for it, since when, and how its calls went", async () => {
    const { world, send, status } = await aStage();
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await submit(world, { key, campaignId, video: videoId(1) });
    await world.deliver();
    await world.setFaults("youtube", { outage: true });
    await submit(world, { key, campaignId, video: videoId(2) });
    await world.deliver();
    await send("POST", "/x/hold", { reason: "Maintenance" });
    await submit(world, { key, campaignId, url: "https://x.com/i/status/20" });
    await world.deliver();
    world.advance(90_000);

    const youtube = await status();
    expect(youtube.put_off).toEqual({
      reports: 1,
      oldest_since: NOON,
      oldest_age_seconds: 90,
      capped: false,
    });
    expect(youtube.vendor_calls).toEqual({
      answered: 1,
      rate_limited: 0,
      unauthorised: 0,
      outage: 1,
      unreadable: 0,
    });
    expect(youtube.gate).toMatchObject({
      consecutive_failures: 1,
      last_failure_at: NOON,
      last_success_at: NOON,
    });
    expect(await status("x")).toMatchObject({
      gate: { held: { reason: "Maintenance", since: NOON } },
      put_off: { reports: 1 },
      vendor_calls: { answered: 0, outage: 0 },
    });
  });

  it("says in ISO instants when an open breaker lets a probe out", async () => {
    const { world, send, status } = await aStage();
    await world.setFaults("youtube", { outage: true });
    for (let call = 0; call < 5; call++) await send("POST", "/youtube/fetch", { external_id: videoId(1) });
    expect((await status()).gate).toMatchObject({
      breaker: "open",
      consecutive_failures: 5,
      opened_at: NOON,
      probe_at: "2026-06-01T12:05:00.000Z",
    });
  });

  it("answers 503 while the gate cannot be reached", async () => {
    const { world, send } = await aStage();
    world.ctx.gate = () => {
      throw new Error("the object is gone");
    };
    expect(await refusalOf(await send("GET", "/youtube/status"))).toMatchObject({
      status: 503,
      code: "temporarily_unavailable",
    });
  });

  it("costs two round trips and reads no table whole", async () => {
    const { world, send } = await aStage();
    world.takeUsage();
    const plans = await plansOf(world, () => send("GET", "/youtube/status"));
    expect(world.takeUsage().trips).toBe(2);
    expect(plans).toContainEqual(expect.stringContaining("USING INDEX reconciliations_put_off"));
    expect(plans).toContainEqual(expect.stringMatching(/SEARCH counters USING PRIMARY KEY/));
    expect(fullScans(plans, "counters")).toEqual([]);
  });
});

describe("fetching a post by hand", () => {
  it("only shows a post that nobody submitted", async () => {
    const { world, send, status } = await aStage();
    await world.setPost("youtube", videoId(7), { metrics: { views: 1_234, likes: 56 } });
    const response = await send("POST", "/youtube/fetch", { url: `https://youtu.be/${videoId(7)}?si=abc` });
    expect(response.status).toBe(200);
    const post: Record<string, unknown> = await response.json();
    expect(post).toMatchObject({
      platform: "youtube",
      external_id: videoId(7),
      post_id: null,
      state: "live",
      observed_at: NOON,
      stored: false,
    });
    expect(post.metrics).toMatchObject({ views: 1_234, likes: 56, clicks: null, conversions: null });
    expect(await rows("select * from posts")).toEqual([]);
    expect((await status()).vendor_calls.answered).toBe(1);
  });

  it("stores what it learns of a submitted post as an observation", async () => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const receipt = await submit(world, { key, campaignId: await aCampaign(world) });
    const post = await (await send("POST", "/youtube/fetch", { external_id: videoId(1) })).json();
    expect(post).toMatchObject({ post_id: receipt.post_id, state: "live", stored: true });
    expect(await rows("select source, views from platform_reports")).toEqual([
      { source: "platform_api", views: 1_000 },
    ]);
    expect(await row("select state, views from posts")).toEqual({ state: "live", views: 1_000 });
  });

  it("also asks for a post whose campaigns are over, and has it observed no further", async () => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world, { claimsCloseAt: world.now + 1_000 });
    await submit(world, { key, campaignId });
    world.advance(1_001);
    const post = await (await send("POST", "/youtube/fetch", { external_id: videoId(1) })).json();
    expect(post).toMatchObject({ state: "live", stored: true });
    expect(await row("select observe_due_at from posts")).toEqual({ observe_due_at: null });
    expect(await rows("select 1 from platform_reports")).toHaveLength(1);
  });

  it.each(["gone", "private"])("tells and stores that a post is %s, without any number", async (state) => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world);
    await submit(world, { key, campaignId: await aCampaign(world) });
    await world.setPost("youtube", videoId(1), { state });
    const post = await (await send("POST", "/youtube/fetch", { external_id: videoId(1) })).json();
    expect(post).toMatchObject({ state, stored: true, metrics: { views: null, likes: null } });
    expect(await row("select state from posts")).toEqual({ state });
  });

  it("shows an answer it cannot trust as unreadable and stores nothing of it", async () => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world);
    await submit(world, { key, campaignId: await aCampaign(world) });
    await world.setFaults("youtube", { garbage: "wrong_type" });
    const post = await (await send("POST", "/youtube/fetch", { external_id: videoId(1) })).json();
    expect(post).toMatchObject({ state: "unreadable", stored: false, metrics: { views: null } });
    expect(await rows("select * from platform_reports")).toEqual([]);
  });

  it("answers 503 with the reason and the time while the breaker is open, without another call", async () => {
    const { world, send } = await aStage();
    await world.setFaults("youtube", { outage: true });
    for (let call = 0; call < 5; call++) {
      const response = await send("POST", "/youtube/fetch", { external_id: videoId(1) });
      expect(response.status).toBe(503);
    }
    world.advance(60_000);
    const { calls } = await world.calls("youtube");
    const response = await send("POST", "/youtube/fetch", { external_id: videoId(1) });
    expect(response.headers.get("retry-after")).toBe("240");
    const { detail }: { detail: string } = await response.json();
    expect(detail).toContain("breaker_open");
    expect(detail).toContain("2026-06-01T12:05:00.000Z");
    expect((await world.calls("youtube")).calls).toBe(calls);
  });

  it("passes the vendor's own wait on", async () => {
    const { world, send } = await aStage();
    await world.setFaults("x", { retry_after: 77 });
    const response = await send("POST", "/x/fetch", { external_id: "20" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("77");
  });

  it("refuses a platform that is switched off", async () => {
    const { world, send } = await aStage();
    await send("PUT", "/youtube/config", { ...CONFIG, enabled: false });
    const refused = await refusalOf(await send("POST", "/youtube/fetch", { external_id: videoId(1) }));
    expect(refused).toMatchObject({ status: 409, code: "conflict" });
    expect((await world.calls("youtube")).calls).toBe(0);
  });

  it.each([
    { body: {}, pointers: ["#/url"], why: "neither" },
    { body: { url: "https://youtu.be/x", external_id: "x" }, pointers: ["#/url"], why: "both" },
    { body: { url: "https://x.com/i/status/20" }, pointers: ["#/url"], why: "another platform's address" },
    { body: { url: "nonsense" }, pointers: ["#/url"], why: "no address" },
    { body: { external_id: "a,b" }, pointers: ["#/external_id"], why: "two ids in one" },
    { body: { external_id: "a".repeat(201) }, pointers: ["#/external_id"], why: "too long an id" },
    { body: { external_id: "a", all: true }, pointers: ["#/all"], why: "an unknown field" },
  ])("refuses $why", async ({ body, pointers }) => {
    const { send } = await aStage();
    const refused = await refusalOf(await send("POST", "/youtube/fetch", body));
    expect(refused).toEqual({ status: 422, code: "validation_failed", pointers });
  });
});

describe("configuring a platform", () => {
  it("replaces the whole configuration", async () => {
    const { world, send, status } = await aStage();
    const response = await send("PUT", "/youtube/config", CONFIG);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ...CONFIG, updated_at: NOON });
    world.advance(1_000);
    await send("PUT", "/youtube/config", { enabled: false, settle_hours: null, quota: null });
    expect((await status()).config).toEqual({
      enabled: false,
      settle_hours: null,
      quota: null,
      updated_at: "2026-06-01T12:00:01.000Z",
    });
    expect(await rows("select platform from platforms")).toEqual([{ platform: "youtube" }]);
  });

  it("bounds the calls that go out", async () => {
    const { world, send } = await aStage();
    await send("PUT", "/youtube/config", { ...CONFIG, quota: { limit: 1, window_seconds: 600 } });
    expect((await send("POST", "/youtube/fetch", { external_id: videoId(1) })).status).toBe(200);
    const refused = await send("POST", "/youtube/fetch", { external_id: videoId(1) });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("600");
    world.advance(600_000);
    expect((await send("POST", "/youtube/fetch", { external_id: videoId(1) })).status).toBe(200);
  });

  it.each([
    { change: { settle_hours: 0 }, status: 200 },
    { change: { settle_hours: 720 }, status: 200 },
    { change: { settle_hours: 721 }, status: 422, pointers: ["#/settle_hours"] },
    { change: { settle_hours: -1 }, status: 422, pointers: ["#/settle_hours"] },
    { change: { settle_hours: 1.5 }, status: 422, pointers: ["#/settle_hours"] },
    { change: { quota: { limit: 1, window_seconds: 2_678_400 } }, status: 200 },
    { change: { quota: { limit: 0, window_seconds: 1 } }, status: 422, pointers: ["#/quota/limit"] },
    { change: { quota: { limit: 1 } }, status: 422, pointers: ["#/quota/window_seconds"] },
    { change: { enabled: "yes" }, status: 422, pointers: ["#/enabled"] },
    { change: { quota: undefined }, status: 422, pointers: ["#/quota"] },
    { change: { batch: 1 }, status: 422, pointers: ["#/batch"] },
  ])("answers $status to $change", async ({ change, status, pointers = [] }) => {
    const { send } = await aStage();
    const response = await send("PUT", "/youtube/config", { ...CONFIG, ...change });
    expect(response.status).toBe(status);
    if (status === 422) expect((await refusalOf(response)).pointers).toEqual(pointers);
  });
});

describe("holding a platform", () => {
  it("stops all calls until it is released", async () => {
    const { world, send } = await aStage();
    const held = await send("POST", "/youtube/hold", { reason: "Vendor maintenance" });
    expect(await held.json()).toMatchObject({ held: { reason: "Vendor maintenance", since: NOON } });
    const refused = await send("POST", "/youtube/fetch", { external_id: videoId(1) });
    expect(refused.status).toBe(503);
    expect(((await refused.json()) as { detail: string }).detail).toContain("operator holds");
    expect((await world.calls("youtube")).calls).toBe(0);

    const released = await send("POST", "/youtube/release");
    expect(await released.json()).toMatchObject({ held: null });
    expect((await send("POST", "/youtube/fetch", { external_id: videoId(1) })).status).toBe(200);
  });

  it("wants a reason", async () => {
    const { send } = await aStage();
    const refused = await refusalOf(await send("POST", "/youtube/hold", { reason: " " }));
    expect(refused).toEqual({ status: 422, code: "validation_failed", pointers: ["#/reason"] });
  });
});
