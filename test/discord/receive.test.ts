import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import {
  commandOf,
  envelope,
  interact,
  linked,
  pressOf,
  send,
  signedHeaders,
  snowflake,
} from "../support/discord.ts";
import { signInteraction } from "../support/ed25519.ts";
import { emptyDatabase } from "../support/empty-database.ts";
import { aCampaign, anAffiliate, everyRow, rows, videoId } from "../support/fixtures.ts";
import { APPLICATION_ID, createWorld, PRIVATE_SEED, type World } from "../support/world.ts";

const ROUTE = "/discord/interactions";
const OTHERS_SEED = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7";
const OTHERS_APPLICATION = "775799577604522055";

let world: World;
/** A good command that would write if it were let in. */
let body: ReturnType<typeof commandOf>;
let text = "";

// One stage for all: what is refused leaves nothing behind, which each test proves.
beforeEach(async () => {
  if (text !== "") return;
  await emptyDatabase();
  world = createWorld();
  await linked(await anAffiliate(world));
  const campaign = await aCampaign(world);
  body = commandOf(world, "submit", { url: `https://youtu.be/${videoId(1)}`, campaign, views: 7 });
  text = JSON.stringify(body);
});

afterAll(() => emptyDatabase());

type Headers = Record<string, string>;

/** Sends bytes as they are, through the whole application. */
async function post(
  headers: Headers,
  sent: BodyInit | null,
  { method = "POST", to = world } = {},
): Promise<Response> {
  const app = createApp(() => to.ctx);
  const type = { "content-type": "application/json" };
  return app.request(ROUTE, { method, headers: { ...type, ...headers }, body: sent }, env);
}

async function postSigned(sent: string | Uint8Array<ArrayBuffer>): Promise<Response> {
  const timestamp = String(Math.floor(world.now / 1_000));
  const bytes = typeof sent === "string" ? new TextEncoder().encode(sent) : sent;
  const signature = await signInteraction(PRIVATE_SEED, timestamp, bytes);
  return post({ "x-signature-ed25519": signature, "x-signature-timestamp": timestamp }, bytes);
}

/** Refused with this status as a problem, without a single call to D1. */
async function expectRefused(answer: () => Promise<Response>, status: number): Promise<void> {
  const before = await everyRow();
  const queued = [world.sent.length, world.woken.length];
  world.takeUsage();
  const response = await answer();
  expect(world.takeUsage().trips).toBe(0);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await everyRow()).toBe(before);
  expect([world.sent.length, world.woken.length]).toEqual(queued);
}

const SIGNATURE = "x-signature-ed25519";
const TIMESTAMP = "x-signature-timestamp";

const changed = (name: string, change: (value: string) => string) => (headers: Headers) => ({
  ...headers,
  [name]: change(headers[name] ?? ""),
});
const without =
  (...names: string[]) =>
  (headers: Headers): Headers =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

