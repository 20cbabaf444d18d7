import { answeredFor } from "./faults.ts";
import type { Post } from "./posts.ts";
import { accountOf, TIKTOK_ACCESS } from "./tiktok-access.ts";
import { listOf, type Operation, type Vendor, type VendorRequest, type World } from "./vendor.ts";

const MAX_IDS = 20;
const MINUTE_MS = 60_000;
const VIDEO_ID = /^[0-9]{1,19}$/;
/** The largest id: they are signed integers of 64 bits. */
const MAX_ID = 2n ** 63n - 1n;
/** TikTok's first videos, epoch seconds. */
const FIRST_VIDEO = Date.UTC(2014, 0, 1) / 1_000;

/**
 * The TikTok Display API v2 and Login Kit. Bodies as in developers.tiktok.com/doc/tiktok-api-v2-video-query,
 * -video-list, -get-user-info and -error-handling.
 */
export const tiktokVendor: Vendor = {
  platform: "tiktok",
  rotation: "strict",
  // Of each endpoint.
  callsPerWindow: 600,
  namings: [],
  operations: [
    ...TIKTOK_ACCESS,
    endpoint({ name: "user.info", path: "/v2/user/info/", answer: userInfo }),
    endpoint({
      name: "video.query",
      method: "POST",
      path: "/v2/video/query/",
      ids: idsOf,
      answer: queryVideos,
    }),
    endpoint({ name: "video.list", method: "POST", path: "/v2/video/list/", answer: listVideos }),
  ],
  fail: (status) => refused(CODES[status] ?? (status < 500 ? "invalid_params" : "internal_error"), status),
  publishedAtOf,
  demoPost: (n, publishedAt) => {
    const externalId = String((BigInt(Math.floor(publishedAt / 1_000)) << 32n) + BigInt(n));
    return { externalId, url: `https://www.tiktok.com/@tiktokcreator/video/${externalId}` };
  },
};

/** What an endpoint answers to an account that may call it. */
type Answer = (world: World, request: VendorRequest, accountId: string) => Response;

function endpoint({
  answer,
  ids = () => [],
  ...route
}: Pick<Operation, "name" | "path" | "method"> &
  Partial<Pick<Operation, "ids">> & { answer: Answer }): Operation {
  return {
    ...route,
    ids,
    answer: (world, request) => {
      const accountId = accountOf(world, request);
      if (accountId === null) return refused("access_token_invalid", 401);
      if (!isGranted(world, route.name, request.now)) return refused("rate_limit_exceeded", 429);
      return answer(world, request, accountId);
    },
  };
}

/**
 * When each endpoint granted its last calls, ms UTC: a sliding minute is no window that {@link World} could
 * count in.
 */
const GRANTED = new WeakMap<World, Map<string, number[]>>();

function isGranted(world: World, name: string, now: number): boolean {
  const { quota } = world;
  // Nothing used: a new limit was set, which counts anew.
  const granted = (quota.used > 0 && GRANTED.get(world)) || new Map<string, number[]>();
  GRANTED.set(world, granted);
  const recent = (granted.get(name) ?? []).filter((at) => at > now - MINUTE_MS);
  if (recent.length >= quota.calls) return false;
  granted.set(name, [...recent, now]);
  quota.used += 1;
  return true;
}

const USER_FIELDS = ["open_id", "union_id", "avatar_url", "display_name"];

function userInfo({ people }: World, { query }: VendorRequest, accountId: string): Response {
  const fields = listOf(query, "fields");
  if (!areAmong(fields, USER_FIELDS)) return refused("invalid_params", 400);
  const user: Record<string, unknown> = {
    open_id: accountId,
    union_id: `union${accountId}`,
    avatar_url: "https://tiktok.test/avatar.jpeg",
    display_name: people.byId(accountId)?.name ?? "TikTok Creator",
  };
  return succeeded({ user: Object.fromEntries(fields.map((field) => [field, user[field]])) });
}

/**
 * The account's own public videos among the ids; the others are left out, and so are those that are not
 * there.
 */
function queryVideos(world: World, request: VendorRequest, accountId: string): Response {
  const fields = listOf(request.query, "fields");
  const ids = idsOf(request);
  const isFit = ids.length > 0 && ids.length <= MAX_IDS && ids.every(isVideoId);
  if (!isFit || !isJson(request) || !areAmong(fields, VIDEO_FIELDS)) return refused("invalid_params", 400);
  const posts = [...new Set(ids)]
    .map((id) => world.posts.see(id, request.now))
    .filter((post) => isShownTo(post, accountId));
  return succeeded({ videos: answeredFor(world.faults, posts).map((post) => video(post, fields)) });
}

