import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { sweep } from "../../src/services/sweep.ts";
import {
  aCampaign,
  anAffiliate,
  type Receipt,
  reconciliation,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

const run = (world: World, receipts: Receipt[], lane = "normal") =>
  reconcileReports(world.ctx, {
    reportIds: receipts.map(({ report_id }) => report_id),
    lane,
    manual: false,
    origins: [ORIGIN],
  });

/** One tick of the cron and the delivery of what it enqueued. */
async function tick(world: World): Promise<void> {
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
}

/** An affiliate with a report of 1,000 views on a post that has them, not yet delivered. */
async function aReport(world: World, views = 1_000) {
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  const receipt = await submit(world, { key: affiliate.key, campaignId, claimed: { claimed_views: views } });
  world.advance(2_000);
  return { affiliate, campaignId, receipt };
}

const logsOf = (reportId: string) =>
  rows<{ n: number; outcome: string; status: string; reasons: string; missing_reason: string | null }>(
    "select n, outcome, status, reasons, missing_reason from reconciliation_logs where report_id = ? order by n",
    reportId,
  );

describe("a report of a post whose truth is known", () => {
  it.each([
    { views: 1_000, status: "MATCHED", level: null, trust: 510_000, alert: null },
    { views: 1_030, status: "DISCREPANCY_LOW", level: "LOW", trust: 490_000, alert: null },
    { views: 1_100, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", trust: 470_000, alert: null },
    { views: 1_300, status: "AFFILIATE_OVERCLAIMED", level: "HIGH", trust: 400_000, alert: "HIGH" },
    { views: 1_600, status: "AFFILIATE_OVERCLAIMED", level: "CRITICAL", trust: 400_000, alert: "CRITICAL" },
    { views: 700, status: "DISCREPANCY_HIGH", level: "HIGH", trust: 500_000, alert: "HIGH" },
  ])(
    "of 1,000 views claimed as $views ends $status $level",
    async ({ views, status, level, trust, alert }) => {
      const world = createWorld();
      const { affiliate, receipt } = await aReport(world, views);
      expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open", status: null });

      await world.deliver();

      const after = { state: "final", status, level, logs: 1, attempts: 0, next_attempt_at: null };
      expect(await reconciliation(receipt.report_id)).toMatchObject(after);
      const stored = await row(
        "select trust, total_submissions as total, accurate_submissions as accurate from affiliates where id = ?",
        affiliate.id,
      );
      expect(stored).toEqual({ trust, total: 1, accurate: Number(status === "MATCHED") });
      const alerts = await rows<{ severity: string }>(
        "select severity from alerts where category in ('FRAUD', 'DATA_QUALITY')",
      );
      expect(alerts.map(({ severity }) => severity)).toEqual(alert === null ? [] : [alert]);
    },
  );

  it("is explained in words a creator understands", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 10_000 } });
    const claimed = { claimed_views: 12_001 };
    const receipt = await submit(world, { key: affiliate.key, campaignId, claimed });
    await world.deliver();
    const [log] = await logsOf(receipt.report_id);
    expect(JSON.parse(log?.reasons ?? "")).toEqual([
      "You claimed 12,001 views; YouTube showed 10,000 at 12:00 UTC. That is 20.01 % more.",
    ]);
  });
});

