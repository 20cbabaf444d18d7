import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Click, ClickKind } from "../../src/domain/click.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { countClicks } from "../../src/services/count-clicks.ts";
import { rejudgeLate } from "../../src/services/rejudge-late.ts";
import { aMessage } from "../support/clicks.ts";
import { aCampaign, anAffiliate, reconciliation, row, rows, submit, videoId } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { ownLink, trackCampaign, writeOrders } from "../support/tracked-rows.ts";
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

/** A post that was entered a day ago in a campaign that follows links and knows all its orders. */
async function aStage({ world = createWorld(), video = 1 } = {}) {
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  await trackCampaign(campaignId);
  const enter = async (n: number) => {
    await world.setPost("youtube", videoId(n), { metrics: { views: 1_000 } });
    const { submission_id: submissionId } = await submit(world, {
      key: affiliate.key,
      campaignId,
      video: videoId(n),
      claimed: { claimed_views: 1_000 },
    });
    await world.deliver();
    return { submissionId, link: await ownLink(submissionId) };
  };
  const { submissionId, link } = await enter(video);
  world.advance(DAY_MS);
  const claim = async (claimed: Record<string, number>): Promise<string> => {
    const path = `/api/v1/submissions/${submissionId}/metrics`;
    const response = await world.request("PUT", path, { key: affiliate.key, body: claimed });
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json<{ report_id: string }>()).report_id;
  };
  const message = (times: number, at: number, { to = link, kind = "human" as ClickKind } = {}) => {
    const click = (_: unknown, i: number): Click => ({
      l: to,
      c: campaignId,
      t: at,
      k: kind,
      v: String(i).padStart(11, "0"),
      n: null,
    });
    return aMessage(world.ctx.ids, Array.from({ length: times }, click));
  };
  const count = (...sent: Parameters<typeof message>) => countClicks(world.ctx, [message(...sent)]);
  /** Waits until the claim's clicks have settled, then judges it. */
  const settle = async () => {
    world.advance(HOUR_MS);
    await world.deliver();
  };
  return { world, affiliate, campaignId, submissionId, link, enter, claim, message, count, settle };
}

type Stage = Awaited<ReturnType<typeof aStage>>;

/** A final verdict of 100 claimed clicks, or of others, while none were counted. */
async function anOverclaim(stage: Stage, claimed: Record<string, number> = { claimed_clicks: 100 }) {
  const claimedAt = stage.world.now;
  const reportId = await stage.claim(claimed);
  await stage.settle();
  expect(await reconciliation(reportId)).toMatchObject({
    state: "final",
    status: "AFFILIATE_OVERCLAIMED",
    logs: 1,
  });
  return { reportId, claimedAt };
}

/** What the ledger says of a report. */
async function trust(reportId: string) {
  const ledger = await row<{ sum: number }>(
    "select sum(delta) as sum from trust_events where report_id = ?",
    reportId,
  );
  const kinds = await rows<{ kind: string }>(
    "select kind from trust_events where report_id = ? order by id",
    reportId,
  );
  return { sum: ledger?.sum, kinds: kinds.map(({ kind }) => kind) };
}

