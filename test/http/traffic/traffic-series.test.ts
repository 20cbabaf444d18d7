import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../src/domain/time.ts";
import { aCampaign, anAdvertiser, anAffiliate, refusalOf, row, submit } from "../../support/fixtures.ts";
import { fullScans, plansOf } from "../../support/query-plans.ts";
import {
  clicksOfDay,
  clicksOfHour,
  ordersOfDay,
  ordersOfHour,
  trafficOfHour,
} from "../../support/traffic.ts";
import { createWorld, issueKey, START } from "../../support/world.ts";

afterEach(() => reset());

const HOUR = START / HOUR_MS;
const DAY = Math.floor(START / DAY_MS);
const iso = (ms: number) => new Date(ms).toISOString();

interface Clicks {
  human: number;
  automated: number;
  unique_human: number;
  unique_automated: number;
}

interface Conversions {
  orders: number;
  reversed: number;
  value_minor: number;
  refunded_minor: number;
  unattributed?: number;
}

interface Series {
  interval: string;
  from: string;
  to: string;
  currency: string | null;
  totals: { clicks: Clicks | null; conversions: Conversions | null };
  buckets: { start: string; end: string; clicks: Clicks | null; conversions: Conversions | null }[];
}

/** A submission made at START with its own link and a second one; seen two days later. */
async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const advertiser = await anAdvertiser(world);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  await env.DB.prepare(
    "update campaigns set landing_url = 'https://shop.example/', currency = 'EUR', conversions_from = ?",
  )
    .bind(START)
    .run();
  const { submission_id } = await submit(world, { key: affiliate.key, campaignId });
  const own = (await row<{ code: string }>("select code from tracked_links"))?.code ?? "";
  const body = { submission_id };
  const made = await world.request("POST", "/api/v1/links", { key: affiliate.key, body });
  const { code: second }: { code: string } = await made.json();
  world.advance(2 * DAY_MS);
  const paths = {
    campaign: `/campaigns/${campaignId}`,
    submission: `/submissions/${submission_id}`,
    link: `/links/${own}`,
  };
  const ask = (of: keyof typeof paths, query: string, key: string | undefined = admin) =>
    world.request("GET", `/api/v1${paths[of]}/traffic?${query}`, { key });
  const series = async (of: keyof typeof paths, query: string): Promise<Series> => {
    const response = await ask(of, query);
    expect(response.status).toBe(200);
    return response.json();
  };
  return {
    world,
    admin,
    advertiser,
    affiliate,
    campaignId,
    submissionId: submission_id,
    own,
    second,
    ask,
    series,
  };
}

const NO_CLICKS = { human: 0, automated: 0, unique_human: 0, unique_automated: 0 };
const NO_ORDERS = { orders: 0, reversed: 0, value_minor: 0, refunded_minor: 0 };

const humans = ({ buckets }: Series) => buckets.map(({ clicks }) => clicks?.human ?? null);
const orders = ({ buckets }: Series) => buckets.map(({ conversions }) => conversions?.orders ?? null);

describe("the traffic of a link", () => {
  it("by the hour shows what each hour counted, true zeros once it existed, and nothing before", async () => {
    const s = await aStage();
    await clicksOfHour(s.own, HOUR, { human: 5, automated: 2, unique_human: 4, unique_automated: 1 });
    await clicksOfHour(s.second, HOUR, { human: 90 });
    await ordersOfHour(s.own, HOUR + 1, { orders: 3, reversed: 1, value_minor: 999, refunded_minor: 333 });
    const query = `interval=hour&from=${iso(START - HOUR_MS)}&to=${iso(START + 3 * HOUR_MS)}`;
    expect(await s.series("link", query)).toEqual({
      interval: "hour",
      from: iso(START - HOUR_MS),
      to: iso(START + 3 * HOUR_MS),
      currency: "EUR",
      totals: {
        clicks: { human: 5, automated: 2, unique_human: 4, unique_automated: 1 },
        conversions: { orders: 3, reversed: 1, value_minor: 999, refunded_minor: 333 },
      },
      buckets: [
        { start: iso(START - HOUR_MS), end: iso(START), clicks: null, conversions: null },
        {
          start: iso(START),
          end: iso(START + HOUR_MS),
          clicks: { human: 5, automated: 2, unique_human: 4, unique_automated: 1 },
          conversions: NO_ORDERS,
        },
        {
          start: iso(START + HOUR_MS),
          end: iso(START + 2 * HOUR_MS),
          clicks: NO_CLICKS,
          conversions: { orders: 3, reversed: 1, value_minor: 999, refunded_minor: 333 },
        },
        {
          start: iso(START + 2 * HOUR_MS),
          end: iso(START + 3 * HOUR_MS),
          clicks: NO_CLICKS,
          conversions: NO_ORDERS,
        },
      ],
    });
  });

  it("by the day comes from the days, by default the last thirty including today", async () => {
    const s = await aStage();
    await clicksOfDay(s.own, DAY, { human: 7 });
    await clicksOfHour(s.own, HOUR, { human: 1_000 });
    await ordersOfDay(s.own, DAY + 1, { orders: 2 });
    const read = await s.series("link", "");
    expect(read).toMatchObject({
      interval: "day",
      from: iso((DAY - 27) * DAY_MS),
      to: iso((DAY + 3) * DAY_MS),
    });
    expect(read.buckets).toHaveLength(30);
    expect(humans(read).slice(-4)).toEqual([null, 7, 0, 0]);
    expect(orders(read).slice(-4)).toEqual([null, 0, 2, 0]);
    expect(read.totals.clicks?.human).toBe(7);
  });

  it("by the hour shows by default the last 48 including this one, and what is to come as unknown", async () => {
    const s = await aStage();
    s.world.advance(1);
    const now = await s.series("link", "interval=hour");
    expect(now.buckets).toHaveLength(48);
    expect(now.buckets.at(-1)?.start).toBe(iso(START + 2 * DAY_MS));
    const next = await s.series(
      "link",
      `interval=hour&from=${iso(s.world.now)}&to=${iso(s.world.now + HOUR_MS)}`,
    );
    expect(humans(next)).toEqual([0, null]);
  });

  it("does not take orders that nobody reports for none", async () => {
    const s = await aStage();
    const day = `from=${iso(DAY * DAY_MS)}&to=${iso((DAY + 2) * DAY_MS)}`;
    await env.DB.prepare("update campaigns set conversions_from = ?")
      .bind((DAY + 1) * DAY_MS)
      .run();
    expect(orders(await s.series("link", day))).toEqual([null, 0]);
    await env.DB.prepare("update campaigns set conversions_from = null").run();
    const unknown = await s.series("link", day);
    expect(orders(unknown)).toEqual([null, null]);
    expect(unknown.totals).toEqual({ clicks: NO_CLICKS, conversions: null });
    await ordersOfDay(s.own, DAY, { orders: 1 });
    expect(orders(await s.series("link", day))).toEqual([1, null]);
  });
});

