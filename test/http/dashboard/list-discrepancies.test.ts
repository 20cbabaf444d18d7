import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { aCampaign, anAdvertiser, anAffiliate, submit, videoId } from "../../support/fixtures.ts";
import { plansOf } from "../../support/query-plans.ts";
import { createWorld, issueKey, type World } from "../../support/world.ts";

afterEach(() => reset());

interface Discrepancy {
  report_id: string;
  level: string;
}

interface Page {
  data: Discrepancy[];
  next_cursor: string | null;
}

const ask = (world: World, key: string | undefined, query = "") =>
  world.request("GET", `/api/v1/dashboard/discrepancies${query}`, { key });

async function page(world: World, key: string, query = ""): Promise<Page> {
  const response = await ask(world, key, query);
  expect(response.status).toBe(200);
  return response.json();
}

const idsOf = ({ data }: Page) => data.map(({ report_id }) => report_id);

/** A judged claim of a post of 1,000 views; returns its report. */
async function aClaimOf(world: World, views: number, campaignId: string, video: string): Promise<string> {
  const { key } = await anAffiliate(world);
  await world.setPost("youtube", video, { metrics: { views: 1_000 } });
  const { report_id } = await submit(world, { key, campaignId, video, claimed: { claimed_views: views } });
  world.advance(1_000);
  await world.deliver();
  return report_id;
}

