import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { METRICS } from "../../../src/domain/metrics.ts";
import { DAY_MS, utcDay } from "../../../src/domain/time.ts";
import { observePosts } from "../../../src/services/observe-posts.ts";
import { aCampaign, anAdvertiser, anAffiliate, rows, submit, videoId } from "../../support/fixtures.ts";
import { trafficOfHour } from "../../support/traffic.ts";
import { createWorld, issueKey, START, type World } from "../../support/world.ts";

afterEach(() => reset());

const dashboard = (world: World, campaignId: string, key?: string) =>
  world.request("GET", `/api/v1/dashboard/campaigns/${campaignId}`, { key });

const NO_STATUS = {
  MATCHED: 0,
  DISCREPANCY_LOW: 0,
  DISCREPANCY_MEDIUM: 0,
  DISCREPANCY_HIGH: 0,
  AFFILIATE_OVERCLAIMED: 0,
  MISSING_PLATFORM_DATA: 0,
  INCOMPLETE_PLATFORM_DATA: 0,
  UNVERIFIABLE: 0,
  SKIPPED_SUSPENDED: 0,
  SUPERSEDED: 0,
};
const UNKNOWN = Object.fromEntries(METRICS.map((metric) => [metric, null]));
const NOTHING = { posts: 0, metrics: UNKNOWN, final: 0, statuses: NO_STATUS, success_rate: null };