describe("the traffic of a submission", () => {
  it("is that of all its links, and of no other", async () => {
    const s = await aStage();
    const free = await s.world.request("POST", "/api/v1/links", {
      key: s.affiliate.key,
      body: { campaign_id: s.campaignId },
    });
    const { code: other }: { code: string } = await free.json();
    await clicksOfDay(s.own, DAY, { human: 1, unique_human: 1 });
    await clicksOfDay(s.second, DAY, { human: 10, unique_human: 5 });
    await clicksOfDay(other, DAY, { human: 100 });
    await ordersOfDay(s.second, DAY + 1, { orders: 4, value_minor: 50 });
    const read = await s.series("submission", `from=${iso(START)}&interval=week`);
    expect(read.buckets).toHaveLength(1);
    expect(read.totals).toEqual({
      clicks: { ...NO_CLICKS, human: 11, unique_human: 6 },
      conversions: { ...NO_ORDERS, orders: 4, value_minor: 50 },
    });
  });
});

describe("the traffic of a campaign", () => {
  it("is read from its own hours, with the orders that no link counts", async () => {
    const s = await aStage();
    await trafficOfHour(s.campaignId, -1, { human: 1_000 });
    await trafficOfHour(s.campaignId, DAY * 24, { human: 1, orders: 3, unattributed: 2 });
    await trafficOfHour(s.campaignId, DAY * 24 + 23, { human: 10, value_minor: 5 });
    await trafficOfHour(s.campaignId, DAY * 24 + 24, { human: 100 });
    await clicksOfDay(s.own, DAY, { human: 5_000 });
    const days = `from=${iso((DAY - 1) * DAY_MS)}&to=${iso((DAY + 2) * DAY_MS)}`;
    const read = await s.series("campaign", days);
    expect(humans(read)).toEqual([null, 11, 100]);
    expect(read.buckets[1]?.conversions).toEqual({
      ...NO_ORDERS,
      orders: 3,
      value_minor: 5,
      unattributed: 2,
    });
    const hours = await s.series(
      "campaign",
      `interval=hour&from=${iso((DAY + 1) * DAY_MS - HOUR_MS)}&to=${iso((DAY + 1) * DAY_MS + HOUR_MS)}`,
    );
    expect(humans(hours)).toEqual([10, 100]);
  });

  it("of which nothing came and nobody has submitted is unknown", async () => {
    const s = await aStage();
    await env.DB.batch([
      env.DB.prepare("update campaigns set conversions_from = null"),
      env.DB.prepare("delete from tracked_links"),
    ]);
    expect((await s.series("campaign", "")).totals).toEqual({ clicks: null, conversions: null });
    await trafficOfHour(s.campaignId, HOUR, { automated: 1 });
    expect(humans(await s.series("campaign", "")).slice(-4)).toEqual([null, 0, 0, 0]);
  });

  it("takes no clicks for none because orders came, nor the other way round", async () => {
    const s = await aStage();
    await env.DB.batch([
      env.DB.prepare("update campaigns set conversions_from = null"),
      env.DB.prepare("delete from tracked_links"),
    ]);
    await trafficOfHour(s.campaignId, HOUR - 48, { orders: 1, value_minor: 5, unattributed: 1 });
    const ordered = await s.series("campaign", "");
    expect(humans(ordered).slice(-5)).toEqual([null, null, null, null, null]);
    expect(orders(ordered).slice(-5)).toEqual([1, null, null, null, null]);
    expect(ordered.totals.clicks).toBeNull();
    await trafficOfHour(s.campaignId, HOUR, { human: 2 });
    const clicked = await s.series("campaign", "");
    expect(humans(clicked).slice(-5)).toEqual([null, null, 2, 0, 0]);
    expect(orders(clicked).slice(-5)).toEqual([1, null, null, null, null]);
  });
});

