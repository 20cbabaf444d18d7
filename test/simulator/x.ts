import { answeredFor } from "./faults.ts";
import type { Post } from "./posts.ts";
import { listOf, takeCall, type Vendor, type VendorRequest, type World } from "./vendor.ts";

const MAX_IDS = 100;
const WINDOW_MS = 15 * 60_000;
const POST_ID = /^[0-9]{1,19}$/;
/**
 * The largest id: they are signed integers of 64 bits. What the vendor does with a larger one that fits its pattern is not
 * documented; refusing the whole request is the worst a client may meet.
 */
const MAX_ID = 2n ** 63n - 1n;
const USERNAME = /^[A-Za-z0-9_]{1,15}$/;
/** From when snowflakes count, ms UTC. */
const EPOCH = 1_288_834_974_657;
const IMPRESSIONS_SINCE = Date.UTC(2022, 11, 1);

/** The two spellings the vendor's specification has had: 2.166 ("legacy") and 2.167 ("2026"). */
const NAMINGS = {
  legacy: {
    host: "api.twitter.com",
    reposts: "retweet_count",
    edits: "edit_history_tweet_ids",
    noun: "tweet",
  },
  "2026": { host: "api.x.com", reposts: "repost_count", edits: "edit_history_post_ids", noun: "post" },
} as const;
type Naming = (typeof NAMINGS)[keyof typeof NAMINGS];

/**
 * The X API v2 with an app's bearer token. Bodies: OpenAPI 2.166 and 2.167, errors as its official emulator
 * has them.
 */
export const xVendor: Vendor = {
  platform: "x",
  callsPerWindow: 3_500,
  namings: ["legacy", "2026"],
  operations: [
    {
      name: "getPostsByIds",
      path: "/2/tweets",
      ids: ({ query }) => listOf(query, "ids"),
      answer: limited(getPostsByIds),
    },
    {
      name: "getUsersByUsername",
      path: "/2/users/by/username/:username",
      ids: () => [],
      answer: limited(getUserByUsername),
    },
  ],
  fail: (status) => titled(status, TITLES[status] ?? "Service Unavailable"),
  publishedAtOf: snowflakeTime,
  demoPost: (n, publishedAt) => {
    const externalId = String((BigInt(publishedAt - EPOCH) << 22n) + BigInt(n));
    return { externalId, url: `https://x.com/i/status/${externalId}` };
  },
};

/** Every answer tells the window, a refused one too. */
function limited(answer: (world: World, request: VendorRequest) => Response) {
  return (world: World, request: VendorRequest): Response => {
    const start = Math.floor(request.now / WINDOW_MS) * WINDOW_MS;
    const granted = takeCall(world, String(start));
    const given = granted
      ? withToken(request, () => answer(world, request))
      : titled(429, "Too Many Requests");
    given.headers.set("x-rate-limit-limit", String(world.quota.calls));
    given.headers.set("x-rate-limit-remaining", String(world.quota.calls - world.quota.used));
    given.headers.set("x-rate-limit-reset", String((start + WINDOW_MS) / 1000));
    return given;
  };
}

function withToken({ headers }: VendorRequest, answer: () => Response): Response {
  const bearer = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
  return bearer === undefined || bearer.startsWith("invalid") ? titled(401, "Unauthorized") : answer();
}

function namingOf(world: World): Naming {
  return world.naming === "2026" ? NAMINGS["2026"] : NAMINGS.legacy;
}

function getPostsByIds(world: World, { query, now }: VendorRequest): Response {
  const naming = namingOf(world);
  const ids = listOf(query, "ids");
  const problem = invalid(ids);
  if (problem !== null) return badRequest(naming, { ids }, problem);

  // The vendor's servers take the older parameter whichever names they answer with.
  const fields = [...listOf(query, "tweet.fields"), ...listOf(query, "post.fields")];
  const posts = answeredFor(world.faults, [...new Set(ids)]).map((id) => world.posts.see(id, now));
  const data = posts.filter((post) => post.state === "live").map((post) => item(post, naming, fields));
  const errors = posts.filter((post) => post.state !== "live").map((post) => unavailable(post, naming));
  return Response.json({
    ...(data.length > 0 && { data }),
    ...(errors.length > 0 && { errors }),
  });
}