describe("a batch", () => {
  async function aBatch(
    world: World,
    posts: number,
    { affiliates = 25, campaigns = 5 } = {},
  ): Promise<Receipt[]> {
    const keys = await Promise.all(Array.from({ length: affiliates }, () => anAffiliate(world)));
    const campaignIds = await Promise.all(Array.from({ length: campaigns }, () => aCampaign(world)));
    const receipts: Receipt[] = [];
    for (let i = 0; i < posts; i++) {
      await world.setPost("youtube", videoId(i), { metrics: { views: 1_000 } });
      const key = keys[i % affiliates]?.key ?? "";
      const campaignId = campaignIds[i % campaigns] ?? "";
      // One in twenty overclaims and raises an alert.
      const claimed = { claimed_views: i % 20 === 0 ? 1_300 : 1_000 };
      receipts.push(await submit(world, { key, campaignId, video: videoId(i), claimed }));
    }
    world.advance(2_000);
    world.takeUsage();
    return receipts;
  }

  it("of 100 YouTube posts takes 2 calls, 2 round trips and stays within its rows", async () => {
    const world = createWorld();
    const receipts = await aBatch(world, 100);
    await run(world, receipts);
    expect(await world.calls("youtube")).toMatchObject({ calls: 2, ids: 100 });
    const { trips, rowsRead, rowsWritten } = world.takeUsage();
    expect(trips).toBe(2);
    expect(rowsRead / 100).toBeLessThanOrEqual(28);
    expect(rowsWritten / 100).toBeLessThanOrEqual(12);
    const states = await rows("select state, count(*) as n from reconciliations group by state");
    expect(states).toEqual([{ state: "final", n: 100 }]);
  });

  it("delivered again reads little, writes nothing and asks nobody", async () => {
    const world = createWorld();
    const receipts = await aBatch(world, 20);
    await run(world, receipts);
    world.takeUsage();
    await run(world, receipts);
    const { trips, rowsWritten } = world.takeUsage();
    expect({ trips, rowsWritten }).toEqual({ trips: 1, rowsWritten: 0 });
    expect(await world.calls("youtube")).toMatchObject({ calls: 1 });
  });

  it("handed to two consumers at once is judged once", async () => {
    const world = createWorld();
    const receipts = await aBatch(world, 20);
    await Promise.all([run(world, receipts), run(world, receipts)]);
    expect(await row("select count(*) as n, max(n) as last from reconciliation_logs")).toEqual({
      n: 20,
      last: 1,
    });
    expect(await row("select count(*) as n from trust_events")).toEqual({ n: 20 });
    expect(await row("select sum(total_submissions) as n from affiliates")).toEqual({ n: 20 });
  });

  it("leaves out what it cannot write, and buries it after the third failure", async () => {
    const world = createWorld();
    const receipts = await aBatch(world, 5);
    const bad = receipts[2]?.report_id ?? "";
    await env.DB.prepare(
      `create trigger poison before insert on reconciliation_logs when new.report_id = '${bad}'
       begin select raise(abort, 'poison'); end`,
    ).run();
    await run(world, receipts);
    const states = await rows(
      "select state, count(*) as n from reconciliations group by state order by state",
    );
    expect(states).toEqual([
      { state: "final", n: 4 },
      { state: "open", n: 1 },
    ]);
    for (const _ of [2, 3]) {
      world.advance(10 * MINUTE_MS);
      await tick(world);
    }
    expect(await reconciliation(bad)).toMatchObject({ state: "dead", next_attempt_at: null, status: null });
    expect(await row("select cause, closed_at from dead_letters where report_id = ?", bad)).toEqual({
      cause: "commit_failed",
      closed_at: null,
    });
    expect(await row("select severity, count from alerts where cause = ?", `dead:${bad}`)).toEqual({
      severity: "HIGH",
      count: 1,
    });
  });
});

describe("a platform that is down", () => {
  it("costs no attempt, opens the breaker after five failures, and all is judged once it heals", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setFaults("youtube", { outage: true });
    const receipts: Receipt[] = [];
    for (let i = 0; i < 7; i++) {
      await world.setPost("youtube", videoId(i), { metrics: { views: 1_000 } });
      receipts.push(await submit(world, { key: affiliate.key, campaignId, video: videoId(i) }));
      world.advance(1_000);
      await world.deliver();
    }
    expect(await world.calls("youtube")).toMatchObject({ calls: 5 });
    expect((await world.ctx.gate("youtube").snapshot()).breaker).toBe("open");
    const waiting = await row(
      "select sum(attempts) as attempts, sum(logs) as logs, count(put_off_since) as waiting from reconciliations",
    );
    expect(waiting).toEqual({ attempts: 0, logs: 0, waiting: 7 });

    await world.setFaults("youtube", {});
    for (let minute = 0; minute < 20; minute++) {
      world.advance(MINUTE_MS);
      await tick(world);
    }
    for (const { report_id } of receipts) {
      expect(await reconciliation(report_id)).toMatchObject({
        state: "final",
        status: "MATCHED",
        attempts: 0,
      });
    }
    expect((await world.ctx.gate("youtube").snapshot()).breaker).not.toBe("open");
  });

  it("raises its alert once reports have waited more than two hours, and gives up after seven days", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    await world.setFaults("youtube", { outage: true });
    await world.deliver();
    const alert = () =>
      row<{ severity: string }>("select severity from alerts where cause = 'platform:youtube'");
    const until = async (at: number) => {
      while (world.now < at) {
        world.advance(10 * MINUTE_MS);
        await tick(world);
      }
    };
    const since = world.now;
    await until(since + 2 * HOUR_MS);
    expect(await alert()).toBeNull();
    await until(since + 2 * HOUR_MS + 30 * MINUTE_MS);
    expect(await alert()).toEqual({ severity: "HIGH" });
    world.advance(7 * 24 * HOUR_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "MISSING_PLATFORM_DATA",
      missing_reason: "not_admitted",
      attempts: 0,
    });
  });

  it("that limits calls is asked again when it said, without an attempt", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    await world.setFaults("youtube", { status: 429, retry_after: 600 });
    await world.deliver();
    const waiting = await reconciliation(receipt.report_id);
    expect(waiting).toMatchObject({ state: "open", attempts: 0 });
    const wait = (waiting?.next_attempt_at ?? 0) - world.now;
    expect(wait).toBeGreaterThanOrEqual(600_000);
    expect(wait).toBeLessThanOrEqual(660_000);
    expect((await world.ctx.gate("youtube").snapshot()).breaker).toBe("closed");
  });
});

