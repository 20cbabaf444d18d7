import { beforeAll, describe, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { AdapterDeps, Fetch } from "../../src/platforms/adapter.ts";
import { reddit } from "../../src/platforms/reddit.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

/** What a client of Reddit recorded: one request and its answer. Headers have lists of values. */
interface Interaction {
  request: { method: string; uri: string; body: string | null; headers: Record<string, string[]> };
  response: { status: { code: number }; headers: Record<string, string[]>; body: string };
}

interface Listing {
  kind: string;
  data: Json & { children: { kind: string; data: Json & { id: string } }[] };
}

const NOW = Date.UTC(2026, 10, 21, 12);
const SECRETS = { REDDIT_CLIENT_ID: "client", REDDIT_CLIENT_SECRET: "secret", REDDIT_USERNAME: "claimcheck" };

/** What the adapter reads of a post, and the types it reads it as. */
const READ = {
  id: ["string"],
  author: ["string"],
  author_fullname: ["string"],
  subreddit_type: ["string"],
  score: ["count"],
  hide_score: ["boolean"],
  num_comments: ["count"],
  created_utc: ["count"],
  removed_by_category: ["null", "string"],
};

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isSafeInteger(value) ? "count" : typeof value;
}

/** The answer that was recorded, as the network would give it. */
function replayed({ response }: Interaction): Fetch {
  const headers = Object.entries(response.headers).map(([name, [value = ""]]) => [name, value] as const);
  return async () =>
    new Response(response.body, { status: response.status.code, headers: Object.fromEntries(headers) });
}

function depsOf(fetch: Fetch): AdapterDeps {
  return {
    fetch,
    baseUrl: "https://oauth.reddit.com",
    credential: "token",
    timeoutMs: 8_000,
    now: () => NOW,
    accountId: null,
    nativeIds: new Map(),
    secrets: SECRETS,
  };
}

function tokenDepsOf(fetch: Fetch): TokenDeps {
  const urls = { api: "https://oauth.reddit.com", authorize: "", token: "https://www.reddit.com" };
  return { fetch, urls, secrets: SECRETS, timeoutMs: 8_000, now: () => NOW };
}

function grant(fetch: Fetch) {
  if (reddit.access.kind !== "token") throw new Error("Reddit is not read with granted tokens");
  return reddit.access.grant(tokenDepsOf(fetch));
}

function bodyOf<T>({ response }: Interaction): T {
  // safe: each caller names what the recording holds, and its tests fail if it does not.
  return JSON.parse(response.body) as T;
}

/** The posts of an answer: of a listing, or of the first of two. */
function postsOf(answer: Listing | [Listing, Listing]) {
  const listing = Array.isArray(answer) ? answer[0] : answer;
  return listing.data.children.filter(({ kind }) => kind === "t3").map(({ data }) => data);
}

/** The types each field was seen with, and whether every object has it. */
type Shape = Map<string, { types: Set<string>; always: boolean }>;

function shapeOf(objects: readonly Json[]): Shape {
  const shape: Shape = new Map();
  for (const name of new Set(objects.flatMap((object) => Object.keys(object)))) {
    const types = objects.filter((object) => name in object).map((object) => typeOf(object[name]));
    shape.set(name, { types: new Set(types), always: types.length === objects.length });
  }
  return shape;
}

/** What an object has that the recorded ones have not, or lacks that all of them have. */
function differences(shape: Shape, object: Json): string[] {
  const missing = [...shape]
    .filter(([name, { always }]) => always && !(name in object))
    .map(([name]) => name);
  const other = Object.entries(object).flatMap(([name, value]) => {
    const known = shape.get(name)?.types;
    if (known === undefined) return [`${name} is not recorded`];
    return known.has(typeOf(value)) ? [] : [`${name} is ${typeOf(value)}, not ${[...known].join(" or ")}`];
  });
  return [...missing.map((name) => `${name} is missing`), ...other];
}

