import { describe, expect, it } from "vitest";
import type { ProfileReader, TokenDeps } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { reddit } from "../../src/platforms/reddit.ts";
import { x } from "../../src/platforms/x.ts";
import { youtube } from "../../src/platforms/youtube.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, CREDENTIAL, NONSENSE, NOW } from "./canned.ts";

const CHANNEL = `UC${"a".repeat(22)}`;
const SECRETS = {
  REDDIT_CLIENT_ID: "client-1",
  REDDIT_CLIENT_SECRET: "s3cret",
  REDDIT_USERNAME: "claimcheck",
};

function depsOf(fetch: Fetch, base = "https://vendor.test"): TokenDeps {
  const urls = { api: base, authorize: base, token: base };
  return { fetch, urls, secrets: SECRETS, timeoutMs: 8_000, now: () => NOW };
}

function readerOf({ displayName, profiles }: typeof youtube): ProfileReader {
  if (profiles === undefined) throw new Error(`${displayName} shows no profiles`);
  return profiles;
}

function readWith(adapter: typeof youtube, handle: string) {
  return (fetch: Fetch) => readerOf(adapter).read(depsOf(fetch), CREDENTIAL, handle);
}

/** What was asked, and with which headers. */
async function askedBy(read: (fetch: Fetch) => Promise<unknown>) {
  const asked: { url: URL; headers: HeadersInit | undefined }[] = [];
  await read(async (url, init) => {
    asked.push({ url: new URL(url), headers: init?.headers });
    return Response.json({});
  });
  expect(asked).toHaveLength(1);
  return asked[0];
}

function channels(...items: unknown[]) {
  return { kind: "youtube#channelListResponse", etag: "e", items };
}

function channel(snippet: unknown = { title: "Ann's", description: "my code" }, id: unknown = CHANNEL) {
  return { kind: "youtube#channel", id, snippet };
}

const ANN = { id: "2244994945", name: "Ann", username: "Ann_1", description: "my code" };

function redditor(changes: Record<string, unknown> = {}) {
  const subreddit = { display_name: "u_Ann_1", public_description: "my code" };
  return { kind: "t2", data: { id: "abc", name: "Ann_1", subreddit, ...changes } };
}

const READERS = [
  { adapter: youtube, handle: "@ann", body: channels(channel()), accountId: CHANNEL, name: "Ann's" },
  { adapter: x, handle: "ann_1", body: { data: ANN }, accountId: "2244994945", name: "Ann_1" },
  { adapter: reddit, handle: "ann_1", body: redditor(), accountId: "t2_abc", name: "Ann_1" },
].map((row) => ({ ...row, on: row.adapter.displayName }));

describe.each(READERS)("a profile on $on", ({ adapter, handle, body, accountId, name }) => {
  const read = readWith(adapter, handle);

  it("is the id that its posts name as author, its name and its owner's text", async () => {
    expect(await read(answering(body))).toEqual({
      kind: "found",
      profile: { accountId, name },
      about: "my code",
    });
  });

  it("tells people where the code goes and what is asked of them", () => {
    expect(readerOf(adapter).place).toMatch(/description|bio/);
    expect(readerOf(adapter).names).toMatch(/claimcheck/);
  });

  it.each(NONSENSE)("answered with %s is not read, and not unknown", async (_why, fetch) => {
    expect(await read(fetch)).toMatchObject({ kind: "failed", failure: "unreadable", retryAt: null });
  });

  it.each([
    [404, { error: "not found" }, "unknown", undefined],
    [404, "<h1>Not found</h1>", "failed", "unreadable"],
    [400, {}, "failed", "unreadable"],
    [401, {}, "failed", "unauthorised"],
    [403, {}, "failed", "unauthorised"],
    [429, {}, "failed", "rate_limited"],
    [500, {}, "failed", "outage"],
    [503, "<h1>Down</h1>", "failed", "outage"],
  ])("refused with %i %j is %s %s", async (status, refusal, kind, failure) => {
    const fetch = answering(refusal, { status, headers: { "retry-after": "7" } });
    const outcome = await read(fetch);
    expect(outcome).toMatchObject(failure === undefined ? { kind } : { kind, failure, retryAt: NOW + 7_000 });
  });

  it("is not read without a network, and the credential is not told", async () => {
    const outcome = await read(() => Promise.reject(new Error(CREDENTIAL)));
    expect(outcome).toMatchObject({ kind: "failed", failure: "outage" });
    expect(JSON.stringify(outcome)).not.toContain(CREDENTIAL);
  });

  it.each([CREDENTIAL, `x-${CREDENTIAL}`, `bad key ${CREDENTIAL}`, "a sentence"])(
    "refused for the reason %j tells the status alone",
    async (reason) => {
      const errors = [{ reason }];
      const type = `https://api.x.com/2/problems/${reason}`;
      const outcome = await read(answering({ reason, type, error: { errors } }, { status: 500 }));
      expect(outcome).toMatchObject({ kind: "failed", detail: "HTTP 500" });
    },
  );
});

