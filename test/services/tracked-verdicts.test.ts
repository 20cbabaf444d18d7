import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { MetricSource } from "../../src/domain/metric-source.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { aCampaign, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import { ownLink, trackCampaign, writeClicks, writeMeasured, writeOrders } from "../support/tracked-rows.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

afterEach(() => reset());

const SECOND = 1_000;

/** A post with 1,000 views in a campaign that follows links, entered a day before what the tests claim of it. */
async function aStage({ conversionsFrom = 0 as number | null, tracked = true, url = "" } = {}) {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  if (tracked) await trackCampaign(campaignId, conversionsFrom);
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  const first = await submit(world, {
    key: affiliate.key,
    campaignId,
    claimed: { claimed_views: 1_000 },
    ...(url === "" ? {} : { url }),
  });
  await world.deliver();
  const linkedAt = world.now;
  world.advance(DAY_MS);
  const link = await ownLink(first.submission_id);
  return { world, affiliate, campaignId, submissionId: first.submission_id, link, linkedAt };
}

type Stage = Awaited<ReturnType<typeof aStage>>;

/** Claims newer numbers of the submission, as of `at` or now. */
async function claim(
  { world, affiliate, submissionId }: Stage,
  claimed: Record<string, number>,
  at?: number,
): Promise<string> {
  const body = { ...claimed, ...(at === undefined ? {} : { claimed_at: new Date(at).toISOString() }) };
  const path = `/api/v1/submissions/${submissionId}/metrics`;
  const response = await world.request("PUT", path, { key: affiliate.key, body });
  if (response.status !== 200) throw new Error(await response.text());
  const { report_id } = await response.json<{ report_id: string }>();
  return report_id;
}

