/**
 * The demo: two advertisers, campaigns on every platform, a dozen affiliates of mixed honesty and four days of history,
 * lived through by the real services on a clock that is wound forward. Nothing is made up afterwards: verdicts, trust,
 * alerts and dashboards are what the product made of it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { getPlatformProxy } from "wrangler";
import { createSimulator } from "../../test/simulator/app.ts";
import { DEFAULT_CONFIG } from "../config.ts";
import type { Ctx } from "../context.ts";
import { createDb, runBatch } from "../db/client.ts";
import { insertKey } from "../db/queries/keys.ts";
import type { Actor } from "../domain/actor.ts";
import { DEFAULT_GATE_SETTINGS } from "../domain/gate.ts";
import type { Lane } from "../domain/lane.ts";
import { metricsOf } from "../domain/metrics.ts";
import { PLATFORMS, type Platform } from "../domain/platform.ts";
import type { ReconcileMessage } from "../domain/reconcile-message.ts";
import { DAY_MS, HOUR_MS } from "../domain/time.ts";
import { createIds } from "../lib/ids.ts";
import { createLogger } from "../lib/log.ts";
import { createMemoryGate } from "../lib/memory-gate.ts";
import { createAdvertiser } from "../services/create-advertiser.ts";
import { createAffiliate } from "../services/create-affiliate.ts";
import { createCampaign } from "../services/create-campaign.ts";
import { mintKey } from "../services/issue-key.ts";
import { observePosts } from "../services/observe-posts.ts";
import { reconcileReports } from "../services/reconcile-reports.ts";
import { submitPost } from "../services/submit-post.ts";
import { sweep } from "../services/sweep.ts";
import { DEV, databaseOnlyConfig, KEYS_FILE, STATE } from "./local.ts";

const POSTS_FILE = join(DEV, "demo-posts.json");
const HISTORY_DAYS = 4;
const STEP_HOURS = 3;

interface Profile {
  name: string;
  /** Claimed views per true view: above 1 is too much. */
  honesty: number;
}

const AFFILIATES: readonly Profile[] = [
  { name: "Ada Clips", honesty: 1 },
  { name: "Benno Edits", honesty: 1 },
  { name: "Cleo Cuts", honesty: 1 },
  { name: "Dara Shorts", honesty: 1 },
  { name: "Emil Reels", honesty: 0.97 },
  { name: "Faye Frames", honesty: 0.9 },
  { name: "Gus Loops", honesty: 1.03 },
  { name: "Hana Hype", honesty: 1.04 },
  { name: "Ivo Inflates", honesty: 1.12 },
  { name: "Juno Jumps", honesty: 1.3 },
  { name: "Kai Kites", honesty: 1.6 },
  { name: "Lou Late", honesty: 1 },
];

const ADVERTISERS = ["Northwind Audio", "Peak Outdoor"] as const;

interface DemoPost {
  platform: Platform;
  externalId: string;
  /** The body for the simulator's control API. */
  told: Record<string, unknown>;
}

interface Stage {
  ctx: Ctx;
  wind: { now: number };
  sent: { lane: Lane; message: ReconcileMessage }[];
  simulator: ReturnType<typeof createSimulator>;
  posts: DemoPost[];
}

const ORIGIN = { requestId: "req_demo", traceparent: `00-${"d".repeat(32)}-${"e".repeat(16)}-01` };
const ADMIN: Actor = { role: "admin", keyId: "key_demo" };

/** Fills an empty database with the demo and writes the demo keys. */
export async function seedDemo(urls: { baseUrl: string; simulatorUrl: string }): Promise<void> {
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath: databaseOnlyConfig(),
    persist: { path: join(STATE, "v3") },
  });
  try {
    const stage = createStage(proxy.env.DB);
    const keys = await playHistory(stage);
    mkdirSync(DEV, { recursive: true });
    writeFileSync(POSTS_FILE, JSON.stringify(stage.posts));
    writeFileSync(
      KEYS_FILE,
      JSON.stringify({ base_url: urls.baseUrl, simulator_url: urls.simulatorUrl, ...keys }, null, 2),
    );
  } finally {
    await proxy.dispose();
  }
}

