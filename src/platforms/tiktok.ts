import { metricsOf } from "../domain/metrics.ts";
import type { AdapterDeps, CallFailure, PlatformAdapter, PostAnswer, PostObservation } from "./adapter.ts";
import { fetchJson } from "./http.ts";
import { meaningOf, note } from "./observe-once.ts";
import { evidence, isCount, readRecord, readRecords } from "./read-values.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { LIMIT_WINDOW_MS, meaningOfCode, readCode } from "./tiktok-errors.ts";
import { observeInHalves, type PartAnswer } from "./tiktok-halves.ts";
import { tiktokOauth } from "./tiktok-oauth.ts";
import { identifyTiktokPost, isTiktokShareLink } from "./tiktok-urls.ts";

const BATCH_SIZE = 20;

/** What it takes to find one refused id among twenty by halves: 1, and 2 for each of 20, 10, 5, 3 and 2. */
const CALLS_PER_BATCH = 11;

/**
 * The TikTok Display API v2, which shows an account's public videos to the account itself.
 * Source: developers.tiktok.com/doc/tiktok-api-v2-video-query.
 */
export const tiktok: PlatformAdapter = {
  platform: "tiktok",
  displayName: "TikTok",
  metrics: {
    views: { field: "view_count", definitionVersion: "v2", settleHours: 0 },
    likes: { field: "like_count", definitionVersion: "v2", settleHours: 0 },
    comments: { field: "comment_count", definitionVersion: "v2", settleHours: 0 },
    shares: { field: "share_count", definitionVersion: "v2", settleHours: 0 },
  },
  batchSize: BATCH_SIZE,
  callsPerBatch: CALLS_PER_BATCH,
  urls: { api: "https://open.tiktokapis.com", authorize: "https://www.tiktok.com" },
  secrets: {
    TIKTOK_CLIENT_KEY: "Client key of a TikTok for Developers app with Login Kit and the Display API.",
    TIKTOK_CLIENT_SECRET: "Client secret of the same app.",
  },
  access: { kind: "account", oauth: tiktokOauth },
  identify: identifyTiktokPost,
  isShareLink: isTiktokShareLink,
  observe: (deps, externalIds) =>
    observeInHalves((ids) => ask(deps, ids), externalIds, {
      batchSize: BATCH_SIZE,
      maxCalls: CALLS_PER_BATCH,
    }),
};

const FIELDS = ["id", "create_time", "view_count", "like_count", "comment_count", "share_count"];

/** Asks for some videos in one call. */
async function ask(deps: AdapterDeps, ids: readonly string[]): Promise<PartAnswer> {
  const answer = await fetchJson(deps.fetch, {
    url: `${deps.baseUrl}/v2/video/query/?fields=${FIELDS.join(",")}`,
    method: "POST",
    headers: { authorization: `Bearer ${deps.credential}`, "content-type": "application/json" },
    body: JSON.stringify({ filters: { video_ids: ids } }),
    timeoutMs: deps.timeoutMs,
  });
  if (answer.kind !== "answer") return { ...answer, retryAt: null };
  const { status, headers, json } = answer;
  const code = readCode(json);
  if (status >= 400 || (code !== null && code !== "ok")) return refusal(deps, { status, headers, code });
  const posts = code === "ok" ? readVideos(json, new Set(ids), deps.accountId) : null;
  if (posts !== null) return { kind: "answered", posts };
  return { kind: "unreadable", detail: "JSON of another shape than documented", retryAt: null };
}

function refusal(
  { now }: AdapterDeps,
  { status, headers, code }: { status: number; headers: Headers; code: string | null },
): PartAnswer {
  const detail = code === null ? `HTTP ${status}` : `HTTP ${status}: ${code}`;
  // The code cannot tell a refused id from a refused request; which it was shows when fewer are asked for.
  if (code === "invalid_params") return { kind: "refused", detail };
  const kind: CallFailure = meaningOfCode(code) ?? meaningOf(status);
  const named = parseRetryAfter(headers.get("retry-after"), now());
  return { kind, detail, retryAt: kind === "rate_limited" ? (named ?? now() + LIMIT_WINDOW_MS) : named };
}

function readVideos(
  json: unknown,
  asked: ReadonlySet<string>,
  accountId: string | null,
): Map<string, PostAnswer> | null {
  const data = readRecord(readRecord(json)?.data);
  if (data === null) return null;
  // A server that leaves out empty lists, or sends null for them, has found nothing.
  const videos = readRecords(data.videos ?? []);
  // A number would have lost its last digits, and the post it stands for would seem to be gone.
  if (videos === null || videos.some(({ id }) => typeof id !== "string")) return null;

  const posts = new Map<string, PostObservation>();
  for (const video of videos) note(posts, asked, { id: video.id, said: readVideo(video, accountId) });
  // A video that is deleted, private or somebody else's is left out; which of them is not said.
  for (const id of asked) if (!posts.has(id)) posts.set(id, { kind: "gone" });
  return posts;
}

const COUNTS = {
  views: "view_count",
  likes: "like_count",
  comments: "comment_count",
  shares: "share_count",
} as const;

function readVideo(video: Record<string, unknown>, accountId: string | null): PostObservation {
  const known: Partial<Record<keyof typeof COUNTS, number>> = {};
  for (const metric of ["views", "likes", "comments", "shares"] as const) {
    const sent = video[COUNTS[metric]];
    if (sent === undefined) continue;
    if (!isCount(sent)) return { kind: "unreadable", detail: `${COUNTS[metric]} is not a count` };
    known[metric] = sent;
  }
  return {
    kind: "numbers",
    metrics: metricsOf(known),
    // The vendor answers for the account's own videos alone, and names no author.
    authorId: accountId,
    authorName: null,
    publishedAt: readEpochSeconds(video.create_time),
    raw: evidence(video, FIELDS),
  };
}

/** In ms UTC; null for anything but whole seconds of a year that a date can have. */
function readEpochSeconds(sent: unknown): number | null {
  return isCount(sent) && sent > 0 && sent < 1e11 ? sent * 1_000 : null;
}