/** Judges a report now, whether it is due or final or not. */
async function judge(world: World, reportId: string): Promise<Judged> {
  const reopen =
    "update reconciliations set state = 'open', next_attempt_at = ?, lease_until = 0 where report_id = ?";
  await env.DB.prepare(reopen).bind(world.now, reportId).run();
  const origins = [{ requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` }];
  await reconcileReports(world.ctx, { reportIds: [reportId], lane: "normal", manual: false, origins });
  return standing(reportId);
}

interface Judged {
  state: string;
  status: string | null;
  next_attempt_at: number | null;
  put_off_reason: string | null;
  learnt_flags: string;
  verdict: {
    confidence: number;
    unavailable: string[];
    missing: string[];
    metrics: Record<string, { low: number; high: number }>;
  } | null;
  observations: { at: number; source: MetricSource; metrics: Record<string, number> }[];
  reasons: string[];
  signals: { flag: string }[];
}

async function standing(reportId: string): Promise<Judged> {
  const found = await row<Record<string, string>>(
    `select r.state, r.status, r.next_attempt_at, r.put_off_reason, r.learnt_flags, l.verdict, l.observations, l.reasons,
      l.signals
     from reconciliations r left join reconciliation_logs l on l.report_id = r.report_id and l.n = r.logs
     where r.report_id = ?`,
    reportId,
  );
  const parsed = (json: string | null | undefined) => JSON.parse(json ?? "null");
  return {
    ...found,
    verdict: parsed(found?.verdict),
    observations: parsed(found?.observations),
    reasons: parsed(found?.reasons),
    signals: parsed(found?.signals),
  } as unknown as Judged; // safe: the columns of the query above.
}

/** The truth a report was judged by, of one metric; undefined if it was not judged on it. */
const truthOf = ({ verdict }: Judged, metric: string) => {
  const judged = verdict?.metrics[metric];
  return judged && [judged.low, judged.high];
};

const sourcesOf = ({ observations }: Judged, metric: string) => [
  ...new Set(observations.filter(({ metrics }) => metric in metrics).map(({ source }) => source)),
];

const setSources = (sources: Record<string, MetricSource[]>) =>
  env.DB.prepare("update policies set body = json_set(body, '$.sources', json(?))")
    .bind(JSON.stringify(sources))
    .run();

describe("a claim of views, clicks and conversions on one video", () => {
  it("is judged on all three, each by who can tell", async () => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 100 }]);
    await writeOrders(campaignId, link, [{ at: world.now - HOUR_MS }, { at: world.now - MINUTE_MS }]);
    const reportId = await claim(stage, {
      claimed_views: 1_000,
      claimed_clicks: 100,
      claimed_conversions: 2,
    });
    const judged = await judge(world, reportId);
    expect(judged).toMatchObject({ state: "final", status: "MATCHED", verdict: { confidence: 1 } });
    expect(["views", "clicks", "conversions"].map((metric) => sourcesOf(judged, metric))).toEqual([
      ["platform_api"],
      ["tracking_link"],
      ["tracking_link"],
    ]);
    expect(judged.reasons).toEqual([
      "You claimed 1,000 views; YouTube showed 1,000 at 12:00 UTC on 1 June 2026 and 1,000 at 12:00 UTC. That fits.",
      "You claimed 100 clicks; your tracked link counted 100 by 12:00 UTC. That fits.",
      "You claimed 2 conversions; your tracked link counted 2 by 12:00 UTC. That fits.",
    ]);
  });

  it("is put off for its views while the platform is out, and not for its clicks alone", async () => {
    const stage = await aStage();
    const { world } = stage;
    await world.setFaults("youtube", { outage: true });
    const { calls } = await world.calls("youtube");
    const both = await claim(stage, { claimed_views: 1_000, claimed_clicks: 0 });
    expect(await judge(world, both)).toMatchObject({ state: "open", put_off_reason: "outage" });
    world.advance(HOUR_MS);
    const clicks = await claim(stage, { claimed_clicks: 0 });
    const asked = (await world.calls("youtube")).calls;
    expect(await judge(world, clicks)).toMatchObject({
      state: "final",
      status: "MATCHED",
      put_off_reason: null,
    });
    expect([asked > calls, (await world.calls("youtube")).calls]).toEqual([true, asked]);
  });
});

describe("clicks above the count", () => {
  it("are provisional until all clicks are counted, and final at that very instant", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 100 }]);
    const claimedAt = world.now;
    const reportId = await claim(stage, { claimed_clicks: 150 });
    const early = await judge(world, reportId);
    expect(early).toMatchObject({ state: "provisional", next_attempt_at: claimedAt + 120 * SECOND });
    expect(early.reasons).toEqual([
      "You claimed 150 clicks; your tracked link counted 100 by 12:00 UTC. That is 50 % more.",
      "Clicks take a moment to be counted, so nothing is counted against you yet. We look again at 12:02 UTC.",
    ]);
    expect(await rows("select * from trust_events where report_id = ?", reportId)).toEqual([]);
    world.now = claimedAt + 120 * SECOND - 1;
    expect(await judge(world, reportId)).toMatchObject({
      state: "provisional",
      next_attempt_at: claimedAt + 120 * SECOND,
    });
    world.now = claimedAt + 120 * SECOND;
    expect(await judge(world, reportId)).toMatchObject({
      state: "final",
      status: "AFFILIATE_OVERCLAIMED",
      next_attempt_at: null,
    });
    expect(await rows("select kind from trust_events where report_id = ?", reportId)).toEqual([
      { kind: "overclaim" },
    ]);
  });

  it("match once the clicks that were on their way are counted", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    const clicks = { at: world.now - 5 * SECOND, times: 100 };
    const reportId = await claim(stage, { claimed_clicks: 100 });
    expect((await judge(world, reportId)).state).toBe("provisional");
    await writeClicks(link, [clicks]);
    world.advance(120 * SECOND);
    expect(await judge(world, reportId)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it("stay matched when the link is followed on after the claim", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    const before = { at: world.now - HOUR_MS, times: 100 };
    await writeClicks(link, [before]);
    const reportId = await claim(stage, { claimed_clicks: 100 });
    world.advance(MINUTE_MS);
    expect((await judge(world, reportId)).status).toBe("MATCHED");
    await writeClicks(link, [before, { at: world.now, times: 900 }]);
    world.advance(HOUR_MS);
    const again = await judge(world, reportId);
    expect([again.status, truthOf(again, "clicks")]).toEqual(["MATCHED", [100, 100]]);
  });
});

describe("clicks up to the claim's instant", () => {
  const NOON = Date.parse("2026-06-02T12:00:00.000Z");
  const MIDNIGHT = Date.parse("2026-06-02T00:00:00.000Z");
  it.each([
    { clicks: [-1], at: NOON, truth: [1, 1], why: "in the second, and the hour, before" },
    { clicks: [0], at: NOON, truth: [0, 1], why: "in the claim's own second: before it or after" },
    { clicks: [0], at: NOON + 999, truth: [1, 1], why: "the second is over" },
    { clicks: [0], at: NOON + 998, truth: [0, 1], why: "the second is not over" },
    { clicks: [1_000], at: NOON, truth: [0, 0], why: "in the next second" },
    { clicks: [1_000], at: NOON + 999, truth: [0, 0], why: "in the next second, a millisecond later" },
    { clicks: [-1, 0, 1_000], at: NOON + 500, truth: [1, 2], why: "around it" },
    { clicks: [-HOUR_MS, -2 * HOUR_MS], at: NOON, truth: [2, 2], why: "in earlier hours alone" },
    { clicks: [-DAY_MS, -1], at: NOON, truth: [2, 2], why: "of an earlier day too" },
    { clicks: [HOUR_MS, DAY_MS], at: NOON, truth: [0, 0], why: "all later" },
    { clicks: [-1], at: MIDNIGHT, truth: [1, 1], why: "the last of yesterday" },
    { clicks: [0], at: MIDNIGHT, truth: [0, 1], why: "the first of today" },
    {
      clicks: [0, HOUR_MS],
      at: MIDNIGHT + HOUR_MS - 1,
      truth: [1, 1],
      why: "at the hour's last millisecond",
    },
  ])("at $at with clicks at $clicks are $truth: $why", async ({ clicks, at, truth }) => {
    const stage = await aStage();
    await writeClicks(
      stage.link,
      clicks.map((ms) => ({ at: (at >= NOON ? NOON : MIDNIGHT) + ms })),
    );
    stage.world.now = at;
    const reportId = await claim(stage, { claimed_clicks: 0 });
    stage.world.advance(MINUTE_MS);
    expect(truthOf(await judge(stage.world, reportId), "clicks")).toEqual(truth);
  });

  it("are those of all links of the submission, and of no other", async () => {
    const stage = await aStage();
    const { world, link, campaignId, affiliate, submissionId } = stage;
    const add = (code: string, submission: string | null) =>
      env.DB.prepare(
        `insert into tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, created_at)
         values (?1, ?2, ?3, ?4, iif(?4 is null, null, ?5), ?5)`,
      )
        .bind(code, campaignId, affiliate.id, submission, world.now)
        .run();
    await add("aaaaaaaaaa", submissionId);
    await add("bbbbbbbbbb", null);
    await add("cccccccccc", "sub_other");
    for (const code of [link, "aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]) {
      await writeClicks(code, [
        { at: world.now - DAY_MS, times: 3 },
        { at: world.now - MINUTE_MS, times: 4 },
      ]);
    }
    await writeOrders(campaignId, "aaaaaaaaaa", [{ at: world.now - DAY_MS }]);
    await writeOrders(campaignId, link, [{ at: world.now - DAY_MS }]);
    const judged = await judge(world, await claim(stage, { claimed_clicks: 14, claimed_conversions: 2 }));
    expect([truthOf(judged, "clicks"), truthOf(judged, "conversions")]).toEqual([
      [14, 14],
      [2, 2],
    ]);
  });
});

describe("conversions up to the claim's instant", () => {
  it.each([
    { orders: [{ at: 0 }], truth: 1, why: "at the very instant" },
    { orders: [{ at: 1 }], truth: 0, why: "a millisecond late" },
    { orders: [{ at: -DAY_MS }, { at: -HOUR_MS }, { at: -1 }], truth: 3, why: "by day, hour and order" },
    { orders: [{ at: -HOUR_MS, reversedAt: 0 }], truth: 0, why: "reversed by then" },
    { orders: [{ at: -HOUR_MS, reversedAt: 1 }], truth: 1, why: "reversed later" },
    { orders: [{ at: -2 * DAY_MS, reversedAt: -DAY_MS }], truth: 0, why: "reversed days ago" },
    { orders: [{ at: -3 * HOUR_MS, reversedAt: -2 * HOUR_MS }], truth: 0, why: "reversed hours ago" },
  ])("with $orders are $truth: $why", async ({ orders, truth }) => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    world.advance(30 * MINUTE_MS);
    const at = world.now;
    const moved = orders.map((order) => ({
      at: at + order.at,
      ...("reversedAt" in order && order.reversedAt !== undefined
        ? { reversedAt: at + order.reversedAt }
        : {}),
    }));
    await writeOrders(campaignId, link, moved);
    const reportId = await claim(stage, { claimed_conversions: 0 });
    world.advance(MINUTE_MS);
    expect(truthOf(await judge(world, reportId), "conversions")).toEqual([truth, truth]);
  });

  it("may be reported late: a claim above them waits for the campaign's hours, then is judged by all of them", async () => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    const claimedAt = world.now;
    await writeOrders(campaignId, link, [{ at: claimedAt - HOUR_MS }]);
    const reportId = await claim(stage, { claimed_conversions: 5 });
    const early = await judge(world, reportId);
    expect(early).toMatchObject({ state: "provisional", next_attempt_at: claimedAt + DAY_MS });
    expect(early.reasons.at(-1)).toBe(
      "Orders may be reported late, so nothing is counted against you yet. We look again at 12:00 UTC on 3 June 2026.",
    );
    world.now = claimedAt + DAY_MS;
    expect(await judge(world, reportId)).toMatchObject({ state: "final", status: "AFFILIATE_OVERCLAIMED" });
    await writeOrders(
      campaignId,
      link,
      Array.from({ length: 4 }, () => ({ at: claimedAt - MINUTE_MS })),
    );
    expect(await judge(world, reportId)).toMatchObject({ state: "final", status: "MATCHED" });
  });

  it.each([
    { from: 0, judged: [0, 0], why: "from the claim's instant on" },
    { from: 1, judged: undefined, why: "a millisecond too late" },
    { from: null, judged: undefined, why: "nobody said that they are" },
  ])("are known if all are reported $why", async ({ from, judged }) => {
    const stage = await aStage();
    const { world, campaignId } = stage;
    await trackCampaign(campaignId, from === null ? null : world.now + from);
    const reportId = await claim(stage, { claimed_conversions: 0 });
    world.advance(DAY_MS);
    const found = await judge(world, reportId);
    expect(truthOf(found, "conversions")).toEqual(judged);
    expect(found.status).toBe(judged === undefined ? "UNVERIFIABLE" : "MATCHED");
  });
});

describe("what no link counted", () => {
  it.each([
    { after: 0, status: "UNVERIFIABLE", why: "made at the instant of the claim" },
    { after: DAY_MS, status: "MATCHED", why: "as old as its submission" },
  ])("is unknown, not nothing: by a link $why it is $status", async ({ after, status }) => {
    const stage = await aStage();
    const { world, link } = stage;
    await env.DB.prepare("update tracked_links set created_at = ? where code = ?")
      .bind(world.now - after, link)
      .run();
    const judged = await judge(world, await claim(stage, { claimed_clicks: 0 }));
    expect(judged.status).toBe(status);
    if (status === "MATCHED") return;
    expect(judged.verdict).toMatchObject({ unavailable: ["clicks"], metrics: {} });
    expect(judged.reasons).toEqual([
      "YouTube never publishes clicks, so these could not be checked.",
      "What the submission's tracked link counts is known from when it was made: clicks.",
    ]);
  });

  it("is unknown to the claim that its submission came with", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await trackCampaign(campaignId);
    const { report_id } = await submit(world, {
      key: affiliate.key,
      campaignId,
      claimed: { claimed_clicks: 500, claimed_conversions: 5 },
    });
    world.advance(DAY_MS);
    expect(await judge(world, report_id)).toMatchObject({
      status: "UNVERIFIABLE",
      verdict: { unavailable: ["clicks", "conversions"] },
    });
  });

  it("is unknown where links lead nowhere, and until they do", async () => {
    const stage = await aStage({ tracked: false });
    const { world, campaignId } = stage;
    const key = await issueKey(world, "admin", null);
    const reportId = await claim(stage, { claimed_clicks: 500 });
    expect(await judge(world, reportId)).toMatchObject({ status: "UNVERIFIABLE", state: "final" });
    world.advance(MINUTE_MS);
    const response = await world.request("PATCH", `/api/v1/campaigns/${campaignId}`, {
      key,
      body: { landing_url: "https://shop.example/" },
    });
    expect(response.status).toBe(200);
    expect(await judge(world, reportId)).toMatchObject({ status: "UNVERIFIABLE" });
    world.advance(MINUTE_MS);
    const later = await claim(stage, { claimed_clicks: 500 });
    world.advance(MINUTE_MS);
    const judged = await judge(world, later);
    expect([judged.status, truthOf(judged, "clicks")]).toEqual(["UNVERIFIABLE", [0, 0]]);
  });
});

describe("the campaign's order of sources", () => {
  it("takes the advertiser's number where no link counted, in its own words", async () => {
    const stage = await aStage({ tracked: false });
    const { world, submissionId } = stage;
    const claimedAt = world.now;
    const reportId = await claim(stage, { claimed_clicks: 60 });
    await writeMeasured(submissionId, claimedAt + HOUR_MS, { clicks: 40 });
    world.advance(2 * HOUR_MS);
    const judged = await judge(world, reportId);
    expect(judged).toMatchObject({ state: "final", status: "AFFILIATE_OVERCLAIMED" });
    expect(judged.reasons).toEqual([
      "You claimed 60 clicks; the advertiser reported 40 at 13:00 UTC. That is 50 % more.",
    ]);
  });

  it("takes the advertiser's number before our own where the campaign says so", async () => {
    const stage = await aStage();
    const { world, submissionId } = stage;
    const reportId = await claim(stage, { claimed_clicks: 40 });
    await writeMeasured(submissionId, world.now, { clicks: 40 });
    world.advance(MINUTE_MS);
    expect((await judge(world, reportId)).status).toBe("AFFILIATE_OVERCLAIMED");
    await setSources({ clicks: ["advertiser", "tracking_link"] });
    const judged = await judge(world, reportId);
    expect([judged.status, sourcesOf(judged, "clicks")]).toEqual(["MATCHED", ["advertiser"]]);
  });

  it("takes our own number if the advertiser's is older than the claim", async () => {
    const stage = await aStage();
    const { world, submissionId } = stage;
    await setSources({ clicks: ["advertiser", "tracking_link"] });
    await writeMeasured(submissionId, world.now - 1, { clicks: 40 });
    const reportId = await claim(stage, { claimed_clicks: 0 });
    world.advance(MINUTE_MS);
    expect(sourcesOf(await judge(world, reportId), "clicks")).toEqual(["tracking_link"]);
  });

  it("leaves the platform out where it is not named, and takes an advertiser's views where it is", async () => {
    const stage = await aStage();
    const { world, submissionId } = stage;
    await setSources({ views: ["advertiser"] });
    const before = (await world.calls("youtube")).calls;
    const reportId = await claim(stage, { claimed_views: 1_000 });
    const unknown = await judge(world, reportId);
    expect(unknown).toMatchObject({ status: "UNVERIFIABLE", verdict: { unavailable: ["views"] } });
    expect(unknown.reasons).toEqual(["Nobody whose word the campaign takes gave a number for: views."]);
    await writeMeasured(submissionId, world.now, { views: 1_000 });
    expect(await judge(world, reportId)).toMatchObject({ status: "MATCHED" });
    expect((await world.calls("youtube")).calls).toBe(before);
  });
});

describe("what stands out of the traffic", () => {
  it("is flagged, told with its numbers and alerted, and changes neither verdict nor trust", async () => {
    const stage = await aStage();
    const { world, link, submissionId, affiliate } = stage;
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 5_000 }]);
    const reportId = await claim(stage, { claimed_views: 1_000, claimed_clicks: 5_000 });
    world.advance(MINUTE_MS);
    const judged = await judge(world, reportId);
    expect(judged).toMatchObject({ state: "final", status: "MATCHED" });
    expect(judged.signals.map(({ flag }) => flag)).toEqual(["clicks_without_views"]);
    expect(JSON.parse(judged.learnt_flags)).toContain("clicks_without_views");
    expect(await rows("select cause, category from alerts")).toEqual([
      { cause: `traffic:${submissionId}`, category: "FRAUD" },
    ]);
    expect(await rows("select kind from trust_events where report_id = ?", reportId)).toEqual([
      { kind: "perfect_match" },
    ]);
    const shown = await world.request("GET", `/api/v1/reconciliation/reports/${reportId}`, {
      key: affiliate.key,
    });
    expect(await shown.json()).toMatchObject({
      learnt_flags: expect.arrayContaining(["clicks_without_views"]),
      attempts: [
        {
          signals: [{ flag: "clicks_without_views", count: 5_000, of: 1_000, network: null }],
        },
      ],
    });
  });

  it("does not hide the verdict's own alert", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 5_000 }]);
    const reportId = await claim(stage, { claimed_views: 1_000, claimed_clicks: 50_000 });
    world.advance(HOUR_MS);
    await judge(world, reportId);
    const causes = (await rows<{ cause: string }>("select cause from alerts")).map(({ cause }) => cause);
    expect(causes).toEqual(
      expect.arrayContaining([`overclaim:${reportId}`, `traffic:${stage.submissionId}`]),
    );
  });

  it("is not held against views that nobody has looked at since the claim", async () => {
    const stage = await aStage();
    await writeClicks(stage.link, [{ at: stage.world.now - HOUR_MS, times: 1_200 }]);
    const reportId = await claim(stage, { claimed_clicks: 1_200 });
    stage.world.advance(MINUTE_MS);
    expect((await judge(stage.world, reportId)).signals).toEqual([]);
  });
});

const trustOf = (reportId: string) => rows("select kind from trust_events where report_id = ?", reportId);

describe("a count of a part of what is claimed", () => {
  /** A post that came with 500 clicks of before it had a link, and has had 20 more since. */
  async function aLateLink() {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await trackCampaign(campaignId);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    const claimed = { claimed_views: 1_000, claimed_clicks: 500 };
    const { submission_id } = await submit(world, { key: affiliate.key, campaignId, claimed });
    await world.deliver();
    const linkedAt = world.now;
    world.advance(DAY_MS);
    const link = await ownLink(submission_id);
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 20 }]);
    return { world, affiliate, campaignId, submissionId: submission_id, link, linkedAt };
  }

  it("is a lower bound: what lies above it is final, and not held against anybody", async () => {
    const stage = await aLateLink();
    const reportId = await claim(stage, { claimed_clicks: 520 });
    const judged = await judge(stage.world, reportId);
    expect(judged).toMatchObject({ state: "final", status: "UNVERIFIABLE", verdict: { confidence: 1 } });
    expect(judged.reasons).toEqual([
      "You claimed 520 clicks; your tracked link counted 20 by 12:00 UTC. Clicks from before 12:00 UTC on 1 June 2026 are not known, so this is not held against you.",
    ]);
    expect(await trustOf(reportId)).toEqual([]);
  });

  it("is shown where it matches, and earns nothing", async () => {
    const stage = await aLateLink();
    const reportId = await claim(stage, { claimed_views: 1_000, claimed_clicks: 20 });
    const judged = await judge(stage.world, reportId);
    expect(judged).toMatchObject({ state: "final", status: "MATCHED", verdict: { confidence: 1 } });
    expect(judged.reasons.at(-1)).toContain("That fits. Clicks from before");
    expect(await trustOf(reportId)).toEqual([]);
  });

  it("does not cover for an overclaim of views", async () => {
    const stage = await aLateLink();
    const reportId = await claim(stage, { claimed_views: 2_000, claimed_clicks: 90_000 });
    expect(await judge(stage.world, reportId)).toMatchObject({ status: "AFFILIATE_OVERCLAIMED" });
    expect(await trustOf(reportId)).toEqual([{ kind: "overclaim" }]);
  });

  it("is that of orders that are reported from later than the link was there", async () => {
    const stage = await aStage({ conversionsFrom: null });
    const { world, campaignId } = stage;
    await trackCampaign(campaignId, world.now - HOUR_MS);
    const judged = await judge(world, await claim(stage, { claimed_conversions: 40 }));
    expect(judged).toMatchObject({ state: "final", status: "UNVERIFIABLE" });
  });

  it("is that of a link which was made for a submission of long ago", async () => {
    const stage = await aStage();
    const { world, link } = stage;
    await env.DB.prepare("update tracked_links set created_at = ?, attached_at = ? where code = ?")
      .bind(world.now - HOUR_MS, world.now - HOUR_MS, link)
      .run();
    const judged = await judge(world, await claim(stage, { claimed_clicks: 80 }));
    expect(judged).toMatchObject({ state: "final", status: "UNVERIFIABLE" });
  });
});

describe("a post that nobody has seen", () => {
  it("earns no trust for clicks on a link that leads to it", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await trackCampaign(campaignId);
    await world.setPost("youtube", videoId(900), { state: "gone" });
    const claimed = { claimed_clicks: 0 };
    const { submission_id } = await submit(world, {
      key: affiliate.key,
      campaignId,
      video: videoId(900),
      claimed,
    });
    world.advance(DAY_MS);
    const stage = { world, affiliate, campaignId, submissionId: submission_id, link: "", linkedAt: 0 };
    const reportId = await claim(stage, { claimed_clicks: 0 });
    expect(await judge(world, reportId)).toMatchObject({ state: "open", status: "MISSING_PLATFORM_DATA" });
    world.advance(DAY_MS);
    expect(await judge(world, reportId)).toMatchObject({ state: "final", status: "MISSING_PLATFORM_DATA" });
    expect(await trustOf(reportId)).toEqual([]);
  });
});

describe("what is true of an instant", () => {
  it("stays so when a link with clicks is attached later", async () => {
    const stage = await aStage();
    const { world, link, campaignId, affiliate, submissionId } = stage;
    const code = "aaaaaaaaaa";
    await env.DB.prepare(
      "insert into tracked_links (code, campaign_id, affiliate_id, created_at) values (?, ?, ?, ?)",
    )
      .bind(code, campaignId, affiliate.id, world.now - 2 * DAY_MS)
      .run();
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 100 }]);
    await writeClicks(code, [{ at: world.now - HOUR_MS, times: 400 }]);
    const reportId = await claim(stage, { claimed_clicks: 500 });
    world.advance(MINUTE_MS);
    const path = `/api/v1/links/${code}`;
    const body = { submission_id: submissionId };
    expect((await world.request("PATCH", path, { key: affiliate.key, body })).status).toBe(200);
    world.advance(MINUTE_MS);
    expect(truthOf(await judge(world, reportId), "clicks")).toEqual([100, 100]);
    const later = await claim(stage, { claimed_clicks: 500 });
    expect(truthOf(await judge(world, later), "clicks")).toEqual([500, 500]);
  });

  it("stays so when the destination is removed and comes back", async () => {
    const stage = await aStage();
    const { world, link, campaignId } = stage;
    const key = await issueKey(world, "admin", null);
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 100 }]);
    const reportId = await claim(stage, { claimed_clicks: 5_000 });
    const path = `/api/v1/campaigns/${campaignId}`;
    for (const landing_url of [null, "https://shop.example/"]) {
      world.advance(MINUTE_MS);
      expect((await world.request("PATCH", path, { key, body: { landing_url } })).status).toBe(200);
      expect(truthOf(await judge(world, reportId), "clicks")).toEqual([100, 100]);
    }
    expect((await judge(world, reportId)).status).toBe("AFFILIATE_OVERCLAIMED");
  });

  it("is not impossible where it was measured: more orders by code than clicks", async () => {
    const stage = await aStage();
    const { world, campaignId, link } = stage;
    await writeClicks(link, [{ at: world.now - HOUR_MS, times: 20 }]);
    await writeOrders(
      campaignId,
      link,
      Array.from({ length: 100 }, () => ({ at: world.now - HOUR_MS })),
    );
    const reportId = await claim(stage, { claimed_clicks: 20, claimed_conversions: 115 });
    world.advance(DAY_MS + MINUTE_MS);
    await judge(world, reportId);
    expect(await trustOf(reportId)).not.toContainEqual({ kind: "impossible_submission" });
    expect(await trustOf(reportId)).toHaveLength(1);
  });
});
