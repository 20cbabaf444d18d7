import { describe, expect, it } from "vitest";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { fetchJson, MAX_BODY_BYTES } from "../../src/platforms/http.ts";
import { answering, NONSENSE } from "./canned.ts";

const URL_WITH_KEY = "https://vendor.test/videos?key=top-secret";

function get(fetch: Fetch, timeoutMs?: number) {
  return fetchJson(fetch, timeoutMs === undefined ? { url: URL_WITH_KEY } : { url: URL_WITH_KEY, timeoutMs });
}

/** A valid JSON text of exactly so many bytes. */
function textOf(bytes: number): string {
  return `"${"x".repeat(bytes - 2)}"`;
}

describe("fetching one JSON document", () => {
  it("asks for JSON, follows no redirect and gives up after a time", async () => {
    const seen: RequestInit[] = [];
    await fetchJson(
      async (_url, init) => {
        seen.push(init ?? {});
        return Response.json({});
      },
      { url: "https://vendor.test/", headers: { authorization: "Bearer t" } },
    );
    expect(seen).toEqual([
      {
        method: "GET",
        headers: { accept: "application/json", authorization: "Bearer t" },
        redirect: "manual",
        signal: expect.any(AbortSignal),
      },
    ]);
  });

  it.each(["application/json", "text/javascript; charset=UTF-8", "text/plain", "application/problem+json"])(
    "reads JSON labelled %s",
    async (type) => {
      const answer = await get(answering({ a: 1 }, { headers: { "content-type": type } }));
      expect(answer).toMatchObject({ kind: "answer", status: 200, json: { a: 1 } });
    },
  );

  it("gives the headers", async () => {
    const answer = await get(answering({}, { headers: { "retry-after": "7" } }));
    expect(answer.kind === "answer" && answer.headers.get("retry-after")).toBe("7");
  });

  it.each([400, 403, 429, 503])("takes the word of status %i over its HTML body", async (status) => {
    expect(await get(answering("<h1>No</h1>", { status }))).toMatchObject({
      kind: "answer",
      status,
      json: null,
    });
  });

  it.each(NONSENSE.filter(([why]) => /HTML|empty|content|truncated|UTF-8|redirect|nested/.test(why)))(
    "finds %s unreadable",
    async (_why, fetch) => {
      expect(await get(fetch)).toMatchObject({ kind: "unreadable", head: { status: expect.any(Number) } });
    },
  );

  it.each([301, 302, 303, 307, 308])(
    "does not follow status %i, nor reads what comes with it",
    async (status) => {
      const headers = { location: "https://vendor.test/elsewhere" };
      expect(await get(answering({}, { status, headers }))).toMatchObject({
        kind: "unreadable",
        detail: `HTTP ${status}: a redirect where an answer was due`,
        head: { status },
      });
    },
  );

  it("reads a body of 1 MiB and not one byte more", async () => {
    expect(await get(answering(textOf(MAX_BODY_BYTES)))).toMatchObject({ kind: "answer" });
    expect(await get(answering(textOf(MAX_BODY_BYTES + 1)))).toMatchObject({ kind: "unreadable" });
  });

  it("stops reading an endless body soon after 1 MiB, whatever length it claims", async () => {
    const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
    const sent = { chunks: 0, cancelled: false };
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent.chunks += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        sent.cancelled = true;
      },
    });
    expect(
      await get(async () => new Response(endless, { headers: { "content-length": "10" } })),
    ).toMatchObject({
      kind: "unreadable",
    });
    expect(sent.cancelled).toBe(true);
    expect(sent.chunks).toBeLessThan(20);
  });

  it("calls a failed connection an outage and tells no secret of it", async () => {
    const answer = await get(() => Promise.reject(new TypeError(`fetch failed: ${URL_WITH_KEY}`)));
    expect(answer).toEqual({ kind: "outage", detail: "network failure (TypeError)", head: null });
  });

  it("calls something thrown that is no error an outage too", async () => {
    expect(await get(() => Promise.reject("reset"))).toMatchObject({ kind: "outage" });
  });

  it("calls a body that breaks off an outage", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      pull: (controller) => controller.error(new Error(URL_WITH_KEY)),
    });
    const answer = await get(answering(broken, { headers: { "retry-after": "7" } }));
    expect(answer).toMatchObject({ kind: "outage", detail: "body broken off: network failure (Error)" });
    expect(answer.kind !== "answer" && answer.head?.status).toBe(200);
    expect(answer.kind !== "answer" && answer.head?.headers.get("retry-after")).toBe("7");
  });

  it("gives up on a server that never answers", async () => {
    const silent: Fetch = (_url, init) =>
      new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
    expect(await get(silent, 1)).toEqual({
      kind: "outage",
      detail: "no complete answer within the time limit",
      head: null,
    });
  });

  it("gives up on a body that never ends", async () => {
    const stalled = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode("[1")),
    });
    expect(await get(answering(stalled), 1)).toMatchObject({
      kind: "outage",
      detail: expect.stringContaining("no complete answer within the time limit"),
      head: { status: 200 },
    });
  });
});
