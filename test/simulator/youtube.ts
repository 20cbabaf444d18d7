import { answeredFor } from "./faults.ts";
import { pickFields } from "./partial-response.ts";
import type { Person } from "./people.ts";
import type { Post } from "./posts.ts";
import { hash32 } from "./random.ts";
import { listOf, takeCall, type Vendor, type VendorRequest, type World } from "./vendor.ts";

const MAX_IDS = 50;

interface GoogleError {
  code: number;
  message: string;
  /** In `errors`, the older of the two places. */
  reason: string;
  domain?: string;
  /** The canonical code that newer errors carry. */
  status?: string;
  /** In `details`, the newer place. */
  info?: string;
}

/**
 * The YouTube Data API v3 with an API key. Bodies: discovery revision 20260924, errors as recorded by its
 * clients.
 */
export const youtubeVendor: Vendor = {
  platform: "youtube",
  callsPerWindow: 10_000,
  namings: [],
  operations: [
    {
      name: "videos.list",
      path: "/youtube/v3/videos",
      ids: ({ query }) => listOf(query, "id"),
      answer: listVideos,
    },
    {
      name: "channels.list",
      path: "/youtube/v3/channels",
      ids: () => [],
      answer: listChannels,
    },
  ],
  fail: (status) =>
    failed(FAILURES[status] ?? { code: status, message: "Backend Error", reason: "backendError" }),
  publishedAtOf: () => null,
  demoPost: (n) => {
    const externalId = `demo${String(n).padStart(7, "0")}`;
    return { externalId, url: `https://www.youtube.com/watch?v=${externalId}` };
  },
};

function listVideos(world: World, request: VendorRequest): Response {
  const refusal = refusalOf(request, "id, chart, myRating") ?? spend(world, request);
  if (refusal !== null) return failed(refusal);
  const parts = listOf(request.query, "part");
  const videos = answeredFor(world.faults, [...new Set(listOf(request.query, "id"))])
    .map((id) => world.posts.see(id, request.now))
    .filter((post) => post.state !== "gone")
    .map((post) => video(post, parts));
  const answer = {
    kind: "youtube#videoListResponse",
    etag: etag(JSON.stringify(videos)),
    items: videos,
    pageInfo: { totalResults: videos.length, resultsPerPage: videos.length },
  };
  return Response.json(pickFields(answer, request.query.get("fields")));
}

/** One channel by handle or by id. Of a handle nobody has, the answer has no `items`. */
function listChannels(world: World, request: VendorRequest): Response {
  const refusal = refusalOf(request, "forHandle, id") ?? spend(world, request);
  if (refusal !== null) return failed(refusal);
  const handle = request.query.get("forHandle")?.replace(/^@/, "");
  const found =
    handle === undefined
      ? listOf(request.query, "id").map((id) => world.people.byId(id))
      : [world.people.byHandle(handle)];
  const channels = found.filter((person) => person !== null).map(channel);
  const answer = {
    kind: "youtube#channelListResponse",
    etag: etag(JSON.stringify(channels)),
    pageInfo: { totalResults: channels.length, resultsPerPage: 5 },
    ...(channels.length > 0 && { items: channels }),
  };
  return Response.json(pickFields(answer, request.query.get("fields")));
}

function channel({ id, handle, name, about, createdAt }: Person) {
  const text = { title: name, description: about };
  const thumbnail = { url: `https://yt3.example/${id}=s88`, width: 88, height: 88 };
  const snippet = {
    ...text,
    customUrl: `@${handle.toLowerCase()}`,
    publishedAt: new Date(createdAt).toISOString().replace(".000Z", "Z"),
    thumbnails: { default: thumbnail },
    localized: text,
  };
  return { kind: "youtube#channel", etag: etag(id), id, snippet };
}

/** @param filters those of the operation, one of which a request must have */
function refusalOf({ query, headers }: VendorRequest, filters: string): GoogleError | null {
  const key = query.get("key") ?? headers.get("x-goog-api-key") ?? "";
  if (key === "") return NO_KEY;
  if (key.startsWith("invalid")) return BAD_KEY;
  if (listOf(query, "part").length === 0) return missing("Required parameter: part");
  if (!filters.split(", ").some((name) => listOf(query, name).length > 0))
    return missing(`No filter selected. Expected one of: ${filters}`);
  return listOf(query, "id").length > MAX_IDS ? TOO_MANY : null;
}

