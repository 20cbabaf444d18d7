import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { metricsOf } from "../../../src/domain/metrics.ts";
import { aCampaign, anAdvertiser, anAffiliate, submit, videoId } from "../../support/fixtures.ts";
import { plansOf } from "../../support/query-plans.ts";
import { createWorld, issueKey, type World } from "../../support/world.ts";

afterEach(() => reset());

interface Overview {
  affiliate_id: string;
  campaigns: number;
  posts: number;
  metrics: Record<string, number | null>;
  success_rate: number | null;
}

interface Page {
  data: Overview[];
  next_cursor: string | null;
}

const ask = (world: World, key: string | undefined, query = "") =>
  world.request("GET", `/api/v1/dashboard/affiliates${query}`, { key });

async function page(world: World, key: string, query = ""): Promise<Page> {
  const response = await ask(world, key, query);
  expect(response.status).toBe(200);
  return response.json();
}

/** Adds to what counts for an affiliate in a campaign. */
async function counted(campaignId: string, affiliateId: string, views: number): Promise<void> {
  await env.DB.prepare(
    `insert into rollups (campaign_id, affiliate_id, day, platform, posts, views, known_views, final, matched)
     values (?, ?, 0, '', 1, ?, 1, 2, 1)`,
  )
    .bind(campaignId, affiliateId, views)
    .run();
}

describe("the overview of affiliates", () => {
  it("shows an affiliate with its standing and what counts for it, in full", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world, { trust: 760_000 });
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: null, comments: 2 } });
    await submit(world, { key: affiliate.key, campaignId });
    world.advance(1_000);
    await world.deliver();
    const { data } = await page(world, await issueKey(world, "admin", null));
    expect(data).toEqual([
      {
        affiliate_id: affiliate.id,
        name: `Affiliate ${affiliate.id}`,
        status: "active",
        trust: 0.77,
        trust_bucket: "high",
        total_submissions: 1,
        accurate_submissions: 1,
        accuracy: 1,
        campaigns: 1,
        posts: 1,
        metrics: metricsOf({ views: 1_000, comments: 2 }),
        final: 1,
        statuses: expect.objectContaining({ MATCHED: 1, DISCREPANCY_LOW: 0 }),
        success_rate: 1,
      },
    ]);
  });

  it("gives an admin every affiliate, also one of whom nothing is known", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const { data } = await page(world, await issueKey(world, "admin", null));
    expect(data).toMatchObject([
      {
        affiliate_id: affiliate.id,
        accuracy: null,
        campaigns: 0,
        posts: 0,
        metrics: metricsOf({}),
        success_rate: null,
      },
    ]);
  });

  it("gives an advertiser the affiliates of its campaigns, summed over these alone", async () => {
    const world = createWorld();
    const [own, other] = [await anAdvertiser(world), await anAdvertiser(world)];
    const first = await aCampaign(world, { advertiserId: own.id });
    const second = await aCampaign(world, { advertiserId: own.id });
    const foreign = await aCampaign(world, { advertiserId: other.id });
    const [both, one, stranger] = [
      await anAffiliate(world),
      await anAffiliate(world),
      await anAffiliate(world),
    ];
    await counted(first, both.id, 10);
    await counted(second, both.id, 5);
    await counted(foreign, both.id, 1_000);
    await counted(second, one.id, 7);
    await counted(foreign, stranger.id, 9);

    const views = ({ data }: Page) =>
      data.map(({ affiliate_id, campaigns, metrics }) => [affiliate_id, campaigns, metrics.views]);
    expect(views(await page(world, own.key))).toEqual([
      [one.id, 1, 7],
      [both.id, 2, 15],
    ]);
    expect(views(await page(world, own.key, `?campaign_id=${first}`))).toEqual([[both.id, 1, 10]]);
    expect(views(await page(world, own.key, `?campaign_id=${foreign}`))).toEqual([]);
    const admin = await issueKey(world, "admin", null);
    expect(views(await page(world, admin, `?campaign_id=${foreign}`))).toEqual([
      [stranger.id, 1, 9],
      [both.id, 1, 1_000],
    ]);
    expect(views(await page(world, admin))).toEqual([
      [stranger.id, 1, 9],
      [one.id, 1, 7],
      [both.id, 3, 1_015],
    ]);
  });

  it.each(["admin", "advertiser"] as const)("pages through every affiliate once for an %s", async (role) => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const odd = await aCampaign(world, { advertiserId: advertiser.id });
    const even = await aCampaign(world, { advertiserId: advertiser.id });
    const ids: string[] = [];
    // Some in one campaign, some in the other, one in both.
    for (const campaigns of [[even], [odd], [even, odd], [odd], [even]]) {
      const { id } = await anAffiliate(world);
      ids.unshift(id);
      for (const campaignId of campaigns) await counted(campaignId, id, 1);
    }
    const key = role === "admin" ? await issueKey(world, "admin", null) : advertiser.key;
    const pages: string[][] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next: Page = await page(world, key, cursor === "" ? "?limit=2" : `?limit=2&cursor=${cursor}`);
      pages.push(next.data.map(({ affiliate_id }) => affiliate_id));
      cursor = next.next_cursor;
    }
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
  });

  it("refuses strangers, affiliates and unknown or bad fields", async () => {
    const world = createWorld();
    const { key } = await anAffiliate(world);
    const advertiser = await anAdvertiser(world);
    expect((await ask(world, undefined)).status).toBe(401);
    expect((await ask(world, key)).status).toBe(403);
    for (const query of ["?limit=0", "?limit=201", "?cursor=x", "?campaign_id=1", "?trust=high"]) {
      expect((await ask(world, advertiser.key, query)).status).toBe(422);
    }
  });

  it.each([
    { role: "admin", narrowed: false },
    { role: "admin", narrowed: true },
    { role: "advertiser", narrowed: false },
    { role: "advertiser", narrowed: true },
  ] as const)("is answered by indexes for %o", async ({ role, narrowed }) => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const key = role === "admin" ? await issueKey(world, "admin", null) : advertiser.key;
    const steps = await plansOf(world, () => page(world, key, narrowed ? `?campaign_id=${campaignId}` : ""));
    expect(steps.join("\n")).toMatch(/SEARCH r USING .*INDEX rollups_affiliate/);
    const everybody = role === "admin" && !narrowed;
    // An admin's page walks the affiliates by their key until it is full. The rest are pages: subqueries and their JSON.
    const walks = steps.filter((step) => /^SCAN (?!page|j VIRTUAL|\(subquery)/.test(step));
    expect(walks).toEqual(everybody ? [expect.stringMatching(/^SCAN affiliates/)] : []);
  });

  it("reads a page of each campaign and no more, however many affiliates there are", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const numbers = JSON.stringify(Array.from({ length: 400 }, (_, i) => i));
    await env.DB.batch([
      env.DB.prepare(
        `insert into affiliates (id, name, email, created_at, updated_at)
         select printf('aff_%026d', value), 'Affiliate ' || value, value || '@example.com', 1, 1 from json_each(?)`,
      ).bind(numbers),
      env.DB.prepare(
        `insert into rollups (campaign_id, affiliate_id, day, platform, views)
         select ?, printf('aff_%026d', value), 0, '', value from json_each(?)`,
      ).bind(campaignId, numbers),
    ]);
    world.takeUsage();
    expect((await page(world, advertiser.key, "?limit=10")).data).toHaveLength(10);
    expect(world.takeUsage().rowsRead).toBeLessThan(200);
  });
});