describe("clicks that are counted after the verdict", () => {
  it("have it made again with them, and the trust compensated to what they are worth from the start", async () => {
    const stage = await aStage();
    const { world } = stage;
    const { reportId, claimedAt } = await anOverclaim(stage);
    await stage.count(100, claimedAt - MINUTE_MS);
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: "MATCHED", logs: 2 });
    const corrected = await trust(reportId);
    expect(corrected.kinds).toEqual(["overclaim", "perfect_match"]);

    const fresh = await aStage({ world, video: 2 });
    await fresh.count(100, world.now - MINUTE_MS);
    const inTime = await fresh.claim({ claimed_clicks: 100 });
    await fresh.settle();
    expect(await reconciliation(inTime)).toMatchObject({ state: "final", status: "MATCHED" });
    expect((await trust(inTime)).sum).toBe(corrected.sum);
  });

  it("wake a run by themselves, once: a new verdict asks for no other", async () => {
    const stage = await aStage();
    const { world } = stage;
    const { reportId, claimedAt } = await anOverclaim(stage);
    await stage.count(10, claimedAt - MINUTE_MS);
    expect(world.sent.map(({ message }) => message.ids)).toEqual([[reportId]]);
    await world.deliver();
    expect(world.sent).toEqual([]);
    expect(await reconciliation(reportId)).toMatchObject({
      state: "final",
      status: "AFFILIATE_OVERCLAIMED",
      logs: 2,
    });
  });

  it.each([
    { why: "in the claim's own second", ms: 999, logs: 2 },
    { why: "in the second after the claim's", ms: 1_000, logs: 1 },
    { why: "a day before the claim", ms: -DAY_MS + 1_000, logs: 2 },
  ])("count as late for a claim if they are $why: $logs verdicts", async ({ ms, logs }) => {
    const stage = await aStage();
    const { reportId, claimedAt } = await anOverclaim(stage);
    expect(claimedAt % 1_000).toBe(0);
    await stage.count(1, claimedAt + ms);
    await stage.world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", logs });
  });

  it("of automation, or of another submission's link, leave it alone", async () => {
    const stage = await aStage();
    const other = await stage.enter(2);
    const { claimedAt } = await anOverclaim(stage);
    await stage.count(100, claimedAt - MINUTE_MS, { kind: "automated" });
    await stage.count(100, claimedAt - MINUTE_MS, { to: other.link });
    expect(stage.world.sent).toEqual([]);
  });

  it("leave alone what claims no clicks, and what was not above the truth", async () => {
    const stage = await aStage();
    const { world } = stage;
    await stage.claim({ claimed_views: 5_000 });
    await stage.settle();
    await stage.count(20, world.now - 2 * HOUR_MS);
    await stage.claim({ claimed_clicks: 20 });
    await stage.settle();
    await stage.count(100, world.now - DAY_MS);
    expect(world.sent).toEqual([]);
  });

  it("have each claim of the submission judged again that was made since, and no earlier one", async () => {
    const stage = await aStage();
    const { world } = stage;
    const early = await anOverclaim(stage);
    const later = await stage.claim({ claimed_clicks: 200 });
    await stage.settle();
    const latest = await stage.claim({ claimed_clicks: 300 });
    await stage.settle();
    await stage.count(50, early.claimedAt + MINUTE_MS);
    expect(world.sent.flatMap(({ message }) => message.ids).toSorted()).toEqual([later, latest].toSorted());
  });

  it("leave a suspended affiliate's reports and superseded ones alone", async () => {
    const stage = await aStage();
    const { claimedAt } = await anOverclaim(stage);
    const later = await anOverclaim(stage);
    await env.DB.prepare("update reconciliations set status = 'SUPERSEDED' where report_id = ?")
      .bind(later.reportId)
      .run();
    await env.DB.prepare("update affiliates set status = 'suspended'").run();
    await stage.count(100, claimedAt - MINUTE_MS);
    await env.DB.prepare("update affiliates set status = 'active'").run();
    await stage.count(100, claimedAt + 30 * MINUTE_MS);
    expect(stage.world.sent).toEqual([]);
  });
});

