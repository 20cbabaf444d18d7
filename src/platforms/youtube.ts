import { metricsOf } from "../domain/metrics.ts";
import type { PostIdentity } from "../domain/platform.ts";
import { pathSegments } from "../domain/post-url.ts";
import type { AdapterDeps, PlatformAdapter, PostObservation } from "./adapter.ts";
import { isWithin } from "./hosts.ts";
import { note, observeOnce, type VendorCall } from "./observe-once.ts";
import { evidence, readInstant, readRecord, readRecords, readText } from "./read-values.ts";
import { unwrapped } from "./wrapped-links.ts";
import { youtubeProfiles } from "./youtube-profiles.ts";
import { explainYoutubeRefusal } from "./youtube-refusals.ts";

const NOCOOKIE_HOSTS = new Set(["youtube-nocookie.com", "www.youtube-nocookie.com"]);
const SHORT_HOSTS = new Set(["youtu.be", "www.youtu.be"]);
const VIDEO_PATHS = new Set(["shorts", "live", "embed", "v", "e"]);

const VIDEO_ID = /^[0-9A-Za-z_-]{11}$/;
// Players of a playlist and of a channel's live stream, which have the length of a video id:
// /embed/videoseries?list=…
const NOT_VIDEOS = new Set(["videoseries", "live_stream"]);

/**
 * The YouTube Data API v3. Source: developers.google.com/youtube/v3/docs/videos/list, discovery revision
 * 20260924.
 */
export const youtube: PlatformAdapter = {
  platform: "youtube",
  displayName: "YouTube",
  metrics: {
    // On this day a view became "the video begins to play" for every format.
    views: { field: "viewCount", definitionVersion: "2026-08-24", settleHours: 0 },
    likes: { field: "likeCount", definitionVersion: "2026-08-24", settleHours: 0 },
    comments: { field: "commentCount", definitionVersion: "2026-08-24", settleHours: 0 },
  },
  batchSize: 50,
  urls: { api: "https://youtube.googleapis.com" },
  secrets: { YOUTUBE_API_KEY: "API key of a Google Cloud project with the YouTube Data API v3 enabled." },
  access: { kind: "secret", name: "YOUTUBE_API_KEY" },
  profiles: youtubeProfiles,
  identify,
  observe: (deps, externalIds) => observeOnce(CALL, deps, externalIds),
};

function identify(url: URL): PostIdentity | null {
  const id = namedVideo(unwrapped(url));
  if (id === null || !VIDEO_ID.test(id) || NOT_VIDEOS.has(id)) return null;
  return { platform: "youtube", externalId: id, canonicalUrl: `https://www.youtube.com/watch?v=${id}` };
}

/** What stands where the address has its video id, whatever it is. */
function namedVideo(url: URL): string | null {
  const [first, second, ...rest] = pathSegments(url) ?? [];
  if (first === undefined || rest.length > 0) return null;
  if (SHORT_HOSTS.has(url.hostname)) return second === undefined ? first : null;
  if (NOCOOKIE_HOSTS.has(url.hostname)) return first === "embed" ? (second ?? null) : null;
  if (!isWithin(url.hostname, "youtube.com")) return null;
  if (first === "watch" && second === undefined) return url.searchParams.get("v");
  return VIDEO_PATHS.has(first) ? (second ?? null) : null;
}

// Without this mask fifty long descriptions, each sent twice, exceed the size we are willing to read.
const FIELDS =
  "kind,items(id,statistics(viewCount,likeCount,commentCount)," +
  "status(privacyStatus,uploadStatus),snippet(publishedAt,channelId,channelTitle))";

const CALL: VendorCall = {
  batchSize: 50,
  request: ({ baseUrl, credential }: AdapterDeps, externalIds) => {
    const query = new URLSearchParams({
      part: "id,statistics,status,snippet",
      fields: FIELDS,
      id: externalIds.join(","),
      key: credential,
    });
    return { url: `${baseUrl}/youtube/v3/videos?${query}` };
  },
  read: readVideos,
  explain: explainYoutubeRefusal,
  // YouTube tells nothing of what is left of the quota.
  readLimits: () => null,
};

function readVideos(json: unknown, asked: ReadonlySet<string>): Map<string, PostObservation> | null {
  const body = readRecord(json);
  const nothingFound = body?.kind === "youtube#videoListResponse" && body.items === undefined;
  const items = nothingFound ? [] : readRecords(body?.items);
  if (items === null) return null;

  const posts = new Map<string, PostObservation>();
  for (const item of items) note(posts, asked, { id: item.id, said: readVideo(item) });
  // A deleted or unknown video is silently left out; so is a private one that the key may not see.
  for (const id of asked) if (!posts.has(id)) posts.set(id, { kind: "gone" });
  return posts;
}

const GONE = new Set<unknown>(["deleted", "rejected", "failed"]);
const COUNTS = { views: "viewCount", likes: "likeCount", comments: "commentCount" } as const;

function readVideo(item: Record<string, unknown>): PostObservation {
  const status = readRecord(item.status);
  if (status?.privacyStatus === "private") return { kind: "private" };
  if (GONE.has(status?.uploadStatus)) return { kind: "gone" };

  const statistics = item.statistics === undefined ? {} : readRecord(item.statistics);
  if (statistics === null) return { kind: "unreadable", detail: "statistics is not an object" };
  const known: Partial<Record<keyof typeof COUNTS, number>> = {};
  for (const metric of ["views", "likes", "comments"] as const) {
    const sent = statistics[COUNTS[metric]];
    // A count the owner hides is left out.
    if (sent === undefined) continue;
    const count = readUint64(sent);
    if (count === null) return { kind: "unreadable", detail: `${COUNTS[metric]} is not a count` };
    known[metric] = count;
  }
  const snippet = readRecord(item.snippet);
  return {
    kind: "numbers",
    metrics: metricsOf(known),
    authorId: readText(snippet?.channelId),
    authorName: readText(snippet?.channelTitle),
    publishedAt: readInstant(snippet?.publishedAt),
    raw: evidence(item, ["id", "statistics", "status", "snippet"]),
  };
}

const UINT64 = /^(?:0|[1-9]\d{0,15})$/;

/**
 * A uint64, which the vendor sends as a decimal string; null for any other spelling and for what a number
 * cannot hold.
 */
function readUint64(sent: unknown): number | null {
  if (typeof sent !== "string" || !UINT64.test(sent)) return null;
  const count = Number(sent);
  return Number.isSafeInteger(count) ? count : null;
}
