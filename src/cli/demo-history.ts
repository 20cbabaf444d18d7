import { VENDORS } from "../../test/simulator/app.ts";
import { runBatch } from "../db/client.ts";
import { insertKey } from "../db/queries/keys.ts";
import type { Actor, Affiliate } from "../domain/actor.ts";
import { metricsOf } from "../domain/metrics.ts";
import type { Platform } from "../domain/platform.ts";
import { DAY_MS, HOUR_MS } from "../domain/time.ts";
import { PLATFORMS } from "../platforms/lookup.ts";
import { ADAPTERS } from "../platforms/registry.ts";
import { createAdvertiser } from "../services/create-advertiser.ts";
import { createAffiliate } from "../services/create-affiliate.ts";
import { createCampaign } from "../services/create-campaign.ts";
import { finishConnection } from "../services/finish-connection.ts";
import { mintKey } from "../services/issue-key.ts";
import { startConnection } from "../services/start-connection.ts";
import { submitPost } from "../services/submit-post.ts";
import { sweep } from "../services/sweep.ts";
import { settleInDiscord } from "./demo-discord.ts";
import { deliver, ORIGIN, SIMULATOR, type Stage, tell } from "./demo-stage.ts";
import { enterTrackedCampaign, playTraffic } from "./demo-traffic.ts";

/** How far back the history begins. */
export const HISTORY_DAYS = 4;
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

const ADMIN: Actor = { role: "admin", keyId: "key_demo" };

/**
 * Two advertisers, campaigns on every platform, a dozen affiliates of mixed honesty and some days of submissions.
 *
 * @returns one key of each role, and who of them is who in Discord
 */
export async function playHistory(stage: Stage): Promise<Record<string, string>> {
  const { ctx } = stage;
  const admin = await mintKey(ctx, { role: "admin", subjectId: null });
  await runBatch(ctx.db, [insertKey(admin.key)]);
  const advertisers = await inOrder(ADVERTISERS, (name) =>
    createAdvertiser(ctx, ADMIN, { name, contactEmail: null }),
  );
  const affiliates = await inOrder(AFFILIATES, async (profile, i) => {
    const email = `creator${i + 1}@example.com`;
    const account = await createAffiliate(ctx, ADMIN, { name: profile.name, email });
    const creator = { ...account, profile };
    return { ...creator, accounts: await connectAccounts(stage, creator, i) };
  });
  const campaigns = await inOrder(advertisers, ({ advertiser }, i) =>
    startCampaigns(stage, advertiser.id, i),
  );
  const [creator, , , , , , , , , juno, , lou] = affiliates;
  if (creator === undefined || juno === undefined || lou === undefined) throw new Error("nobody is in it");
  const parts = [actorOf(creator), actorOf(juno), actorOf(lou)] as const;
  const since = stage.wind.now;
  const tracked = await enterTrackedCampaign(stage, advertisers[0]?.advertiser.id ?? "", parts);
  await liveThrough(stage, affiliates, campaigns.flat());
  await playTraffic(stage, tracked, since);
  await sweep(stage.ctx, ORIGIN);
  await deliver(stage);
  const everywhere = campaigns[0]?.at(-1);
  if (everywhere === undefined) throw new Error("the demo has nobody in it");
  const people = { affiliate: actorOf(creator), operator: { role: "admin", keyId: admin.key.id } as const };
  const discord = await settleInDiscord(stage, { ...people, campaignId: everywhere.id });
  return {
    admin: admin.secret,
    advertiser: advertisers[0]?.secret ?? "",
    affiliate: creator.secret,
    ...discord,
  };
}

