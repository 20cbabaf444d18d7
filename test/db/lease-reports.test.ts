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
import { aCampaign, anAffiliate, submit } from "../support/fixtures.ts";
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
