import { badParameter, GraphError } from "./graph-error.ts";
import { type Asked, listed } from "./graph-fields.ts";
import { insightList, part } from "./graph-insights.ts";
import type { Post } from "./posts.ts";

type Counts = Post["counts"];
type Metric = (counts: Counts) => number | null;

const EVERYWHERE: Readonly<Record<string, Metric>> = {
  views: ({ views }) => views,
  reach: ({ views }) => part(views, 0.7),
  likes: ({ likes }) => likes,
  comments: ({ comments }) => comments,
  shares: ({ shares }) => shares,
  saved: ({ likes }) => part(likes, 0.1),
  reposts: ({ shares }) => part(shares, 0.2),
  total_interactions: ({ likes, comments, shares }) =>
    likes === null || comments === null || shares === null
      ? null
      : likes + comments + shares + Math.floor(likes * 0.1),
};

const OF_FEED: Readonly<Record<string, Metric>> = {
  ...EVERYWHERE,
  follows: ({ views }) => part(views, 0.001),
  profile_visits: ({ views }) => part(views, 0.01),
  profile_activity: ({ views }) => part(views, 0.002),
};

const OF_REELS: Readonly<Record<string, Metric>> = {
  ...EVERYWHERE,
  ig_reels_avg_watch_time: () => 4_500,
  ig_reels_video_view_total_time: ({ views }) => part(views, 4_500),
  reels_skip_rate: () => 40,
};

/** In the vendor's list of values, but not for media that people post to their feed or as reels. */
const OF_OTHER_MEDIA = ["replies", "navigation"];

/** @param shortcode `Reel…` is a reel */
export function mediaKindOf(shortcode: string) {
  return shortcode.startsWith("Reel")
    ? { mediaType: "VIDEO", productType: "REELS", path: "reel", metrics: OF_REELS }
    : { mediaType: "IMAGE", productType: "FEED", path: "p", metrics: OF_FEED };
}

interface Described {
  post: Post;
  mediaId: string;
  inTotal: boolean;
}

/** All metrics asked for, or a refusal of all if one of them is dead, unknown or not for this kind of media. */
export function insightsOf({ post, mediaId, inTotal }: Described, { args }: Asked) {
  const asked = listed(args.metric);
  if (asked.length === 0) throw badParameter("The parameter metric is required");
  refuseDead(asked);
  const { metrics } = mediaKindOf(post.id);
  const unsupported = asked.filter((name) => metrics[name] === undefined);
  if (unsupported.length > 0) throw notForThisMedia(unsupported);
  const insights = asked.map((name) => ({ name, value: metrics[name]?.(post.counts) ?? null }));
  return insightList(insights, { id: mediaId, inTotal });
}

/** Impressions ended in April 2025; plays and the like are not even in the list of values any more. */
function refuseDead(asked: readonly string[]): void {
  const known = [...new Set([...Object.keys(OF_FEED), ...Object.keys(OF_REELS), ...OF_OTHER_MEDIA])];
  if (asked.includes("impressions"))
    throw badParameter(
      "Starting from version v22.0 and above, the impressions metric is no longer supported for the queried media.",
    );
  const at = asked.findIndex((name) => !known.includes(name));
  if (at >= 0) throw badParameter(`metric[${at}] must be one of the following values: ${known.join(", ")}`);
}

function notForThisMedia(names: readonly string[]): GraphError {
  const message = `(#100) The Media Insights API does not support the ${names.join(", ")} metric for this media product type.`;
  return new GraphError({ message, type: "IGApiException", code: 100 });
}