describe("links that lead nowhere", () => {
  it.each(["campaign", "submission", "link"] as const)(
    "have no clicks that are known, also as those of a %s, until there is a landing URL",
    async (of) => {
      const s = await aStage();
      await env.DB.prepare("update campaigns set landing_url = null").run();
      const never = await s.series(of, "");
      expect(humans(never).slice(-3)).toEqual([null, null, null]);
      expect(never.totals.clicks).toBeNull();
      await env.DB.prepare("update campaigns set landing_url = 'https://shop.example/', landing_from = ?")
        .bind((DAY + 1) * DAY_MS)
        .run();
      expect(humans(await s.series(of, "")).slice(-3)).toEqual([null, 0, 0]);
    },
  );
});

describe("a series of traffic", () => {
  it.each(["campaign", "submission", "link"] as const)(
    "of a %s refuses a range it cannot cover",
    async (of) => {
      const s = await aStage();
      for (const [query, pointer] of [
        ["interval=minute", "#query/interval"],
        ["until=2026-06-01", "#query/until"],
        ["from=yesterday", "#query/from"],
        ["from=2026-06-02&to=2026-06-02", "#query/to"],
        ["interval=hour&from=2026-06-02&to=2026-06-01", "#query/to"],
        ["interval=hour&from=1999-12-31&to=2000-01-01", "#query/from"],
        ["from=2025-05-01&to=2026-05-03", "#query/from"],
        [`interval=hour&from=2026-05-01&to=${iso(Date.UTC(2026, 5, 1) + 1)}`, "#query/from"],
      ] as const) {
        expect(await refusalOf(await s.ask(of, query))).toMatchObject({ status: 422, pointers: [pointer] });
      }
    },
  );

  it("covers 31 days of hours and 366 days", async () => {
    const s = await aStage();
    expect((await s.series("link", "interval=hour&from=2026-05-01&to=2026-06-01")).buckets).toHaveLength(744);
    expect((await s.series("campaign", "from=2028-01-01&to=2029-01-01")).buckets).toHaveLength(366);
  });

  it("is for who owns the thing: an affiliate sees no campaign's, and nobody sees a stranger's", async () => {
    const s = await aStage();
    const [affiliate, advertiser] = [await anAffiliate(s.world), await anAdvertiser(s.world)];
    const statuses = async (key: string | undefined) => [
      (await s.ask("campaign", "", key)).status,
      (await s.ask("submission", "", key)).status,
      (await s.ask("link", "", key)).status,
    ];
    expect(await statuses(s.affiliate.key)).toEqual([403, 200, 200]);
    expect(await statuses(s.advertiser.key)).toEqual([200, 200, 200]);
    expect(await statuses(affiliate.key)).toEqual([403, 404, 404]);
    expect(await statuses(advertiser.key)).toEqual([404, 404, 404]);
    for (const path of [
      `/campaigns/${s.world.ctx.ids("cmp")}`,
      `/submissions/${s.world.ctx.ids("sub")}`,
      "/links/0000000000",
    ]) {
      expect((await s.world.request("GET", `/api/v1${path}/traffic`, { key: s.admin })).status).toBe(404);
      expect((await s.world.request("GET", `/api/v1${path}/traffic`)).status).toBe(401);
    }
  });

  it("costs two trips and a row an hour or day, by key", async () => {
    const s = await aStage();
    for (let day = DAY - 40; day < DAY + 3; day++) {
      await clicksOfDay(s.own, day, { human: 1 });
      await ordersOfDay(s.own, day, { orders: 1 });
      await trafficOfHour(s.campaignId, day * 24, { human: 1 });
    }
    for (const of of ["campaign", "submission", "link"] as const) {
      s.world.takeUsage();
      expect(humans(await s.series(of, `from=${iso((DAY - 26) * DAY_MS)}`))).not.toContain(null);
      const usage = s.world.takeUsage();
      expect(usage.trips).toBe(2);
      // Rows of two tables, and once more where they are put into groups.
      expect(usage.rowsRead).toBeLessThanOrEqual(4 * 30 + 20);
      const plans = await plansOf(s.world, () => s.series(of, ""));
      expect(["l", "s", "t", "c"].flatMap((table) => fullScans(plans, table))).toEqual([]);
    }
  });
});