const BAD_HEADERS: { why: string; change(headers: Headers): Headers }[] = [
  { why: "no signature and no timestamp", change: without(SIGNATURE, TIMESTAMP) },
  { why: "no signature", change: without(SIGNATURE) },
  { why: "no timestamp", change: without(TIMESTAMP) },
  { why: "an empty signature", change: changed(SIGNATURE, () => "") },
  { why: "an empty timestamp", change: changed(TIMESTAMP, () => "") },
  { why: "a signature of 63 bytes", change: changed(SIGNATURE, (hex) => hex.slice(2)) },
  { why: "a signature of 65 bytes", change: changed(SIGNATURE, (hex) => `${hex}00`) },
  { why: "a signature of 127 digits", change: changed(SIGNATURE, (hex) => hex.slice(1)) },
  { why: "a signature that is no hex", change: changed(SIGNATURE, (hex) => `zz${hex.slice(2)}`) },
  { why: "a signature in base64", change: changed(SIGNATURE, (hex) => btoa(hex).slice(0, 128)) },
  { why: "a signature of zeros", change: changed(SIGNATURE, () => "0".repeat(128)) },
  { why: "a signature of ones", change: changed(SIGNATURE, () => "f".repeat(128)) },
  {
    why: "one digit of the signature changed",
    change: changed(SIGNATURE, (hex) => (hex.startsWith("0") ? "1" : "0") + hex.slice(1)),
  },
  {
    why: "halves of the signature swapped",
    change: changed(SIGNATURE, (hex) => hex.slice(64) + hex.slice(0, 64)),
  },
  { why: "two signatures", change: changed(SIGNATURE, (hex) => `${hex}, ${hex}`) },
  { why: "a huge signature", change: changed(SIGNATURE, (hex) => hex.repeat(40)) },
  { why: "a timestamp of words", change: changed(TIMESTAMP, () => "yesterday") },
  { why: "a negative timestamp", change: changed(TIMESTAMP, (seconds) => `-${seconds}`) },
  { why: "a timestamp with a fraction", change: changed(TIMESTAMP, (seconds) => `${seconds}.0`) },
  { why: "a timestamp of another second", change: changed(TIMESTAMP, (seconds) => `${Number(seconds) + 1}`) },
  { why: "a timestamp in milliseconds", change: changed(TIMESTAMP, (seconds) => `${seconds}000`) },
  { why: "a timestamp in hex", change: changed(TIMESTAMP, (s) => `0x${Number(s).toString(16)}`) },
  { why: "a huge timestamp", change: changed(TIMESTAMP, () => "9".repeat(400)) },
];

describe("a request that Discord did not sign", () => {
  it.each(BAD_HEADERS)("is refused for $why", async ({ change }) => {
    const headers = change(await signedHeaders(world, text));
    await expectRefused(() => post(headers, text), 401);
  });

  it.each([
    { why: "another body", sent: () => text.replace('"value":7', '"value":8') },
    { why: "a blank after the body", sent: () => `${text} ` },
    { why: "a body that is cut short", sent: () => text.slice(0, -1) },
    { why: "the same body, written anew", sent: () => JSON.stringify(JSON.parse(text), null, 1) },
    { why: "a byte order mark before the body", sent: () => `\ufeff${text}` },
    { why: "no body", sent: () => null },
  ])("is refused for $why", async ({ sent }) => {
    const headers = await signedHeaders(world, text);
    await expectRefused(() => post(headers, sent()), 401);
  });

  it("is told that its signature is not valid, and is asked for no API key", async () => {
    const response = await post({}, text);
    expect(response.headers.has("www-authenticate")).toBe(false);
    expect(await response.json()).toMatchObject({
      type: "/docs/problems#bad_signature",
      code: "bad_signature",
      title: "The signature is not valid",
      status: 401,
    });
  });

  it("is refused where a digit slid from the body to the timestamp", async () => {
    const seconds = String(Math.floor(world.now / 1_000));
    const signature = await signInteraction(PRIVATE_SEED, seconds, new TextEncoder().encode(`1${text}`));
    const headers = { [SIGNATURE]: signature, [TIMESTAMP]: `${seconds}1` };
    await expectRefused(() => post(headers, text), 401);
  });

  it("is refused if another application's key signed it", async () => {
    const timestamp = String(Math.floor(world.now / 1_000));
    const signature = await signInteraction(OTHERS_SEED, timestamp, new TextEncoder().encode(text));
    await expectRefused(() => post({ [SIGNATURE]: signature, [TIMESTAMP]: timestamp }, text), 401);
  });

  it.each([
    { by: 3_600_000, status: 200 },
    { by: 3_601_000, status: 401 },
  ])("answers $status to what was signed $by ms ago, or is signed so far ahead", async ({ by, status }) => {
    const headers = await signedHeaders(world, text);
    const ping = JSON.stringify({ type: 1 });
    const pingHeaders = await signedHeaders(world, ping);
    world.advance(by);
    if (status === 401) await expectRefused(() => post(headers, text), 401);
    expect((await post(pingHeaders, ping)).status).toBe(status);
    world.advance(-2 * by);
    expect((await post(pingHeaders, ping)).status).toBe(status);
    world.advance(by);
  });

  it("is read no further without the headers, however long it is", async () => {
    await expectRefused(() => post({}, "x".repeat(2_000_000)), 401);
  });
});

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const changedBody = (changes: object) => () => JSON.stringify({ ...body, ...changes });

