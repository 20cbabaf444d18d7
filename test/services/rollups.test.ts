import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { loadRollupFacts } from "../../src/db/queries/rollup-facts.ts";
import { METRICS, metricsOf } from "../../src/domain/metrics.ts";
import { ROLLUP_COLUMNS, type RollupDelta } from "../../src/domain/rollup.ts";
import { rebuildRollupRows } from "../../src/domain/rollup-rebuild.ts";
import { DAY_MS, HOUR_MS, utcDay } from "../../src/domain/time.ts";
import { observePosts } from "../../src/services/observe-posts.ts";
import { rebuildRollups } from "../../src/services/rebuild-rollups.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { updateClaim } from "../../src/services/update-claim.ts";
import {
  type Account,
  aCampaign,
  anAffiliate,
  type Receipt,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { createWorld, START, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** Rows that count something, in one order, every column spelt out. */
function comparable(deltas: readonly RollupDelta[]) {
  const keyOf = (delta: RollupDelta) => `${delta.affiliateId}|${delta.day}|${delta.platform}`;
  return deltas
    .map((delta) => ({
      key: keyOf(delta),
      ...Object.fromEntries(ROLLUP_COLUMNS.map((column) => [column, delta.counts[column] ?? 0])),
    }))
    .filter(({ key: _, ...counts }) => Object.values(counts).some((count) => count !== 0))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function expectTrueRollups(world: World): Promise<void> {
  for (const { id } of await rows<{ id: string }>("select id from campaigns")) {
    const { facts, stored } = await loadRollupFacts(world.ctx.db, id);
    expect(comparable(stored)).toEqual(comparable(rebuildRollupRows(facts)));
  }
}

const total = (campaignId: string) =>
  row<Record<string, number>>(
    "select * from rollups where campaign_id = ? and affiliate_id = '' and day = 0 and platform = ''",
    campaignId,
  );

const reconcile = (world: World, ...receipts: Receipt[]) =>
  reconcileReports(world.ctx, {
    reportIds: receipts.map(({ report_id }) => report_id),
    lane: "normal",
    manual: true,
    origins: [ORIGIN],
  });

/** Opens a closed report again, as a re-run does. */
async function reopen(world: World, { report_id }: Receipt): Promise<void> {
  await env.DB.prepare("update reconciliations set state = 'open', next_attempt_at = ? where report_id = ?")
    .bind(world.now, report_id)
    .run();
}

/** The next version of a campaign's policy, with one rule changed. */
async function newPolicy(campaignId: string, rule: string, value: number): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `insert into policies (campaign_id, version, body, created_at)
       select campaign_id, 2, json_set(body, '$.' || ?, ?), created_at from policies where campaign_id = ?`,
    ).bind(rule, value, campaignId),
    env.DB.prepare("update campaigns set policy_version = 2 where id = ?").bind(campaignId),
  ]);
}

const xUrl = (n: number) => `https://x.com/someone/status/${1_700_000_000_000_000_000n + BigInt(n)}`;
const xId = (n: number) => String(1_700_000_000_000_000_000n + BigInt(n));

async function update(world: World, affiliate: Account, receipt: Receipt, views: number): Promise<void> {
  const actor = {
    role: "affiliate",
    keyId: "key_test",
    affiliateId: affiliate.id,
    suspended: false,
    trust: 500_000,
  } as const;
  await updateClaim(world.ctx, actor, {
    submissionId: receipt.submission_id,
    claimed: metricsOf({ views }),
    evidence: null,
    claimedAt: null,
    method: "API",
    origin: ORIGIN,
  });
}

/** Delivers twice what waits, as Queues may. */
async function deliverTwice(world: World): Promise<void> {
  const waiting = [...world.sent];
  await world.deliver();
  world.sent.push(...waiting);
  await world.deliver();
}

