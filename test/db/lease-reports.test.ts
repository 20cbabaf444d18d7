import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { leaseReports } from "../../src/db/queries/lease-reports.ts";
import { judge } from "../../src/domain/judge.ts";
import { METRICS, type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import { observationsFor } from "../../src/domain/sighting.ts";
import { HOUR_MS } from "../../src/domain/time.ts";
import { platformFacts } from "../../src/platforms/facts.ts";
import { aCampaign, anAffiliate, row, rows, submit } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { ownLink, trackCampaign, writeClicks, writeMeasured, writeOrders } from "../support/tracked-rows.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const lease = async (world: World, reportIds: string[], runId = "run_1") => {
  const taken = { runId, now: world.now, until: world.now + 120_000 };
  return (await leaseReports(world.ctx.db, reportIds, taken, platformFacts())).reports;
};

async function aReport(world: World, claimed: Record<string, number> = { claimed_views: 1_000 }) {
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { policy: { settle_hours: 24 } });
  return submit(world, { key: affiliate.key, campaignId, claimed });
}

describe("leasing", () => {
  it("gives a report to one run until its lease is over", async () => {
    const world = createWorld();
    const { report_id } = await aReport(world);
    expect(await lease(world, [report_id], "run_1")).toHaveLength(1);
    expect(await lease(world, [report_id], "run_2")).toHaveLength(0);
    world.advance(119_999);
    expect(await lease(world, [report_id], "run_2")).toHaveLength(0);
    world.advance(1);
    expect(await lease(world, [report_id], "run_2")).toHaveLength(1);
  });

  it("does not return what is not due yet, is final or is not known", async () => {
    const world = createWorld();
    const { report_id } = await aReport(world);
    const set = (column: string, value: number | null) =>
      env.DB.prepare(`update reconciliations set ${column} = ?`).bind(value).run();
    await set("next_attempt_at", world.now + 1);
    expect(await lease(world, [report_id, "rep_unknown"])).toEqual([]);
    await set("next_attempt_at", null);
    expect(await lease(world, [report_id])).toEqual([]);
    await set("next_attempt_at", world.now);
    expect(await lease(world, [report_id])).toHaveLength(1);
  });

  it("plans every table by its key, also with the statistics of a nearly empty database", async () => {
    const world = createWorld();
    const { report_id } = await aReport(world);
    await env.DB.prepare("analyze").run();
    world.takeUsage();
    await lease(world, [report_id]);
    const before = world.takeUsage().rowsRead;
    const copies = JSON.stringify(Array.from({ length: 500 }, (_, i) => i));
    await env.DB.batch([
      env.DB.prepare(
        `insert into posts (id, platform, external_id, canonical_url, created_at)
         select 'pst_' || value, 'youtube', 'x' || value, '', 1 from json_each(?)`,
      ).bind(copies),
      env.DB.prepare(
        `insert into reconciliations (report_id, submission_id, post_id, campaign_id, affiliate_id, platform, lane, created_at)
         select 'rep_' || value, r.submission_id, 'pst_' || value, r.campaign_id, r.affiliate_id, 'youtube', 'normal', 1
         from json_each(?) cross join (select * from reconciliations limit 1) r`,
      ).bind(copies),
    ]);
    world.advance(121_000);
    world.takeUsage();
    await lease(world, [report_id], "run_2");
    expect(world.takeUsage().rowsRead).toBe(before);
  });
});