describe("the dashboard of a campaign", () => {
  it("shows a match, an overclaim and a pending report in full", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const [honest, liar] = [await anAffiliate(world), await anAffiliate(world)];
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: 9, comments: null } });
    await world.setPost("youtube", videoId(2), { metrics: { views: 400, likes: null, comments: null } });
    await submit(world, { key: honest.key, campaignId, video: videoId(1) });
    const lie = await submit(world, { key: liar.key, campaignId, video: videoId(2) });
    world.advance(1_000);
    await world.deliver();
    await submit(world, { key: honest.key, campaignId, video: videoId(3) });

    const response = await dashboard(world, campaignId, advertiser.key);
    expect(response.status).toBe(200);
    const verified = {
      posts: 2,
      metrics: { ...UNKNOWN, views: 1_400, likes: 9 },
      final: 2,
      statuses: { ...NO_STATUS, MATCHED: 1, AFFILIATE_OVERCLAIMED: 1 },
      success_rate: 0.5,
    };
    const alert = expect.objectContaining({
      category: "FRAUD",
      campaign_id: campaignId,
      report_id: lie.report_id,
      cause: `overclaim:${lie.report_id}`,
      first_seen_at: "2026-06-01T12:00:01.000Z",
    });
    expect(await response.json()).toEqual({
      campaign: {
        id: campaignId,
        advertiser_id: advertiser.id,
        name: `Campaign ${campaignId}`,
        status: "ACTIVE",
        starts_at: "2026-05-31T12:00:00.000Z",
        ends_at: null,
      },
      totals: { submissions: 3, reports: 3, pending: 1, ...verified },
      platforms: [
        { platform: "x", ...NOTHING },
        { platform: "youtube", ...verified },
      ],
      top_affiliates: [
        {
          affiliate_id: honest.id,
          name: `Affiliate ${honest.id}`,
          trust: 0.51,
          posts: 1,
          metrics: { ...UNKNOWN, views: 1_000, likes: 9 },
          final: 1,
          statuses: { ...NO_STATUS, MATCHED: 1 },
          success_rate: 1,
        },
        {
          affiliate_id: liar.id,
          name: `Affiliate ${liar.id}`,
          trust: 0.4,
          posts: 1,
          metrics: { ...UNKNOWN, views: 400 },
          final: 1,
          statuses: { ...NO_STATUS, AFFILIATE_OVERCLAIMED: 1 },
          success_rate: 0,
        },
      ],
      time_series: [{ date: "2026-06-01", platform: "youtube", ...verified }],
      traffic: { currency: null, clicks: null, conversions: null },
      recent_alerts: [alert],
    });
  });

  it("of a campaign without submissions is unknown everywhere and zero nowhere it should not be", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world, { platforms: ["x"] });
    const response = await dashboard(world, campaignId, await issueKey(world, "admin", null));
    expect(await response.json()).toMatchObject({
      totals: { submissions: 0, reports: 0, pending: 0, ...NOTHING },
      platforms: [{ platform: "x", ...NOTHING }],
      top_affiliates: [],
      time_series: [],
      recent_alerts: [],
    });
  });

  it("shows all clicks and orders so far, and says nothing of orders that nobody reports", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const admin = await issueKey(world, "admin", null);
    const traffic = async () =>
      (await (await dashboard(world, campaignId, admin)).json<{ traffic: unknown }>()).traffic;
    const clicks = { human: 7, automated: 2, unique_human: 5, unique_automated: 1 };
    await trafficOfHour(campaignId, 490_000, { human: 1_000 });
    await trafficOfHour(campaignId, -1, clicks);
    expect(await traffic()).toEqual({ currency: null, clicks, conversions: null });
    await env.DB.prepare("update campaigns set currency = 'EUR', conversions_from = 0").run();
    const none = { orders: 0, reversed: 0, value_minor: 0, refunded_minor: 0, unattributed: 0 };
    expect(await traffic()).toEqual({ currency: "EUR", clicks, conversions: none });
    const conversions = { orders: 3, reversed: 1, value_minor: 500, refunded_minor: 40, unattributed: 2 };
    await env.DB.prepare(
      "update campaign_traffic set orders = 3, reversed = 1, value_minor = 500, refunded_minor = 40, unattributed = 2 where hour = -1",
    ).run();
    expect(await traffic()).toEqual({ currency: "EUR", clicks, conversions });
  });

  it("takes no clicks for none because orders came", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const admin = await issueKey(world, "admin", null);
    const clicksNow = async () => {
      const response = await dashboard(world, campaignId, admin);
      return (await response.json<{ traffic: { clicks: unknown } }>()).traffic.clicks;
    };
    await trafficOfHour(campaignId, -1, { orders: 2, value_minor: 80, unattributed: 2 });
    expect(await clicksNow()).toBeNull();
    await env.DB.prepare("update campaign_traffic set automated = 1, unique_automated = 1").run();
    expect(await clicksNow()).toEqual({ human: 0, automated: 1, unique_human: 0, unique_automated: 1 });
  });

  it("counts each post by its latest observation, and each day by what it gained", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const { key } = await anAffiliate(world);
    await submit(world, { key, campaignId });
    const [post] = await rows<{ id: string }>("select id from posts");
    for (const views of [100, 250, 200]) {
      await world.setPost("youtube", videoId(1), { metrics: { views, likes: null, comments: null } });
      await observePosts(world.ctx, [post?.id ?? ""]);
      world.advance(DAY_MS);
    }
    const response = await dashboard(world, campaignId, await issueKey(world, "admin", null));
    const body = await response.json<{
      totals: { metrics: { views: number } };
      time_series: { date: string; metrics: { views: number } }[];
    }>();
    expect(body.totals.metrics).toEqual({ ...UNKNOWN, views: 200 });
    expect(body.time_series.map(({ date, metrics }) => [date, metrics.views])).toEqual([
      ["2026-06-01", 100],
      ["2026-06-02", 150],
      ["2026-06-03", -50],
    ]);
  });

  it("reaches back thirty UTC days, today included", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const insert = env.DB.prepare(
      "insert into rollups (campaign_id, affiliate_id, day, platform, views) values (?, '', ?, 'x', 1)",
    );
    const today = utcDay(START);
    await env.DB.batch([-30, -29, 0, 1].map((offset) => insert.bind(campaignId, today + offset)));
    const response = await dashboard(world, campaignId, await issueKey(world, "admin", null));
    const { time_series } = await response.json<{ time_series: { date: string }[] }>();
    expect(time_series.map(({ date }) => date)).toEqual(["2026-05-03", "2026-06-01"]);
  });

  it("names ten affiliates by verified views and the ten newest alerts, of this campaign alone", async () => {
    const world = createWorld();
    const [campaignId, other] = [await aCampaign(world), await aCampaign(world)];
    const affiliates = await Promise.all(Array.from({ length: 12 }, () => anAffiliate(world)));
    const alert = env.DB.prepare(
      `insert into alerts (id, cause, category, severity, title, message, campaign_id, first_seen_at, last_seen_at)
       values (?, ?, 'FRAUD', 'HIGH', 't', 'm', ?, 1, 1)`,
    );
    const rollup = env.DB.prepare(
      "insert into rollups (campaign_id, affiliate_id, day, platform, views, known_views) values (?, ?, 0, '', ?, 1)",
    );
    const alertIds = affiliates.map(() => world.ctx.ids("alr"));
    await env.DB.batch([
      ...affiliates.map(({ id }, i) => rollup.bind(campaignId, id, (i * 7) % 12)),
      rollup.bind(other, affiliates[0]?.id, 999),
      ...alertIds.map((id) => alert.bind(id, id, campaignId)),
      alert.bind(world.ctx.ids("alr"), "elsewhere", other),
    ]);
    const response = await dashboard(world, campaignId, await issueKey(world, "admin", null));
    const body = await response.json<{
      top_affiliates: { metrics: { views: number } }[];
      recent_alerts: { id: string }[];
    }>();
    expect(body.top_affiliates.map(({ metrics }) => metrics.views)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(body.recent_alerts.map(({ id }) => id)).toEqual(alertIds.slice(2).reverse());
  });
});