/** Takes a call from the quota of the day. */
function spend(world: World, { now }: VendorRequest): GoogleError | null {
  return takeCall(world, pacificDay(now)) ? null : QUOTA_SPENT;
}

/**
 * One item with the parts asked for. A private video is shown as its owner sees it, without numbers: with a
 * key alone the vendor leaves it out like a deleted one, and then nobody could rehearse the difference.
 */
function video({ id, state, counts, author, publishedAt }: Post, parts: readonly string[]) {
  const all: Record<string, unknown> = {
    snippet: {
      publishedAt: new Date(publishedAt).toISOString().replace(".000Z", "Z"),
      channelId: author.id,
      channelTitle: author.name,
      title: `Video ${id}`,
      description: "A simulated video.",
      categoryId: "22",
      liveBroadcastContent: "none",
    },
    status: {
      uploadStatus: "processed",
      privacyStatus: state === "private" ? "private" : "public",
      license: "youtube",
      embeddable: true,
      publicStatsViewable: true,
      madeForKids: false,
    },
    statistics: state === "private" ? undefined : statistics(counts),
  };
  const asked = Object.entries(all).filter(([part]) => parts.includes(part));
  return { kind: "youtube#video", etag: etag(id), id, ...Object.fromEntries(asked) };
}

/** Counts are uint64 and therefore strings; a hidden one is left out. */
function statistics(counts: Post["counts"]) {
  const text = (count: number | null) => (count === null ? undefined : String(count));
  return {
    viewCount: text(counts.views),
    likeCount: text(counts.likes),
    favoriteCount: "0",
    commentCount: text(counts.comments),
  };
}

function etag(text: string): string {
  return hash32(text).toString(16).padStart(8, "0");
}

/** The quota begins anew with the day in California. */
function pacificDay(now: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "America/Los_Angeles" }).format(now);
}

function missing(message: string): GoogleError {
  return { code: 400, message, reason: "missingRequiredParameter", domain: "youtube.parameter" };
}

const NO_KEY: GoogleError = {
  code: 403,
  message:
    "Method doesn't allow unregistered callers (callers without established identity). " +
    "Please use API Key or other form of API consumer identity to call this API.",
  reason: "forbidden",
  status: "PERMISSION_DENIED",
};

const BAD_KEY: GoogleError = {
  code: 400,
  message: "API key not valid. Please pass a valid API key.",
  reason: "badRequest",
  status: "INVALID_ARGUMENT",
  info: "API_KEY_INVALID",
};

const TOO_MANY: GoogleError = {
  code: 400,
  message: "The request specifies an invalid filter parameter.",
  reason: "invalidFilters",
  domain: "youtube.parameter",
};

const QUOTA_SPENT: GoogleError = {
  code: 403,
  message:
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.',
  reason: "quotaExceeded",
  domain: "youtube.quota",
};

const FAILURES: Record<number, GoogleError> = {
  400: { code: 400, message: "Bad Request", reason: "badRequest", status: "INVALID_ARGUMENT" },
  401: {
    code: 401,
    message: "Request had invalid authentication credentials.",
    reason: "authError",
    status: "UNAUTHENTICATED",
  },
  403: { code: 403, message: "Forbidden", reason: "forbidden", status: "PERMISSION_DENIED" },
  429: {
    code: 429,
    message: "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.",
    reason: "rateLimitExceeded",
    domain: "usageLimits",
    status: "RESOURCE_EXHAUSTED",
    info: "RATE_LIMIT_EXCEEDED",
  },
};

function failed({ code, message, reason, domain = "global", status, info }: GoogleError): Response {
  const details = info === undefined ? undefined : [errorInfo(info)];
  const error = { code, message, errors: [{ message, domain, reason }], status, details };
  return Response.json({ error }, { status: code });
}

function errorInfo(reason: string) {
  return {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    reason,
    domain: "googleapis.com",
    metadata: { service: "youtube.googleapis.com" },
  };
}
