import { metricsOf } from "../domain/metrics.ts";
import type { PostObservation } from "./adapter.ts";
import { type Count, readCount } from "./graph-insights.ts";
import { readGraphTime } from "./graph-time.ts";
import type { Promotion, Promotions } from "./meta-ads.ts";
import { POST, type SeenPost } from "./meta-nodes.ts";
import { evidence, readRecord, readText } from "./read-values.ts";

type Node = Record<string, unknown>;

/** What was seen of a post or video, and what its ads brought and cost if there are any. */
export function readPost(
  { ask, node, insights }: SeenPost,
  { pageId, promotions }: { pageId: string; promotions: Promotions | null },
): PostObservation {
  const counts = ask.kind === POST ? countsOfPost(node) : countsOfVideo(node);
  const wrong = Object.entries(counts).find(([, count]) => count === "misshapen");
  if (wrong !== undefined) return { kind: "unreadable", detail: `the number of ${wrong[0]} is not a count` };
  const known = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== "misshapen"));
  const promotion = promotions?.kind === "read" ? promotions.byStory.get(ask.id) : undefined;
  const from = readRecord(node.from);
  const evident = {
    ...node,
    ...known,
    ...Object.fromEntries(insights),
    ads: promotions?.kind === "unread" ? `unread: ${promotions.detail}` : evidenceOf(promotion),
  };
  return {
    kind: "numbers",
    metrics: metricsOf({
      ...known,
      views: insights.get("post_media_view") ?? insights.get("fb_reels_total_plays"),
      clicks: insights.get("post_clicks"),
      conversions: promotion?.conversions,
    }),
    // A node of another Page, such as a video, need not say whose it is.
    authorId: readText(from?.id) ?? (ask.id.startsWith(`${pageId}_`) ? pageId : null),
    authorName: readText(from?.name),
    publishedAt: readGraphTime(node.created_time),
    nativeId: ask.id,
    ...(promotion?.spend ? { spend: promotion.spend } : {}),
    raw: evidence(evident, EVIDENCE),
  };
}

function evidenceOf(promotion: Promotion | undefined) {
  return promotion && { conversions: promotion.conversions, ...promotion.spend };
}

const EVIDENCE = [
  "id",
  "post_id",
  "created_time",
  "from",
  "post_media_view",
  "fb_reels_total_plays",
  "post_clicks",
  "likes",
  "comments",
  "shares",
  "ads",
];

/**
 * `shares` is missing from posts nobody shared, as far as anyone has seen, but the vendor does not say so, and it is
 * missing too where it is not told: unknown.
 */
function countsOfPost(node: Node): Record<"likes" | "comments" | "shares", Count> {
  return {
    likes: total(node.reactions),
    comments: total(node.comments),
    shares: inside(node.shares, "count"),
  };
}

function countsOfVideo(node: Node): Record<"likes" | "comments", Count> {
  return { likes: total(node.likes), comments: total(node.comments) };
}

function total(edge: unknown): Count {
  const record = readRecord(edge);
  if (edge !== undefined && record === null) return "misshapen";
  return inside(record?.summary, "total_count");
}

function inside(holder: unknown, name: string): Count {
  if (holder === undefined) return null;
  const record = readRecord(holder);
  return record === null ? "misshapen" : readCount(record[name]);
}