describe("what is tracked of a submission", () => {
  const claimed = { claimed_views: 1_000, claimed_clicks: 100, claimed_conversions: 5 };

  /** Rows that leasing and loading the report reads. */
  const cost = async (world: World, reportId: string) => {
    world.advance(121_000);
    world.takeUsage();
    expect(await lease(world, [reportId], `run_${world.now}`)).toHaveLength(1);
    return world.takeUsage().rowsRead;
  };

  it("is not looked for where nothing is claimed that links count", async () => {
    const world = createWorld();
    const plain = await aReport(world, { claimed_views: 1_000, claimed_likes: 5 });
    await trackCampaign(await campaignOf(plain.submission_id));
    const before = await cost(world, plain.report_id);
    await writeMeasured(plain.submission_id, world.now, { clicks: 5 });
    await writeClicks(await ownLink(plain.submission_id), [{ at: world.now }]);
    expect(await cost(world, plain.report_id)).toBe(before);
  });

  it("costs no more for ten thousand clicks and orders than for one of an earlier hour", async () => {
    const world = createWorld();
    world.advance(HOUR_MS / 2);
    const { report_id, submission_id } = await aReport(world, claimed);
    const link = await ownLink(submission_id);
    const campaignId = await campaignOf(submission_id);
    const [yesterday, earlier] = [world.now - 24 * HOUR_MS, world.now - HOUR_MS];
    await writeClicks(link, [{ at: yesterday }, { at: earlier }, { at: world.now }]);
    await writeOrders(campaignId, link, [{ at: yesterday }, { at: earlier }]);
    const few = await cost(world, report_id);
    const seconds = Array.from({ length: 1_000 }, (_, i) => ({ at: world.now - 600_000 + i * 10, times: 5 }));
    await writeClicks(link, [{ at: yesterday, times: 5_000 }, { at: earlier, times: 5_000 }, ...seconds]);
    const orders = Array.from({ length: 200 }, () => [{ at: yesterday }, { at: earlier }]).flat();
    await writeOrders(campaignId, link, orders);
    expect(await cost(world, report_id)).toBe(few);
  });

  it("is found by keys alone", async () => {
    const world = createWorld();
    const { report_id } = await aReport(world, claimed);
    const plans = await plansOf(world, () => lease(world, [report_id]));
    for (const table of ["l", "d", "h", "v", "w", "o"]) expect(fullScans(plans, table)).toEqual([]);
    expect(plans.filter((step) => step.includes("conversions"))).toEqual([
      expect.stringContaining("conversions_link (link=? AND occurred_at>? AND occurred_at<?)"),
      expect.stringContaining("conversions_reversed (link=? AND reversed_at>? AND reversed_at<?)"),
    ]);
  });

  it("agrees with counting every click and order up to the claim", async () => {
    const world = createWorld();
    const midnight = Date.parse("2026-06-03T00:00:00.000Z");
    world.now = midnight - 2 * 24 * HOUR_MS;
    const { report_id, submission_id } = await aReport(world, claimed);
    const campaignId = await campaignOf(submission_id);
    const link = await ownLink(submission_id);
    const near = fc.oneof(
      fc.integer({ min: -3_000, max: 3_000 }),
      fc.integer({ min: -2 * 24 * HOUR_MS, max: HOUR_MS }),
    );
    const order = fc.record({ at: near, wait: fc.option(fc.integer({ min: 0, max: 24 * HOUR_MS })) });
    const instant = fc.oneof(near, fc.constantFrom(0, -1, 999, HOUR_MS, HOUR_MS - 1));
    await fc.assert(
      fc.asyncProperty(
        fc.array(near, { maxLength: 12 }),
        fc.array(order, { maxLength: 8 }),
        instant,
        async (clicks, orders, at) => {
          const claimedAt = midnight + at;
          for (const table of ["conversions", "conversion_days", "conversion_hours"])
            await rows(`delete from ${table}`);
          await rows("update affiliate_reports set claimed_at = ?", claimedAt);
          await writeClicks(
            link,
            clicks.map((ms) => ({ at: midnight + ms })),
          );
          const stored = orders.map(({ at: ms, wait }) => ({
            at: midnight + ms,
            ...(wait === null ? {} : { reversedAt: midnight + ms + wait }),
          }));
          if (stored.length > 0) await writeOrders(campaignId, link, stored);
          world.advance(121_000);
          const [report] = await lease(world, [report_id], `run_${world.now}`);
          const second = Math.floor(claimedAt / 1_000) * 1_000;
          const until = (end: number) => clicks.filter((ms) => midnight + ms < end).length;
          expect(report?.tracked?.clicks).toEqual({ before: until(second), through: until(second + 1_000) });
          const then = stored.filter((one) => one.at <= claimedAt);
          const left = then.filter(({ reversedAt = Number.POSITIVE_INFINITY }) => reversedAt > claimedAt);
          expect(report?.tracked?.orders).toBe(left.length);
        },
      ),
      { numRuns: 100 },
    );
  });
});

