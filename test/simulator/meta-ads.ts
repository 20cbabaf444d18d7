import type { GraphCall } from "./graph.ts";
import { badParameter } from "./graph-error.ts";
import { type Asked, type GraphNode, page, select } from "./graph-fields.ts";
import { graphTime } from "./graph-insights.ts";
import { DEFAULT_PAGE } from "./meta-access.ts";
import { storyOf } from "./meta-ids.ts";
import type { Post } from "./posts.ts";
import { hash32 } from "./random.ts";

/** A post that somebody pays to promote. */
interface Ad {
  id: string;
  /** `{page}_{post}` */
  storyId: string;
  post: Post;
}

const CURRENCY = "USD";
const PRICE_PER_CLICK = 0.25;
const PRICE_OF_A_PURCHASE = 39.99;

/** An ad account, whichever it is: its ads are the posts that were told to have conversions, one ad each. */
export function adAccount(call: GraphCall, id: string): GraphNode {
  const ads = adsOf(call);
  return {
    type: "AdAccount",
    id,
    always: ["id"],
    defaults: ["account_id"],
    fields: {
      id: () => id,
      account_id: () => id.slice("act_".length),
      name: () => "Demo advertiser",
      currency: () => CURRENCY,
      ads: (asked) =>
        page(
          ads.map((ad) => adNode(call, ad)),
          asked,
        ),
      insights: (asked) => insights(call, { ads: filtered(ads, asked.args.filtering), asked }),
    },
  };
}

function adsOf({ world, caller, now }: GraphCall): Ad[] {
  return world.posts
    .told()
    .map((id) => world.posts.see(id, now))
    .filter(({ counts }) => counts.conversions !== null)
    .map((post) => ({
      id: `2384${String(hash32(`ad:${post.id}`)).padStart(11, "0")}`,
      storyId: storyOf(post.authored ? post.author.id : caller.accountId || DEFAULT_PAGE.id, post.id),
      post,
    }));
}

function adNode(call: GraphCall, ad: Ad): GraphNode {
  const creative: GraphNode = {
    type: "AdCreative",
    id: `${ad.id}1`,
    always: ["id"],
    defaults: [],
    fields: { id: () => `${ad.id}1`, effective_object_story_id: () => ad.storyId },
  };
  return {
    type: "Ad",
    id: ad.id,
    always: ["id"],
    defaults: [],
    fields: {
      id: () => ad.id,
      name: () => `Ad ${ad.id}`,
      created_time: () => graphTime(ad.post.publishedAt),
      effective_status: () => "ACTIVE",
      creative: ({ fields, base }) => select(creative, fields, base),
      insights: (asked) =>
        insights(call, { ads: [ad], asked: { ...asked, args: { level: "ad", ...asked.args } } }),
    },
  };
}

/**
 * A row for each ad that was shown at all, of its whole life whatever the period: days and other levels are not simulated,
 * and refused.
 */
function insights({ now }: GraphCall, { ads, asked }: { ads: readonly Ad[]; asked: Asked }) {
  if (asked.args.level !== "ad") throw badParameter("param level must be one of {ad}");
  if (asked.args.time_increment !== undefined && asked.args.time_increment !== "all_days")
    throw badParameter("param time_increment must be one of {all_days}");
  const shown = ads.filter(({ post }) => (post.counts.views ?? 0) > 0);
  return page(
    shown.map((ad) => row(ad, now)),
    asked,
  );
}

/** Numbers are texts, and what is nothing is left out. */
function row({ id, post }: Ad, now: number): GraphNode {
  const { views, clicks, conversions, likes, comments, shares } = post.counts;
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  const purchases: Counted = ["offsite_conversion.fb_pixel_purchase", conversions];
  return {
    type: "AdsInsights",
    id,
    always: ["date_start", "date_stop"],
    defaults: ["impressions", "spend"],
    fields: {
      ad_id: () => id,
      ad_name: () => `Ad ${id}`,
      account_currency: () => CURRENCY,
      impressions: () => text(views),
      reach: () => text(Math.floor((views ?? 0) * 0.7)),
      clicks: () => text(clicks),
      inline_link_clicks: () => text(clicks),
      outbound_clicks: () => stats([["outbound_click", clicks]]),
      spend: () => ((clicks ?? 0) * PRICE_PER_CLICK).toFixed(2),
      actions: () =>
        stats([
          ["link_click", clicks],
          ["post_reaction", likes],
          ["comment", comments],
          ["post", shares],
          purchases,
        ]),
      action_values: () =>
        conversions
          ? [{ action_type: purchases[0], value: (conversions * PRICE_OF_A_PURCHASE).toFixed(2) }]
          : undefined,
      date_start: () => day(post.publishedAt),
      date_stop: () => day(now),
    },
  };
}

type Counted = readonly [type: string, count: number | null];

function stats(counted: readonly Counted[]) {
  const some = counted.filter(([, count]) => text(count) !== undefined);
  if (some.length === 0) return undefined;
  return some.map(([action_type, count]) => ({ action_type, value: text(count) }));
}

function text(count: number | null): string | undefined {
  return count === null || count === 0 ? undefined : String(count);
}

/** `filtering=[{"field":"ad.id","operator":"IN","value":["1"]}]`, of which nothing else is simulated. */
function filtered(ads: readonly Ad[], filtering: string | undefined): readonly Ad[] {
  if (filtering === undefined) return ads;
  const [filter] = readFilters(filtering);
  if (filter?.field !== "ad.id" || filter.operator !== "IN" || !Array.isArray(filter.value))
    throw badParameter("Filtering field must be ad.id with the operator IN");
  const { value } = filter;
  return ads.filter(({ id }) => value.includes(id));
}

function readFilters(text: string): Partial<Record<string, unknown>>[] {
  try {
    // safe: what is of another shape matches no filter.
    return [JSON.parse(text)].flat() as Partial<Record<string, unknown>>[];
  } catch {
    return [];
  }
}
