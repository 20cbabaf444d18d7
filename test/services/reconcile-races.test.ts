/** What a review found by trying: stale answers, batch-mates, people who change things while a run is under way. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Ctx } from "../../src/context.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { observePosts } from "../../src/services/observe-posts.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { sweep } from "../../src/services/sweep.ts";
import { aCampaign, anAffiliate, reconciliation, row, rows, submit, videoId } from "../support/fixtures.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

const run = (ctx: Ctx, ...reportIds: string[]) =>
  reconcileReports(ctx, { reportIds, lane: "normal", manual: false, origins: [ORIGIN] });

async function tick(world: World): Promise<void> {
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
}

async function aStage() {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { observeEveryMinutes: 60 });
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  return { world, affiliate, campaignId };
}

/** A context in which something happens between the platform's answer and the commit. */
function meanwhile(world: World, happens: () => Promise<unknown>): Ctx {
  let done = false;
  return {
    ...world.ctx,
    fetch: async (...args) => {
      const answer = await world.ctx.fetch(...args);
      if (!done) {
        done = true;
        await happens();
      }
      return answer;
    },
  };
}

describe("an answer that is older than what is stored by now", () => {
  it("that the post is gone changes nothing: the newer numbers decide", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { report_id, post_id } = await submit(world, { key: affiliate.key, campaignId });
    await world.setPost("youtube", videoId(1), { state: "gone" });
    const ctx = meanwhile(world, async () => {
      await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
      world.advance(1_000);
      await observePosts(world.ctx, [post_id]);
      world.now -= 1_000;
    });
    await run({ ...ctx, now: () => world.now }, report_id);
    expect(await row("select state, views from posts")).toEqual({ state: "live", views: 1_000 });
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });
});

describe("one report that cannot be worked on", () => {
  it("leaves its batch-mates alone, and is dead after the third time", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const good = await submit(world, { key: affiliate.key, campaignId });
    const bad = await submit(world, { key: affiliate.key, campaignId, video: videoId(2) });
    await env.DB.batch([
      env.DB.prepare("update reconciliations set platform = 'myspace' where report_id = ?").bind(
        bad.report_id,
      ),
      env.DB.prepare("update posts set platform = 'myspace' where id = ?").bind(bad.post_id),
    ]);
    await run(world.ctx, good.report_id, bad.report_id);
    expect(await reconciliation(good.report_id)).toMatchObject({ state: "final", status: "MATCHED" });
    for (let i = 0; i < 3; i++) {
      world.advance(10 * MINUTE_MS);
      await tick(world);
    }
    expect(await reconciliation(bad.report_id)).toMatchObject({ state: "dead" });
    expect(await row("select count(*) as n from dead_letters where report_id = ?", bad.report_id)).toEqual({
      n: 1,
    });
  });
});

describe("two matches of one submission in one batch", () => {
  it("share the day's reward in the order of their claims, in two round trips", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const first = await submit(world, { key: affiliate.key, campaignId });
    world.advance(16 * MINUTE_MS);
    const path = `/api/v1/submissions/${first.submission_id}/metrics`;
    const answer = await world.request("PUT", path, { key: affiliate.key, body: { claimed_views: 1_000 } });
    const second: { report_id: string } = await answer.json();
    world.advance(2_000);
    world.takeUsage();
    await run(world.ctx, second.report_id, first.report_id);
    expect(world.takeUsage().trips).toBe(2);
    expect(await rows("select report_id, delta from trust_events")).toEqual([
      { report_id: first.report_id, delta: 10_000 },
    ]);
  });
});

describe("somebody changes something while a run is under way", () => {
  it("a reinstated affiliate's report is not lost to the run that skipped it", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    const setStatus = (status: string) =>
      env.DB.prepare("update affiliates set status = ? where id = ?").bind(status, affiliate.id).run();
    const other = await anAffiliate(world);
    const mate = await submit(world, { key: other.key, campaignId, video: videoId(2) });
    await setStatus("suspended");
    const ctx = meanwhile(world, () => setStatus("active"));
    await run(ctx, report_id, mate.report_id);
    expect(await reconciliation(report_id)).toMatchObject({ state: "open" });
    await tick(world);
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });
});

describe("a gate that fails after the calls were made", () => {
  it("does not throw their answers away", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    const gate = world.ctx.gate("youtube");
    const deaf = { ...gate, settle: () => Promise.reject(new Error("the object was reset")) };
    await run({ ...world.ctx, gate: () => deaf }, report_id);
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
    expect(await row("select value from counters where name = 'vendor_calls'")).toEqual({ value: 1 });
  });
});