/** Tells a freshly started simulator of the demo's posts, so that they go on growing from where the history left them. */
export async function registerDemoPosts(simulatorUrl: string): Promise<void> {
  if (!existsSync(POSTS_FILE)) return;
  const posts = JSON.parse(readFileSync(POSTS_FILE, "utf8")) as DemoPost[]; // safe: written by seedDemo.
  for (const { platform, externalId, told } of posts) {
    await fetch(`${simulatorUrl}/_control/${platform}/posts/${externalId}`, tell(told));
  }
}

const tell = (told: Record<string, unknown>) => ({
  method: "PUT",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(told),
});

function createStage(database: D1Database): Stage {
  const wind = { now: Date.now() - HISTORY_DAYS * DAY_MS };
  const now = () => wind.now;
  const sent: Stage["sent"] = [];
  const simulator = createSimulator({ seed: "claimcheck", now });
  const gates = new Map(
    PLATFORMS.map((platform) => [platform, createMemoryGate(DEFAULT_GATE_SETTINGS, now)] as const),
  );
  const ctx: Ctx = {
    config: DEFAULT_CONFIG,
    db: createDb(database),
    queues: {
      send: async (lane, messages) => void sent.push(...messages.map((message) => ({ lane, message }))),
      backlog: async () => ({ urgent: null, normal: null, bulk: null }),
    },
    gate: (platform) => gates.get(platform) ?? createMemoryGate(DEFAULT_GATE_SETTINGS, now),
    credential: () => "demo",
    baseUrl: () => "http://simulator.test",
    fetch: simulator.fetch,
    now,
    random: Math.random,
    ids: createIds(now, (bytes) => crypto.getRandomValues(bytes)),
    log: createLogger({}, () => undefined),
  };
  return { ctx, wind, sent, simulator, posts: [] };
}

async function playHistory(stage: Stage): Promise<Record<"admin" | "advertiser" | "affiliate", string>> {
  const { ctx } = stage;
  const admin = await mintKey(ctx, { role: "admin", subjectId: null });
  await runBatch(ctx.db, [insertKey(admin.key)]);
  const advertisers = await inOrder(ADVERTISERS, (name) =>
    createAdvertiser(ctx, ADMIN, { name, contactEmail: null }),
  );
  const affiliates = await inOrder(AFFILIATES, async (profile, i) => {
    const email = `creator${i + 1}@example.com`;
    const account = await createAffiliate(ctx, ADMIN, { name: profile.name, email });
    return { ...account, profile };
  });
  const campaigns = await inOrder(advertisers, ({ advertiser }, i) =>
    startCampaigns(stage, advertiser.id, i),
  );
  await liveThrough(stage, affiliates, campaigns.flat());
  return {
    admin: admin.secret,
    advertiser: advertisers[0]?.secret ?? "",
    affiliate: affiliates[0]?.secret ?? "",
  };
}

/** One campaign on each platform and one on all of them. */
async function startCampaigns(stage: Stage, advertiserId: string, i: number) {
  const sets = [...PLATFORMS.map((platform) => [platform]), [...PLATFORMS]];
  return inOrder(sets, async (platforms, n) => {
    const all = platforms.length > 1;
    const campaign = await createCampaign(stage.ctx, ADMIN, {
      advertiserId,
      name: `${ADVERTISERS[i]}: ${all ? "everywhere" : platforms.join()} ${["spring", "summer"][i] ?? "autumn"}`,
      platforms,
      access: "open",
      startsAt: stage.wind.now - DAY_MS,
      endsAt: null,
      observeEveryMinutes: 360,
      landingUrl: "https://shop.example/landing",
      pay: { currency: "USD", cpmMinor: 300 + 50 * n, capMinor: 500_000, minimumMinor: 1_000 },
      policy: {},
    });
    return { id: campaign.id, platforms };
  });
}

type Creator = Awaited<ReturnType<typeof createAffiliate>> & { profile: Profile };