const campaignOf = async (submissionId: string) =>
  (await row<{ campaign_id: string }>("select campaign_id from submissions where id = ?", submissionId))
    ?.campaign_id ?? "";

describe("the readings that are loaded", () => {
  const count = fc.option(fc.nat({ max: 2_000 }), { nil: null });
  const observation = fc.record({
    hours: fc.integer({ min: -48, max: 72 }),
    views: count,
    likes: count,
    comments: count,
    version: fc.constantFrom("2026", "2026", "2026", "2027"),
  });

  it("judge a report exactly as all stored observations would", async () => {
    const world = createWorld();
    const claimed = { claimed_views: 1_000, claimed_likes: 100, claimed_comments: 10 };
    const { report_id, post_id } = await aReport(world, claimed);
    const claimedAt = world.now;
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(observation, { maxLength: 8, selector: ({ hours }) => hours }),
        fc.boolean(),
        async (history, lastAttempt) => {
          const stored = history.map(({ hours, version, ...counts }) => ({
            at: claimedAt + hours * HOUR_MS,
            version,
            metrics: metricsOf(counts),
          }));
          await store(post_id, stored);
          world.advance(121_000);
          const [report] = await lease(world, [report_id], `run_${runs++}`);
          if (!report) throw new Error("the report was not leased");
          const input = {
            claim: { at: report.claimedAt, metrics: report.claimed },
            supports: report.supports,
            policy: report.policy,
            now: claimedAt + 80 * HOUR_MS,
            lastAttempt,
          };
          const loaded = judge({ ...input, observations: observationsFor(report, { kind: "stored" }) });
          expect(loaded).toEqual(judge({ ...input, observations: comparable(stored, claimedAt) }));
        },
      ),
      { numRuns: 150 },
    );
  });
});

interface Stored {
  at: number;
  version: string;
  metrics: Metrics;
}

/** Replaces the history of a post, as commits in this order would have left it. */
async function store(postId: string, history: Stored[]): Promise<void> {
  const insert = env.DB.prepare(
    `insert into platform_reports (post_id, source, observed_at, definition_version, advanced, ${METRICS.join(", ")})
     values (?, 'platform_api', ?, ?, 1, ?, ?, ?, ?, ?, ?)`,
  );
  const peaks = METRICS.map((metric) => {
    const counts = history.flatMap(({ metrics }) => metrics[metric] ?? []);
    return counts.length === 0 ? null : Math.max(...counts);
  });
  await env.DB.batch([
    env.DB.prepare("delete from platform_reports where post_id = ?").bind(postId),
    env.DB.prepare(
      `update posts set ${METRICS.map((metric) => `peak_${metric} = ?`).join(", ")} where id = ?`,
    ).bind(...peaks, postId),
    ...history.map(({ at, version, metrics }) =>
      insert.bind(postId, at, version, ...METRICS.map((metric) => metrics[metric])),
    ),
  ]);
}

/**
 * All observations, per metric only those of one definition: that of the newest reading which can bear on the claim
 * (the nearest before, the nearest after, the first settled).
 */
function comparable(history: Stored[], claimedAt: number) {
  return METRICS.flatMap((metric) => {
    const known = history.filter(({ metrics }) => metrics[metric] !== null).toSorted((a, b) => a.at - b.at);
    const settled = known.find(({ at }) => at >= claimedAt + 24 * HOUR_MS);
    const after = known.find(({ at }) => at > claimedAt);
    const before = known.findLast(({ at }) => at <= claimedAt);
    const decisive = settled ?? after ?? before;
    return [before, after, settled]
      .flatMap((reading) => (reading && reading.version === decisive?.version ? [reading] : []))
      .map(({ at, metrics }) => ({ at, metrics: { [metric]: metrics[metric] } }));
  });
}
