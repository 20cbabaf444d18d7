import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { beforeAll, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { tiktok } from "../../src/platforms/tiktok.ts";
import { tiktokOauth } from "../../src/platforms/tiktok-oauth.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const ID = "7077642457847991554";
const BASE = "http://simulator.test/tiktok";
const REDIRECT = "https://claimcheck.test/callback";
const ALL_FIELDS = "id,create_time,like_count,comment_count,share_count,view_count";

/**
 * What our notes say of the Display API, read from their text: TikTok publishes no machine-readable
 * description of it.
 */
interface Notes {
  /** The line that describes the call: its address, its body and how many ids it takes. */
  read: string;
  /** Type by field: "int64". */
  types: Record<string, string>;
  example: { data: { videos: Json[] } };
  /** HTTP status by error code. */
  errors: Record<string, number>;
  oauthErrors: string[];
  /** The documented answer of the token endpoint. */
  token: Json;
  /** Calls a minute. */
  rate: number;
}

/** @throws if the notes are not there or are written in another way, as every test would be empty then */
function readNotes(): Notes {
  const file = join(import.meta.dirname, "..", "..", "..", "shared", "reference", "platform-apis.md");
  const section = found(
    /\n## 4\. TikTok\n([\s\S]*?)\n\*\*TikTok API for Business\*\*/,
    readFileSync(file, "utf8"),
  );
  const errors = found(/\*\*Errors\*\* ([\s\S]*?)\n\*\*Rate\*\*/, section);
  return {
    read: found(/(\*\*Read\*\* .*)/, section),
    types: typesOf(found(/Types: `([^`]+)`/, section)),
    example: JSON.parse(found(/```json\n([\s\S]*?)\n```/, section)),
    errors: Object.fromEntries(
      [...errors.matchAll(/(\d{3}) `(\w+)`/g)].map(([, status, code]) => [code, Number(status)]),
    ),
    oauthErrors: found(/`((?:\w+\|){5,}\w+)`/, section).split("|"),
    token: JSON.parse(found(/-> `(\{"access_token":[^`]+\})`/, section)),
    rate: Number(found(/\*\*Rate\*\*: (\d+)\/min/, section)),
  };
}

function found(pattern: RegExp, text: string): string {
  const part = pattern.exec(text)?.[1];
  if (part === undefined) throw new Error(`the notes have nothing like ${pattern}`);
  return part;
}

/**
 * `id string; like/comment_count int32` as a type by field; a stem before a slash takes the ending of the
 * last.
 */
function typesOf(text: string): Record<string, string> {
  const entries = text.split("; ").flatMap((entry) => {
    const [names = "", type = ""] = entry.split(" ");
    const ending = names.includes("/") ? `_${names.split("_").at(-1)}` : "";
    return names.split("/").map((name) => [name.endsWith(ending) ? name : `${name}${ending}`, type] as const);
  });
  return Object.fromEntries(entries);
}

/** The problems of an answer of the video endpoints, closed: a field that is not noted is an error. */
function validatorOf({ types }: Notes): (answer: unknown) => unknown {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const [format, bits] of [
    ["int32", 31],
    ["int64", 63],
  ] as const) {
    const validate = (n: number) => Number.isInteger(n) && Math.abs(n) < 2 ** bits;
    ajv.addFormat(format, { type: "number", validate });
  }
  const schemaOf = (type: string) => (type === "string" ? { type } : { type: "number", format: type });
  const closed = (properties: Json, required: string[]) => ({
    type: "object",
    properties,
    required,
    additionalProperties: false,
  });
  const video = closed(
    Object.fromEntries(Object.entries(types).map(([field, type]) => [field, schemaOf(type)])),
    ["id"],
  );
  const text = { type: "string" };
  const error = closed({ code: text, message: text, log_id: text }, ["code", "message", "log_id"]);
  const data = closed({ videos: { type: "array", items: video } }, ["videos"]);
  const validate = ajv.compile(closed({ data, error }, ["data", "error"]));
  return (answer) => (validate(answer) ? [] : validate.errors);
}

/** What the adapter sends when it observes a post. */
async function sent(): Promise<{ url: URL; init: RequestInit | undefined }> {
  const calls: { url: URL; init: RequestInit | undefined }[] = [];
  await observe(async (url, init) => {
    calls.push({ url: new URL(url), init });
    return Response.json({});
  });
  const [call] = calls;
  if (call === undefined) throw new Error("the adapter made no call");
  return call;
}

function observe(fetch: Fetch) {
  return tiktok.observe(
    {
      fetch,
      baseUrl: tiktok.urls.api,
      credential: "t",
      timeoutMs: 8_000,
      now: () => NOW,
      accountId: "-000ann",
      nativeIds: new Map(),
      secrets: {},
    },
    [ID],
  );
}

function depsOf(fetch: Fetch): TokenDeps {
  const urls = { api: BASE, authorize: BASE, token: BASE };
  const secrets = { TIKTOK_CLIENT_KEY: "key", TIKTOK_CLIENT_SECRET: "secret" };
  return { fetch, urls, secrets, timeoutMs: 8_000, now: () => NOW };
}

/** The simulator, and what its token endpoint gave to the account that consented. */
async function simulated() {
  const { fetch, app } = createSimulator({ seed: "contract", now: () => NOW });
  const deps = depsOf(fetch);
  const page = tiktokOauth.consentUrl(deps, { state: "s", redirectUri: REDIRECT, codeChallenge: "c" });
  const back = await fetch(`${page}&decision=allow`);
  const code = new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const form = { client_key: "key", client_secret: "secret", grant_type: "authorization_code" };
  const body = new URLSearchParams({ ...form, code, redirect_uri: REDIRECT });
  // safe: the simulator answers with an object, whose members each test names.
  const token = (await (await fetch(`${BASE}/v2/oauth/token/`, { method: "POST", body })).json()) as Json;
  const query = (ids: string[], { fields = ALL_FIELDS, bearer = token.access_token } = {}) =>
    fetch(`${BASE}/v2/video/query/?fields=${fields}`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
      body: JSON.stringify({ filters: { video_ids: ids } }),
    });
  const put = (path: string, what: unknown) =>
    app.request(`/_control/tiktok/${path}`, { method: "PUT", body: JSON.stringify(what) });
  return { token, query, put };
}

