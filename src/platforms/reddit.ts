import { metricsOf } from "../domain/metrics.ts";
import type { AdapterDeps, PlatformAdapter, PostAnswer, PostObservation } from "./adapter.ts";
import { observeInParts } from "./observe-in-parts.ts";
import { meaningOf, note, type VendorCall } from "./observe-once.ts";
import { evidence, isCount, readRecord, readRecords, readText } from "./read-values.ts";
import { grantRedditToken, redditHeaders } from "./reddit-access.ts";
import { redditProfiles } from "./reddit-profiles.ts";
import { explainRedditRefusal, readRedditLimits } from "./reddit-refusals.ts";
import { identifyRedditPost, isRedditShareLink } from "./reddit-urls.ts";

/**
 * Parts of a batch that are asked for again if its answer cannot be read, as when a hundred long texts are
 * too large.
 */
const PARTS = 4;

/**
 * The Reddit Data API with a token of the app, which shows public posts. Reddit publishes no views, clicks or
 * shares.
 *
 * Likes are the `score`, the number beside the arrows: votes up less votes down, with a little noise against
 * cheats. It is what everybody sees and therefore what is claimed; votes up alone are told to nobody. It
 * falls when votes are taken back. Two scores are no number of likes, and unknown: one Reddit marks as hidden
 * (`hide_score`, in the first hours), and one below zero, which says how many more disliked the post and not
 * how many liked it.
 *
 * A post that was deleted or removed is still sent, emptied and marked; one in a community closed to us is
 * left out.
 * Source: www.reddit.com/dev/api#GET_api_info.
 */
export const reddit: PlatformAdapter = {
  platform: "reddit",
  displayName: "Reddit",
  metrics: {
    // On this day Reddit counted all votes anew, without the rules that had held scores down.
    likes: { field: "score", definitionVersion: "2016-12-06", settleHours: 0 },
    comments: { field: "num_comments", definitionVersion: "2016-12-06", settleHours: 0 },
  },
  batchSize: 100,
  callsPerBatch: 1 + PARTS,
  urls: { api: "https://oauth.reddit.com", token: "https://www.reddit.com" },
  secrets: {
    REDDIT_CLIENT_ID: "Client id of a Reddit app that Reddit approved for the Data API.",
    REDDIT_CLIENT_SECRET: "Client secret of that app.",
    REDDIT_USERNAME:
      "Reddit user name of whoever answers for the app, without u/; it is sent with every call.",
  },
  access: { kind: "token", grant: grantRedditToken },
  profiles: redditProfiles,
  identify: identifyRedditPost,
  isShareLink: isRedditShareLink,
  observe: (deps, externalIds) => observeInParts(CALL, deps, { externalIds, parts: PARTS }),
};

const CALL: VendorCall = {
  batchSize: 100,
  request: ({ baseUrl, credential, secrets }: AdapterDeps, externalIds) => {
    const query = new URLSearchParams({
      id: externalIds.map((id) => `t3_${id}`).join(","),
      // Without it texts come escaped for HTML.
      raw_json: "1",
    });
    return { url: `${baseUrl}/api/info?${query}`, headers: redditHeaders(secrets, credential) };
  },
  read: readListing,
  explain: explainRedditRefusal,
  readLimits: readRedditLimits,
};

function readListing(json: unknown, asked: ReadonlySet<string>): Map<string, PostAnswer> | null {
  const body = readRecord(json);
  if (typeof body?.error === "number") return refusedInside(body.error, asked);
  const things = body?.kind === "Listing" ? readRecords(readRecord(body.data)?.children) : null;
  if (things === null) return null;

  const posts = new Map<string, PostObservation>();
  for (const { kind, data } of things) {
    const post = readRecord(data);
    if (post === null) return null;
    // A comment ("t1") may have the id of a post.
    if (kind === "t3") note(posts, asked, { id: post.id, said: readPost(post) });
  }
  for (const id of asked) if (!posts.has(id)) posts.set(id, { kind: "gone" });
  return posts;
}

/**
 * Reddit has been seen to refuse with a success that holds the error's status: nothing is learnt of any post.
 */
function refusedInside(status: number, asked: ReadonlySet<string>): Map<string, PostAnswer> {
  const failure = meaningOf(status);
  const detail = `HTTP 200: error ${status}`;
  return new Map([...asked].map((id) => [id, { kind: "unanswered", failure, detail, retryAt: null }]));
}

function readPost(post: Record<string, unknown>): PostObservation {
  if (isGone(post)) return { kind: "gone" };
  if (post.subreddit_type === "private") return { kind: "private" };

  const { score, num_comments } = post;
  if (score !== undefined && !Number.isSafeInteger(score)) return notACount("score");
  if (num_comments !== undefined && !isCount(num_comments)) return notACount("num_comments");
  return {
    kind: "numbers",
    metrics: metricsOf({
      likes: post.hide_score === false && isCount(score) ? score : null,
      comments: num_comments,
    }),
    authorId: readText(post.author_fullname),
    authorName: readText(post.author),
    publishedAt: readEpoch(post.created_utc),
    raw: evidence(post, EVIDENCE),
  };
}

const EVIDENCE = [
  "name",
  "score",
  "hide_score",
  "upvote_ratio",
  "num_comments",
  "created_utc",
  "edited",
  "author_fullname",
];

/**
 * Whoever removed a post is named by `removed_by_category`: its author ("deleted"), a moderator, a filter or
 * Reddit. A deleted author leaves an older post without that mark, and without anybody who could be paid for
 * it.
 */
function isGone(post: Record<string, unknown>): boolean {
  return readText(post.removed_by_category) !== null || post.author === "[deleted]";
}

function notACount(field: string): PostObservation {
  return { kind: "unreadable", detail: `${field} is not a count` };
}

/** Epoch seconds, which come as a decimal, in ms UTC; anything else is null. */
function readEpoch(sent: unknown): number | null {
  return typeof sent === "number" && sent > 0 && sent < 1e11 ? Math.round(sent * 1000) : null;
}
