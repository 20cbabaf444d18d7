import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { metricsOf } from "../../src/domain/metrics.ts";
import { rebuildRollups } from "../../src/services/rebuild-rollups.ts";
import { updateClaim } from "../../src/services/update-claim.ts";
import { aCampaign, anAffiliate, reconciliation, row, rows, submit, videoId } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const MINUTE = 60_000;
const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

async function aSubmission(claimed: Record<string, number> = { claimed_views: 1_000 }) {
  const world = createWorld();
  const { id: affiliateId, key } = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  const first = await submit(world, { key, campaignId, claimed });
  const update = (views: number, claimedAt: number | null = null) =>
    updateClaim(
      world.ctx,
      { role: "affiliate", keyId: world.ctx.ids("key"), affiliateId, suspended: false, trust: 500_000 },
      {
        submissionId: first.submission_id,
        claimed: metricsOf({ views }),
        evidence: null,
        claimedAt,
        method: "API",
        origin: ORIGIN,
      },
    );
  return { world, affiliateId, campaignId, first, update };
}

const supersededCounts = () =>
  rows<{ grain: string; superseded: number; final: number }>(
    `select (affiliate_id <> '') || (day > 0) || (platform <> '') as grain, superseded, final from rollups
      where superseded > 0 order by grain`,
  );

/** Every grain: affiliate, day, platform told apart or not. */
const IN_ALL_GRAINS = (superseded: number) =>
  ["000", "001", "011", "100"].map((grain) => ({ grain, superseded, final: 0 }));

async function judgeAll(world: World) {
  world.advance(2_000);
  await world.deliver();
}

describe("newer numbers of a submission", () => {
  it("are a new report, open and on its way, and the earlier one stays as it was claimed", async () => {
    const { world, campaignId, first, update } = await aSubmission();
    world.advance(MINUTE);
    world.sent.splice(0);
    const updated = await update(1_100);
    expect(await rows("select id, views, claimed_at from affiliate_reports order by id")).toEqual([
      { id: first.report_id, views: 1_000, claimed_at: world.now - MINUTE },
      { id: updated.reportId, views: 1_100, claimed_at: world.now },
    ]);
    expect(await reconciliation(updated.reportId)).toMatchObject({
      state: "open",
      status: null,
      next_attempt_at: world.now,
    });
    expect(world.sent.map(({ lane, message }) => [lane, message.ids])).toEqual([
      ["normal", [updated.reportId]],
    ]);
    expect(
      await row("select submissions, reports from rollups where campaign_id = ? and reports > 0", campaignId),
    ).toEqual({ submissions: 1, reports: 2 });
  });

  it("are judged, and reward the submission once a day", async () => {
    const { world, affiliateId, first, update } = await aSubmission();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await judgeAll(world);
    const updated = await update(1_000);
    await judgeAll(world);
    for (const id of [first.report_id, updated.reportId]) {
      expect(await reconciliation(id)).toMatchObject({ state: "final", status: "MATCHED" });
    }
    expect(await row("select trust, total_submissions from affiliates where id = ?", affiliateId)).toEqual({
      trust: 510_000,
      total_submissions: 2,
    });
  });

  it.each([
    { views: 990, flags: [], why: "1 % less is no fall" },
    { views: 989, flags: ["metric_fell"], why: "more than 1 % less is one" },
    { views: 6_000, flags: [], why: "500 % more is no spike" },
    { views: 6_001, flags: ["metric_spiked"], why: "more than 500 % more is one" },
  ])("are compared with the claim before: $why", async ({ views, flags }) => {
    const { update } = await aSubmission();
    const updated = await update(views);
    expect(updated.suspicionFlags).toEqual(flags);
    expect(updated.lane).toBe(flags.length > 0 ? "urgent" : "normal");
  });

  it("are compared with the latest claim, not the first", async () => {
    const { world, update } = await aSubmission();
    world.advance(1);
    await update(5_000);
    world.advance(1);
    expect((await update(20_000)).suspicionFlags).toEqual([]);
  });
});