const BAD_BODIES: { why: string; sent(): string | Uint8Array<ArrayBuffer> }[] = [
  { why: "nothing", sent: () => "" },
  { why: "a blank", sent: () => " " },
  { why: "no JSON", sent: () => "type=2" },
  { why: "half a JSON", sent: () => text.slice(0, -1) },
  { why: "JSON twice", sent: () => `${text}${text}` },
  { why: "no UTF-8", sent: () => Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d) },
  { why: "UTF-16", sent: () => new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer) },
  { why: "null", sent: () => "null" },
  { why: "a number", sent: () => "1" },
  { why: "a text", sent: () => '"type"' },
  { why: "a list", sent: () => "[]" },
  { why: "a list of what would be good", sent: () => `[${text}]` },
  { why: "an empty object", sent: () => "{}" },
  { why: "nesting of 100,000 levels", sent: () => nested(100_000) },
  { why: "deep nesting in an option", sent: () => text.replace('"value":7', `"value":${nested(40)}`) },
  { why: "a number beyond all bounds", sent: () => text.replace('"value":7', '"value":1e400') },
  { why: "a field __proto__", sent: () => text.replace("{", '{"__proto__":{"type":1},') },
  { why: "type 0", sent: changedBody({ type: 0 }) },
  { why: "a type yet unknown", sent: changedBody({ type: 6 }) },
  { why: "a type in words", sent: changedBody({ type: "2" }) },
  { why: "a broken type", sent: changedBody({ type: 2.5 }) },
  { why: "no type", sent: changedBody({ type: undefined }) },
  { why: "no id", sent: changedBody({ id: undefined }) },
  { why: "an id that is a number", sent: changedBody({ id: 140_123 }) },
  { why: "an id that is no snowflake", sent: changedBody({ id: "1' or '1'='1" }) },
  { why: "an id of 21 digits", sent: changedBody({ id: "1".repeat(21) }) },
  { why: "no token", sent: changedBody({ token: undefined }) },
  { why: "an empty token", sent: changedBody({ token: "" }) },
  { why: "a huge token", sent: changedBody({ token: "t".repeat(1_001) }) },
  { why: "no application", sent: changedBody({ application_id: undefined }) },
  { why: "another application", sent: changedBody({ application_id: OTHERS_APPLICATION }) },
  { why: "another version", sent: changedBody({ version: 2 }) },
  { why: "nobody who sends it", sent: changedBody({ member: undefined }) },
  { why: "a member without a user", sent: changedBody({ member: {} }) },
  { why: "a user who is a text", sent: changedBody({ member: { user: "mason" } }) },
  { why: "no data", sent: changedBody({ data: undefined }) },
  { why: "a button's data for a command", sent: changedBody({ data: { custom_id: "v1:status:sub_1" } }) },
  {
    why: "options that are no list",
    sent: changedBody({ data: { name: "me", type: 1, options: {} } }),
  },
  {
    why: "26 options",
    sent: changedBody({
      data: { name: "me", type: 1, options: Array(26).fill({ name: "views", type: 4, value: 1 }) },
    }),
  },
  { why: "a long custom id", sent: () => JSON.stringify(pressOf(world, `v1:${"x".repeat(98)}`)) },
];

describe("a body that Discord signed", () => {
  it.each(BAD_BODIES)("is refused as no interaction: $why", async ({ sent }) => {
    await expectRefused(() => postSigned(sent()), 400);
  });

  it("is refused over 1 MiB, and taken up to that", async () => {
    const padded = (bytes: number) => text + " ".repeat(bytes - text.length);
    await expectRefused(() => postSigned(padded(1_048_577)), 413);
    expect((await postSigned(padded(1_048_576))).status).toBe(200);
  });

  it("is taken with members that we do not know, and with any content type", async () => {
    const more = { ...body, entitlements: [{ sku_id: "1" }], future: { nested: [1] } };
    expect((await postSigned(JSON.stringify(more))).status).toBe(200);
    const again = JSON.stringify({ ...body, id: snowflake(world.now) });
    const headers = { ...(await signedHeaders(world, again)), "content-type": "text/plain" };
    expect((await post(headers, again)).status).toBe(200);
  });

  it("needs no bearer key, and a wrong one means nothing", async () => {
    const headers = { ...(await signedHeaders(world, text)), authorization: "Bearer nobody" };
    expect((await post(headers, text)).status).toBe(200);
  });
});

