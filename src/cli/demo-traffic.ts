import type { Affiliate } from "../domain/actor.ts";
import { CLICKS_PER_MESSAGE, type Click } from "../domain/click.ts";
import type { ConversionEntry } from "../domain/conversion.ts";
import { metricsOf } from "../domain/metrics.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../domain/time.ts";
import { signClickId } from "../lib/click-ids.ts";
import { countClicks } from "../services/count-clicks.ts";
import { createCampaign } from "../services/create-campaign.ts";
import { recordConversions } from "../services/record-conversions.ts";
import { submitPost } from "../services/submit-post.ts";
import { updateClaim } from "../services/update-claim.ts";
import { deliver, ORIGIN, SIMULATOR, type Stage, tell } from "./demo-stage.ts";

/** One creator's part in the campaign with tracked links. */
interface Part {
  actor: Affiliate;
  views: number;
  clicks: number;
  orders: number;
  /** Claimed clicks per counted one: above 1 is too much. */
  honesty: number;
  /** Clicks that come after the claim. */
  late: number;
}

interface Entered extends Part {
  submissionId: string;
  code: string;
  videoId: string;
}

export interface TrackedCampaign {
  id: string;
  advertiserId: string;
  entered: Entered[];
}

/** One in so many clicks is a bot's. */
const BOT_EVERY = 20;
/** People come back now and then. */
const CLICKS_PER_VISITOR = 1.3;
/** Access networks, so that no one of them stands out. */
const NETWORKS = [3320, 7922, 2856, 12322, 20115, 5089];

/**
 * Starts a campaign whose links are tracked, and has three creators enter a YouTube post each: one is honest, one
 * inflates the clicks, and one's clicks go on after the claim.
 */
export async function enterTrackedCampaign(
  stage: Stage,
  advertiserId: string,
  [honest, inflating, early]: readonly [Affiliate, Affiliate, Affiliate],
): Promise<TrackedCampaign> {
  const { ctx, wind } = stage;
  const campaign = await createCampaign(
    ctx,
    { role: "admin", keyId: "key_demo" },
    {
      advertiserId,
      name: "Northwind Audio: tracked launch",
      platforms: ["youtube"],
      access: "open",
      startsAt: wind.now - DAY_MS,
      endsAt: null,
      observeEveryMinutes: 360,
      landingUrl: "https://shop.example.com/headphones?utm_source=creators",
      pay: { currency: "USD", cpmMinor: 300, capMinor: 500_000, minimumMinor: 1_000 },
      policy: {},
      attributionDays: 30,
      linkParams: {},
      conversionsFrom: wind.now - DAY_MS,
    },
  );
  const parts: Part[] = [
    { actor: honest, views: 18_400, clicks: 640, orders: 23, honesty: 1, late: 0 },
    { actor: inflating, views: 9_300, clicks: 210, orders: 4, honesty: 1.6, late: 0 },
    { actor: early, views: 12_750, clicks: 380, orders: 11, honesty: 1, late: 140 },
  ];
  const entered: Entered[] = [];
  for (const [n, part] of parts.entries()) {
    const videoId = `tracked${String(n).padStart(4, "0")}`;
    const published_at = new Date(wind.now).toISOString();
    const told = { published_at, metrics: { views: part.views, likes: Math.round(part.views / 25) } };
    stage.posts.push({ platform: "youtube", externalId: videoId, told });
    await stage.simulator.app.request(`${SIMULATOR}/_control/youtube/posts/${videoId}`, tell(told));
    const { submissionId, linkCode } = await submitPost(ctx, part.actor, {
      ...claimOf({ views: part.views }),
      campaignId: campaign.id,
      url: `https://www.youtube.com/watch?v=${videoId}`,
      platform: null,
      title: "Three weeks with the new headphones",
      description: null,
    });
    entered.push({ ...part, submissionId, code: linkCode, videoId });
  }
  await deliver(stage);
  return { id: campaign.id, advertiserId, entered };
}

const claimOf = (known: Parameters<typeof metricsOf>[0]) => ({
  claimed: metricsOf(known),
  evidence: null,
  claimedAt: null,
  method: "API" as const,
  origin: ORIGIN,
});

