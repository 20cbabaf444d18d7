import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { metricsOf } from "../../../src/domain/metrics.ts";
import { DAY_MS } from "../../../src/domain/time.ts";
import { observePosts } from "../../../src/services/observe-posts.ts";
import { aCampaign, anAdvertiser, anAffiliate, row, submit, videoId } from "../../support/fixtures.ts";
import { plansOf } from "../../support/query-plans.ts";
import { createWorld, issueKey, type World } from "../../support/world.ts";

afterEach(() => reset());

const ask = (world: World, id: string, key?: string) =>
  world.request("GET", `/api/v1/affiliates/${id}/performance`, { key });

describe("the performance of an affiliate", () => {
  it("shows standing, totals, campaigns and recent verdicts in full", async () => {
    const world = createWorld();
    const [spring, autumn] = [await aCampaign(world), await aCampaign(world)];
    const affiliate = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: null, comments: 2 } });
    await world.setPost("youtube", videoId(2), { metrics: { views: 500, likes: 3, comments: null } });
    const good = await submit(world, { key: affiliate.key, campaignId: spring, video: videoId(1) });
    world.advance(1_000);
    const bad = await submit(world, { key: affiliate.key, campaignId: autumn, video: videoId(2) });
    world.advance(1_000);
    await world.deliver();
    world.advance(1_000);
    await submit(world, { key: affiliate.key, campaignId: autumn, video: videoId(3) });

    const response = await ask(world, affiliate.id, affiliate.key);
    expect(response.status).toBe(200);
    const verdict = {
      platform: "youtube",
      missing_reason: null,
      judged_at: "2026-06-01T12:00:02.000Z",
    };
    expect(await response.json()).toEqual({
      affiliate_id: affiliate.id,
      name: `Affiliate ${affiliate.id}`,
      status: "active",
      trust: 0.41,
      trust_bucket: "low",
      total_submissions: 2,
      accurate_submissions: 1,
      accuracy: 0.5,
      totals: {
        posts: 2,
        metrics: metricsOf({ views: 1_500, likes: 3, comments: 2 }),
        final: 2,
        statuses: expect.objectContaining({ MATCHED: 1, AFFILIATE_OVERCLAIMED: 1 }),
        success_rate: 0.5,
      },
      campaigns: [
        {
          campaign_id: autumn,
          campaign_name: `Campaign ${autumn}`,
          posts: 1,
          metrics: metricsOf({ views: 500, likes: 3 }),
          final: 1,
          statuses: expect.objectContaining({ MATCHED: 0, AFFILIATE_OVERCLAIMED: 1 }),
          success_rate: 0,
        },
        {
          campaign_id: spring,
          campaign_name: `Campaign ${spring}`,
          posts: 1,
          metrics: metricsOf({ views: 1_000, comments: 2 }),
          final: 1,
          statuses: expect.objectContaining({ MATCHED: 1, AFFILIATE_OVERCLAIMED: 0 }),
          success_rate: 1,
        },
      ],
      recent_verdicts: [
        {
          ...verdict,
          report_id: bad.report_id,
          submission_id: bad.submission_id,
          post_id: bad.post_id,
          campaign_id: autumn,
          status: "AFFILIATE_OVERCLAIMED",
          level: "CRITICAL",
          direction: "over",
        },
        {
          ...verdict,
          report_id: good.report_id,
          submission_id: good.submission_id,
          post_id: good.post_id,
          campaign_id: spring,
          status: "MATCHED",
          level: null,
          direction: "none",
        },
      ],
    });
  });

  it("counts a post by its latest observation, however often it was observed", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world);
    const { post_id } = await submit(world, { key: affiliate.key, campaignId });
    for (const views of [100, 250, 200]) {
      await world.setPost("youtube", videoId(1), { metrics: { views } });
      await observePosts(world.ctx, [post_id]);
      world.advance(DAY_MS);
    }
    const body = await (await ask(world, affiliate.id, affiliate.key)).json();
    expect(body).toMatchObject({ totals: { posts: 1, metrics: { views: 200 } } });
  });

  it("of somebody new is unknown, not zero", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const body = await (await ask(world, affiliate.id, affiliate.key)).json();
    expect(body).toMatchObject({
      accuracy: null,
      totals: { posts: 0, metrics: metricsOf({}), final: 0, success_rate: null },
      campaigns: [],
      recent_verdicts: [],
    });
  });

  it("shows the twenty newest verdicts and leaves out what was not judged", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world);
    for (let i = 0; i < 24; i++) {
      await world.setPost("youtube", videoId(i), { metrics: { views: 1_000 } });
      await submit(world, { key: affiliate.key, campaignId, video: videoId(i) });
    }
    world.advance(1_000);
    await world.deliver();
    const closed = async (status: string, offset: number) => {
      const newest = await row<{ report_id: string }>(
        "select report_id from reconciliations order by report_id desc limit 1 offset ?",
        offset,
      );
      await env.DB.prepare("update reconciliations set status = ? where report_id = ?")
        .bind(status, newest?.report_id)
        .run();
      return newest?.report_id;
    };
    const unjudged = [await closed("SUPERSEDED", 0), await closed("SKIPPED_SUSPENDED", 3)];
    const response = await ask(world, affiliate.id, affiliate.key);
    const { recent_verdicts } = await response.json<{ recent_verdicts: { report_id: string }[] }>();
    const ids = recent_verdicts.map(({ report_id }) => report_id);
    expect(ids).toHaveLength(20);
    expect(ids).toEqual(ids.toSorted().reverse());
    expect(ids).not.toContain(unjudged[0]);
    expect(ids).not.toContain(unjudged[1]);
  });

  it("is the affiliate's own and the admin's", async () => {
    const world = createWorld();
    const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
    const advertiser = await anAdvertiser(world);
    const admin = await issueKey(world, "admin", null);
    expect((await ask(world, affiliate.id)).status).toBe(401);
    expect((await ask(world, affiliate.id, advertiser.key)).status).toBe(403);
    expect((await ask(world, affiliate.id, other.key)).status).toBe(404);
    expect((await ask(world, affiliate.id, affiliate.key)).status).toBe(200);
    expect((await ask(world, affiliate.id, admin)).status).toBe(200);
    expect((await ask(world, world.ctx.ids("aff"), admin)).status).toBe(404);
    expect((await ask(world, "aff_1", admin)).status).toBe(422);
  });

  it("is answered by indexes, without sorting", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const steps = await plansOf(world, () => ask(world, affiliate.id, affiliate.key));
    expect(steps.join("\n")).toMatch(/reconciliations_affiliate/);
    expect(steps.filter((step) => /^SCAN (?!\(subquery)/.test(step))).toEqual([]);
    expect(steps.filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
  });
});
