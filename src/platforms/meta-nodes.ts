import type { PostAnswer } from "./adapter.ts";
import { answerOf, type CallError, type GraphClient } from "./graph.ts";
import type { GraphError } from "./graph-errors.ts";
import {
  callsFor,
  type NodeAsk,
  type NodeKind,
  narrowCallsFor,
  readNarrowly,
  readNodes,
  type SeenNode,
} from "./graph-nodes.ts";
import { findPublished, type PageAsk, PUBLISHED_PAGES_MAX } from "./meta-published.ts";
import { readText } from "./read-values.ts";

const SUMMARY = "summary(total_count).limit(0)";

/** A post of a Page. */
export const POST: NodeKind = {
  fields: `id,created_time,from,shares,reactions.${SUMMARY},comments.${SUMMARY}`,
  edge: "insights",
  metrics: ["post_media_view", "post_clicks"],
};

/** A video or reel. Its address has the id of the video, and not that of the post which shows it. */
export const VIDEO: NodeKind = {
  fields: `id,post_id,created_time,from,likes.${SUMMARY},comments.${SUMMARY}`,
  edge: "video_insights",
  metrics: ["fb_reels_total_plays"],
};

/** Most calls {@link readPagePosts} makes. */
export const POST_CALLS_MAX =
  PUBLISHED_PAGES_MAX + callsFor(POST) + narrowCallsFor(VIDEO) + narrowCallsFor(POST);

/** A post that was seen, and the node it was seen as. */
export type SeenPost = SeenNode & { ask: NodeAsk };

type Read = Map<string, SeenPost | PostAnswer>;

/** Reads posts of a Page, each as what it is; an error if nothing is learnt of any of them. */
export async function readPagePosts(graph: GraphClient, asked: PageAsk): Promise<Read | CallError> {
  const found = await findPublished(graph, asked);
  const asks = new Map([...found.ids].map(([externalId, id]) => [externalId, askFor(id)]));
  if (asks.size === 0 && found.failure !== null) return found.failure;
  const posts: Read = new Map(found.unfound);
  if (asks.size === 0) return posts;

  const answers = await readNodes(graph, [...asks.values()]);
  if (!Array.isArray(answers)) return answers;
  const unseen: string[] = [];
  for (const [i, [externalId, ask]] of [...asks].entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    posts.set(externalId, answer.kind === "seen" ? { ...answer, ask } : answerOf(answer));
    if (answer.kind === "gone" && !asked.nativeIds.has(externalId)) unseen.push(externalId);
  }
  for (const [id, post] of await readVideos(graph, asked.pageId, unseen.filter(isNumber)))
    posts.set(id, post);
  return posts;
}

const isNumber = (id: string) => /^\d+$/.test(id);

function askFor(id: string): NodeAsk {
  return { kind: isNumber(id) ? VIDEO : POST, id };
}

/**
 * Reads what is no post of the Page as the video or reel it may be. The post that shows a video has the counts of all
 * posts, so it is read in the video's place wherever the Page has one.
 */
async function readVideos(graph: GraphClient, pageId: string, ids: readonly string[]): Promise<Read> {
  const videos = await readTogether(graph, new Map(ids.map((id) => [id, askFor(id)])));
  const shown = new Map<string, NodeAsk>();
  for (const [id, video] of videos) {
    const postId = video.kind === "seen" ? readText(video.node.post_id) : null;
    if (postId !== null && /^(\d+_)?\d+$/.test(postId)) {
      shown.set(id, askFor(isNumber(postId) ? `${pageId}_${postId}` : postId));
    }
  }
  for (const [id, post] of await readTogether(graph, shown)) {
    if (post.kind === "seen" || post.kind === "unanswered") videos.set(id, post);
  }
  return videos;
}

async function readTogether(graph: GraphClient, asks: ReadonlyMap<string, NodeAsk>): Promise<Read> {
  const narrow = [...asks.values()].map((ask) => ({ ask, fieldsOnly: false }));
  const answers = await readNarrowly(graph, narrow);
  const posts: Read = new Map();
  for (const [i, [id, ask]] of [...asks].entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    posts.set(id, answer.kind === "seen" ? { ...answer, ask } : sayOfNoVideo(answer));
  }
  return posts;
}

/** A number that is a node of another kind lacks the fields of a video: it is no post of this Page. */
function sayOfNoVideo(error: GraphError): PostAnswer {
  return error.kind === "parameter" ? { kind: "gone" } : answerOf(error);
}
