import { answeredFor } from "./faults.ts";
import type { Person } from "./people.ts";
import { fullnameOf, permalink, thing } from "./reddit-posts.ts";
import { listOf, takeCall, type Vendor, type VendorRequest, type World } from "./vendor.ts";

const MAX_THINGS = 100;
const WINDOW_MS = 10 * 60_000;
const TOKEN_LIFETIME_MS = 86_400_000;
const POST = /^t3_([0-9a-z]{1,13})$/;
/** `<platform>:<app id>:<version> (by /u/<user>)`; agents of any other form are turned away. */
const AGENT = /^[\w.-]+:[^\s:]+:\S+ \(by \/u\/[\w-]+\)$/;

/**
 * The Reddit Data API with a token of the app. Bodies and headers as recorded by its clients from 2016 to
 * 2026; what no recording shows (profiles, deleted posts) as they describe it.
 */
export const redditVendor: Vendor = {
  platform: "reddit",
  callsPerWindow: 1_000,
  namings: [],
  operations: [
    {
      name: "access_token",
      method: "POST",
      path: "/api/v1/access_token",
      ids: () => [],
      answer: grantToken,
      about: "access",
    },
    {
      name: "info",
      path: "/api/info",
      ids: ({ query }) => postsOf(listOf(query, "id")),
      answer: limited((world, { query, now }) => listThings(world, listOf(query, "id"), now)),
    },
    {
      name: "by_id",
      path: "/by_id/:names",
      ids: ({ params }) => postsOf((params.names ?? "").split(",")),
      answer: limited((world, { params, now }) => listThings(world, (params.names ?? "").split(","), now)),
    },
    {
      name: "comments",
      path: "/comments/:id",
      ids: ({ params }) => [params.id ?? ""],
      answer: limited(showPost),
    },
    {
      name: "user_about",
      path: "/user/:name/about",
      ids: () => [],
      answer: limited(showUser),
    },
  ],
  fail: failed,
  publishedAtOf: () => null,
  demoPost: (n) => {
    const externalId = `d${n.toString(36).padStart(5, "0")}`;
    return { externalId, url: `https://www.reddit.com${permalink(externalId)}` };
  },
};

/** The window is told with every answer of the API, and with none about tokens. */
function limited(answer: (world: World, request: VendorRequest) => Response) {
  return (world: World, request: VendorRequest): Response => {
    if (!AGENT.test(request.headers.get("user-agent") ?? "")) return failed(429);
    if (!isAllowed(world, request)) return failed(401);
    const start = Math.floor(request.now / WINDOW_MS) * WINDOW_MS;
    const granted = takeCall(world, String(start));
    const given = granted ? answer(world, request) : failed(429);
    const { calls, used } = world.quota;
    given.headers.set("x-ratelimit-used", String(used));
    given.headers.set("x-ratelimit-remaining", `${calls - used}.0`);
    given.headers.set("x-ratelimit-reset", String(Math.ceil((start + WINDOW_MS - request.now) / 1000)));
    return given;
  };
}

function isAllowed(world: World, { headers, now }: VendorRequest): boolean {
  const token = /^bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const state = world.authority.read(token, now);
  return state.kind === "valid" && state.use === "access";
}

function grantToken(world: World, { headers, body, now }: VendorRequest): Response {
  if (!AGENT.test(headers.get("user-agent") ?? "")) return failed(429);
  const clientId = clientOf(headers.get("authorization") ?? "");
  if (clientId === null) {
    return failed(401, { "www-authenticate": 'Basic realm="reddit"' });
  }
  // Grant errors come with a success.
  const form = new URLSearchParams(body);
  if (form.get("grant_type") !== "client_credentials")
    return Response.json({ error: "unsupported_grant_type" });
  const lifetimeMs = world.authority.lifetimeMs ?? TOKEN_LIFETIME_MS;
  return Response.json({
    access_token: world.authority.issue({ use: "access", accountId: clientId, lifetimeMs }, now),
    token_type: "bearer",
    expires_in: Math.floor(lifetimeMs / 1000),
    scope: form.get("scope") ?? "*",
  });
}

/** The client of an `Authorization: Basic` header, null unless both its parts will do. */
function clientOf(authorization: string): string | null {
  const encoded = /^Basic ([0-9A-Za-z+/]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return null;
  const [id = "", secret = ""] = atob(encoded).split(":");
  const fits = (part: string) => part !== "" && !part.startsWith("invalid");
  return fits(id) && fits(secret) ? id : null;
}

function postsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => POST.exec(name)?.[1] ?? []);
}

/** The things of these names; those Reddit does not know are left out. */
function listThings(world: World, names: readonly string[], now: number): Response {
  if (names.length > MAX_THINGS) {
    const explanation = `you can only request ${MAX_THINGS} things at once`;
    const body = { fields: ["id"], explanation, message: "Bad Request", reason: "TOO_MANY_THING_IDS" };
    return Response.json(body, { status: 400 });
  }
  const posts = [...new Set(postsOf(names))].map((id) => world.posts.see(id, now));
  return Response.json(listing(answeredFor(world.faults, posts).map(thing)));
}

/** The post, and below it no comments. */
function showPost(world: World, { params, now }: VendorRequest): Response {
  const [id] = postsOf([`t3_${params.id}`]);
  if (id === undefined) return failed(404);
  const post = world.posts.see(id, now);
  if (post.state === "private") {
    return Response.json({ reason: "private", message: "Forbidden", error: 403 }, { status: 403 });
  }
  return Response.json([
    listing([thing(post)]),
    { ...listing([]), data: { ...listing([]).data, dist: null } },
  ]);
}

function listing(children: readonly object[]) {
  const { length: dist } = children;
  return {
    kind: "Listing",
    data: { after: null, dist, modhash: null, geo_filter: "", children, before: null },
  };
}

function showUser(world: World, { params }: VendorRequest): Response {
  const person = world.people.byHandle(params.name ?? "");
  return person === null ? failed(404) : Response.json({ kind: "t2", data: account(person) });
}

function account({ id, handle, name, about, createdAt }: Person) {
  const created = Math.floor(createdAt / 1000);
  return {
    id: fullnameOf(id).slice("t2_".length),
    name: handle,
    created,
    created_utc: created,
    link_karma: 1,
    comment_karma: 0,
    total_karma: 1,
    has_verified_email: true,
    verified: true,
    is_employee: false,
    is_friend: false,
    is_gold: false,
    is_mod: false,
    subreddit: {
      display_name: `u_${handle}`,
      display_name_prefixed: `u/${handle}`,
      name: "t5_c1a1n",
      title: name,
      public_description: about,
      subreddit_type: "user",
      url: `/user/${handle}/`,
      over_18: false,
      subscribers: 0,
    },
  };
}

const MESSAGES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const BAD_TOKEN = { "www-authenticate": 'Bearer realm="reddit", error="invalid_token"' };

function failed(status: number, headers: HeadersInit = status === 401 ? BAD_TOKEN : {}): Response {
  const body = { message: MESSAGES[status] ?? "Error", error: status };
  return Response.json(body, { status, headers });
}