/** Every few hours some affiliates submit, the queues deliver and the cron ticks. */
async function liveThrough(
  stage: Stage,
  affiliates: Creator[],
  campaigns: { id: string; platforms: Platform[] }[],
) {
  const steps = (HISTORY_DAYS * 24) / STEP_HOURS;
  for (let step = 0; step < steps; step++) {
    for (const [i, creator] of affiliates.entries()) {
      const campaign = campaigns[(i + step) % campaigns.length];
      const submits = (step * 5 + i * 7) % 13 === 0;
      if (submits && campaign) await submitOne(stage, creator, campaign, step * 100 + i);
    }
    stage.wind.now += 5_000;
    await deliver(stage);
    stage.wind.now += STEP_HOURS * HOUR_MS - 5_000;
    await sweep(stage.ctx, ORIGIN);
    await deliver(stage);
  }
}

async function submitOne(
  stage: Stage,
  creator: Creator,
  campaign: { id: string; platforms: Platform[] },
  n: number,
) {
  const platform = campaign.platforms[n % campaign.platforms.length] ?? "youtube";
  const views = 2_000 + ((n * 7_919) % 40_000);
  const post = await publish(stage, platform, n, views);
  const claimed = Math.round(views * creator.profile.honesty);
  const actor = {
    role: "affiliate",
    keyId: "key_demo",
    affiliateId: creator.affiliate.id,
    suspended: false,
    trust: 500_000,
  } as const;
  await submitPost(stage.ctx, actor, {
    campaignId: campaign.id,
    url: post.url,
    platform: null,
    claimed: metricsOf({ views: claimed, likes: Math.round(claimed * 0.04) }),
    title: `Clip ${n}`,
    description: null,
    evidence: claimed >= 50_000 ? JSON.stringify({ screenshot: "https://images.example/clip.png" }) : null,
    claimedAt: null,
    method: "API",
    origin: ORIGIN,
  });
}

/** Puts a growing post on the simulated platform. */
async function publish(stage: Stage, platform: Platform, n: number, views: number) {
  const publishedAt = stage.wind.now - 6 * HOUR_MS;
  const growth = (initial: number, perHour: number) => ({
    initial,
    per_hour: perHour,
    saturates_at: initial * 4,
  });
  const told = {
    growth: { views: growth(views, Math.round(views / 120)), likes: growth(Math.round(views * 0.04), 4) },
    started_at: new Date(stage.wind.now).toISOString(),
    published_at: new Date(publishedAt).toISOString(),
    author: { id: `author_${n % 12}`, name: AFFILIATES[n % 12]?.name ?? "Creator" },
  };
  const externalId = EXTERNAL_IDS[platform](n, publishedAt);
  stage.posts.push({ platform, externalId, told });
  await stage.simulator.app.request(
    `http://simulator.test/_control/${platform}/posts/${externalId}`,
    tell(told),
  );
  return { url: URLS[platform](externalId) };
}

const EXTERNAL_IDS: Record<Platform, (n: number, publishedAt: number) => string> = {
  youtube: (n) => `demo${String(n).padStart(7, "0")}`,
  // A snowflake: ms since 4 November 2010, then 22 bits.
  x: (n, publishedAt) => String((BigInt(publishedAt - 1_288_834_974_657) << 22n) + BigInt(n)),
};

const URLS: Record<Platform, (externalId: string) => string> = {
  youtube: (externalId) => `https://www.youtube.com/watch?v=${externalId}`,
  x: (externalId) => `https://x.com/i/status/${externalId}`,
};

/** Delivers all that was sent, in batches as the queues would make them. */
async function deliver({ ctx, sent }: Stage): Promise<void> {
  for (const [lane, messages] of Map.groupBy(sent.splice(0), (entry) => entry.lane)) {
    const idsOf = (kind: ReconcileMessage["kind"]) =>
      messages.flatMap(({ message }) => (message.kind === kind ? message.ids : []));
    const reportIds = idsOf("reports");
    if (reportIds.length > 0)
      await reconcileReports(ctx, { reportIds, lane, manual: false, origins: [ORIGIN] });
    const postIds = idsOf("posts");
    if (postIds.length > 0) await observePosts(ctx, postIds);
  }
}

async function inOrder<T, R>(items: readonly T[], make: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const [i, item] of items.entries()) made.push(await make(item, i));
  return made;
}