describe("the discrepancies that need attention", () => {
  it("show the metric that decided, with what was claimed and between which bounds the truth lies", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const affiliate = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: 100 } });
    const receipt = await submit(world, {
      key: affiliate.key,
      campaignId,
      claimed: { claimed_views: 1_030, claimed_likes: 150 },
    });
    world.advance(1_000);
    await world.deliver();
    const { data, next_cursor } = await page(world, advertiser.key);
    expect(next_cursor).toBeNull();
    expect(data).toEqual([
      {
        report_id: receipt.report_id,
        submission_id: receipt.submission_id,
        campaign_id: campaignId,
        affiliate_id: affiliate.id,
        affiliate_name: `Affiliate ${affiliate.id}`,
        affiliate_trust: 0.4,
        post_id: receipt.post_id,
        platform: "youtube",
        canonical_url: `https://www.youtube.com/watch?v=${videoId(1)}`,
        state: "final",
        status: "AFFILIATE_OVERCLAIMED",
        level: "HIGH",
        direction: "over",
        deciding: expect.objectContaining({ metric: "likes", claimed: 150, high: 100 }),
        claimed_at: "2026-06-01T12:00:00.000Z",
        judged_at: "2026-06-01T12:00:01.000Z",
      },
    ]);
  });

  it.each([
    { views: 1_000, level: null },
    { views: 1_049, level: null },
    { views: 1_051, level: "MEDIUM" },
    { views: 1_300, level: "HIGH" },
    { views: 1_600, level: "CRITICAL" },
    { views: 700, level: "HIGH" },
  ])("take a claim of $views for 1,000 views as $level", async ({ views, level }) => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    await aClaimOf(world, views, campaignId, videoId(1));
    const { data } = await page(world, await issueKey(world, "admin", null));
    expect(data.map((entry) => entry.level)).toEqual(level === null ? [] : [level]);
  });

  it("are an advertiser's own, newest first, and can be narrowed to a campaign and a level", async () => {
    const world = createWorld();
    const [own, other] = [await anAdvertiser(world), await anAdvertiser(world)];
    const [first, second] = [
      await aCampaign(world, { advertiserId: own.id }),
      await aCampaign(world, { advertiserId: own.id }),
    ];
    const foreign = await aCampaign(world, { advertiserId: other.id });
    const medium = await aClaimOf(world, 1_100, first, videoId(1));
    const high = await aClaimOf(world, 1_300, second, videoId(2));
    const theirs = await aClaimOf(world, 1_300, foreign, videoId(3));
    const critical = await aClaimOf(world, 1_900, first, videoId(4));
    const admin = await issueKey(world, "admin", null);

    expect(idsOf(await page(world, own.key))).toEqual([critical, high, medium]);
    expect(idsOf(await page(world, own.key, `?campaign_id=${first}`))).toEqual([critical, medium]);
    expect(idsOf(await page(world, own.key, "?level=HIGH"))).toEqual([high]);
    expect(idsOf(await page(world, own.key, `?campaign_id=${first}&level=HIGH`))).toEqual([]);
    expect(idsOf(await page(world, own.key, `?campaign_id=${foreign}`))).toEqual([]);
    expect(idsOf(await page(world, admin))).toEqual([critical, theirs, high, medium]);
    expect(idsOf(await page(world, admin, `?campaign_id=${foreign}`))).toEqual([theirs]);
  });

  it("page through all of them once, over campaigns that have many, few and none", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const [many, few] = [
      await aCampaign(world, { advertiserId: advertiser.id }),
      await aCampaign(world, { advertiserId: advertiser.id }),
    ];
    await aCampaign(world, { advertiserId: advertiser.id });
    const reports: string[] = [];
    for (const [i, campaignId] of [many, many, few, many, many, many, few].entries()) {
      reports.unshift(await aClaimOf(world, 1_300, campaignId, videoId(i)));
    }
    const seen: string[] = [];
    let query = "?limit=2";
    for (;;) {
      const next = await page(world, advertiser.key, query);
      seen.push(...idsOf(next));
      if (next.next_cursor === null) break;
      query = `?limit=2&cursor=${next.next_cursor}`;
    }
    expect(seen).toEqual(reports);
  });

  it("refuse strangers, affiliates and unknown or bad fields", async () => {
    const world = createWorld();
    const { key } = await anAffiliate(world);
    const advertiser = await anAdvertiser(world);
    expect((await ask(world, undefined)).status).toBe(401);
    expect((await ask(world, key)).status).toBe(403);
    for (const query of [
      "?level=LOW",
      "?level=high",
      "?limit=x",
      "?cursor=x",
      "?campaign_id=1",
      "?state=final",
    ]) {
      expect((await ask(world, advertiser.key, query)).status).toBe(422);
    }
  });

  it.each(["", "?level=HIGH", "?campaign_id=cmp_01KB3XPG5M8Q0V2W4Y6Z8A0C2E", "?limit=5&level=CRITICAL"])(
    "are answered by the index of discrepancies for %o, whoever asks",
    async (query) => {
      const world = createWorld();
      const advertiser = await anAdvertiser(world);
      for (const key of [advertiser.key, await issueKey(world, "admin", null)]) {
        const steps = await plansOf(world, () => page(world, key, query));
        const searches = steps.filter((step) => /^SEARCH t USING/.test(step));
        expect(searches).toHaveLength(2);
        expect(searches.every((step) => step.includes("INDEX reconciliations_discrepancy"))).toBe(true);
        // "t" is the finished page; an admin's page over everything walks the campaigns, never the reports.
        const scans = steps.filter((step) => step.startsWith("SCAN") && step !== "SCAN t");
        expect(scans.every((step) => step.startsWith("SCAN own"))).toBe(true);
        expect(scans.length === 0).toBe(key === advertiser.key || query.includes("campaign_id"));
      }
    },
  );

  it("read a page of each campaign and no more, however many there are", async () => {
    const world = createWorld();
    const advertiser = await anAdvertiser(world);
    const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
    const report = await aClaimOf(world, 1_300, campaignId, videoId(1));
    const numbers = JSON.stringify(Array.from({ length: 500 }, (_, i) => i));
    await env.DB.batch([
      env.DB.prepare(
        `insert into affiliate_reports (submission_id, id, claimed_at, views, method, created_at)
         select submission_id, printf('rep_%026d', value), 1, 1, 'API', 1 from affiliate_reports cross join json_each(?)`,
      ).bind(numbers),
      env.DB.prepare(
        `insert into reconciliations (report_id, submission_id, post_id, campaign_id, affiliate_id, platform, lane, state,
           status, level, direction, judged_at, created_at)
         select printf('rep_%026d', value), submission_id, post_id, campaign_id, affiliate_id, platform, lane, state,
           status, level, direction, judged_at, created_at from reconciliations cross join json_each(?)`,
      ).bind(numbers),
    ]);
    world.takeUsage();
    const { data } = await page(world, advertiser.key, "?limit=10");
    expect(data[0]?.report_id).toBe(report);
    expect(data).toHaveLength(10);
    expect(world.takeUsage().rowsRead).toBeLessThan(150);
  });
});
