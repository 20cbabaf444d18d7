import { metricsOf } from "../domain/metrics.ts";
import type { AdapterDeps, CallOutcome, PlatformAdapter, PostObservation } from "./adapter.ts";
import { answerOf, BATCH_MAX, openGraph } from "./graph.ts";
import { readCount } from "./graph-insights.ts";
import { callsFor, type NodeKind, readNodes, type SeenNode } from "./graph-nodes.ts";
import { readGraphTime } from "./graph-time.ts";
import { findMedia, MEDIA_PAGES_MAX } from "./instagram-media.ts";
import { instagramOAuth } from "./instagram-oauth.ts";
import { identifyInstagramPost, isInstagramShareLink } from "./instagram-urls.ts";
import { evidence } from "./read-values.ts";

const MEDIA: NodeKind = {
  fields: "id,shortcode,timestamp,like_count,comments_count",
  edge: "insights",
  metrics: ["views", "shares"],
};

/**
 * The Instagram API with Instagram Login: a professional account's token shows that account's own media. Counts are of the
 * organic post; what ads added is not among them.
 *
 * Source: developers.facebook.com/docs/instagram-platform/reference/instagram-media and …/insights.
 */
export const instagram: PlatformAdapter = {
  platform: "instagram",
  displayName: "Instagram",
  metrics: {
    // On this day views took the place of impressions and plays, in every version of the API.
    views: { field: "views", definitionVersion: "2025-04-21", settleHours: 48 },
    shares: { field: "shares", definitionVersion: "2025-04-21", settleHours: 48 },
    // Fields of the media itself, which do not wait for insights; since this day total_* counts stand beside them.
    likes: { field: "like_count", definitionVersion: "2026-04-22", settleHours: 0 },
    comments: { field: "comments_count", definitionVersion: "2026-04-22", settleHours: 0 },
  },
  batchSize: BATCH_MAX,
  callsPerBatch: MEDIA_PAGES_MAX + callsFor(MEDIA),
  urls: {
    api: "https://graph.instagram.com",
    authorize: "https://www.instagram.com",
    token: "https://api.instagram.com",
  },
  secrets: {
    INSTAGRAM_APP_ID: "Instagram app ID of a Meta app with the Instagram API with Instagram Login.",
    INSTAGRAM_APP_SECRET: "Instagram app secret of the same app.",
  },
  access: { kind: "account", oauth: instagramOAuth },
  identify: identifyInstagramPost,
  isShareLink: isInstagramShareLink,
  observe,
};

/** @throws {RangeError} on no ids, more than the vendor takes, or no account: a caller's bug */
async function observe(deps: AdapterDeps, externalIds: readonly string[]): Promise<CallOutcome> {
  const asked = [...new Set(externalIds)];
  const { accountId } = deps;
  if (asked.length === 0 || asked.length > BATCH_MAX) {
    throw new RangeError(`a call takes 1 to ${BATCH_MAX} posts, not ${asked.length}`);
  }
  if (accountId === null) throw new RangeError("Instagram is asked with the token of an account");

  const graph = openGraph(deps);
  const found = await findMedia(graph, { accountId, shortcodes: asked, known: deps.nativeIds });
  const shortcodes = [...found.ids.keys()];
  if (shortcodes.length === 0 && found.failure !== null) return { ...found.failure, ...graph.spent() };
  const posts = new Map(found.unfound);
  if (shortcodes.length === 0) return { kind: "answered", posts, ...graph.spent() };
  const asks = [...found.ids.values()].map((id) => ({ kind: MEDIA, id }));
  const answers = await readNodes(graph, asks);
  if (!Array.isArray(answers)) return { ...answers, ...graph.spent() };
  for (const [i, shortcode] of shortcodes.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    const said = answer.kind === "seen" ? readMedia(answer, { shortcode, accountId }) : answerOf(answer);
    posts.set(shortcode, said);
  }
  return { kind: "answered", posts, ...graph.spent() };
}

/** An account sees no media but its own, so that their author is known without being named. */
function readMedia(
  { node, insights }: SeenNode,
  { shortcode, accountId }: { shortcode: string; accountId: string },
): PostObservation {
  if (node.shortcode !== undefined && node.shortcode !== shortcode) {
    return { kind: "unreadable", detail: "the answer is about another post" };
  }
  const [likes, comments] = [readCount(node.like_count), readCount(node.comments_count)];
  if (likes === "misshapen") return { kind: "unreadable", detail: "like_count is not a count" };
  if (comments === "misshapen") return { kind: "unreadable", detail: "comments_count is not a count" };
  return {
    kind: "numbers",
    metrics: metricsOf({ likes, comments, views: insights.get("views"), shares: insights.get("shares") }),
    authorId: accountId,
    authorName: null,
    publishedAt: readGraphTime(node.timestamp),
    nativeId: String(node.id),
    raw: evidence({ ...node, ...Object.fromEntries(insights) }, EVIDENCE),
  };
}

const EVIDENCE = ["id", "shortcode", "timestamp", "like_count", "comments_count", "views", "shares"];