describe("a message of late clicks", () => {
  it("that comes again has the verdict made again, if whoever counted it failed before", async () => {
    const stage = await aStage();
    const { world } = stage;
    const { reportId, claimedAt } = await anOverclaim(stage);
    const messages = [stage.message(100, claimedAt - MINUTE_MS)];
    world.failBatch(2, "after");
    await expect(countClicks(world.ctx, messages)).rejects.toThrow("Network connection lost");
    expect(world.sent).toEqual([]);
    await countClicks(world.ctx, messages);
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("is counted also if no report can be reopened", async () => {
    const stage = await aStage();
    const { world } = stage;
    const { claimedAt } = await anOverclaim(stage);
    world.failBatch(3, "before");
    await stage.count(100, claimedAt - MINUTE_MS);
    expect(await row("select sum(human) as human from click_days")).toEqual({ human: 100 });
    expect(world.lines.filter((line) => line.includes("rejudge_late_failed"))).toHaveLength(1);
  });
});

describe("a report that is being judged while late clicks are counted", () => {
  it("is not decided by what its run read before", async () => {
    const stage = await aStage();
    const { world } = stage;
    const claimedAt = world.now;
    const reportId = await stage.claim({ claimed_views: 1_000, claimed_clicks: 100 });
    world.advance(HOUR_MS);
    let counted = false;
    const { fetch } = world.ctx;
    // Between the run's reading and its commit.
    world.ctx.fetch = async (...args) => {
      if (!counted) {
        counted = true;
        await stage.count(100, claimedAt - MINUTE_MS);
      }
      return fetch(...args);
    };
    await world.deliver();
    expect(counted).toBe(true);
    expect(await reconciliation(reportId)).toMatchObject({ state: "open", logs: 0, lease_run: null });
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: "MATCHED", logs: 1 });
    expect((await trust(reportId)).kinds).toEqual(["perfect_match"]);
  });
});

describe("orders", () => {
  it("that are told late have a claim above the count judged again", async () => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    const claimedAt = world.now;
    const reportId = await stage.claim({ claimed_conversions: 5 });
    world.advance(2 * DAY_MS);
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ status: "AFFILIATE_OVERCLAIMED" });
    const orders = Array.from({ length: 5 }, () => ({ at: claimedAt }));
    await writeOrders(campaignId, link, orders);
    const events = [{ link, at: claimedAt }];
    await rejudgeLate(world.ctx, { metric: "conversions", events, takenBack: false });
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it.each([
    { takenBack: true, status: "AFFILIATE_OVERCLAIMED" },
    { takenBack: false, status: "MATCHED" },
  ])("that are reversed by then make a match $status if takenBack is $takenBack", async (given) => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    const at = world.now;
    const orders = Array.from({ length: 10 }, () => ({ at: at - HOUR_MS }));
    await writeOrders(campaignId, link, orders);
    const reportId = await stage.claim({ claimed_conversions: 10 });
    world.advance(2 * DAY_MS);
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: "MATCHED" });
    for (const table of ["conversions", "conversion_days", "conversion_hours"]) {
      await env.DB.prepare(`delete from ${table}`).run();
    }
    await writeOrders(
      campaignId,
      link,
      orders.map((order) => ({ ...order, reversedAt: at - MINUTE_MS })),
    );
    const events = [{ link, at: at - MINUTE_MS }];
    await rejudgeLate(world.ctx, { metric: "conversions", events, takenBack: given.takenBack });
    await world.deliver();
    expect(await reconciliation(reportId)).toMatchObject({ state: "final", status: given.status });
  });
});

describe("the cost", () => {
  it("is one round trip where nothing is to be judged again, by key alone", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    const late = { metric: "clicks", events: [{ link, at: world.now }], takenBack: false } as const;
    world.takeUsage();
    await rejudgeLate(world.ctx, late);
    expect(world.takeUsage()).toMatchObject({ trips: 1, rowsWritten: 0 });
    const plans = await plansOf(world, () => rejudgeLate(world.ctx, late));
    for (const table of ["k", "a", "t", "l", "f", "reconciliations"]) {
      expect(fullScans(plans, table)).toEqual([]);
    }
    expect(plans).toEqual(
      expect.arrayContaining([
        "SEARCH k USING PRIMARY KEY (code=?)",
        "SEARCH a USING PRIMARY KEY (submission_id=?)",
        "SEARCH t USING PRIMARY KEY (report_id=?)",
        "SEARCH l USING PRIMARY KEY (report_id=? AND n=?)",
        "SEARCH f USING PRIMARY KEY (id=?)",
        "SEARCH reconciliations USING PRIMARY KEY (report_id=?)",
      ]),
    );
  });

  it("is nothing where nothing is late", async () => {
    const { world } = await aStage();
    world.takeUsage();
    await rejudgeLate(world.ctx, { metric: "clicks", events: [], takenBack: false });
    expect(world.takeUsage().trips).toBe(0);
  });
});