/** One campaign on each platform and one on all of them. */
async function startCampaigns(stage: Stage, advertiserId: string, i: number) {
  const sets = [...PLATFORMS.map((platform) => [platform]), [...PLATFORMS]];
  return inOrder(sets, async (platforms, n) => {
    const all = platforms.length > 1;
    const campaign = await createCampaign(stage.ctx, ADMIN, {
      attributionDays: null,
      linkParams: {},
      conversionsFrom: null,
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

type Creator = Awaited<ReturnType<typeof createAffiliate>> & {
  profile: Profile;
  /** The platform's id of the creator's account, where one is connected. */
  accounts: ReadonlyMap<Platform, string>;
};

const actorOf = ({ affiliate: { id: affiliateId } }: Pick<Creator, "affiliate">): Affiliate => ({
  role: "affiliate",
  keyId: "key_demo",
  affiliateId,
  suspended: false,
  trust: 500_000,
});

/** The author as the platform names it; where a post is shown to its owner alone, nobody's belongs to who asks. */
function authorOf({ accounts }: Creator, platform: Platform, n: number) {
  const id = accounts.get(platform);
  if (id !== undefined) return {};
  return {
    author: {
      id: `author_${n % AFFILIATES.length}`,
      name: AFFILIATES[n % AFFILIATES.length]?.name ?? "Creator",
    },
  };
}

/** Connects an account on every platform that shows posts to their owners alone, as a creator would in a browser. */
async function connectAccounts(stage: Stage, creator: Pick<Creator, "affiliate" | "profile">, i: number) {
  const accounts = new Map<Platform, string>();
  for (const { platform, access } of ADAPTERS) {
    if (access.kind !== "account") continue;
    const [account] = await connect(stage, actorOf(creator), { platform, i, name: creator.profile.name });
    if (account) accounts.set(platform, account.external_id);
  }
  return accounts;
}

async function connect(
  { ctx, simulator }: Stage,
  actor: Affiliate,
  { platform, i, name }: { platform: Platform; i: number; name: string },
) {
  const account = demoAccount(platform, i);
  const person = { handle: name.toLowerCase().replaceAll(" ", ""), name };
  await simulator.app.request(`${SIMULATOR}/_control/${platform}/accounts/${account}`, tell(person));
  const started = await startConnection(ctx, actor, { platform, handle: null });
  if (started.method !== "oauth") throw new Error(`${platform} has no page of consent`);
  const page = `${started.authorizationUrl}&decision=allow&account=${encodeURIComponent(account)}`;
  const back = new URL((await simulator.app.request(page)).headers.get("location") ?? page);
  const asked = (parameter: string) => back.searchParams.get(parameter);
  return finishConnection(ctx, {
    platform,
    state: asked("state"),
    code: asked("code"),
    error: asked("error"),
  });
}

/** An account id of the platform's own form, different for every creator. */
function demoAccount(platform: Platform, i: number): string {
  const serial = String(i + 1).padStart(3, "0");
  if (platform === "linkedin") return `urn:li:person:demo${serial}`;
  return platform === "tiktok" ? `-000demo${serial}` : `178414000000${serial}`;
}

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
  const post = await publish(stage, platform, n, { views, creator });
  const claimed = Math.round(views * creator.profile.honesty);
  await submitPost(stage.ctx, actorOf(creator), {
    campaignId: campaign.id,
    url: post.url,
    platform: null,
    // Reddit shows no views, so that nobody who knows it claims any there.
    claimed: metricsOf({ views: platform === "reddit" ? null : claimed, likes: Math.round(claimed * 0.04) }),
    title: `Clip ${n}`,
    description: null,
    evidence: claimed >= 50_000 ? JSON.stringify({ screenshot: "https://images.example/clip.png" }) : null,
    claimedAt: null,
    method: "API",
    origin: ORIGIN,
  });
}

/** Puts a growing post on the simulated platform. */
async function publish(
  stage: Stage,
  platform: Platform,
  n: number,
  { views, creator }: { views: number; creator: Creator },
) {
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
    ...authorOf(creator, platform, n),
  };
  const vendor = VENDORS.find((candidate) => candidate.platform === platform);
  if (vendor === undefined) throw new Error(`no simulator of ${platform}`);
  const { externalId, url } = vendor.demoPost(n, publishedAt);
  stage.posts.push({ platform, externalId, told });
  await stage.simulator.app.request(`${SIMULATOR}/_control/${platform}/posts/${externalId}`, tell(told));
  return { url };
}

async function inOrder<T, R>(items: readonly T[], make: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const [i, item] of items.entries()) made.push(await make(item, i));
  return made;
}
