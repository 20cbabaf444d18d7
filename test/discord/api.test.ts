import { describe, expect, it } from "vitest";
import { callDiscord, createDiscordApi, type Sent } from "../../src/discord/api.ts";
import { COMPONENTS_V2, EPHEMERAL, type Message } from "../../src/discord/wire.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { MAX_BODY_BYTES } from "../../src/platforms/http.ts";
import { answering } from "../platforms/canned.ts";
import { createSimulator } from "../simulator/app.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const APPLICATION = "775799577604522054";
const TOKEN = "aW50ZXJhY3Rpb24-secret_token";
const HOOK = { id: "987654321098765432", token: "hook-secret-token" };
const BASE = "https://discord.test/api/v10";
const LONG_AGO = { ageMs: 60_000 };

const MESSAGE: Message = {
  flags: COMPONENTS_V2,
  components: [{ type: 17, components: [{ type: 10, content: "Judged" }] }],
  allowed_mentions: { parse: [] },
};
const EPHEMERAL_MESSAGE: Message = { ...MESSAGE, flags: COMPONENTS_V2 | EPHEMERAL };

function apiOf(fetch: Fetch, { ageMs = 60_000, timeoutMs = 5_000 } = {}) {
  return createDiscordApi({ fetch, baseUrl: BASE, applicationId: APPLICATION, timeoutMs }, { ageMs });
}

/** What one call of the API sends. */
async function sentBy(call: (api: ReturnType<typeof apiOf>) => Promise<Sent>) {
  const seen: { url: string; init: RequestInit | undefined }[] = [];
  await call(
    apiOf(async (url, init) => {
      seen.push({ url, init });
      return Response.json({ id: "1" });
    }),
  );
  return seen;
}

/** With the last message of a window, Discord says when the next may follow. */
const LAST = { "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.5" };

const brokenOff = () =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"id":')),
    pull: (controller) => controller.error(new Error("reset")),
  });

/** The three ways to say something. */
const WAYS: [name: string, call: (api: ReturnType<typeof apiOf>) => Promise<Sent>][] = [
  ["an edit", (api) => api.editOriginal(TOKEN, MESSAGE)],
  ["a follow-up", (api) => api.followUp(TOKEN, MESSAGE)],
  ["a webhook", (api) => api.executeWebhook(HOOK, MESSAGE)],
];

describe("what is sent to Discord", () => {
  const headers = {
    accept: "application/json",
    "user-agent": "DiscordBot (https://claimcheck.example, 1.0)",
    "content-type": "application/json",
  };
  const init = (method: string, message: Message) => ({
    method,
    headers,
    body: JSON.stringify(message),
    redirect: "manual",
    signal: expect.any(AbortSignal),
  });

  it("edits the deferred answer, whose ephemeral flag is settled", async () => {
    expect(await sentBy((api) => api.editOriginal(TOKEN, EPHEMERAL_MESSAGE))).toEqual([
      {
        url: `${BASE}/webhooks/${APPLICATION}/${TOKEN}/messages/@original?with_components=true`,
        init: init("PATCH", MESSAGE),
      },
    ]);
  });

  it("follows up, ephemerally if asked", async () => {
    expect(await sentBy((api) => api.followUp(TOKEN, EPHEMERAL_MESSAGE))).toEqual([
      {
        url: `${BASE}/webhooks/${APPLICATION}/${TOKEN}?with_components=true`,
        init: init("POST", EPHEMERAL_MESSAGE),
      },
    ]);
  });

  it("writes to a channel for everybody, and waits for Discord's word", async () => {
    expect(await sentBy((api) => api.executeWebhook(HOOK, EPHEMERAL_MESSAGE))).toEqual([
      {
        url: `${BASE}/webhooks/${HOOK.id}/${HOOK.token}?wait=true&with_components=true`,
        init: init("POST", MESSAGE),
      },
    ]);
  });

  it("keeps a token one part of the path", async () => {
    const [call] = await sentBy((api) => api.followUp("../../users/@me?x#y", MESSAGE));
    expect(call?.url).toBe(
      `${BASE}/webhooks/${APPLICATION}/..%2F..%2Fusers%2F%40me%3Fx%23y?with_components=true`,
    );
  });

  it("is a call with a bot token where one is given, and has no body where none is", async () => {
    const seen: (RequestInit | undefined)[] = [];
    const fetch: Fetch = async (_url, init) => {
      seen.push(init);
      return Response.json([]);
    };
    const path = `/applications/${APPLICATION}/commands?with_localizations=true`;
    const deps = { fetch, baseUrl: BASE, timeoutMs: 5_000 };
    const answer = await callDiscord(deps, { method: "GET", path, authorization: "Bot abc" });
    expect(answer).toMatchObject({ status: 200, body: [] });
    expect(seen).toEqual([
      {
        method: "GET",
        headers: { accept: headers.accept, "user-agent": headers["user-agent"], authorization: "Bot abc" },
        redirect: "manual",
        signal: expect.any(AbortSignal),
      },
    ]);
  });
});

