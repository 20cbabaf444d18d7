import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { sweep } from "../../src/services/sweep.ts";
import { aCampaign, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import { aChannel, putEntry } from "../support/outbox.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
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
    await aChannel(world, "operators");
    await env.DB.prepare("update alerts set announce_at = null").run();
    await env.DB.prepare("insert into click_messages values ('clk_1', ?)").bind(world.now).run();
    world.takeUsage();
    expect(await sweep(world.ctx, ORIGIN)).toEqual({
      reports: 0,
      posts: 0,
      accounts: 0,
      outbox: 0,
      alerts: false,
    });
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
    expect(await sweep(world.ctx, ORIGIN)).toEqual({
      reports: 1,
      posts: 0,
      accounts: 0,
      outbox: 0,
      alerts: false,
    });
    expect(await sweep(world.ctx, ORIGIN)).toEqual({
      reports: 0,
      posts: 0,
      accounts: 0,
      outbox: 0,
      alerts: false,
    });
    world.advance(5 * MINUTE_MS);
    expect(await sweep(world.ctx, ORIGIN)).toEqual({
      reports: 1,
      posts: 0,
      accounts: 0,
      outbox: 0,
      alerts: false,
    });
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
    expect(await sweep(world.ctx, ORIGIN)).toEqual({
      reports: 150,
      posts: 0,
      accounts: 0,
      outbox: 0,
      alerts: false,
    });
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

  it("finds and takes all that is due by index, never by reading a table", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    await aChannel(world, "operators");
    await raiseAlert(world);
    await putEntry(world, "greeting", "operators");
    await env.DB.prepare("update posts set observe_due_at = 1").run();
    world.advance(MINUTE_MS);
    const plans = await plansOf(world, () => sweep(world.ctx, ORIGIN));
    const found = [
      "SEARCH reconciliations USING COVERING INDEX reconciliations_sweep (sweep_at<?)",
      "SEARCH posts USING COVERING INDEX posts_observe_due (observe_due_at<?)",
      "SEARCH connected_accounts USING INDEX connected_accounts_tend (tend_at<?)",
      "SEARCH outbox USING COVERING INDEX outbox_due (due_at<?)",
      "SEARCH alerts USING INDEX alerts_announce (<expr>>? AND <expr><?)",
    ];
    expect(plans).toEqual(expect.arrayContaining(found));
    expect(plans.filter((step) => /^SCAN (?!kind VIRTUAL)/.test(step))).toEqual([]);
  });

  it("hands out a report and a post once while two ticks overlap", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    await env.DB.prepare("update posts set observe_due_at = 1").run();
    world.advance(MINUTE_MS);
    const both = await Promise.all([sweep(world.ctx, ORIGIN), sweep(world.ctx, ORIGIN)]);
    expect(both.map(({ reports }) => reports).toSorted()).toEqual([0, 1]);
    expect(both.map(({ posts }) => posts).toSorted()).toEqual([0, 1]);
  });
});

/** An alert that the operators' channel was not told of. */
const raiseAlert = (world: World) =>
  env.DB.prepare(
    `insert into alerts (id, cause, category, severity, title, message, first_seen_at, last_seen_at)
      values ('alr_1', 'dead:rep_1', 'SYSTEM_HEALTH', 'HIGH', 'One', 'Two', ?1, ?1)`,
  )
    .bind(world.now)
    .run();