describe("a lease whose answer was lost", () => {
  it("is given back, so that the redelivery judges the report", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    world.failBatch(1, "after");
    await expect(run(world.ctx, report_id)).rejects.toThrow("Network connection lost");
    await run(world.ctx, report_id);
    expect(await reconciliation(report_id)).toMatchObject({ state: "final" });
  });
});

describe("a wait that the platform put far off", () => {
  it("still raises its alert after two hours and ends after seven days", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    await world.setFaults("youtube", { status: 429, retry_after: 72_000 });
    await world.deliver();
    for (let minute = 0; minute <= 125; minute += 5) {
      world.advance(5 * MINUTE_MS);
      await tick(world);
    }
    expect(await row("select severity from alerts where cause = 'platform:youtube'")).toEqual({
      severity: "HIGH",
    });
    expect(await world.calls("youtube")).toMatchObject({ calls: 1 });
    expect(await reconciliation(report_id)).toMatchObject({ state: "open", attempts: 0 });
  });
});

describe("a post nobody has to ask for", () => {
  it("is observed all the same, so that its campaign sees it", async () => {
    const { world, affiliate, campaignId } = await aStage();
    await submit(world, { key: affiliate.key, campaignId, claimed: { claimed_clicks: 5 } });
    await world.deliver();
    expect(await row("select observed_at from posts")).toEqual({ observed_at: null });
    await tick(world);
    expect(await row("select views from posts")).toEqual({ views: 1_000 });
  });

  it("is observed again when its campaign is prolonged after its end", async () => {
    const { world, affiliate } = await aStage();
    const endsAt = world.now + HOUR_MS;
    const campaignId = await aCampaign(world, {
      endsAt,
      claimsCloseAt: endsAt + HOUR_MS,
      observeEveryMinutes: 60,
    });
    await submit(world, { key: affiliate.key, campaignId });
    await world.deliver();
    world.advance(3 * HOUR_MS);
    await tick(world);
    expect(await row("select observe_due_at from posts")).toEqual({ observe_due_at: null });
    const admin = await issueKey(world, "admin", null);
    const body = { ends_at: new Date(world.now + 24 * HOUR_MS).toISOString() };
    const answer = await world.request("PATCH", `/api/v1/campaigns/${campaignId}`, { key: admin, body });
    expect(answer.status).toBe(200);
    await world.setPost("youtube", videoId(1), { metrics: { views: 7_000 } });
    await tick(world);
    expect(await row("select views from posts")).toEqual({ views: 7_000 });
  });

  it("that the observer finds gone is looked at a second time before observation ends", async () => {
    const { world, affiliate, campaignId } = await aStage();
    await submit(world, { key: affiliate.key, campaignId });
    await world.deliver();
    await world.setPost("youtube", videoId(1), { state: "gone" });
    world.advance(HOUR_MS);
    await tick(world);
    expect(await row("select state, observe_due_at from posts")).toEqual({
      state: "gone",
      observe_due_at: world.now + 10 * MINUTE_MS,
    });
    await world.setPost("youtube", videoId(1), { metrics: { views: 5_000 } });
    world.advance(10 * MINUTE_MS);
    await tick(world);
    expect(await row("select state, views from posts")).toEqual({ state: "live", views: 5_000 });
  });
});

describe("two high discrepancies of one affiliate", () => {
  it("in one batch are a repeat at once", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const ids: string[] = [];
    for (const n of [1, 2]) {
      await world.setPost("youtube", videoId(n), { metrics: { views: 1_000 } });
      const claimed = { claimed_views: 500 };
      ids.push(
        (await submit(world, { key: affiliate.key, campaignId, video: videoId(n), claimed })).report_id,
      );
    }
    await run(world.ctx, ...ids);
    expect(await rows("select count, severity from alerts where category = 'DATA_QUALITY'")).toEqual([
      { count: 2, severity: "CRITICAL" },
    ]);
  });
});

describe("a platform that is held", () => {
  it("keeps its reports from being looked at every minute, and has them judged at once when released", async () => {
    const { world, affiliate, campaignId } = await aStage();
    const admin = await issueKey(world, "admin", null);
    await world.request("POST", "/api/v1/platforms/youtube/hold", {
      key: admin,
      body: { reason: "maintenance" },
    });
    const { report_id } = await submit(world, { key: affiliate.key, campaignId });
    await world.deliver();
    const waiting = await reconciliation(report_id);
    expect(waiting?.next_attempt_at).toBeGreaterThanOrEqual(world.now + 10 * MINUTE_MS);
    await world.request("POST", "/api/v1/platforms/youtube/release", { key: admin });
    await tick(world);
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
  });
});