describe("a channel", () => {
  it.each([
    ["@claimcheck", "@claimcheck"],
    ["claimcheck", "@claimcheck"],
    [" @Claim.Check-1_2 ", "@Claim.Check-1_2"],
    ["@クレーム", "@クレーム"],
    ["@हिन्दी", "@हिन्दी"],
    ["@a", "@a"],
    [`@${"a".repeat(30)}`, `@${"a".repeat(30)}`],
    [CHANNEL, CHANNEL],
    [`@${"a".repeat(31)}`, null],
    [CHANNEL.slice(0, -1), `@${CHANNEL.slice(0, -1)}`],
    ["@@claimcheck", null],
    ["@", null],
    ["", null],
    ["@claim check", null],
    ["@claim&check", null],
    ["@claim/check", null],
    ["https://www.youtube.com/@claimcheck", null],
  ])("typed as %j is asked for as %j", (typed, handle) => {
    expect(readerOf(youtube).handle(typed)).toBe(handle);
  });

  it.each([
    ["@ann", "forHandle"],
    [CHANNEL, "id"],
  ])("%s is looked up by %s, with the key", async (handle, parameter) => {
    const asked = await askedBy(readWith(youtube, handle));
    expect(asked?.url.pathname).toBe("/youtube/v3/channels");
    expect(Object.fromEntries(asked?.url.searchParams ?? [])).toEqual({
      part: "snippet",
      fields: "kind,items(id,snippet(title,description))",
      [parameter]: handle,
      key: CREDENTIAL,
    });
  });

  it.each([
    [{ kind: "youtube#channelListResponse" }, "@ann"],
    [channels(), "@ann"],
    [channels(), CHANNEL],
  ])("nobody has is unknown: %j", async (body, handle) => {
    expect(await readWith(youtube, handle)(answering(body))).toEqual({ kind: "unknown" });
  });

  it("without a description has an empty one", async () => {
    const fetch = answering(channels(channel({ title: "Ann's" })));
    expect(await readWith(youtube, "@ann")(fetch)).toMatchObject({ kind: "found", about: "" });
  });

  it("may have a description longer than other texts", async () => {
    const description = `${"d".repeat(4_000)} my code`;
    const fetch = answering(channels(channel({ title: "Ann's", description })));
    expect(await readWith(youtube, "@ann")(fetch)).toMatchObject({ about: description });
  });

  it.each([
    ["two channels", channels(channel(), channel()), "@ann"],
    ["another kind", { kind: "youtube#videoListResponse", items: [] }, "@ann"],
    ["items that are none", { kind: "youtube#channelListResponse", items: {} }, "@ann"],
    ["no id", channels(channel(undefined, 5)), "@ann"],
    ["no title", channels(channel({ description: "my code" })), "@ann"],
    ["a description that is no text", channels(channel({ title: "Ann's", description: 5 })), "@ann"],
    ["no snippet", channels({ id: CHANNEL }), "@ann"],
    ["another id than asked", channels(channel(undefined, `UC${"b".repeat(22)}`)), CHANNEL],
  ])("of %s is unreadable", async (_why, body, handle) => {
    const outcome = await readWith(youtube, handle)(answering(body));
    expect(outcome).toMatchObject({ kind: "failed", failure: "unreadable" });
  });

  it("is not looked up on a spent quota until midnight in California", async () => {
    const body = { error: { code: 403, errors: [{ reason: "quotaExceeded" }] } };
    expect(await readWith(youtube, "@ann")(answering(body, { status: 403 }))).toEqual({
      kind: "failed",
      failure: "rate_limited",
      detail: "HTTP 403: quotaExceeded",
      retryAt: Date.UTC(2026, 10, 22, 8),
    });
  });
});