describe("stored rollups equal those rebuilt from the facts", () => {
  it("through a history of contests, hidden and falling counts, late entries, re-runs and lost posts", async () => {
    const world = createWorld();
    const [spring, autumn] = [await aCampaign(world), await aCampaign(world)];
    const [ada, ben, cho] = [await anAffiliate(world), await anAffiliate(world), await anAffiliate(world)];
    const video = (n: number, views: number | null, likes: number | null) =>
      world.setPost("youtube", videoId(n), { metrics: { views, likes, comments: 3 } });
    const nextDay = async () => {
      world.advance(DAY_MS);
      const due = await rows<{ id: string }>(
        "select id from posts where observe_due_at is not null order by id",
      );
      await observePosts(
        world.ctx,
        due.map(({ id }) => id),
      );
      await expectTrueRollups(world);
    };

    // Day 1: a match, an overclaim, a post with hidden likes, a contested post, a post that is gone.
    await video(1, 1_000, 100);
    await video(2, 500, null);
    await video(3, 2_000, 20);
    await world.setPost("youtube", videoId(4), { state: "gone" });
    await world.setPost("x", xId(1), { metrics: { views: 700, likes: 7, comments: 1, shares: 2 } });
    const match = await submit(world, { key: ada.key, campaignId: spring, video: videoId(1) });
    const hidden = await submit(world, {
      key: ada.key,
      campaignId: spring,
      video: videoId(2),
      claimed: { claimed_views: 500, claimed_likes: 40 },
    });
    await submit(world, { key: ben.key, campaignId: spring, video: videoId(3) });
    const second = await submit(world, { key: cho.key, campaignId: spring, video: videoId(3) });
    const gone = await submit(world, { key: ben.key, campaignId: spring, video: videoId(4) });
    await submit(world, {
      key: cho.key,
      campaignId: spring,
      url: xUrl(1),
      claimed: { claimed_views: 1_400 },
    });
    await expectTrueRollups(world);
    world.advance(1_000);
    await deliverTwice(world);
    await expectTrueRollups(world);
    expect(second.contested).toBe(true);

    // The second look at the lost post, and a claim replaced before its verdict.
    world.advance(HOUR_MS);
    await reconcile(world, gone, hidden);
    await reconcile(world, gone, hidden);
    const replaced = await submit(world, { key: cho.key, campaignId: autumn, url: xUrl(2) });
    world.advance(60_000);
    await update(world, cho, replaced, 1_200);
    await deliverTwice(world);
    await expectTrueRollups(world);
    expect(await total(autumn)).toMatchObject({ submissions: 1, reports: 2, superseded: 1, final: 1 });

    // Day 2: growth, likes become known, views fall.
    await video(1, 1_800, 150);
    await video(2, 450, 44);
    await nextDay();
    // Day 3: what was known is hidden; nothing is forgotten.
    await video(1, null, null);
    await video(3, 1_900, 25);
    await nextDay();
    expect(await total(spring)).toMatchObject({ views: 1_800 + 450 + 1_900 + 700, known_views: 4 });

    // Known posts enter the other campaign, one of them by two affiliates, and one is claimed a second time at home.
    await submit(world, { key: ben.key, campaignId: autumn, video: videoId(1) });
    await submit(world, { key: ada.key, campaignId: autumn, video: videoId(1) });
    await submit(world, { key: cho.key, campaignId: autumn, video: videoId(4) });
    await submit(world, { key: ben.key, campaignId: spring, video: videoId(1) });
    await expectTrueRollups(world);
    world.advance(5_000);
    await deliverTwice(world);
    await expectTrueRollups(world);

    // Day 4: growth after entry counts in both campaigns, the lost post returns and its reports are judged.
    await video(1, 2_500, 160);
    await world.setPost("youtube", videoId(4), { metrics: { views: 10, likes: 1, comments: 0 } });
    await env.DB.prepare("update posts set observe_due_at = ? where external_id = ?")
      .bind(world.now, videoId(4))
      .run();
    await nextDay();
    await reconcile(world, gone);
    await expectTrueRollups(world);

    // Day 5: a re-run under another policy changes a verdict; the old one leaves its own day.
    await nextDay();
    await newPolicy(spring, "match_tolerance", 5);
    await reopen(world, gone);
    await reopen(world, match);
    await expectTrueRollups(world);
    expect(await reconcile(world, gone, match)).toHaveLength(2);
    expect(await reconcile(world, gone, match)).toHaveLength(0);
    await expectTrueRollups(world);

    // A suspended affiliate's report is skipped, and judged once it is opened again.
    await env.DB.prepare("update affiliates set status = 'suspended' where id = ?").bind(ada.id).run();
    await reopen(world, hidden);
    await reconcile(world, hidden);
    await expectTrueRollups(world);
    expect(await total(spring)).toMatchObject({ skipped: 1 });
    await env.DB.prepare("update affiliates set status = 'active' where id = ?").bind(ada.id).run();
    world.advance(DAY_MS);
    await reopen(world, hidden);
    await reconcile(world, hidden);
    await expectTrueRollups(world);
    expect(await total(spring)).toMatchObject({ skipped: 0 });
  });

  it("after a commit whose answer was lost and whose message came again", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: 1, comments: 1 } });
    const receipt = await submit(world, { key: affiliate.key, campaignId });
    world.advance(1_000);
    world.failBatch(2, "after");
    await expect(reconcile(world, receipt)).rejects.toThrow("Network connection lost");
    world.advance(HOUR_MS);
    await reconcile(world, receipt);
    expect(await total(campaignId)).toMatchObject({ posts: 1, views: 1_000, final: 1, matched: 1 });
    await expectTrueRollups(world);
  });
});

