/**
 * Prints what the operations of the hot path cost (D1's own counts, so the same on every machine), and how fast a batch
 * is judged beside the bare cost of the very same D1 batches, replayed with everything prepared beforehand.
 */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { it } from "vitest";
import { createDb } from "../../src/db/client.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { sweep } from "../../src/services/sweep.ts";
import type { D1Usage } from "../support/counting-db.ts";
import {
  type Account,
  aCampaign,
  anAdvertiser,
  anAffiliate,
  row,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { type RecordedStatement, recordingDb } from "../support/recording-db.ts";
import { ownLink, trackCampaign, writeClicks, writeOrders } from "../support/tracked-rows.ts";
import { createWorld, type World } from "../support/world.ts";

const BATCH = 100;
const ROUNDS = 12;
/** The named shape of the budget: 100 posts, 25 affiliates, 5 campaigns; one in twenty overclaims. */
const AFFILIATES = 25;
const CAMPAIGNS = 5;
const ORIGIN = { requestId: "req_bench", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

interface Stage {
  affiliates: Account[];
  campaigns: string[];
  advertiser: Account;
}

async function stageFor(world: World): Promise<Stage> {
  const advertiser = await anAdvertiser(world);
  const affiliates = await Promise.all(Array.from({ length: AFFILIATES }, () => anAffiliate(world)));
  const campaigns = await Promise.all(
    Array.from({ length: CAMPAIGNS }, () => aCampaign(world, { advertiserId: advertiser.id })),
  );
  return { affiliates, campaigns, advertiser };
}

async function submitBatch(world: World, stage: Stage, round: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < BATCH; i++) {
    const video = videoId(round * BATCH + i);
    await world.setPost("youtube", video, { metrics: { views: 1_000 } });
    const receipt = await submit(world, {
      key: stage.affiliates[i % AFFILIATES]?.key ?? "",
      campaignId: stage.campaigns[i % CAMPAIGNS] ?? "",
      video,
      claimed: { claimed_views: i % 20 === 0 ? 1_300 : 1_000 },
    });
    ids.push(receipt.report_id);
    world.advance(10);
  }
  world.sent.length = 0;
  world.advance(2_000);
  return ids;
}

/** Claims views, clicks and conversions of submissions whose links have counted: some in three days, some in the hour. */
async function claimBatch(world: World, stage: Stage, reportIds: readonly string[]): Promise<string[]> {
  world.advance(DAY_MS);
  for (const campaignId of stage.campaigns) await trackCampaign(campaignId);
  const claimed: string[] = [];
  for (const [i, reportId] of reportIds.entries()) {
    const found = await row<{ submission_id: string; campaign_id: string }>(
      "select submission_id, campaign_id from reconciliations where report_id = ?",
      reportId,
    );
    if (found === null) throw new Error(`no report ${reportId}`);
    const link = await ownLink(found.submission_id);
    const times = [0, 1, 2].map((days) => ({ at: world.now - MINUTE_MS - days * DAY_MS, times: 50 }));
    await writeClicks(link, times);
    await writeOrders(found.campaign_id, link, times);
    const response = await world.request("PUT", `/api/v1/submissions/${found.submission_id}/metrics`, {
      key: stage.affiliates[i % AFFILIATES]?.key ?? "",
      body: { claimed_views: 1_000, claimed_clicks: 150, claimed_conversions: 3 },
    });
    claimed.push((await response.json<{ report_id: string }>()).report_id);
  }
  world.sent.length = 0;
  world.advance(MINUTE_MS);
  return claimed;
}

const printed: string[] = [];

function print(): void {
  console.log(`\n${printed.splice(0).join("\n")}\n`);
}

const line = (name: string, budget: string, { trips, rowsRead, rowsWritten }: D1Usage, per = 1, calls = 0) =>
  printed.push(
    `${name.padEnd(44)} ${budget.padEnd(30)} ${trips} trips, ${(rowsRead / per).toFixed(1)} read, ${(rowsWritten / per).toFixed(1)} written, ${calls} vendor calls`,
  );

it("prints the budgets", async () => {
  const world = createWorld();
  const stage = await stageFor(world);
  const [first, second] = stage.affiliates;
  const campaignId = stage.campaigns[0] ?? "";
  printed.push(`${"operation".padEnd(44)} ${"budget".padEnd(30)} measured`);
  world.takeUsage();
  await submit(world, { key: first?.key ?? "", campaignId, video: videoId(900_001) });
  line("submit a new post", "<= 2 trips, 25 read, 16 written", world.takeUsage());
  await submit(world, { key: second?.key ?? "", campaignId, video: videoId(900_001) });
  line("submit a contested post", "<= 2 trips, 25 read, 20 written", world.takeUsage());

  const reportIds = await submitBatch(world, stage, 0);
  world.takeUsage();
  const before = await world.calls("youtube");
  await reconcileReports(world.ctx, { reportIds, lane: "normal", manual: false, origins: [ORIGIN] });
  const after = await world.calls("youtube");
  line(
    "reconcile 100 YouTube reports, per report",
    "<= 2 trips, 28 read, 12 written",
    world.takeUsage(),
    BATCH,
    after.calls - before.calls,
  );
  await reconcileReports(world.ctx, { reportIds, lane: "normal", manual: false, origins: [ORIGIN] });
  line("the same delivered again, per report", "a no-op", world.takeUsage(), BATCH);
  const tracked = await claimBatch(world, stage, reportIds);
  world.takeUsage();
  await reconcileReports(world.ctx, { reportIds: tracked, lane: "normal", manual: false, origins: [ORIGIN] });
  line("… with clicks and orders of three days", "<= 2 trips, 50 read, 12 written", world.takeUsage(), BATCH);
  world.now = 1_000;
  await sweep(world.ctx, ORIGIN);
  line("sweep with nothing due", "<= 1 trip, 10 read, 0 written", world.takeUsage());
  await world.request("GET", `/api/v1/dashboard/campaigns/${campaignId}`, { key: stage.advertiser.key });
  line("campaign dashboard", "1 trip, <= 300 read, 0 written", world.takeUsage());
  print();
  await reset();
});

it("prints the throughput", async () => {
  const world = createWorld();
  const stage = await stageFor(world);
  const recording = recordingDb(env.DB);
  world.ctx.db = createDb(recording.database);
  const script: { batches: RecordedStatement[][]; timed: boolean }[] = [];
  const setup = await dump();
  const served: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reportIds = await submitBatch(world, stage, round);
    script.push({ batches: recording.take(), timed: false });
    const startedAt = performance.now();
    await reconcileReports(world.ctx, { reportIds, lane: "normal", manual: false, origins: [ORIGIN] });
    served.push(performance.now() - startedAt);
    script.push({ batches: recording.take(), timed: true });
  }
  await restore(setup);
  const bare: number[] = [];
  for (const { batches, timed } of script) {
    const prepared = batches.map((batch) =>
      batch.map(({ sql, params }) => env.DB.prepare(sql).bind(...params)),
    );
    const startedAt = performance.now();
    for (const batch of prepared) await env.DB.batch(batch);
    if (timed) bare.push(performance.now() - startedAt);
  }
  const [ours, theirs] = [median(served), median(bare)];
  const perSecond = (ms: number) => Math.round((BATCH / ms) * 1_000);
  console.log(
    `reconcile: ${perSecond(ours)} reports per second (median of ${ROUNDS} batches of ${BATCH}: ${ours.toFixed(1)} ms)`,
  );
  console.log(
    `bare:      ${perSecond(theirs)} reports per second (the same D1 batches replayed: ${theirs.toFixed(1)} ms)`,
  );
  printed.push(`share:     ${((theirs / ours) * 100).toFixed(0)} % of the time is D1`);
  print();
  await reset();
});

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Tables in the order in which their rows may be written. */
const SETUP_TABLES = ["advertisers", "affiliates", "api_keys", "campaigns", "campaign_platforms", "policies"];

type Dump = { table: string; rows: Record<string, unknown>[] }[];

async function dump(): Promise<Dump> {
  return Promise.all(
    SETUP_TABLES.map(async (table) => ({
      table,
      rows: (await env.DB.prepare(`select * from ${table}`).all<Record<string, unknown>>()).results,
    })),
  );
}

/** Takes the database back to what was dumped. */
async function restore(dumped: Dump): Promise<void> {
  const all = await env.DB.prepare(
    "select name from sqlite_schema where type = 'table' and sql like '%STRICT%'",
  ).all<{ name: string }>();
  await env.DB.batch([
    env.DB.prepare("pragma defer_foreign_keys = on"),
    ...all.results.map(({ name }) => env.DB.prepare(`delete from ${name}`)),
    ...dumped.flatMap(({ table, rows }) =>
      rows.map((row) => {
        const columns = Object.keys(row);
        const marks = columns.map(() => "?").join(", ");
        return env.DB.prepare(`insert into ${table} (${columns.join(", ")}) values (${marks})`).bind(
          ...Object.values(row),
        );
      }),
    ),
  ]);
}