/** A client of the simulator that has its token. */
async function simulated() {
  const { app, fetch } = createSimulator({ seed: "contract", now: () => NOW });
  const put = (path: string, body: unknown) =>
    app.request(`/_control/reddit/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const here: Fetch = (url, init) => fetch(`http://simulator.test${new URL(url).pathname}`, init);
  const outcome = await grant(here);
  const token = outcome.kind === "granted" ? outcome.tokens.accessToken : "none";
  const agent = "web:client:v1.0 (by /u/claimcheck)";
  const get = (path: string, bearer = token) =>
    app.request(path, { headers: { "user-agent": agent, authorization: `bearer ${bearer}` } });
  return { put, get, app };
}

describeContract("the recorded traffic of Reddit", () => {
  let interactions: Interaction[];
  const recorded = (part: string): Interaction => {
    const found = interactions.find(({ request }) => request.uri.includes(part));
    if (found === undefined) throw new Error(`nothing was recorded of ${part}`);
    return found;
  };
  /** Every post in it, whatever the call. */
  const recordedPosts = () =>
    ["/hot", "/api/info/?id", "/api/info/?url", "/comments/"].flatMap((part) =>
      postsOf(bodyOf<Listing | [Listing, Listing]>(recorded(part))),
    );

  beforeAll(() => {
    ({ interactions } = readSpec<{ interactions: Interaction[] }>("reddit-wire-captures.json"));
  });

  describe("and the adapter", () => {
    it("has its requests: the path, the parameters, who asks and the token", async () => {
      const seen: Request[] = [];
      const fetch: Fetch = async (url, init) => {
        seen.push(new Request(url, init));
        return Response.json({ access_token: "token", token_type: "bearer", expires_in: 86_400 });
      };
      await grant(fetch);
      await reddit.observe(depsOf(fetch), ["uflrmv"]);
      const [granted, observed] = seen;
      const of = ({ request: { method, uri, headers } }: Interaction) => {
        const url = new URL(uri);
        const scheme = headers.Authorization?.[0]?.split(" ")[0]?.toLowerCase();
        const parameters = Object.fromEntries(url.searchParams);
        return [method, url.origin + url.pathname.replace(/\/$/, ""), parameters, scheme];
      };
      const ours = (request: Request | undefined) => {
        const url = new URL(request?.url ?? "");
        const scheme = request?.headers.get("authorization")?.split(" ")[0]?.toLowerCase();
        return [request?.method, url.origin + url.pathname, Object.fromEntries(url.searchParams), scheme];
      };
      expect(ours(granted)).toEqual(of(recorded("/access_token")));
      expect(ours(observed)).toEqual(of(recorded("/api/info/?id")));
      expect(granted?.headers.get("content-type")?.split(";")[0]).toBe(
        recorded("/access_token").request.headers["Content-Type"]?.[0],
      );
    });

    it("is granted the token", async () => {
      const interaction = recorded("/access_token");
      // The recorder wrote <ACCESS_TOKEN> for the token, which is visible text like any.
      expect(await grant(replayed(interaction))).toEqual({
        kind: "granted",
        tokens: {
          accessToken: bodyOf<Json>(interaction).access_token,
          accessExpiresAt: NOW + 86_400_000,
          refreshToken: null,
          refreshExpiresAt: null,
        },
      });
    });

    it("has every field that is read, with the type it is read as", () => {
      const recent = recordedPosts().filter(({ created_utc }) => Number(created_utc) > 1_600_000_000);
      expect(recent.length).toBeGreaterThanOrEqual(5);
      const wrong = recent.flatMap((post) =>
        Object.entries(READ)
          .filter(([name, types]) => !types.includes(typeOf(post[name])))
          .map(([name]) => `${name} of ${post.id}`),
      );
      expect(wrong).toEqual([]);
    });

    it("reads the post that was asked for by id", async () => {
      const outcome = await reddit.observe(depsOf(replayed(recorded("/api/info/?id"))), ["uflrmv"]);
      expect(outcome).toEqual({
        kind: "answered",
        posts: new Map([
          [
            "uflrmv",
            {
              kind: "numbers",
              metrics: { views: null, clicks: null, conversions: null, likes: 1, comments: 1, shares: null },
              authorId: "t2_75u2lqkb",
              authorName: "Lil_SpazTest",
              publishedAt: 1_651_358_011_000,
              raw: expect.stringContaining('"score":1,"hide_score":false'),
            },
          ],
        ]),
        limits: { limit: 600, remaining: 597, resetAt: NOW + 34_000 },
      });
    });

    it.each(["/hot", "/api/info/?url"])("reads every post of %s as it was recorded", async (part) => {
      const posts = postsOf(bodyOf<Listing>(recorded(part)));
      const ids = posts.map(({ id }) => id);
      const outcome = await reddit.observe(depsOf(replayed(recorded(part))), ids);
      if (outcome.kind !== "answered") throw new Error(outcome.detail);
      expect(posts.length).toBeGreaterThanOrEqual(2);
      for (const { id, hide_score, score, num_comments, author_fullname = null } of posts) {
        const likes = hide_score === true ? null : score;
        expect(outcome.posts.get(id)).toMatchObject({
          kind: "numbers",
          metrics: { likes, comments: num_comments },
          authorId: author_fullname,
        });
      }
    });

    it("meets a hidden score among them, and finds it unknown", async () => {
      const hidden = recordedPosts().find(({ hide_score }) => hide_score === true);
      const id = hidden?.id ?? "";
      expect(hidden?.score).toEqual(expect.any(Number));
      const outcome = await reddit.observe(depsOf(replayed(recorded("/hot"))), [id]);
      expect(outcome.kind === "answered" && outcome.posts.get(id)).toMatchObject({
        metrics: { likes: null },
      });
    });

    it("finds the removed post gone", async () => {
      const [listing] = bodyOf<[Listing, Listing]>(recorded("/comments/"));
      const [post] = postsOf(listing);
      expect(post?.removed_by_category).toBe("reddit");
      const id = post?.id ?? "";
      const outcome = await reddit.observe(
        depsOf(async () => Response.json(listing)),
        [id],
      );
      expect(outcome.kind === "answered" && outcome.posts.get(id)).toEqual({ kind: "gone" });
    });

    it.each([
      ["/api/v1/me", "unauthorised", "HTTP 401", null],
      ["/message/messages/", "unauthorised", "HTTP 403", { limit: 10_000, remaining: 9_322 }],
      ["/user_data_by_account_ids", "unreadable", "HTTP 404", null],
      ["note_id=", "outage", "HTTP 500", { limit: 600, remaining: 588 }],
      ["user=pyapitestuser3", "unreadable", "HTTP 400: PARAMETER_REQUIRED", { limit: 600, remaining: 584 }],
      ["children=<COMMENT_IDS>", "unreadable", "HTTP 400", null],
      ["children=<CONTENT>", "unreadable", "HTTP 400", null],
      ["thisusershouldnotexist", "unreadable", "HTTP 400: USER_DOESNT_EXIST", null],
      ["/s/WNauetbiNG", "unreadable", "HTTP 301: a redirect where an answer was due", null],
    ])("takes the error recorded of %s for %s", async (part, kind, detail, limits) => {
      const outcome = await reddit.observe(depsOf(replayed(recorded(part))), ["a"]);
      expect(outcome).toMatchObject({ kind, detail, limits });
    });

    it("knows the links it recorded to share a post, and the post they lead to", () => {
      const shared = interactions.filter(({ response }) => response.status.code === 301);
      const [post, comment] = shared;
      for (const link of [post, comment]) {
        expect(reddit.isShareLink?.(new URL(link?.request.uri ?? ""))).toBe(true);
        const target = new URL(link?.response.headers.location?.[0] ?? "");
        expect(reddit.identify(target)?.externalId).toBe("2gmzqe");
      }
    });
  });

  describe("and the simulator", () => {
    /** The posts as Reddit sends them today to one who moderates nothing, a replaced word put back. */
    const today = () =>
      [
        ...postsOf(bodyOf<Listing>(recorded("/hot"))),
        ...postsOf(bodyOf<[Listing, Listing]>(recorded("/comments/"))),
      ].map((post) =>
        Object.fromEntries(
          Object.entries(post).map(([name, value]) => [name.replace("<TEST_SUBREDDIT>", "test"), value]),
        ),
      );

    it.each(["/api/info?id=t3_a,t3_b&raw_json=1", "/by_id/t3_a,t3_b", "/comments/a"])(
      "have posts of one shape: %s",
      async (path) => {
        const { put, get } = await simulated();
        await put("posts/b", { state: "private", metrics: { likes: null } });
        const posts = postsOf(await (await get(path)).json<Listing>());
        const shape = shapeOf(today());
        expect(shape.size).toBeGreaterThan(100);
        expect(posts.length).toBeGreaterThan(0);
        expect(posts.flatMap((post) => differences(shape, post))).toEqual([]);
      },
    );

    it("have listings of one shape, alone and in pairs", async () => {
      const { get } = await simulated();
      const pair = bodyOf<[Listing, Listing]>(recorded("/comments/"));
      const alone = [bodyOf<Listing>(recorded("/hot")), bodyOf<Listing>(recorded("/api/info/?id")), ...pair];
      const shape = shapeOf(alone.map(({ data }) => data));
      const info = await (await get("/api/info?id=t3_a")).json<Listing>();
      const comments = await (await get("/comments/a")).json<Listing[]>();
      expect(comments).toHaveLength(pair.length);
      for (const { kind, data, ...rest } of [info, ...comments]) {
        expect([kind, rest]).toEqual(["Listing", {}]);
        expect(differences(shape, data)).toEqual([]);
      }
    });

    it("give a token of one shape", async () => {
      const { app } = await simulated();
      const answer = await app.request("/api/v1/access_token", {
        method: "POST",
        headers: {
          "user-agent": "web:client:v1.0 (by /u/claimcheck)",
          authorization: `Basic ${btoa("client:secret")}`,
        },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      const recordedToken = bodyOf<Json>(recorded("/access_token"));
      const token = await answer.json<Json>();
      expect(differences(shapeOf([recordedToken]), token)).toEqual([]);
      expect({ ...token, access_token: "" }).toEqual({ ...recordedToken, access_token: "" });
    });

    it("tell the window in the same headers, spelt the same way", async () => {
      const { get } = await simulated();
      const { headers } = await get("/api/info?id=t3_a");
      for (const [name, [value = ""]] of Object.entries(recorded("/hot").response.headers)) {
        if (!name.startsWith("x-ratelimit")) continue;
        const spelling = new RegExp(`^${value.replaceAll(/\d+/g, "\\d+").replace(".", "\\.")}$`);
        expect(headers.get(name)).toMatch(spelling);
      }
      expect(headers.has("x-ratelimit-reset")).toBe(true);
    });

    it.each([
      ["/api/v1/me", "/api/info?id=t3_a", "invalid_token"],
      ["/user_data_by_account_ids", "/user/nobody/about", undefined],
    ])("refuse like %s: status, body and challenge", async (part, path, bearer) => {
      const { get } = await simulated();
      const answer = await get(path, bearer);
      const { status, headers } = recorded(part).response;
      expect([answer.status, await answer.json()]).toEqual([status.code, bodyOf<Json>(recorded(part))]);
      expect(answer.headers.get("www-authenticate")).toBe(headers["www-authenticate"]?.[0] ?? null);
    });

    it.each([
      ["/message/messages/", 403],
      ["note_id=", 500],
    ])("fail like %s", async (part, status) => {
      const { put, get } = await simulated();
      await put("faults", { status });
      const answer = await get("/api/info?id=t3_a");
      expect([answer.status, await answer.json()]).toEqual([status, bodyOf<Json>(recorded(part))]);
    });

    it("would show an answer of another shape", async () => {
      const shape = shapeOf(today());
      const { get } = await simulated();
      const [post = { id: "" }] = postsOf(await (await get("/api/info?id=t3_a")).json<Listing>());
      const { score: _score, ...without } = post;
      expect(differences(shape, without)).toEqual(["score is missing"]);
      expect(differences(shape, { ...post, score: "1" })).toEqual(["score is string, not count"]);
      expect(differences(shape, { ...post, claims: 1 })).toEqual(["claims is not recorded"]);
    });
  });
});