describe("a campaign's total", () => {
  it("is what the latest observation of each post shows, however often it was observed", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world);
    await submit(world, { key: affiliate.key, campaignId });
    for (const views of [100, 250, 240, 900]) {
      await world.setPost("youtube", videoId(1), { metrics: { views, likes: 5, comments: 0 } });
      world.advance(DAY_MS);
      const [post] = await rows<{ id: string }>("select id from posts");
      await observePosts(world.ctx, [post?.id ?? ""]);
    }
    expect(await rows("select count(*) as n from platform_reports")).toEqual([{ n: 4 }]);
    expect(await total(campaignId)).toMatchObject({ posts: 1, views: 900, likes: 5, comments: 0 });
    const days = await rows<{ day: number; views: number }>(
      "select day, views from rollups where day > 0 order by day",
    );
    expect(days.map(({ day, views }) => [day - utcDay(START), views])).toEqual([
      [1, 100],
      [2, 150],
      [3, -10],
      [4, 660],
    ]);
    await expectTrueRollups(world);
  });
});

describe("rebuilding the rollups of a campaign", () => {
  async function aCountedCampaign(world: World): Promise<string> {
    const campaignId = await aCampaign(world);
    const affiliate = await anAffiliate(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: 1, comments: 1 } });
    await submit(world, { key: affiliate.key, campaignId });
    world.advance(1_000);
    await world.deliver();
    return campaignId;
  }

  it("writes nothing when they are right", async () => {
    const world = createWorld();
    const campaignId = await aCountedCampaign(world);
    world.takeUsage();
    expect(await rebuildRollups(world.ctx, campaignId)).toEqual([]);
    expect(world.takeUsage()).toMatchObject({ trips: 1, rowsWritten: 0 });
  });

  it("repairs a damaged, a missing and an invented row and names them", async () => {
    const world = createWorld();
    const campaignId = await aCountedCampaign(world);
    const other = await aCampaign(world);
    const before = await rows("select * from rollups order by affiliate_id, day, platform");
    const day = utcDay(world.now);
    await env.DB.batch([
      env.DB.prepare(
        "update rollups set views = views + 7 where affiliate_id = '' and day = 0 and platform = ''",
      ),
      env.DB.prepare("delete from rollups where day = ?").bind(day),
      env.DB.prepare(
        "insert into rollups (campaign_id, affiliate_id, day, platform, clicks) values (?, '', 0, 'x', 3)",
      ).bind(campaignId),
      env.DB.prepare(
        "insert into rollups (campaign_id, affiliate_id, day, platform, clicks) values (?, '', 0, '', 9)",
      ).bind(other),
    ]);
    const drifted = await rebuildRollups(world.ctx, campaignId);
    expect(drifted.map(({ affiliateId, day, platform }) => [affiliateId, day, platform]).sort()).toEqual([
      ["", 0, ""],
      ["", 0, "x"],
      ["", day, "youtube"],
    ]);
    expect(
      await rows(
        "select * from rollups where campaign_id = ? order by affiliate_id, day, platform",
        campaignId,
      ),
    ).toEqual(before);
    expect(await total(other)).toMatchObject({ clicks: 9 });
  });

  it("gives up rather than overwrite what is counted meanwhile", async () => {
    const world = createWorld();
    const campaignId = await aCountedCampaign(world);
    await env.DB.prepare("update rollups set clicks = 5 where campaign_id = ?").bind(campaignId).run();
    // A commit lands between every load and its write.
    const { batch } = world.ctx.db.$client;
    world.ctx.db.$client.batch = async (statements) => {
      const results = await batch(statements);
      await env.DB.prepare("update rollups set shares = shares + 1 where campaign_id = ?")
        .bind(campaignId)
        .run();
      return results as never; // safe: the very results of the batch.
    };
    await expect(rebuildRollups(world.ctx, campaignId)).rejects.toMatchObject({ code: "conflict" });
    const stored = await total(campaignId);
    expect(stored).toMatchObject({ clicks: 5, views: 1_000 });
    expect(stored?.shares).toBeGreaterThan(0);
  });
});

describe("the columns of rollups", () => {
  it("are all rebuilt: one for each count, status, metric and number of posts that know it", async () => {
    const columns = (await rows<{ name: string }>("select name from pragma_table_info('rollups')")).map(
      ({ name }) => name,
    );
    expect(columns.slice(4)).toEqual([...ROLLUP_COLUMNS]);
    expect(ROLLUP_COLUMNS).toEqual(expect.arrayContaining(METRICS.map((metric) => `known_${metric}`)));
  });
});