describe("what was not said in Discord yet", () => {
  const doneEntry = (id: string, doneAt: number | null) =>
    env.DB.prepare(
      "insert into outbox (id, kind, subject, due_at, created_at, done_at) values (?, ?, 'x', ?, 1, ?)",
    )
      .bind(id, id.split(":")[0], doneAt === null ? 10 ** 15 : null, doneAt)
      .run();
  const ids = async () =>
    (await rows<{ id: string }>("select id from outbox order by id")).map(({ id }) => id);

  it("is woken when it is due, to the millisecond, and again until it is said", async () => {
    const world = createWorld();
    const id = await putEntry(world, "greeting", "operators");
    world.woken.length = 0;
    world.advance(-1);
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ outbox: 0 });
    world.advance(1);
    for (const due of [1, 1]) expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ outbox: due });
    expect(world.woken).toEqual([id, id].map((entry) => ({ v: 1, kind: "entry", id: entry })));
  });

  it("is woken fifty at a time, what is due longest first", async () => {
    const world = createWorld();
    for (let i = 0; i < 60; i++) {
      world.now -= 1;
      await putEntry(world, "greeting", `cmp_${i}`);
    }
    world.advance(MINUTE_MS);
    world.woken.length = 0;
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ outbox: 50 });
    expect(world.woken.slice(0, 2)).toMatchObject([{ id: "greeting:cmp_59" }, { id: "greeting:cmp_58" }]);
    expect(world.woken).toHaveLength(50);
  });

  it("does not keep the rest from its turn when the queue refuses it", async () => {
    const world = createWorld();
    await putEntry(world, "greeting", "operators");
    const affiliate = await anAffiliate(world);
    await submit(world, { key: affiliate.key, campaignId: await aCampaign(world) });
    world.sent.length = 0;
    world.advance(MINUTE_MS);
    const wake = () => Promise.reject(new Error("Too Many Requests"));
    const ctx = { ...world.ctx, outbox: { ...world.ctx.outbox, wake } };
    expect(await sweep(ctx, ORIGIN)).toMatchObject({ reports: 1, outbox: 1 });
    expect(world.sent).toHaveLength(1);
  });

  it.each([
    { change: "", alerts: true, why: "the channel takes it" },
    { change: "delete from discord_channels", alerts: false, why: "there is no channel" },
    { change: "update discord_channels set state = 'dead'", alerts: false, why: "the channel is dead" },
    { change: "update discord_channels set blocked_until = ?", alerts: true, why: "its limit is just over" },
    { change: "update discord_channels set blocked_until = ? + 1", alerts: false, why: "it is blocked" },
    { change: "update alerts set announce_at = ?", alerts: true, why: "it is due now" },
    { change: "update alerts set announce_at = ? + 1", alerts: false, why: "it is due later" },
    { change: "update alerts set announce_at = null", alerts: false, why: "it was told" },
    { change: "update discord_channels set since = ?", alerts: true, why: "it was raised since" },
    {
      change: "update discord_channels set since = ? + 1",
      alerts: false,
      why: "the channel is newer than it",
    },
  ])("of alerts is woken: $alerts, since $why", async ({ change, alerts }) => {
    const world = createWorld();
    await aChannel(world, "operators");
    await raiseAlert(world);
    if (change !== "") {
      const statement = env.DB.prepare(change);
      await (change.includes("?") ? statement.bind(world.now) : statement).run();
    }
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ alerts });
    expect(world.woken).toEqual(alerts ? [{ v: 1, kind: "alerts" }] : []);
  });

  it("is forgotten seven days after it was said, whatever kind it is, when there is something else to do", async () => {
    const world = createWorld();
    const then = world.now - 7 * DAY_MS;
    for (const kind of ["answer", "greeting", "verdict"]) {
      await doneEntry(`${kind}:old`, then - 1);
      await doneEntry(`${kind}:recent`, then);
      await doneEntry(`${kind}:waiting`, null);
    }
    await sweep(world.ctx, ORIGIN);
    expect(await ids()).toHaveLength(9);
    await putEntry(world, "greeting", "operators");
    await sweep(world.ctx, ORIGIN);
    expect((await ids()).filter((id) => id.endsWith("old"))).toEqual([]);
    expect(await ids()).toHaveLength(7);
  });

  it("is forgotten a few at a time", async () => {
    const world = createWorld();
    for (let i = 0; i < 60; i++) await doneEntry(`answer:${i}`, 1);
    await putEntry(world, "greeting", "operators");
    world.takeUsage();
    await sweep(world.ctx, ORIGIN);
    expect(await ids()).toHaveLength(11);
    expect(world.takeUsage().rowsRead).toBeLessThanOrEqual(400);
  });
});

describe("messages of clicks that were counted", () => {
  const counted = (n: number, at: number) =>
    env.DB.prepare(
      "insert into click_messages (id, counted_at) select 'clk_' || (1000000 + value), ? from json_each(?)",
    )
      .bind(at, JSON.stringify(Array.from({ length: n }, (_, i) => i)))
      .run();
  const left = async () => (await row<{ n: number }>("select count(*) as n from click_messages"))?.n;

  it("are remembered for fifteen days, and cost an idle sweep no more than none", async () => {
    const world = createWorld();
    await sweep(world.ctx, ORIGIN);
    const { rowsRead } = world.takeUsage();
    await counted(3, world.now);
    world.advance(15 * DAY_MS);
    await sweep(world.ctx, ORIGIN);
    expect(world.takeUsage()).toMatchObject({ trips: 1, rowsRead, rowsWritten: 0 });
    expect(await left()).toBe(3);
    world.advance(1);
    await sweep(world.ctx, ORIGIN);
    expect(await left()).toBe(0);
  });

  it("are forgotten two thousand at a time, the oldest first, by key", async () => {
    const world = createWorld();
    await counted(2_500, world.now);
    world.advance(15 * DAY_MS + 1);
    world.takeUsage();
    const plans = await plansOf(world, () => sweep(world.ctx, ORIGIN));
    expect(world.takeUsage().rowsRead).toBeLessThanOrEqual(6_010);
    expect(await row("select count(*) as n, min(id) as first from click_messages")).toEqual({
      n: 500,
      first: "clk_1002000",
    });
    expect(fullScans(plans, "click_messages")).toEqual([]);
    await sweep(world.ctx, ORIGIN);
    expect(await left()).toBe(0);
  });

  it("that were counted long after they were made stay until their own time", async () => {
    const world = createWorld();
    await counted(2, world.now);
    world.advance(DAY_MS);
    await env.DB.prepare("update click_messages set counted_at = ? where id = 'clk_1000001'")
      .bind(world.now)
      .run();
    world.advance(14 * DAY_MS + 1);
    await sweep(world.ctx, ORIGIN);
    expect(await rows("select id from click_messages")).toEqual([{ id: "clk_1000001" }]);
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