describe("a claim that is replaced", () => {
  it("before its verdict is closed as superseded, with a log line and a count in all four grains, without trust", async () => {
    const { world, affiliateId, first, update } = await aSubmission();
    world.advance(15 * MINUTE);
    await update(1_100);
    expect(await row("select * from reconciliations where report_id = ?", first.report_id)).toMatchObject({
      state: "final",
      status: "SUPERSEDED",
      level: null,
      logs: 1,
      policy_version: 1,
      next_attempt_at: null,
      sweep_at: null,
      lease_run: null,
      judged_at: world.now,
      counted_status: "SUPERSEDED",
      counted_at: world.now,
      counted_accurate: 0,
    });
    expect(await rows("select * from reconciliation_logs")).toEqual([
      expect.objectContaining({
        report_id: first.report_id,
        n: 1,
        run_id: "",
        at: world.now,
        attempt: 0,
        outcome: "superseded",
        status: "SUPERSEDED",
        final: 1,
        policy_version: 1,
        settle_hours: 0,
        verdict: null,
        observations: "[]",
        reasons: expect.stringContaining("replaced this claim"),
      }),
    ]);
    expect(await supersededCounts()).toEqual(IN_ALL_GRAINS(1));
    expect(await rows("select * from trust_events")).toEqual([]);
    expect(await row("select trust, total_submissions from affiliates where id = ?", affiliateId)).toEqual({
      trust: 500_000,
      total_submissions: 0,
    });
  });

  it("later than 15 minutes is judged as it is", async () => {
    const { world, first, update } = await aSubmission();
    world.advance(15 * MINUTE + 1);
    await update(1_100);
    expect(await reconciliation(first.report_id)).toMatchObject({ state: "open", status: null, logs: 0 });
    expect(await supersededCounts()).toEqual([]);
  });

  it("is not judged when its own message arrives after all", async () => {
    const { world, first, update } = await aSubmission();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_100 } });
    const updated = await update(1_100);
    await judgeAll(world);
    expect(await reconciliation(first.report_id)).toMatchObject({ status: "SUPERSEDED", logs: 1 });
    expect(await reconciliation(updated.reportId)).toMatchObject({ state: "final", status: "MATCHED" });
    expect(await rows("select report_id from trust_events")).toEqual([{ report_id: updated.reportId }]);
  });

  it("three times over is closed each time, and counted once each", async () => {
    const { world, campaignId, update } = await aSubmission();
    for (const views of [1_100, 1_200, 1_300]) {
      world.advance(MINUTE);
      await update(views);
    }
    expect(
      await rows("select status, count(*) as n from reconciliations group by status order by n"),
    ).toEqual([
      { status: null, n: 1 },
      { status: "SUPERSEDED", n: 3 },
    ]);
    expect(await supersededCounts()).toEqual(IN_ALL_GRAINS(3));
    // Counted as the facts say: a rebuild finds nothing to repair.
    expect(await rebuildRollups(world.ctx, campaignId)).toEqual([]);
  });

  it.each([
    { why: "is being judged", change: "lease_run = 'run_1', lease_until = ?1 + 1" },
    { why: "has a first verdict", change: "status = 'INCOMPLETE_PLATFORM_DATA', lease_until = ?1 * 0" },
    { why: "is provisional", change: "state = 'provisional', lease_until = ?1 * 0" },
    { why: "is dead", change: "state = 'dead', lease_until = ?1 * 0" },
  ])("is left alone if it $why", async ({ change }) => {
    const { world, first, update } = await aSubmission();
    await rows(`update reconciliations set ${change} where report_id = ?2`, world.now, first.report_id);
    const before = await reconciliation(first.report_id);
    await update(1_100);
    expect(await reconciliation(first.report_id)).toEqual(before);
    expect(await supersededCounts()).toEqual([]);
  });

  it("is closed if its lease ran out, and the late run cannot commit over that", async () => {
    const { world, first, update } = await aSubmission();
    await rows(
      "update reconciliations set lease_run = 'run_late', lease_until = ? where report_id = ?",
      world.now,
      first.report_id,
    );
    await update(1_100);
    expect(
      await row("select status, lease_run from reconciliations where report_id = ?", first.report_id),
    ).toEqual({
      status: "SUPERSEDED",
      lease_run: null,
    });
  });

  it("while it waits for its platform no longer counts as waiting", async () => {
    const { world, first, update } = await aSubmission();
    await world.setFaults("youtube", { outage: true });
    await judgeAll(world);
    expect(await row("select put_off_since is null as free from reconciliations")).toEqual({ free: 0 });
    await update(1_100);
    expect(
      await row(
        "select status, put_off_since, put_off_reason from reconciliations where report_id = ?",
        first.report_id,
      ),
    ).toEqual({ status: "SUPERSEDED", put_off_since: null, put_off_reason: null });
  });

  it("of another submission is not touched", async () => {
    const { world, campaignId, update } = await aSubmission();
    const other = await anAffiliate(world);
    const theirs = await submit(world, { key: other.key, campaignId });
    await update(1_100);
    expect(await reconciliation(theirs.report_id)).toMatchObject({ state: "open", status: null });
  });

  it("is closed once by two updates at the same time", async () => {
    const { update } = await aSubmission();
    await Promise.all([update(1_100), update(1_200)]);
    expect(await row("select count(*) as n from reconciliations where state = 'open'")).toEqual({ n: 1 });
    expect(await supersededCounts()).toEqual(IN_ALL_GRAINS(2));
    expect(await row("select count(*) as n from reconciliation_logs")).toEqual({ n: 2 });
  });
});