describe("a failure on our side", () => {
  it("between fetch and commit loses nothing: the report is delivered again and judged once", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    world.failBatch(2, "before");
    await expect(run(world, [receipt])).rejects.toThrow("Network connection lost");
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open", logs: 0 });
    await run(world, [receipt]);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "final", logs: 1 });
  });

  it("after the commit, before its answer came back, changes nothing the second time", async () => {
    const world = createWorld();
    const { affiliate, receipt } = await aReport(world);
    world.failBatch(2, "after");
    await expect(run(world, [receipt])).rejects.toThrow("Network connection lost");
    await run(world, [receipt]);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "final", logs: 1 });
    expect(await row("select trust from affiliates where id = ?", affiliate.id)).toEqual({ trust: 510_000 });
  });

  it("that kills the worker with its lease is completed by the sweep once the lease is over", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    world.sent.length = 0;
    await env.DB.prepare(
      "update reconciliations set lease_run = 'run_dead', lease_until = ? where report_id = ?",
    )
      .bind(world.now + 120_000, receipt.report_id)
      .run();
    world.advance(60_000);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open", logs: 0 });
    world.advance(5 * MINUTE_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("that lets a paused consumer come back late has its commit refused", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    const slow = {
      ...world.ctx,
      fetch: async (...args: Parameters<typeof world.ctx.fetch>) => {
        const answer = await world.ctx.fetch(...args);
        world.advance(121_000);
        await run(world, [receipt]);
        return answer;
      },
    };
    await reconcileReports(slow, {
      reportIds: [receipt.report_id],
      lane: "normal",
      manual: false,
      origins: [ORIGIN],
    });
    expect(await logsOf(receipt.report_id)).toHaveLength(1);
    expect(await row("select count(*) as n from trust_events")).toEqual({ n: 1 });
  });

  it("of the queue leaves the report to the sweep", async () => {
    const world = createWorld();
    const refusing = { ...world.ctx.queues };
    world.ctx.queues.send = async () => {
      throw new Error("Too Many Requests");
    };
    const { receipt } = await aReport(world);
    Object.assign(world.ctx.queues, refusing);
    expect(world.sent).toEqual([]);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open" });
    world.advance(MINUTE_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });
});

describe("a post that shows less than was claimed", () => {
  it("a hidden count stays unknown, is tried up to five times and then ends missing, with an alert", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: null, likes: 50 } });
    const receipt = await submit(world, { key: affiliate.key, campaignId });
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "open",
      attempts: 1,
      status: "MISSING_PLATFORM_DATA",
    });
    expect(await row("select views, likes from posts")).toEqual({ views: null, likes: 50 });
    for (let hour = 0; hour < 24; hour++) {
      world.advance(HOUR_MS);
      await tick(world);
    }
    const ended = await reconciliation(receipt.report_id);
    expect(ended).toMatchObject({
      state: "final",
      status: "MISSING_PLATFORM_DATA",
      missing_reason: "no_data",
    });
    expect(ended?.attempts).toBeLessThanOrEqual(5);
    expect(await row("select severity from alerts where cause = ?", `missing:${receipt.report_id}`)).toEqual({
      severity: "MEDIUM",
    });
    expect(await row("select trust, total_submissions as total from affiliates")).toEqual({
      trust: 500_000,
      total: 1,
    });
  });

  it("one known of two claimed metrics is judged once more and then on what there is", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000, likes: null } });
    const claimed = { claimed_views: 1_000, claimed_likes: 40 };
    const receipt = await submit(world, { key: affiliate.key, campaignId, claimed });
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "open",
      status: "INCOMPLETE_PLATFORM_DATA",
    });
    world.advance(HOUR_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "MATCHED",
      attempts: 2,
    });
    expect(await row("select trust, accurate_submissions as accurate from affiliates")).toEqual({
      trust: 505_000,
      accurate: 0,
    });
  });

  it("clicks, which YouTube never shows, are said to be unverifiable without a call", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const receipt = await submit(world, { key: affiliate.key, campaignId, claimed: { claimed_clicks: 50 } });
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "UNVERIFIABLE",
      attempts: 0,
    });
    expect(await world.calls("youtube")).toMatchObject({ calls: 0 });
  });

  it("a deleted video is gone, not an outage; final after a second look, and judged if it comes back", async () => {
    const world = createWorld();
    const { receipt } = await aReport(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 }, state: "gone" });
    await world.deliver();
    const first = await reconciliation(receipt.report_id);
    expect(first).toMatchObject({ state: "open", missing_reason: "gone", attempts: 0 });
    expect(first?.next_attempt_at).toBe(world.now + 10 * MINUTE_MS);
    expect((await world.ctx.gate("youtube").snapshot()).consecutive_failures).toBe(0);
    world.advance(10 * MINUTE_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "MISSING_PLATFORM_DATA",
      missing_reason: "gone",
    });
    expect(await row("select state, observe_due_at from posts")).toEqual({
      state: "gone",
      observe_due_at: null,
    });

    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 }, state: "live" });
    const other = await anAffiliate(world);
    await submit(world, { key: other.key, campaignId: await aCampaign(world) });
    world.advance(2_000);
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "open", missing_reason: null });
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "MATCHED",
      missing_reason: null,
    });
  });
});