describe("who may see it", () => {
  it("is checked before anything is shown, whether or not the campaign exists", async () => {
    const world = createWorld();
    const owner = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: owner.id });
    const missing = world.ctx.ids("cmp");
    const stranger = await anAdvertiser(world);
    const affiliate = await anAffiliate(world);
    const admin = await issueKey(world, "admin", null);
    const revoked = await issueKey(world, "admin", null);
    await env.DB.prepare(
      "update api_keys set revoked_at = 1 where id = (select max(id) from api_keys)",
    ).run();
    const cases = [
      { key: undefined, found: 401, absent: 401 },
      { key: "cck_nonsense", found: 401, absent: 401 },
      { key: revoked, found: 401, absent: 401 },
      { key: affiliate.key, found: 403, absent: 403 },
      { key: stranger.key, found: 404, absent: 404 },
      { key: owner.key, found: 200, absent: 404 },
      { key: admin, found: 200, absent: 404 },
    ];
    for (const { key, found, absent } of cases) {
      expect((await dashboard(world, campaignId, key)).status).toBe(found);
      expect((await dashboard(world, missing, key)).status).toBe(absent);
      expect((await dashboard(world, "no-id-at-all", key)).status).toBe(absent);
    }
  });
});

describe("what it costs", () => {
  /** Rollups of 7 platforms × 40 days and 500 affiliates, and 50 alerts, beside a campaign of the same size. */
  async function aBusyCampaign(world: World, advertiserId: string): Promise<string> {
    const platforms = ["facebook", "instagram", "linkedin", "reddit", "tiktok", "x", "youtube"];
    const campaignId = await aCampaign(world, { advertiserId, platforms });
    const numbers = (n: number) => JSON.stringify(Array.from({ length: n }, (_, i) => i));
    const today = utcDay(START);
    await env.DB.batch([
      env.DB.prepare(
        `insert into rollups (campaign_id, affiliate_id, day, platform, views, known_views)
         select ?, '', 0, value, 10, 1 from json_each(?)`,
      ).bind(campaignId, JSON.stringify(["", ...platforms])),
      env.DB.prepare(
        `insert into rollups (campaign_id, affiliate_id, day, platform, views)
         select ?, '', cast(? as integer) - d.value, p.value, 1 from json_each(?) d cross join json_each(?) p`,
      ).bind(campaignId, today, numbers(40), JSON.stringify(platforms)),
      env.DB.prepare(
        `insert or ignore into affiliates (id, name, email, created_at, updated_at)
         select 'aff_' || value, 'Affiliate ' || value, value || '@example.com', 1, 1 from json_each(?)`,
      ).bind(numbers(500)),
      env.DB.prepare(
        `insert into rollups (campaign_id, affiliate_id, day, platform, views, known_views)
         select ?, 'aff_' || value, 0, '', value, 1 from json_each(?)`,
      ).bind(campaignId, numbers(500)),
      env.DB.prepare(
        `insert into alerts (id, cause, category, severity, title, message, campaign_id, first_seen_at, last_seen_at)
         select 'alr_' || ?1 || value, ?1 || value, 'FRAUD', 'HIGH', 't', 'm', ?1, 1, 1 from json_each(?2)`,
      ).bind(campaignId, numbers(50)),
    ]);
    return campaignId;
  }

  it("is one round trip and at most 300 rows, key included, for 7 platforms, 30 days and 500 affiliates", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aBusyCampaign(world, advertiser.id);
    await aBusyCampaign(world, advertiser.id);
    for (const key of [advertiser.key, await issueKey(world, "admin", null)]) {
      world.takeUsage();
      const path = `/api/v1/dashboard/campaigns/${campaignId}`;
      const response = await world.request("GET", path, { key, invented: true });
      expect(response.status).toBe(200);
      const { time_series } = await response.json<{ time_series: unknown[] }>();
      expect(time_series).toHaveLength(7 * 30);
      const usage = world.takeUsage();
      expect(usage).toMatchObject({ trips: 1, rowsWritten: 0 });
      expect(usage.rowsRead).toBeLessThanOrEqual(300);
    }
  });

  it("is no round trip for a key that cannot be one", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    world.takeUsage();
    await dashboard(world, campaignId, "cck_nonsense");
    expect(world.takeUsage().trips).toBe(0);
  });
});
