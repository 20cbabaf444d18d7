import { metricsOf } from "../domain/metrics.ts";
import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import type { AdapterDeps, LimitReading, PlatformAdapter, PostObservation } from "./adapter.ts";
import {
  isOneOf,
  meaningOf,
  note,
  observeOnce,
  type Refusal,
  type RefusalMeaning,
  type VendorCall,
} from "./observe-once.ts";
import { evidence, readInstant, readRecord, readRecords, readText } from "./read-values.ts";
import { clampRetryAt, MAX_RETRY_AFTER_MS, parseRetryAfter } from "./retry-after.ts";

const HOSTS = new Set(
  ["x.com", "twitter.com"].flatMap((host) => [host, `www.${host}`, `m.${host}`, `mobile.${host}`]),
);

// A leading zero would give one post two identities.
const POST_ID = /^[1-9][0-9]{0,18}$/;
const USER = /^[0-9A-Za-z_]{1,20}$/;
/** The pages below a post which its author or a reader may have open when copying the address. */
const VIEWS_OF_A_POST = new Set(["analytics", "history", "likes", "quotes", "retweets"]);

/**
 * The X API v2, with an app's bearer token. The vendor's specification changed its names from 2.166 to 2.167
 * (tweet to post, retweet to repost) while its server may speak either, so both are read and the older are
 * sent.
 * Source: docs.x.com/x-api/posts/get-posts-by-ids.
 */
export const x: PlatformAdapter = {
  platform: "x",
  displayName: "X",
  supports: ["views", "likes", "comments", "shares"],
  batchSize: 100,
  settleHours: 0,
  // Since then every post counts its impressions.
  definitionVersion: "2022-12-01",
  identify,
  observe: (deps, externalIds) => observeOnce(CALL, deps, externalIds),
};

function identify(url: URL): PostIdentity | null {
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

const CALL: VendorCall = {
  batchSize: 100,
  request: ({ baseUrl, credential }: AdapterDeps, externalIds) => {
    const query = new URLSearchParams({
      ids: externalIds.join(","),
      "tweet.fields": "created_at,author_id,public_metrics,edit_history_tweet_ids",
    });
    return { url: `${baseUrl}/2/tweets?${query}`, headers: { authorization: `Bearer ${credential}` } };
  },
  read: readPosts,
  explain,
  readLimits,
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

function isCount(sent: unknown): sent is number {
  return typeof sent === "number" && Number.isSafeInteger(sent) && sent >= 0;
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

/** The last part of a problem's type: the URIs moved from api.twitter.com to api.x.com, their ends stayed. */
function problemName(problem: Record<string, unknown> | null): string | null {
  const type = readText(problem?.type);
  return type === null ? null : type.slice(type.lastIndexOf("/") + 1);
}

/**
 * 402 (credits spent) is `rate_limited`, not `unauthorised`: the token stays right, and calls work again by
 * themselves once the balance is filled up. X does not say when a spent usage cap ends.
 */
function explain({ status, headers, json, now }: Refusal): RefusalMeaning {
  const kind = status === 402 ? "rate_limited" : meaningOf(status);
  const reset = readSeconds(headers.get("x-rate-limit-reset"));
  const retryAfter = parseRetryAfter(headers.get("retry-after"), now);
  const windowEnd = status === 429 && reset !== null ? clampRetryAt(reset, now) : null;
  return { kind, reason: problemName(readRecord(json)), retryAt: windowEnd ?? retryAfter };
}

const DIGITS = /^\d{1,10}$/;

function readLimits(headers: Headers, now: number): LimitReading | null {
  const limit = headers.get("x-rate-limit-limit") ?? "";
  const remaining = headers.get("x-rate-limit-remaining") ?? "";
  const resetAt = readSeconds(headers.get("x-rate-limit-reset"));
  if (!DIGITS.test(limit) || !DIGITS.test(remaining) || resetAt === null) return null;
  // No window of X is longer than a day, and none has more left than it began with.
  if (Number(remaining) > Number(limit) || resetAt > now + MAX_RETRY_AFTER_MS) return null;
  return { limit: Number(limit), remaining: Number(remaining), resetAt };
}

/** Epoch seconds as ms UTC. */
function readSeconds(header: string | null): number | null {
  return header !== null && DIGITS.test(header) ? Number(header) * 1000 : null;
}