describe("around the judge", () => {
  it("a suspended affiliate's report ends without a call", async () => {
    const world = createWorld();
    const { affiliate, receipt } = await aReport(world);
    await env.DB.prepare("update affiliates set status = 'suspended' where id = ?").bind(affiliate.id).run();
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "final",
      status: "SKIPPED_SUSPENDED",
    });
    expect(await world.calls("youtube")).toMatchObject({ calls: 0 });
    expect(await row("select total_submissions as total, trust from affiliates")).toEqual({
      total: 0,
      trust: 500_000,
    });
  });

  it("an impossible claim that does not match costs most", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const claimed = { claimed_views: 1_300, claimed_clicks: 2_000 };
    await submit(world, { key: affiliate.key, campaignId, claimed });
    await world.deliver();
    expect(await row("select kind, delta from trust_events")).toEqual({
      kind: "impossible_submission",
      delta: -150_000,
    });
  });

  it("a platform that publishes late accuses nobody until it has settled", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world, { policy: { settle_hours: 24 } });
    await world.setPost("youtube", videoId(1), { metrics: { views: 100 } });
    const receipt = await submit(world, { key: affiliate.key, campaignId, claimed: { claimed_views: 900 } });
    const claimedAt = world.now;
    await world.deliver();
    expect(await reconciliation(receipt.report_id)).toMatchObject({
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
      next_attempt_at: claimedAt + 24 * HOUR_MS,
    });
    expect(
      await row(
        "select (select count(*) from alerts) as alerts, (select count(*) from trust_events) as events",
      ),
    ).toEqual({ alerts: 0, events: 0 });
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    world.advance(24 * HOUR_MS);
    await tick(world);
    expect(await reconciliation(receipt.report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("re-submitting the same truth is rewarded once a day", async () => {
    const world = createWorld();
    const { affiliate, receipt } = await aReport(world);
    await world.deliver();
    const path = `/api/v1/submissions/${receipt.submission_id}/metrics`;
    const update = () => world.request("PUT", path, { key: affiliate.key, body: { claimed_views: 1_000 } });
    const trust = async () => (await row<{ trust: number }>("select trust from affiliates"))?.trust;
    await update();
    world.advance(2_000);
    await world.deliver();
    expect(
      await row("select count(*) as n from reconciliations where state = 'final' and status = 'MATCHED'"),
    ).toEqual({ n: 2 });
    expect(await trust()).toBe(510_000);
    world.advance(24 * HOUR_MS);
    await update();
    world.advance(2_000);
    await world.deliver();
    expect(await trust()).toBe(520_000);
  });

  it("trust never leaves its bounds, event by event, and equals the replay of its ledger", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world, { trust: 60_000 });
    const campaignId = await aCampaign(world);
    const claims = [1_300, 1_000, 1_000];
    for (const [i, views] of claims.entries()) {
      await world.setPost("youtube", videoId(i), { metrics: { views: 1_000 } });
      await submit(world, {
        key: affiliate.key,
        campaignId,
        video: videoId(i),
        claimed: { claimed_views: views },
      });
      world.advance(1_000);
    }
    await world.deliver();
    const events = await rows("select delta, score_after from trust_events order by id");
    expect(events).toEqual([
      { delta: -60_000, score_after: 0 },
      { delta: 10_000, score_after: 10_000 },
      { delta: 10_000, score_after: 20_000 },
    ]);
    expect(await row("select trust from affiliates where id = ?", affiliate.id)).toEqual({ trust: 20_000 });
  });

  it("losing a bucket raises one alert and moves the gauge", async () => {
    const world = createWorld();
    const { affiliate } = await aReport(world, 1_300);
    await world.deliver();
    const alerts = await rows("select cause, severity, message from alerts where category = 'TRUST'");
    expect(alerts).toEqual([
      {
        cause: `trust:${affiliate.id}:low`,
        severity: "MEDIUM",
        message: "Trust fell from 0.50 to 0.40: low.",
      },
    ]);
    expect(await rows("select label, value from counters where name = 'affiliates' order by label")).toEqual([
      { label: "low", value: 1 },
      { label: "normal", value: -1 },
    ]);
  });
});