it("a failing queue costs the update nothing: the sweep has its time", async () => {
  const { world, update } = await aSubmission();
  world.ctx.queues.send = () => Promise.reject(new Error("queue is down"));
  const updated = await update(1_100);
  expect(await row("select sweep_at from reconciliations where report_id = ?", updated.reportId)).toEqual({
    sweep_at: world.now + world.ctx.config.ENQUEUE_GRACE_SECONDS * 1_000,
  });
});

it("a long history does not make an update dearer", async () => {
  const { world, first, update } = await aSubmission();
  world.advance(60 * MINUTE);
  world.takeUsage();
  await update(1_000);
  const { rowsRead: few } = world.takeUsage();
  await rows(
    `with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)
      insert into affiliate_reports (submission_id, id, claimed_at, views, method, created_at)
      select ?, printf('rep_0%025d', i), 1, 1, 'API', 1 from n`,
    first.submission_id,
  );
  world.advance(60 * MINUTE);
  await update(1_000);
  // It looks back over at most 20 reports, in three statements.
  expect(world.takeUsage().rowsRead - few).toBeLessThanOrEqual(3 * 2 * 20);
});

describe("the lane of newer numbers", () => {
  const learn = (reportId: string, flags: string[]) =>
    env.DB.prepare("update reconciliations set learnt_flags = ? where report_id = ?")
      .bind(JSON.stringify(flags), reportId)
      .run();

  it.each([
    { learnt: [], lane: "normal", why: "nothing stood out" },
    { learnt: ["published_before_campaign"], lane: "normal", why: "what stood out is no traffic" },
    { learnt: ["published_before_campaign", "click_burst"], lane: "urgent", why: "its traffic stood out" },
  ])("is $lane where $why of the claim before", async ({ learnt, lane }) => {
    const { world, first, update } = await aSubmission();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await judgeAll(world);
    await learn(first.report_id, learnt);
    const updated = await update(1_001);
    expect(updated).toMatchObject({ lane, suspicionFlags: [] });
    expect(world.sent.map((sent) => sent.lane)).toEqual([lane]);
  });

  it("goes by the last claim that was judged: one that waits or was replaced has learnt nothing", async () => {
    const { world, first, update } = await aSubmission();
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await judgeAll(world);
    await learn(first.report_id, ["one_network"]);
    await update(1_001);
    const third = await update(1_002);
    expect(third.lane).toBe("urgent");
    await judgeAll(world);
    world.advance(MINUTE);
    expect((await update(1_003)).lane).toBe("normal");
  });
});