describe.each(WAYS)("the outcome of %s", (name, call) => {
  const sent = (fetch: Fetch, timing?: { ageMs?: number; timeoutMs?: number }) => call(apiOf(fetch, timing));

  it("is delivered when Discord took it", async () => {
    expect(await sent(answering({ id: "1" }))).toEqual({ kind: "delivered", blockedForMs: 0 });
  });

  it.each([
    ["no body", answering("", { headers: LAST })],
    ["a page", answering("<!doctype html><title>Discord</title>", { headers: LAST })],
    ["a broken body", answering('{"id":"1', { headers: LAST })],
    ["an endless body", answering(`"${"x".repeat(MAX_BODY_BYTES)}"`, { headers: LAST })],
    ["a body that breaks off", async () => new Response(brokenOff(), { headers: LAST })],
  ] satisfies [string, Fetch][])("is delivered with a status that says so and %s", async (_why, fetch) => {
    expect(await sent(fetch)).toEqual({ kind: "delivered", blockedForMs: 1_500 });
  });

  it.each([
    ["a failed connection", () => Promise.reject(new TypeError(`fetch failed: ${TOKEN}`))],
    ["a redirect", answering("", { status: 302, headers: { location: "https://elsewhere.test/" } })],
    ["an outage", answering("<h1>Bad gateway</h1>", { status: 502 })],
  ] satisfies [string, Fetch][])("is to be tried again after %s", async (_why, fetch) => {
    expect(await sent(fetch)).toMatchObject({ kind: "retry" });
  });

  it("is to be tried again when no answer comes in time", async () => {
    const silent: Fetch = (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    expect(await sent(silent, { timeoutMs: 1 })).toMatchObject({
      kind: "retry",
      detail: "no complete answer within the time limit",
    });
  });

  it("waits as long as a limit says", async () => {
    const headers = { "x-ratelimit-scope": "shared" };
    const body = { message: "slow down", retry_after: 1.2345, global: false, code: 20_028 };
    expect(await sent(answering(body, { status: 429, headers }))).toEqual({
      kind: "retry",
      afterMs: 1_235,
      detail: "HTTP 429, code 20028, scope shared",
    });
  });

  it(`of an unknown webhook is ${name === "a webhook" ? "final at once" : "final after 30 seconds"}`, async () => {
    const unknown = answering({ message: "Unknown Webhook", code: 10_015 }, { status: 404 });
    const early = await sent(unknown, { ageMs: 29_999 });
    expect(early.kind).toBe(name === "a webhook" ? "refused" : "retry");
    expect(await sent(unknown, { ageMs: 30_000 })).toMatchObject({ kind: "refused", gone: true });
  });

  it.each([401, 403, 404, 400, 429, 500])("tells no token, whatever Discord says with %i", async (status) => {
    const quoted = `${TOKEN} ${HOOK.token}`;
    const errors = { [TOKEN]: { _errors: [{ code: quoted, message: quoted }] } };
    const headers = { "x-ratelimit-scope": quoted, "retry-after": quoted };
    const outcome = await sent(answering({ message: quoted, code: 1, errors }, { status, headers }));
    expect(outcome).toMatchObject({ detail: `HTTP ${status}, code 1` });
  });
});

describe("the client and the fake Discord", () => {
  function start() {
    const clock = { now: NOW };
    const { app, fetch } = createSimulator({ seed: "api", now: () => clock.now });
    const tell = async (path: string, body: unknown) => {
      const init = { method: "PUT", body: JSON.stringify(body) };
      expect((await app.request(`/_control/discord/${path}`, init)).status).toBe(204);
    };
    const baseUrl = "http://simulator.test/discord/api/v10";
    const deps = { fetch, baseUrl, applicationId: APPLICATION, timeoutMs: 50 };
    const messages = async () =>
      (await app.request("/_control/discord/messages")).json<{ messages: Record<string, unknown>[] }>();
    return { clock, tell, messages, api: createDiscordApi(deps, LONG_AGO) };
  }

  it("understand each other", async () => {
    const { api, tell, messages } = start();
    await tell(`webhooks/${HOOK.id}`, { token: HOOK.token });
    for (const [, call] of WAYS) expect(await call(api)).toEqual({ kind: "delivered", blockedForMs: 0 });
    expect((await messages()).messages).toMatchObject([
      { kind: "edit", token: TOKEN, webhook_id: APPLICATION, body: MESSAGE },
      { kind: "follow_up", token: TOKEN, webhook_id: APPLICATION, body: MESSAGE },
      { kind: "webhook", token: HOOK.token, webhook_id: HOOK.id, body: MESSAGE },
    ]);
  });

  it("wait for the next window after the fifth message", async () => {
    const { api, clock } = start();
    const outcomes: Sent[] = [];
    for (let n = 0; n < 6; n += 1) {
      outcomes.push(await api.followUp(TOKEN, MESSAGE));
      clock.now += 100;
    }
    expect(outcomes.slice(3)).toEqual([
      { kind: "delivered", blockedForMs: 0 },
      { kind: "delivered", blockedForMs: 1_600 },
      { kind: "retry", afterMs: 1_500, detail: "HTTP 429, scope user" },
    ]);
    clock.now = NOW + 2_000;
    expect(await api.followUp(TOKEN, MESSAGE)).toMatchObject({ kind: "delivered" });
  });

  it.each([
    [{ code: 50_027 }, "refused", "HTTP 401, code 50027"],
    [{ status: 404, code: 10_062 }, "refused", "HTTP 404, code 10062"],
    [{ retry_after: 0.35 }, "retry", "HTTP 429, scope user"],
    [{ html: true }, "retry", "HTTP 429, from Discord's edge"],
    [{ html: true, status: 403 }, "retry", "HTTP 403, from Discord's edge"],
    [{ outage: true }, "retry", "HTTP 503"],
    [{ outage: "hang" }, "retry", "no complete answer within the time limit"],
  ])("agree on a rehearsed %j: %s", async (faults, kind, detail) => {
    const { api, tell } = start();
    await tell("faults", { ...faults, times: 1 });
    expect(await api.followUp(TOKEN, MESSAGE)).toMatchObject({ kind, detail });
    expect(await api.followUp(TOKEN, MESSAGE)).toMatchObject({ kind: "delivered" });
  });

  it.each([true, "huge"])("agree that a status with a garbled body (%j) says enough", async (garbage) => {
    const { api, tell } = start();
    await tell("faults", { garbage, times: 1 });
    expect(await api.followUp(TOKEN, MESSAGE)).toMatchObject({ kind: "delivered" });
  });

  it("agree on a token that is over, and on a webhook that is gone", async () => {
    const { api, tell } = start();
    await tell(`tokens/${TOKEN}`, { expired: true });
    await tell(`webhooks/${HOOK.id}`, { token: HOOK.token, gone: true });
    expect(await api.editOriginal(TOKEN, MESSAGE)).toMatchObject({ kind: "refused", gone: true });
    expect(await api.followUp(TOKEN, MESSAGE)).toMatchObject({ kind: "refused", gone: true });
    expect(await api.executeWebhook(HOOK, MESSAGE)).toMatchObject({ kind: "refused", gone: true });
  });

  it("say where a body is wrong", async () => {
    const { api } = start();
    const empty: Message = {
      ...MESSAGE,
      components: [{ type: 17, components: [{ type: 10, content: "" }] }],
    };
    expect(await api.followUp(TOKEN, empty)).toEqual({
      kind: "refused",
      gone: false,
      detail: "HTTP 400, code 50035, at components.0.components.0.content (BASE_TYPE_BAD_LENGTH)",
    });
  });
});
