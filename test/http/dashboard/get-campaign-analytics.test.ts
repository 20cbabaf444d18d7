import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { metricsOf } from "../../../src/domain/metrics.ts";
import { DAY_MS, utcDay } from "../../../src/domain/time.ts";
import { aCampaign, anAdvertiser, anAffiliate, submit, videoId } from "../../support/fixtures.ts";
import { createWorld, issueKey, START, type World } from "../../support/world.ts";

afterEach(() => reset());

interface Gains {
  posts: number;
  metrics: Record<string, number | null>;
  final: number;
  success_rate: number | null;
}

interface Analytics {
  interval: string;
  from: string;
  to: string;
  total: Gains;
  platforms: (Gains & { platform: string })[];
  buckets: {
    label: string;
    from: string;
    to: string;
    total: Gains;
    platforms: (Gains & { platform: string })[];
  }[];
}

const ask = (world: World, campaignId: string, key: string | undefined, query = "") =>
  world.request("GET", `/api/v1/analytics/campaigns/${campaignId}${query}`, { key });

async function analytics(world: World, campaignId: string, query = ""): Promise<Analytics> {
  const response = await ask(world, campaignId, await issueKey(world, "admin", null), query);
  expect(response.status).toBe(200);
  return response.json();
}

/** A row of the day grain. */
async function gained(campaignId: string, date: string, platform: string, views: number): Promise<void> {
  await env.DB.prepare(
    "insert into rollups (campaign_id, affiliate_id, day, platform, views) values (?, '', ?, ?, ?)",
  )
    .bind(campaignId, utcDay(Date.parse(date)), platform, views)
    .run();
}