/** A page of the account's public videos that were told of, newest first. */
function listVideos(world: World, request: VendorRequest, accountId: string): Response {
  const fields = listOf(request.query, "fields");
  const { cursor = 0, max_count = 10 } = bodyOf(request);
  const isFit = Number.isSafeInteger(cursor) && Number.isSafeInteger(max_count);
  const count = Number(max_count);
  if (!isFit || count < 1 || count > MAX_IDS || !isJson(request) || !areAmong(fields, VIDEO_FIELDS)) {
    return refused("invalid_params", 400);
  }
  const until = Number(cursor) || request.now;
  const before = world.posts
    .told()
    .map((id) => world.posts.see(id, request.now))
    .filter((post) => isShownTo(post, accountId) && post.publishedAt < until)
    .toSorted((a, b) => b.publishedAt - a.publishedAt);
  const page = before.slice(0, count);
  return succeeded({
    videos: page.map((post) => video(post, fields)),
    cursor: page.at(-1)?.publishedAt ?? until,
    has_more: before.length > count,
  });
}

function isShownTo({ state, authored, author }: Post, accountId: string): boolean {
  return state === "live" && (!authored || author.id === accountId);
}

const VIDEO_FIELDS = [
  ...[
    "id",
    "create_time",
    "cover_image_url",
    "share_url",
    "video_description",
    "duration",
    "height",
    "width",
  ],
  ...["title", "embed_html", "embed_link", "like_count", "comment_count", "share_count", "view_count"],
];

/** A count told to be hidden is left out, though TikTok is not known to hide any from the owner. */
function video({ id, counts, publishedAt }: Post, fields: readonly string[]): Record<string, unknown> {
  const shown = (count: number | null) => count ?? undefined;
  const address = `https://www.tiktok.com/@tiktokcreator/video/${id}`;
  const all: Record<string, unknown> = {
    id,
    create_time: Math.floor(publishedAt / 1_000),
    cover_image_url: "https://tiktok.test/cover.jpeg",
    share_url: `${address}?utm_campaign=tt4d_open_api&utm_source=simulated`,
    video_description: "A simulated video.",
    duration: 15,
    height: 1024,
    width: 576,
    title: `Video ${id}`,
    embed_html: `<blockquote class="tiktok-embed" cite="${address}" data-video-id="${id}"></blockquote>`,
    embed_link: `https://www.tiktok.com/embed/v2/${id}`,
    like_count: shown(counts.likes),
    comment_count: shown(counts.comments),
    share_count: shown(counts.shares),
    view_count: shown(counts.views),
  };
  return Object.fromEntries(fields.map((field) => [field, all[field]]));
}

/** The ids of a query, as far as its body has any. */
function idsOf(request: VendorRequest): string[] {
  const { filters } = bodyOf(request);
  const ids =
    typeof filters === "object" && filters !== null && "video_ids" in filters ? filters.video_ids : [];
  return Array.isArray(ids) ? ids.map(String) : [];
}

function bodyOf({ body }: VendorRequest): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null ? { ...json } : {};
  } catch {
    return {};
  }
}

function isJson({ headers }: VendorRequest): boolean {
  return headers.get("content-type")?.startsWith("application/json") === true;
}

/**
 * What the vendor does with an id that cannot be one is not documented. Refusing the whole request is the
 * worst a client may meet.
 */
function isVideoId(id: string): boolean {
  return VIDEO_ID.test(id) && BigInt(id) <= MAX_ID;
}

function areAmong(fields: readonly string[], known: readonly string[]): boolean {
  return fields.length > 0 && fields.every((field) => known.includes(field));
}

const MESSAGES: Record<string, string> = {
  access_token_invalid: "The access token is invalid or not found in the request.",
  invalid_params: "One or more fields in request is invalid.",
  rate_limit_exceeded: "The API rate limit was exceeded. Please try again later.",
  scope_not_authorized: "The user did not authorize the scope required for completing this request.",
};

const CODES: Record<number, string> = {
  401: "access_token_invalid",
  403: "scope_not_authorized",
  429: "rate_limit_exceeded",
};

const LOG_ID = "20261121120000A1B2C3D4E5F60718293A";

function succeeded(data: Record<string, unknown>): Response {
  return Response.json({ data, error: { code: "ok", message: "", log_id: LOG_ID } });
}

function refused(code: string, status: number): Response {
  const message = MESSAGES[code] ?? "Something is wrong. Please try again later.";
  return Response.json({ data: {}, error: { code, message, log_id: LOG_ID } }, { status });
}

/**
 * The high 32 bits of an id are the second it was made in. Null where they name no time TikTok existed at.
 */
function publishedAtOf(id: string): number | null {
  if (!isVideoId(id)) return null;
  const seconds = Number(BigInt(id) >> 32n);
  return seconds >= FIRST_VIDEO ? seconds * 1_000 : null;
}
