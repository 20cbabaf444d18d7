import type { Fetch } from "./adapter.ts";

/** Longest wait for one call, the reading of its body included. */
const TIMEOUT_MS = 8_000;

/** Longest body that is read, in bytes after decompression. */
export const MAX_BODY_BYTES = 1024 * 1024;

export interface JsonRequest {
  url: string;
  /** Default GET. */
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  headers?: Record<string, string>;
  /** With its content type among the headers; URLSearchParams bring their own. */
  body?: string | URLSearchParams;
  /** Default {@link TIMEOUT_MS}. */
  timeoutMs?: number;
}

/**
 * What came of one call.
 *
 * - `answer`: any status but a redirect. `json` is null where an error status came without a JSON body: the
 *   status is what it has to say, so an HTML page beside a 503 changes nothing.
 * - `outage`: nothing came, or not all of it, within the time
 * - `unreadable`: a success or redirect that is no JSON document of reasonable size
 */
export type JsonAnswer =
  | ({ kind: "answer"; json: unknown } & AnswerHead)
  | {
      kind: "outage" | "unreadable";
      detail: string;
      /** What came before the body that is missing; null if nothing came. */
      head: AnswerHead | null;
    };

/** What an answer says before its body. */
export interface AnswerHead {
  status: number;
  headers: Headers;
}

type Body = { kind: "json"; json: unknown } | { kind: "outage" | "unreadable"; detail: string };

/**
 * Makes one call that is answered by a JSON document. Never throws for what the network or the server does, follows no redirect, and
 * ignores the content type: vendors label JSON as `text/javascript` or `application/problem+json`, so the
 * body decides.
 *
 * No `detail` quotes a URL or an error's message, either of which may carry the credential.
 */
export async function fetchJson(fetch: Fetch, request: JsonRequest): Promise<JsonAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await fetch(request.url, {
      method: request.method ?? "GET",
      headers: { accept: "application/json", ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: "manual",
      signal,
    });
    const { status, headers } = response;
    const head = { status, headers };
    if (status >= 300 && status < 400) {
      await response.body?.cancel();
      return { kind: "unreadable", detail: `HTTP ${status}: a redirect where an answer was due`, head };
    }
    const body = await readJson(response, signal);
    if (body.kind === "json") return { kind: "answer", ...head, json: body.json };
    return status >= 400 ? { kind: "answer", ...head, json: null } : { ...body, head };
  } catch (error) {
    return { kind: "outage", detail: networkFailure(error, signal), head: null };
  }
}

async function readJson(response: Response, signal: AbortSignal): Promise<Body> {
  let chunks: Uint8Array[] | null;
  try {
    chunks = await readCapped(response, signal);
  } catch (error) {
    return { kind: "outage", detail: `body broken off: ${networkFailure(error, signal)}` };
  }
  if (chunks === null) return { kind: "unreadable", detail: `body over ${MAX_BODY_BYTES} bytes` };
  try {
    return { kind: "json", json: JSON.parse(decode(chunks)) };
  } catch {
    return { kind: "unreadable", detail: "body is not JSON in UTF-8" };
  }
}

/**
 * The body, or null if it is over {@link MAX_BODY_BYTES}; counted while it streams, since a length header may
 * lie.
 */
async function readCapped(response: Response, signal: AbortSignal): Promise<Uint8Array[] | null> {
  if (response.body === null) return [];
  const reader = response.body.getReader();
  // Not every body follows the signal of its request, and a server may go silent in the middle of one.
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return chunks;
      bytes += value.byteLength;
      if (bytes > MAX_BODY_BYTES) {
        await reader.cancel();
        return null;
      }
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * @throws {TypeError} on bytes that are not UTF-8: replaced characters would be numbers or ids nobody sent.
 */
function decode(chunks: Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const text = chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("");
  return text + decoder.decode();
}

function networkFailure(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no complete answer within the time limit";
  return `network failure (${error instanceof Error ? error.name : typeof error})`;
}