function invalid(ids: readonly string[]): string | null {
  if (ids.length === 0) return "The `ids` query parameter can not be empty";
  if (ids.length > MAX_IDS)
    return `The \`ids\` query parameter size [${ids.length}] is not between 1 and ${MAX_IDS}`;
  const odd = ids.find((id) => !POST_ID.test(id) || BigInt(id) > MAX_ID);
  return odd === undefined ? null : `The \`ids\` query parameter value [${odd}] is not valid`;
}

function item({ id, counts, author, publishedAt }: Post, naming: Naming, fields: readonly string[]) {
  const optional: Record<string, unknown> = {
    created_at: new Date(publishedAt).toISOString(),
    author_id: author.id,
    public_metrics: publicMetrics(counts, publishedAt, naming),
  };
  const asked = Object.entries(optional).filter(([field]) => fields.includes(field));
  return { id, text: `Post ${id}`, [naming.edits]: [id], ...Object.fromEntries(asked) };
}

/**
 * A count told to be hidden is left out, though X is not known to hide any. Older posts have no impressions.
 */
function publicMetrics(counts: Post["counts"], publishedAt: number, naming: Naming) {
  const shown = (count: number | null) => count ?? undefined;
  // About one in five who pass a post on add words of their own.
  const quotes = counts.shares === null ? null : Math.floor(counts.shares / 5);
  return {
    [naming.reposts]: quotes === null || counts.shares === null ? undefined : counts.shares - quotes,
    reply_count: shown(counts.comments),
    like_count: shown(counts.likes),
    quote_count: shown(quotes),
    bookmark_count: 0,
    impression_count: publishedAt < IMPRESSIONS_SINCE ? 0 : shown(counts.views),
  };
}

function unavailable({ id, state }: Post, naming: Naming) {
  const about = { value: id, resource_id: id, resource_type: naming.noun, parameter: "ids" };
  if (state === "private") {
    return {
      ...about,
      section: "data",
      title: "Authorization Error",
      detail: `Sorry, you are not authorized to see the Tweet with ids: [${id}].`,
      type: `https://${naming.host}/2/problems/not-authorized-for-resource`,
    };
  }
  return {
    ...about,
    title: "Not Found Error",
    detail: `Could not find ${naming.noun} with ids: [${id}].`,
    type: `https://${naming.host}/2/problems/resource-not-found`,
  };
}

function badRequest(
  naming: Naming,
  parameters: Record<string, readonly string[]>,
  message: string,
): Response {
  const body = {
    errors: [{ parameters, message }],
    title: "Invalid Request",
    detail: "One or more parameters to your request was invalid.",
    type: `https://${naming.host}/2/problems/invalid-request`,
  };
  return Response.json(body, { status: 400, headers: { "content-type": "application/problem+json" } });
}

/** A user with the fields asked for, or a problem of the same kind as that of a post. */
function getUserByUsername(world: World, { params, query }: VendorRequest): Response {
  const naming = namingOf(world);
  const { username = "" } = params;
  if (!USERNAME.test(username)) {
    const message = `The \`username\` query parameter value [${username}] does not match ${USERNAME}`;
    return badRequest(naming, { username: [username] }, message);
  }
  const person = world.people.byHandle(username);
  if (person === null) return Response.json({ errors: [noUser(username, naming)] });
  const { id, name, handle, about, createdAt } = person;
  const optional: Record<string, unknown> = {
    // Left out where its owner wrote none.
    description: about === "" ? undefined : about,
    created_at: new Date(createdAt).toISOString(),
  };
  const asked = Object.entries(optional).filter(([field]) => listOf(query, "user.fields").includes(field));
  return Response.json({ data: { id, name, username: handle, ...Object.fromEntries(asked) } });
}

function noUser(username: string, naming: Naming) {
  return {
    value: username,
    resource_id: username,
    resource_type: "user",
    parameter: "username",
    title: "Not Found Error",
    detail: `Could not find user with username: [${username}].`,
    type: `https://${naming.host}/2/problems/resource-not-found`,
  };
}

const TITLES: Record<number, string> = {
  400: "Invalid Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  429: "Too Many Requests",
  500: "Internal Server Error",
};

function titled(status: number, title: string): Response {
  const body = { title, detail: title, type: "about:blank", status };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}

/**
 * An id is a snowflake: its upper bits are the milliseconds since November 2010. Null for ids before those.
 */
function snowflakeTime(id: string): number | null {
  if (!POST_ID.test(id)) return null;
  const at = Number(BigInt(id) >> 22n) + EPOCH;
  return at > Date.UTC(2011, 0, 1) ? at : null;
}
