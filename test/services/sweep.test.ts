import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { sweep } from "../../src/services/sweep.ts";
import { aCampaign, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

async function tick(world: World): Promise<void> {
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
}

/** A judged report whose post is observed again every `everyMinutes`. */
async function aWatchedPost(
  world: World,
  { everyMinutes = 60, trust = 500_000, closesAt = null as number | null } = {},
) {
  const affiliate = await anAffiliate(world, { trust });
  const campaignId = await aCampaign(world, { observeEveryMinutes: everyMinutes, claimsCloseAt: closesAt });
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  const receipt = await submit(world, { key: affiliate.key, campaignId });
  await world.deliver();
  return { affiliate, campaignId, receipt };
}

const dueAt = async () => (await row<{ due: number | null }>("select observe_due_at as due from posts"))?.due;

describe("the sweep", () => {
  it("costs one round trip and next to no reads when nothing is due", async () => {
    const world = createWorld();
    await aWatchedPost(world);
    world.takeUsage();
    expect(await sweep(world.ctx, ORIGIN)).toEqual({ reports: 0, posts: 0, accounts: 0 });
    const { trips, rowsRead, rowsWritten } = world.takeUsage();
    expect(trips).toBe(1);
    expect(rowsRead).toBeLessThanOrEqual(10);
    expect(rowsWritten).toBe(0);
  });

  it("enqueues a due report once until the grace is over, however often it ticks", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    world.sent.length = 0;
    world.advance(MINUTE_MS);
    expect(await sweep(world.ctx, ORIGIN)).toEqual({ reports: 1, posts: 0, accounts: 0 });
    expect(await sweep(world.ctx, ORIGIN)).toEqual({ reports: 0, posts: 0, accounts: 0 });
    world.advance(5 * MINUTE_MS);
    expect(await sweep(world.ctx, ORIGIN)).toEqual({ reports: 1, posts: 0, accounts: 0 });
    expect(world.sent.map(({ lane, message }) => [lane, message.kind, message.ids.length])).toEqual([
      ["bulk", "reports", 1],
      ["bulk", "reports", 1],
    ]);
  });

  it("takes the oldest first, up to its cap, in messages of at most 100", async () => {
    const world = createWorld({ SWEEP_REPORTS_CAP: 150 });
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await submit(world, { key: affiliate.key, campaignId });
    const copy = `insert into reconciliations (report_id, submission_id, post_id, campaign_id, affiliate_id, platform, lane,
      next_attempt_at, sweep_at, created_at)
      select 'rep_' || value, submission_id, post_id, campaign_id, affiliate_id, platform, lane, 1, value, 1
      from json_each(?) j cross join reconciliations r where r.report_id not like 'rep_9%'`;
    const due = Array.from({ length: 200 }, (_, i) => 9_000 + i);
    await env.DB.prepare(copy).bind(JSON.stringify(due)).run();
    world.sent.length = 0;
    world.now = 9_500;
    expect(await sweep(world.ctx, ORIGIN)).toEqual({ reports: 150, posts: 0, accounts: 0 });
    expect(world.sent.map(({ message }) => message.ids.length)).toEqual([100, 50]);
    const swept = world.sent.flatMap(({ message }) => message.ids).sort();
    expect([swept[0], swept.at(-1)]).toEqual(["rep_9000", "rep_9149"]);
  });

  it("keeps what the queue refused for the next time", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const receipt = await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    world.advance(MINUTE_MS);
    const failing = {
      ...world.ctx,
      queues: { ...world.ctx.queues, send: () => Promise.reject(new Error("Too Many Requests")) },
    };
    await expect(sweep(failing, ORIGIN)).rejects.toThrow("Too Many Requests");
    world.sent.length = 0;
    world.advance(5 * MINUTE_MS);
    await sweep(world.ctx, ORIGIN);
    expect(world.sent[0]?.message.ids).toEqual([receipt.report_id]);
  });

  it("reads the due rows by their index, not the table", async () => {
    const plan = async (query: string) =>
      (await rows<{ detail: string }>(`explain query plan ${query}`)).map(({ detail }) => detail);
    expect(
      await plan("select report_id from reconciliations where sweep_at <= 1 order by sweep_at limit 5"),
    ).toEqual([expect.stringContaining("SEARCH reconciliations USING COVERING INDEX reconciliations_sweep")]);
    expect(
      await plan("select id from posts where observe_due_at <= 1 order by observe_due_at limit 5"),
    ).toEqual([expect.stringContaining("SEARCH posts USING COVERING INDEX posts_observe_due")]);
  });
});

describe("observation of a post", () => {
  it("comes again after the campaign's interval, and moves numbers, peak and rollups", async () => {
    const world = createWorld();
    const { campaignId } = await aWatchedPost(world);
    expect(await dueAt()).toBe(world.now + HOUR_MS);
    await world.setPost("youtube", videoId(1), { metrics: { views: 5_000 } });
    world.advance(HOUR_MS - 1);
    await tick(world);
    expect(await row("select views from posts")).toEqual({ views: 1_000 });
    world.advance(1);
    await tick(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 4_000 } });
    world.advance(HOUR_MS);
    await tick(world);
    expect(await row("select views, peak_views from posts")).toEqual({ views: 4_000, peak_views: 5_000 });
    expect(await row("select count(*) as n from platform_reports")).toEqual({ n: 3 });
    const total =
      "select posts, views, known_views from rollups where campaign_id = ? and affiliate_id = '' and day = 0 and platform = ''";
    expect(await row(total, campaignId)).toEqual({ posts: 1, views: 4_000, known_views: 1 });
  });

  it.each([
    { trust: 800_000, factor: 2, why: "high trust is looked at less often" },
    { trust: 500_000, factor: 1, why: "normal" },
    { trust: 300_000, factor: 0.5, why: "low" },
    { trust: 100_000, factor: 0.25, why: "critical" },
  ])("is $factor times the interval at trust $trust: $why", async ({ trust, factor }) => {
    const world = createWorld();
    await aWatchedPost(world, { everyMinutes: 60, trust });
    expect(await dueAt()).toBe(world.now + factor * HOUR_MS);
  });

  it("stops without a call once every campaign is closed", async () => {
    const world = createWorld();
    await aWatchedPost(world, { closesAt: world.now + 90 * MINUTE_MS });
    world.advance(HOUR_MS);
    await tick(world);
    expect(await world.calls("youtube")).toMatchObject({ calls: 2 });
    world.advance(HOUR_MS);
    await tick(world);
    expect(await world.calls("youtube")).toMatchObject({ calls: 2 });
    expect(await dueAt()).toBeNull();
  });

  it("that fails is due again soon, and one delivered twice is one more fact, not a lost one", async () => {
    const world = createWorld();
    await aWatchedPost(world);
    world.advance(HOUR_MS);
    await world.setFaults("youtube", { outage: true });
    await tick(world);
    // A failed call is repeated after PUT_OFF_SECONDS and up to a tenth of it.
    expect(await dueAt()).toBe(world.now + 63_000);
    await world.setFaults("youtube", {});
    world.advance(5 * MINUTE_MS);
    await sweep(world.ctx, ORIGIN);
    const [message] = world.sent;
    await world.deliver();
    world.advance(1_000);
    if (message) world.sent.push(message);
    await world.deliver();
    expect(await row("select count(*) as n, sum(advanced) as advanced from platform_reports")).toEqual({
      n: 3,
      advanced: 3,
    });
    expect(
      await row("select views from rollups where affiliate_id = '' and day = 0 and platform = ''"),
    ).toEqual({ views: 1_000 });
  });
});
