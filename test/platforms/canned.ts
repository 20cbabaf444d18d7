import type { AdapterDeps, CallOutcome, Fetch, PostAnswer } from "../../src/platforms/adapter.ts";

/** Saturday, 21 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 12);

export const CREDENTIAL = "AIza-top-secret-0123456789";

/** A network on which every call gets this answer. A body that is not text is sent as JSON. */
export function answering(body: unknown, init: ResponseInit = {}): Fetch {
  const raw = typeof body === "string" || body instanceof ReadableStream || body instanceof Uint8Array;
  return async () => new Response(raw ? body : JSON.stringify(body), init);
}

export function depsOf(fetch: Fetch, changes: Partial<AdapterDeps> = {}): AdapterDeps {
  return {
    fetch,
    baseUrl: "https://vendor.test",
    credential: CREDENTIAL,
    timeoutMs: 8_000,
    now: () => NOW,
    accountId: null,
    nativeIds: new Map(),
    secrets: {},
    ...changes,
  };
}

/** What was said of one post. @throws if the call failed or says nothing of it */
export function saidOf(outcome: CallOutcome, id: string): PostAnswer {
  if (outcome.kind !== "answered") throw new Error(`the call failed: ${outcome.kind}, ${outcome.detail}`);
  const said = outcome.posts.get(id);
  if (said === undefined) throw new Error(`nothing was said of ${id}`);
  return said;
}

/** Answers that are no answer, whichever vendor sends them with a 200. */
export const NONSENSE: [why: string, fetch: Fetch][] = [
  [
    "an HTML page",
    answering("<!doctype html><title>Sign in</title>", { headers: { "content-type": "text/html" } }),
  ],
  ["an empty body", answering("")],
  ["no content", async () => new Response(null, { status: 204 })],
  ["truncated JSON", answering('{"items":[{"id":"dQw4w9WgXcQ","statis')],
  ["null", answering(null)],
  ["an array", answering([])],
  ["a text", answering('"ok"')],
  ["a number", answering("1")],
  ["another object", answering({ ok: true })],
  ["a list that is none", answering({ items: {}, data: {} })],
  ["a list of texts", answering({ items: ["a"], data: ["a"] })],
  ["a list with a null", answering({ items: [null], data: [null] })],
  ["a list with a list", answering({ items: [[]], data: [[]] })],
  [
    "bytes that are not UTF-8",
    answering(new Uint8Array([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])),
  ],
  ["a redirect", answering("", { status: 302, headers: { location: "https://login.test/" } })],
  ["deeply nested lists", answering("[".repeat(200_000))],
];