/** The days in between: people click and buy, the creators claim, and some people click later still. */
export async function playTraffic(stage: Stage, campaign: TrackedCampaign, since: number): Promise<void> {
  const { ctx, wind } = stage;
  for (const part of campaign.entered) {
    const clicks = clicksBetween(part, campaign.id, {
      from: since + HOUR_MS,
      to: wind.now,
      count: part.clicks,
    });
    await count(stage, clicks);
    await sell(stage, campaign, part, clicks);
  }
  wind.now += MINUTE_MS;
  for (const { actor, submissionId, views, clicks, orders, honesty } of campaign.entered) {
    const claim = claimOf({ views, clicks: Math.round(clicks * honesty), conversions: orders });
    await updateClaim(ctx, actor, { ...claim, submissionId });
  }
  wind.now += 5_000;
  await deliver(stage);
  for (const part of campaign.entered) {
    const span = { from: wind.now, to: wind.now + 10 * MINUTE_MS, count: part.late };
    await count(stage, clicksBetween(part, campaign.id, span));
  }
  // The clicks have settled, and what was provisional is judged again.
  wind.now += 20 * MINUTE_MS;
}

/** Clicks spread over a time by arithmetic alone, so that every demo is the same. */
function clicksBetween(
  part: Pick<Entered, "code">,
  campaignId: string,
  { from, to, count }: { from: number; to: number; count: number },
): Click[] {
  const bots = Math.floor(count / BOT_EVERY);
  const visitors = Math.max(1, Math.round(count / CLICKS_PER_VISITOR));
  return Array.from({ length: count + bots }, (_, i): Click => {
    const isBot = i >= count;
    const at = from + Math.floor((((i * 2_654_435_761) % 4_294_967_296) / 4_294_967_296) * (to - from));
    const visitor = isBot ? `bot${i}` : `v${i % visitors}`;
    return {
      l: part.code,
      c: campaignId,
      t: at,
      k: isBot ? "automated" : "human",
      v: visitor.padEnd(11, "_"),
      n: isBot ? 16_509 : (NETWORKS[i % NETWORKS.length] ?? null),
    };
  }).toSorted((a, b) => a.t - b.t);
}

async function count({ ctx }: Stage, clicks: readonly Click[]): Promise<void> {
  for (let i = 0; i < clicks.length; i += CLICKS_PER_MESSAGE) {
    const part = clicks.slice(i, i + CLICKS_PER_MESSAGE);
    await countClicks(ctx, [{ v: 1, kind: "clicks", id: ctx.ids("clk"), clicks: part }]);
  }
}

/** Orders some minutes after some of the clicks, and one that nobody's click led to. */
async function sell(stage: Stage, campaign: TrackedCampaign, part: Entered, clicks: readonly Click[]) {
  const { box } = stage.ctx;
  if (box === null) throw new Error("the demo signs its click ids");
  const people = clicks.filter(({ k }) => k === "human");
  const every = Math.floor(people.length / part.orders);
  const entries: ConversionEntry[] = [];
  for (let n = 0; n < part.orders; n++) {
    const click = people[n * every];
    if (click === undefined) continue;
    const facts = { code: click.l, at: click.t, kind: click.k };
    entries.push(
      order(campaign.id, part, n, {
        clickId: await signClickId(box, facts, "demo00"),
        occurredAt: Math.min(stage.wind.now, click.t + (4 + (n % 9)) * MINUTE_MS),
      }),
    );
  }
  entries.push(order(campaign.id, part, part.orders, { clickId: null, occurredAt: stage.wind.now }));
  await recordConversions(stage.ctx, { advertiserId: campaign.advertiserId }, entries, "API");
}

function order(
  campaignId: string,
  { videoId }: Entered,
  n: number,
  { clickId, occurredAt }: Pick<ConversionEntry, "clickId" | "occurredAt">,
): ConversionEntry {
  return {
    campaignId,
    event: "order",
    orderId: `NW-${videoId.slice(-4)}-${String(n + 1).padStart(3, "0")}`,
    refundId: null,
    clickId,
    code: null,
    value: `${79 + 10 * (n % 5)}.00`,
    currency: "USD",
    occurredAt,
  };
}
