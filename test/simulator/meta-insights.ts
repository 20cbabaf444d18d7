import { badParameter } from "./graph-error.ts";
import { type Asked, listed } from "./graph-fields.ts";
import { type Insight, insightList, part } from "./graph-insights.ts";
import type { Post } from "./posts.ts";

type Counts = Post["counts"];
type Metrics = Readonly<Record<string, (counts: Counts) => Insight["value"]>>;

/**
 * What a post can be asked in 2026. All of `post_impressions*` ended with November 2025 or June 2026.
 * Source: developers.facebook.com/documentation/pages-api/platforminsights/page/deprecated-metrics
 */
const OF_POSTS: Metrics = {
  post_media_view: ({ views }) => views,
  post_total_media_view_unique: ({ views }) => part(views, 0.8),
  post_clicks: ({ clicks }) => clicks,
  post_clicks_by_type: ({ clicks }) => clicks && { "link clicks": clicks },
  post_reactions_by_type_total: ({ likes }) => byReaction(likes),
  post_reactions_like_total: ({ likes }) => byReaction(likes)?.like ?? null,
  post_reactions_love_total: ({ likes }) => byReaction(likes)?.love ?? null,
  post_activity_by_action_type: ({ likes, comments, shares }) => byAction({ likes, comments, shares }),
  post_video_views: ({ views }) => part(views, 0.5),
};

const OF_VIDEOS: Metrics = {
  fb_reels_total_plays: ({ views }) => views,
  blue_reels_play_count: ({ views }) => part(views, 0.9),
  post_total_media_view_unique: ({ views }) => part(views, 0.8),
  post_video_avg_time_watched: () => 4_500,
  post_video_view_time: ({ views }) => part(views, 4_500),
  post_video_likes_by_reaction_type: ({ likes }) => reactionsOfVideo(likes),
  post_video_social_actions: ({ comments, shares }) =>
    comments === null && shares === null ? null : { COMMENT: comments ?? 0, SHARE: shares ?? 0 },
};

export const postInsights = (id: string, counts: Counts, asked: Asked) =>
  insightsOf({ metrics: OF_POSTS, id }, counts, asked);

export const videoInsights = (id: string, counts: Counts, asked: Asked) =>
  insightsOf({ metrics: OF_VIDEOS, id }, counts, asked);

/** All metrics asked for, or a refusal of all, which does not say which of them is dead. */
function insightsOf({ metrics, id }: { metrics: Metrics; id: string }, counts: Counts, { args }: Asked) {
  const asked = listed(args.metric);
  if (asked.length === 0 || asked.some((name) => metrics[name] === undefined))
    throw badParameter("The value must be a valid insights metric");
  // Posts have no other period than their life.
  const isLifetime = args.period === undefined || args.period === "lifetime";
  const insights = asked.map((name) => ({
    name,
    value: isLifetime ? (metrics[name]?.(counts) ?? null) : null,
  }));
  return insightList(insights, { id, inTotal: false });
}

/** About one in ten loves what the others like. */
function byReaction(likes: number | null): { like: number; love: number } | null {
  if (likes === null) return null;
  const love = Math.floor(likes / 10);
  return { like: likes - love, love };
}

function reactionsOfVideo(likes: number | null): Record<string, number> | null {
  const reactions = byReaction(likes);
  return reactions && { REACTION_LIKE: reactions.like, REACTION_LOVE: reactions.love };
}

function byAction(counts: Record<string, number | null>): Record<string, number> | null {
  const names: Record<string, string> = { likes: "like", comments: "comment", shares: "share" };
  const known = Object.entries(counts).flatMap(([name, count]) =>
    // An action nobody took is left out.
    count === null || count === 0 ? [] : [[names[name] ?? name, count] as const],
  );
  return Object.fromEntries(known);
}