describe("the analytics of a campaign", () => {
  it("show by default the last thirty days, each with what was gained and judged on it", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const { key } = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: null, comments: 0 } });
    await submit(world, { key, campaignId });
    world.advance(1_000);
    await world.deliver();
    const body = await analytics(world, campaignId);
    expect(body).toMatchObject({
      interval: "day",
      from: "2026-05-03T00:00:00.000Z",
      to: "2026-06-02T00:00:00.000Z",
      total: { posts: 1, final: 1, success_rate: 1 },
    });
    expect(body.buckets).toHaveLength(30);
    const today = body.buckets.at(-1);
    expect(today).toMatchObject({
      label: "2026-06-01",
      from: "2026-06-01T00:00:00.000Z",
      to: "2026-06-02T00:00:00.000Z",
    });
    expect(today?.total.metrics).toEqual(metricsOf({ views: 1_000, comments: 0 }));
    expect(today?.platforms.map(({ platform, metrics }) => [platform, metrics.views])).toEqual([
      ["x", null],
      ["youtube", 1_000],
    ]);
  });

  it("show a bucket without data with zero counts, and with unknown instead of zero metrics", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world, { platforms: ["x"] });
    const body = await analytics(world, campaignId, "?from=2026-05-30&to=2026-05-31");
    const [bucket] = body.buckets;
    expect(bucket?.total).toMatchObject({ posts: 0, final: 0, success_rate: null, metrics: metricsOf({}) });
    expect(bucket?.platforms).toHaveLength(1);
    expect(bucket?.platforms[0]).toMatchObject({ platform: "x", posts: 0, metrics: metricsOf({}) });
  });

  it("cover [from, to): the day of from is in, the day of to is out", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    for (const [date, views] of [
      ["2026-05-09", 1],
      ["2026-05-10", 10],
      ["2026-05-11", 100],
      ["2026-05-12", 1_000],
    ] as const) {
      await gained(campaignId, date, "x", views);
    }
    const body = await analytics(world, campaignId, "?from=2026-05-10&to=2026-05-12T00:00:00Z");
    expect(body.total.metrics.views).toBe(110);
    expect(body.buckets.map(({ label, total }) => [label, total.metrics.views])).toEqual([
      ["2026-05-10", 10],
      ["2026-05-11", 100],
    ]);
  });

  it("cover the whole of a day that is asked for in part, and say so", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    await gained(campaignId, "2026-05-10", "x", 10);
    // An offset moves the instant into the day before.
    const body = await analytics(
      world,
      campaignId,
      `?from=${encodeURIComponent("2026-05-11T01:00:00+02:00")}&to=2026-05-10T23:30:00Z`,
    );
    expect(body).toMatchObject({ from: "2026-05-10T00:00:00.000Z", to: "2026-05-11T00:00:00.000Z" });
    expect(body.total.metrics.views).toBe(10);
  });

  it.each([
    {
      interval: "week",
      query: "?from=2025-12-28&to=2026-01-06",
      expected: [
        ["2025-W52", 1],
        ["2026-W01", 110],
        ["2026-W02", null],
      ],
    },
    {
      interval: "month",
      query: "?from=2025-12-01&to=2026-02-01",
      expected: [
        ["2025-12", 11],
        ["2026-01", 100],
      ],
    },
  ])("gather days into $interval buckets", async ({ interval, query, expected }) => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    await gained(campaignId, "2025-12-28", "x", 1);
    await gained(campaignId, "2025-12-31", "youtube", 10);
    await gained(campaignId, "2026-01-04", "x", 100);
    const body = await analytics(world, campaignId, `${query}&interval=${interval}`);
    expect(body.buckets.map(({ label, total }) => [label, total.metrics.views])).toEqual(expected);
    const perPlatform = body.platforms.map(({ platform, metrics }) => [platform, metrics.views]);
    expect(perPlatform).toEqual([
      ["x", 101],
      ["youtube", 10],
    ]);
  });

  it.each([
    { query: "?from=2026-05-02&to=2026-05-02", pointer: "#query/to", why: "an empty range" },
    { query: "?from=2026-05-03&to=2026-05-02", pointer: "#query/to", why: "a reversed range" },
    { query: "?from=2025-05-01&to=2026-05-03", pointer: "#query/from", why: "367 days" },
    { query: "?from=1999-12-31&to=2000-01-02", pointer: "#query/from", why: "before there was anything" },
    { query: "?from=yesterday", pointer: "#query/from", why: "no instant" },
    { query: "?from=2026-02-30", pointer: "#query/from", why: "no date" },
    { query: "?to=1780000000000", pointer: "#query/to", why: "a bare number" },
    { query: "?interval=hour", pointer: "#query/interval", why: "an unknown interval" },
    { query: "?until=2026-05-02", pointer: "#query/until", why: "an unknown field" },
  ])("refuse $why", async ({ query, pointer }) => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const response = await ask(world, campaignId, await issueKey(world, "admin", null), query);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "validation_failed", errors: [{ pointer }] });
  });

  it("take 366 days, a leap year", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const body = await analytics(world, campaignId, "?from=2028-01-01&to=2029-01-01");
    expect(body.buckets).toHaveLength(366);
  });

  it("reach back to 2000-01-01", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const body = await analytics(world, campaignId, "?from=2000-01-01&to=2000-01-02");
    expect(body.buckets.map(({ label }) => label)).toEqual(["2000-01-01"]);
  });

  it("are the owner's and the admin's", async () => {
    const world = createWorld();
    const owner = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: owner.id });
    const stranger = await anAdvertiser(world);
    const affiliate = await anAffiliate(world);
    const statuses = [undefined, affiliate.key, stranger.key, owner.key].map(
      async (key) => (await ask(world, campaignId, key)).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 403, 404, 200]);
    expect((await ask(world, world.ctx.ids("cmp"), owner.key)).status).toBe(404);
    expect((await ask(world, "cmp_1", owner.key)).status).toBe(422);
  });

  it("cost two round trips and a row a day and platform", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const insert = env.DB.prepare(
      "insert into rollups (campaign_id, affiliate_id, day, platform, views) values (?, '', ?, ?, 1)",
    );
    const today = utcDay(START);
    const days = Array.from({ length: 60 }, (_, i) => today - i);
    await env.DB.batch(
      days.flatMap((day) => ["x", "youtube"].map((name) => insert.bind(campaignId, day, name))),
    );
    world.takeUsage();
    const from = new Date((today - 29) * DAY_MS).toISOString();
    expect((await ask(world, campaignId, advertiser.key, `?from=${from}`)).status).toBe(200);
    const usage = world.takeUsage();
    expect(usage.trips).toBe(2);
    expect(usage.rowsRead).toBeLessThanOrEqual(2 * 30 + 10);
  });
});