describe("a PING", () => {
  const ping = { id: "787053080478613555", application_id: APPLICATION_ID, type: 1, token: "T", version: 1 };

  it.each([
    { why: "as Discord sends it", sent: ping },
    { why: "bare", sent: { type: 1 } },
    { why: "with a user", sent: { ...ping, user: { id: "1", username: "x" } } },
    { why: "with all that a command has", sent: { ...ping, guild_id: "290926798626357999" } },
  ])("is answered in kind, without D1: $why", async ({ sent }) => {
    world.takeUsage();
    const response = await send(world, sent);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ type: 1 });
    expect(world.takeUsage().trips).toBe(0);
  });

  it("is answered so whoever asks: an example for the contract", async () => {
    expect(await interact(world, ping, "pong")).toEqual({ type: 1 });
  });

  it("of another application is refused", async () => {
    await expectRefused(() => send(world, { ...ping, application_id: OTHERS_APPLICATION }), 400);
  });

  it("that nobody signed is refused", async () => {
    await expectRefused(() => post({}, JSON.stringify(ping)), 401);
  });
});

describe("the route", () => {
  it.each(["GET", "PUT", "PATCH", "DELETE"])("is for POST: %s is answered 405", async (method) => {
    await expectRefused(() => post({}, null, { method }), 405);
  });

  it.each([
    { DISCORD_APPLICATION_ID: "" },
    { DISCORD_PUBLIC_KEY: "" },
    { DISCORD_APPLICATION_ID: "", DISCORD_PUBLIC_KEY: "" },
  ])("is not there without an application: %o", async (missing) => {
    const to = createWorld(missing);
    const headers = await signedHeaders(to, text);
    await expectRefused(() => post(headers, text, { to }), 404);
    expect(to.takeUsage().trips).toBe(0);
  });

  it("keeps out of caches, with the headers that every answer has", async () => {
    const response = await send(world, { type: 1 });
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });
});

describe("the log", () => {
  const SECRET = "evidence that nobody else may read";

  it("holds no token, no signature and no body, of what is taken, refused, put off or broken", async () => {
    const secret = { ...envelope(world), type: 2, token: "aW50ZXJhY3Rpb246secret" };
    const options = [
      { name: "url", type: 3, value: "https://vm.tiktok.com/ZMabc123/" },
      { name: "evidence", type: 3, value: SECRET },
    ];
    const data = { name: "claim", type: 1, options: [{ name: "submit", type: 1, options }] };
    const sent = JSON.stringify({ ...secret, data });
    const headers = await signedHeaders(world, sent);
    const forged = { ...headers, [SIGNATURE]: "ab".repeat(64) };
    expect((await post(headers, sent)).status).toBe(200);
    expect((await post(forged, sent)).status).toBe(401);
    expect((await postSigned(sent.slice(1))).status).toBe(400);
    world.failBatch(1, "before", new Error("D1_ERROR: disk is full"));
    const broken = sent.replace(secret.id, snowflake(world.now));
    expect(await (await postSigned(broken)).json()).toMatchObject({ type: 4 });
    expect(world.lines.join("\n")).toContain("interaction_failed");
    const log = world.lines.join("\n");
    for (const hidden of [secret.token, headers[SIGNATURE] ?? "", "ab".repeat(64), SECRET, "ZMabc123"]) {
      expect(log).not.toContain(hidden);
    }
    expect(await rows("select id from discord_interactions where token is not null")).toHaveLength(1);
  });
});