describe("a user of X", () => {
  it.each([
    ["@claimcheck", "claimcheck"],
    [" Claim_Check ", "Claim_Check"],
    ["a".repeat(15), "a".repeat(15)],
    ["a".repeat(16), null],
    ["@@a", null],
    ["", null],
    ["claim-check", null],
    ["claim check", null],
    ["claim/check", null],
  ])("typed as %j is asked for as %j", (typed, handle) => {
    expect(readerOf(x).handle(typed)).toBe(handle);
  });

  it("is looked up by name, with the token among the headers", async () => {
    const asked = await askedBy(readWith(x, "ann_1"));
    expect(asked?.url.href).toBe("https://vendor.test/2/users/by/username/ann_1?user.fields=description");
    expect(asked?.headers).toMatchObject({ authorization: `Bearer ${CREDENTIAL}` });
  });

  it.each(["resource-not-found", "disallowed-resource"])("of whom X says %s is unknown", async (problem) => {
    const errors = [{ value: "ann_1", type: `https://api.twitter.com/2/problems/${problem}` }];
    expect(await readWith(x, "ann_1")(answering({ errors }))).toEqual({ kind: "unknown" });
  });

  it("without a bio has an empty one", async () => {
    const { description: _none, ...data } = ANN;
    expect(await readWith(x, "ann_1")(answering({ data }))).toMatchObject({ kind: "found", about: "" });
  });

  it.each([
    ["another problem", { errors: [{ type: "https://api.x.com/2/problems/not-authorized-for-resource" }] }],
    ["a problem without a type", { errors: [{ message: "Rate limit exceeded", code: 88 }] }],
    ["no problem", { errors: [] }],
    ["another user", { data: { ...ANN, username: "Bob" } }],
    ["no name", { data: { id: "1", description: "my code" } }],
    ["an id that is a number", { data: { ...ANN, id: 5 } }],
    ["a bio that is no text", { data: { ...ANN, description: ["my code"] } }],
  ])("answered for with %s is unreadable", async (_why, body) => {
    const outcome = await readWith(x, "ann_1")(answering(body));
    expect(outcome).toMatchObject({ kind: "failed", failure: "unreadable" });
  });
});

describe("a user of Reddit", () => {
  it.each([
    ["claimcheck", "claimcheck"],
    ["u/claimcheck", "claimcheck"],
    [" /u/Claim-Check_1 ", "Claim-Check_1"],
    ["/user/claimcheck", "claimcheck"],
    ["U/claimcheck", "claimcheck"],
    ["abc", "abc"],
    ["a".repeat(20), "a".repeat(20)],
    ["ab", null],
    ["a".repeat(21), null],
    ["r/claimcheck", null],
    ["u/u/claimcheck", null],
    ["@claimcheck", null],
    ["", null],
    ["claim check", null],
  ])("typed as %j is asked for as %j", (typed, handle) => {
    expect(readerOf(reddit).handle(typed)).toBe(handle);
  });

  it("is looked up by name, with the token and the agent among the headers", async () => {
    const asked = await askedBy(readWith(reddit, "ann_1"));
    expect(asked?.url.href).toBe("https://vendor.test/user/ann_1/about?raw_json=1");
    expect(asked?.headers).toMatchObject({
      authorization: `Bearer ${CREDENTIAL}`,
      "user-agent": "web:client-1:v1.0 (by /u/claimcheck)",
    });
  });

  it("who is suspended is unknown", async () => {
    const body = { kind: "t2", data: { name: "Ann_1", is_suspended: true, total_karma: 0 } };
    expect(await readWith(reddit, "ann_1")(answering(body))).toEqual({ kind: "unknown" });
  });

  it.each([
    ["no page", { subreddit: null }],
    ["an empty page", { subreddit: {} }],
    ["an empty description", { subreddit: { public_description: "" } }],
  ])("with %s has an empty text", async (_why, changes) => {
    const fetch = answering(redditor(changes));
    expect(await readWith(reddit, "ann_1")(fetch)).toMatchObject({ kind: "found", about: "" });
  });

  it.each([
    ["another user", redditor({ name: "Bob" })],
    ["no name", redditor({ name: undefined })],
    ["no id", redditor({ id: undefined })],
    ["no word of a page", redditor({ subreddit: undefined })],
    ["a description that is no text", redditor({ subreddit: { public_description: 5 } })],
    ["an error inside a success", { error: 429 }],
  ])("answered for with %s is unreadable", async (_why, body) => {
    const outcome = await readWith(reddit, "ann_1")(answering(body));
    expect(outcome).toMatchObject({ kind: "failed", failure: "unreadable" });
  });

  it("behind a block page is not read for now", async () => {
    const fetch = answering("<title>Blocked</title>", { status: 403 });
    expect(await readWith(reddit, "ann_1")(fetch)).toEqual({
      kind: "failed",
      failure: "outage",
      detail: "HTTP 403: blocked",
      retryAt: null,
    });
  });
});

