import { metricsOf } from "../domain/metrics.ts";
import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import type { AdapterDeps, PlatformAdapter, PostObservation } from "./adapter.ts";
import { isOneOf, note } from "./observe-once.ts";
import { type NamingCall, observeWithout } from "./observe-without.ts";
import { evidence, isCount, readInstant, readRecord, readRecords, readText } from "./read-values.ts";
import { unwrapped } from "./wrapped-links.ts";
import { xProfiles } from "./x-profiles.ts";
import { explainXRefusal, namedByX, problemName, readXLimits } from "./x-refusals.ts";

const HOSTS = new Set(
  ["x.com", "twitter.com"].flatMap((host) => [host, `www.${host}`, `m.${host}`, `mobile.${host}`]),
);

// A leading zero would give one post two identities.
const POST_ID = /^[1-9][0-9]{0,18}$/;
const USER = /^[0-9A-Za-z_]{1,20}$/;
/** The pages below a post which its author or a reader may have open when copying the address. */
const VIEWS_OF_A_POST = new Set(["analytics", "history", "likes", "quotes", "retweets"]);

/** The first, and two more without the ids that X found fault with. */
const CALLS_PER_BATCH = 3;

/**
 * The X API v2, with an app's bearer token. The vendor's specification changed its names from 2.166 to 2.167
 * (tweet to post, retweet to repost) while its server may speak either, so both are read and the older are
 * sent.
 * Source: docs.x.com/x-api/posts/get-posts-by-ids.
 */
export const x: PlatformAdapter = {
  platform: "x",
  displayName: "X",
  metrics: {
    // Since then every post counts its impressions.
    views: { field: "impression_count", definitionVersion: "2022-12-01", settleHours: 0 },
    likes: { field: "like_count", definitionVersion: "2022-12-01", settleHours: 0 },
    comments: { field: "reply_count", definitionVersion: "2022-12-01", settleHours: 0 },
    shares: { field: "repost_count + quote_count", definitionVersion: "2022-12-01", settleHours: 0 },
  },
  batchSize: 100,
  callsPerBatch: CALLS_PER_BATCH,
  urls: { api: "https://api.x.com" },
  secrets: { X_BEARER_TOKEN: "App-only bearer token of an X developer app." },
  access: { kind: "secret", name: "X_BEARER_TOKEN" },
  profiles: xProfiles,
  identify,
  observe: (deps, externalIds) => observeWithout(CALL, deps, { externalIds, maxCalls: CALLS_PER_BATCH }),
};

function identify(address: URL): PostIdentity | null {
  const url = unwrapped(address);
  const id = HOSTS.has(url.hostname) ? namedPost(pathSegments(url) ?? []) : null;
  if (id === null || !POST_ID.test(id)) return null;
  return { platform: "x", externalId: id, canonicalUrl: `https://x.com/i/status/${id}` };
}

/** What stands where the path has its post id: /{user}/status/{id}, /i/web/status/{id}, /statuses/{id}. */
function namedPost(segments: readonly string[]): string | null {
  const at = segments.findIndex((segment) => segment === "status" || segment === "statuses");
  const author = segments.slice(0, at);
  const [id, ...below] = segments.slice(at + 1);
  if (at < 0 || id === undefined || !isViewOfPost(below)) return null;
  if (author.length === 0) return segments[at] === "statuses" ? id : null;
  if (author.length === 1) return USER.test(author[0] ?? "") ? id : null;
  return author.join("/") === "i/web" ? id : null;
}

function isViewOfPost(below: readonly string[]): boolean {
  const [view, number, ...rest] = below;
  if (view === undefined) return true;
  if (number === undefined) return VIEWS_OF_A_POST.has(view);
  return (view === "photo" || view === "video") && /^[1-9]$/.test(number) && rest.length === 0;
}

const CALL: NamingCall = {
  batchSize: 100,
  request: ({ baseUrl, credential }: AdapterDeps, externalIds) => {
    const query = new URLSearchParams({
      ids: externalIds.join(","),
      "tweet.fields": "created_at,author_id,public_metrics,edit_history_tweet_ids",
    });
    return { url: `${baseUrl}/2/tweets?${query}`, headers: { authorization: `Bearer ${credential}` } };
  },
  read: readPosts,
  explain: explainXRefusal,
  named: namedByX,
  readLimits: readXLimits,
};

function readPosts(json: unknown, asked: ReadonlySet<string>): Map<string, PostObservation> | null {
  const { data, errors } = readRecord(json) ?? {};
  if (data === undefined && errors === undefined) return null;
  const items = data === undefined ? [] : readRecords(data);
  const problems = errors === undefined ? [] : readRecords(errors);
  if (items === null || problems === null) return null;

  const posts = new Map<string, PostObservation>();
  for (const item of items) note(posts, asked, { id: item.id, said: readPost(item) });
  const answered = new Set(posts.keys());
  for (const problem of problems) {
    const id = problem.resource_id ?? problem.value;
    // A problem beside the post itself is about one of its fields, which is then absent.
    if (!isOneOf(answered, id)) note(posts, asked, { id, said: readProblem(problem) });
  }
  for (const id of asked) {
    if (!posts.has(id)) posts.set(id, { kind: "unreadable", detail: "not in the answer" });
  }
  return posts;
}

/**
 * Since this day (ms UTC) X counts impressions; it sends 0 for older posts, which means that nobody counted.
 */
const IMPRESSIONS_SINCE = Date.UTC(2022, 11, 1);

function readPost(item: Record<string, unknown>): PostObservation {
  const counts = item.public_metrics === undefined ? {} : readRecord(item.public_metrics);
  if (counts === null) return { kind: "unreadable", detail: "public_metrics is not an object" };
  const { retweet_count, repost_count = retweet_count } = counts;
  const sent = {
    impressions: counts.impression_count,
    likes: counts.like_count,
    replies: counts.reply_count,
    quotes: counts.quote_count,
    reposts: repost_count,
  };
  const wrong = Object.entries(sent).find(([, count]) => count !== undefined && !isCount(count));
  if (wrong !== undefined) return { kind: "unreadable", detail: `the number of ${wrong[0]} is not a count` };

  const read = (count: unknown) => (isCount(count) ? count : null);
  const publishedAt = readInstant(item.created_at);
  const uncounted = sent.impressions === 0 && (publishedAt === null || publishedAt < IMPRESSIONS_SINCE);
  return {
    kind: "numbers",
    metrics: metricsOf({
      views: uncounted ? null : read(sent.impressions),
      likes: read(sent.likes),
      comments: read(sent.replies),
      shares: sharesOf(read(sent.reposts), read(sent.quotes)),
    }),
    authorId: readText(item.author_id),
    authorName: null,
    publishedAt,
    raw: evidence(item, EVIDENCE),
  };
}

const EVIDENCE = [
  "id",
  "public_metrics",
  "created_at",
  "author_id",
  "edit_history_tweet_ids",
  "edit_history_post_ids",
];

/**
 * Passing a post on is one act, with or without a comment. With one part unknown so is the sum: less would
 * accuse.
 */
function sharesOf(reposts: number | null, quotes: number | null): number | null {
  return reposts === null || quotes === null ? null : reposts + quotes;
}

function readProblem(problem: Record<string, unknown>): PostObservation {
  switch (problemName(problem)) {
    case "resource-not-found":
    case "disallowed-resource":
      return { kind: "gone" };
    case "not-authorized-for-resource":
      return { kind: "private" };
    default:
      return { kind: "unreadable", detail: `problem ${problemName(problem) ?? "without a type"}` };
  }
}