const NOTED = "our notes on TikTok's Display API (it publishes no specification)";

describeContract(NOTED, () => {
  let notes: Notes;

  beforeAll(() => {
    notes = readNotes();
  });

  it("have the address, the method and every field of the adapter's call", async () => {
    const { url, init } = await sent();
    expect(notes.read).toContain(`${init?.method} ${url.origin}${url.pathname}?fields=`);
    const noted = found(/\?fields=([\w,]+)/, notes.read).split(",");
    const asked = url.searchParams.get("fields")?.split(",") ?? [];
    expect(asked).toHaveLength(6);
    expect(noted).toEqual(expect.arrayContaining(asked));
  });

  it("have the body of the adapter's call and as many ids as it sends at most", async () => {
    const { init } = await sent();
    const body = JSON.parse(String(init?.body));
    const noted = JSON.parse(found(/body `(\{.*\})`/, notes.read).replace(", …", ""));
    expect(Object.keys(body)).toEqual(Object.keys(noted));
    expect(body.filters).toEqual({ video_ids: [ID] });
    expect(Object.keys(noted.filters)).toEqual(["video_ids"]);
    expect(notes.read).toContain(`max ${tiktok.batchSize}`);
    expect(notes.read).toContain("Authorization: Bearer");
  });

  it("have every count the adapter reads, as an integer, and the time in seconds as one", () => {
    expect(notes.types).toEqual({
      id: "string",
      create_time: "int64",
      like_count: "int32",
      comment_count: "int32",
      share_count: "int32",
      view_count: "int64",
    });
    for (const source of Object.values(tiktok.metrics)) expect(notes.types).toHaveProperty(source.field);
  });

  it("have an example that the adapter reads", async () => {
    const [video] = notes.example.data.videos;
    expect(video?.id).toBe(ID);
    const outcome = await observe(async () => Response.json(notes.example));
    expect(outcome.kind === "answered" && outcome.posts.get(ID)).toMatchObject({
      kind: "numbers",
      metrics: {
        views: video?.view_count,
        likes: video?.like_count,
        comments: video?.comment_count,
        shares: video?.share_count,
      },
      publishedAt: Number(video?.create_time) * 1_000,
    });
  });

  it.each([[[ID]], [[ID, "7000000000000000001", "7000000000000000002"]]])(
    "describe the simulator's answer to a query for %j",
    async (ids) => {
      const { query, put } = await simulated();
      await put("posts/7000000000000000001", { metrics: { likes: null } });
      await put("posts/7000000000000000002", { state: "gone" });
      const answer = await (await query(ids)).json();
      const videos = expect.arrayContaining([expect.objectContaining({ id: ID })]);
      expect(answer).toMatchObject({ data: { videos }, error: { code: "ok" } });
      expect(validatorOf(notes)(answer)).toEqual([]);
    },
  );

  it("would show an answer of another shape", async () => {
    const problems = validatorOf(notes);
    const error = { code: "ok", message: "", log_id: "1" };
    const answer = (video: Json) => ({ data: { videos: [{ id: ID, ...video }] }, error });
    expect(problems(answer({ view_count: 2 ** 40, like_count: 5 }))).toEqual([]);
    expect(problems(answer({ view_count: "5" }))).not.toEqual([]);
    expect(problems(answer({ like_count: 2 ** 31 }))).not.toEqual([]);
    expect(problems(answer({ save_count: 5 }))).not.toEqual([]);
    expect(problems({ data: {}, error })).not.toEqual([]);
  });

  it("have the errors of the API, each of which the adapter has a meaning for", async () => {
    const meanings: Record<string, string | undefined> = {};
    for (const [code, status] of Object.entries(notes.errors)) {
      const error = { code, message: "…", log_id: "1" };
      const outcome = await observe(async () => Response.json({ data: {}, error }, { status }));
      meanings[code] = outcome.kind === "answered" ? outcome.posts.get(ID)?.kind : outcome.kind;
    }
    expect(meanings).toEqual({
      access_token_invalid: "unauthorised",
      scope_not_authorized: "unauthorised",
      scope_permission_missed: "unauthorised",
      invalid_params: "unreadable",
      rate_limit_exceeded: "rate_limited",
      internal_error: "outage",
    });
  });

  it("have the statuses under which the simulator answers with these errors", async () => {
    const { query, put } = await simulated();
    const answers = [
      await query([ID], { bearer: "act.nonsense" }),
      await query([ID], { fields: "saves" }),
      await query(Array.from({ length: 21 }, (_, n) => `${n + 1}`)),
    ];
    await put("limits", { calls: 0 });
    answers.push(await query([ID]));
    await put("faults", { status: 500 });
    answers.push(await query([ID]));
    const codes = [];
    for (const answer of answers) {
      const { error } = (await answer.json()) as { error: { code: string } }; // safe: an error is looked for.
      expect([error.code, answer.status]).toEqual([error.code, notes.errors[error.code]]);
      codes.push(error.code);
    }
    expect(codes).toEqual([
      "access_token_invalid",
      "invalid_params",
      "invalid_params",
      "rate_limit_exceeded",
      "internal_error",
    ]);
  });

  it("have the errors of OAuth, under which the server's own trouble alone leaves the grant alive", async () => {
    expect(notes.oauthErrors).toHaveLength(10);
    const alive = [];
    for (const error of notes.oauthErrors) {
      const deps = depsOf(async () => Response.json({ error, error_description: "…", log_id: "1" }));
      const outcome = await tiktokOauth.connect(deps, {
        code: "c",
        redirectUri: REDIRECT,
        codeVerifier: "v",
      });
      if (outcome.kind === "failed") alive.push(error);
    }
    expect(alive).toEqual(["server_error", "temporarily_unavailable"]);
  });

  it("have an answer of the token endpoint whose members and types the simulator's has", async () => {
    const { token } = await simulated();
    const shape = (answer: Json) =>
      Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, typeof value]));
    expect(shape(token)).toEqual(shape(notes.token));
    expect([token.scope, token.token_type]).toEqual([notes.token.scope, notes.token.token_type]);
  });

  it("have the rate that the simulator grants", async () => {
    const { query } = await simulated();
    for (let n = 0; n < notes.rate; n += 1) expect((await query([ID])).status).toBe(200);
    expect((await query([ID])).status).toBe(429);
  });
});

describeContract("the specification of TikTok's Business API, whose envelope is another", () => {
  it("describes answers that are not taken for answers of the Display API", async () => {
    const spec = readSpec<Json>("tiktok-business-report_integrated_get.json");
    const at = (value: unknown, key: string): unknown =>
      typeof value === "object" && value !== null
        ? Object.entries(value).find(([name]) => name === key)?.[1]
        : undefined;
    const path = [
      "paths",
      "/report/integrated/get/",
      "get",
      "responses",
      "200",
      "content",
      "application/json",
    ];
    const properties = [...path, "schema", "properties"].reduce<unknown>(at, spec);
    expect(properties).toMatchObject({
      code: { type: "integer" },
      message: { type: "string" },
      request_id: { type: "string" },
      data: { type: "object" },
    });
    const envelope = {
      code: 0,
      message: "OK",
      request_id: "1",
      data: { videos: [{ id: ID, view_count: 5 }] },
    };
    const outcome = await observe(async () => Response.json(envelope));
    expect(outcome).toMatchObject({ kind: "unreadable" });
  });
});