describe("against the simulated vendors", () => {
  const IDS = new Map([
    ["youtube", CHANNEL],
    ["x", "2244994945"],
    ["reddit", "t2_abc"],
  ]);

  async function simulated(adapter: typeof youtube) {
    const { app, fetch } = createSimulator({ seed: "s", now: () => NOW });
    const { platform, access } = adapter;
    const deps = depsOf(fetch, `http://simulator.test/${platform}`);
    const put = (path: string, body: unknown) =>
      app.request(`/_control/${platform}/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const granted = access.kind === "token" ? await access.grant(deps) : null;
    const token = granted?.kind === "granted" ? granted.tokens.accessToken : "key";
    const read = (handle: string, credential = token) => readerOf(adapter).read(deps, credential, handle);
    return { put, read };
  }

  it.each([youtube, x, reddit])(
    "on $displayName a told account is found, whatever the case",
    async (adapter) => {
      const id = IDS.get(adapter.platform);
      const { put, read } = await simulated(adapter);
      await put(`accounts/${id}`, { handle: "Ann_1", name: "Ann", about: "hello claimcheck-1234" });
      const handle = readerOf(adapter).handle("ann_1") ?? "";
      expect(await read(handle)).toEqual({
        kind: "found",
        profile: { accountId: id, name: adapter === youtube ? "Ann" : "Ann_1" },
        about: "hello claimcheck-1234",
      });
    },
  );

  it("on YouTube a told channel is found by its id", async () => {
    const { put, read } = await simulated(youtube);
    await put(`accounts/${CHANNEL}`, { handle: "ann" });
    expect(await read(CHANNEL)).toMatchObject({ kind: "found", profile: { accountId: CHANNEL } });
  });

  it.each([youtube, x, reddit])("on $displayName nobody else is", async (adapter) => {
    const { read } = await simulated(adapter);
    expect(await read(readerOf(adapter).handle("nobody") ?? "")).toEqual({ kind: "unknown" });
  });

  it.each([youtube, x, reddit])(
    "on $displayName an account without a text has an empty one",
    async (adapter) => {
      const { put, read } = await simulated(adapter);
      await put(`accounts/${IDS.get(adapter.platform)}`, { handle: "ann_1" });
      expect(await read(readerOf(adapter).handle("ann_1") ?? "")).toMatchObject({ kind: "found", about: "" });
    },
  );

  it.each([youtube, x, reddit])("on $displayName a wrong credential reads nothing", async (adapter) => {
    const { read } = await simulated(adapter);
    const handle = readerOf(adapter).handle("ann_1") ?? "";
    expect(await read(handle, "invalid")).toMatchObject({ kind: "failed", failure: "unauthorised" });
  });

  it.each([youtube, x, reddit])(
    "on $displayName nothing is read of what is left of no quota",
    async (adapter) => {
      const { put, read } = await simulated(adapter);
      await put("limits", { calls: 0 });
      const outcome = await read(readerOf(adapter).handle("ann_1") ?? "");
      expect(outcome).toMatchObject({ kind: "failed", failure: "rate_limited", retryAt: expect.any(Number) });
    },
  );

  it.each([youtube, x, reddit])("on $displayName nothing is read of an outage", async (adapter) => {
    const { put, read } = await simulated(adapter);
    await put("faults", { outage: true });
    const outcome = await read(readerOf(adapter).handle("ann_1") ?? "");
    expect(outcome).toMatchObject({ kind: "failed", failure: "outage" });
  });
});
