import type { AdapterDeps, CallFailure, LimitReading, PostAnswer } from "./adapter.ts";
import { explainGraphError, type GraphError } from "./graph-errors.ts";
import { readGraphLimits, tightest } from "./graph-limits.ts";
import { fetchJson, type JsonAnswer, type JsonRequest } from "./http.ts";
import { readRecord, readRecords } from "./read-values.ts";

export const GRAPH_VERSION = "v25.0";

/** Most parts of one batch. Each counts as a call to the vendor's limits. */
export const BATCH_MAX = 50;

/** What came of one read: the object, or why there is none. */
export type GraphAnswer = { kind: "object"; object: Record<string, unknown> } | GraphError;

/** One token's calls to the Graph API. */
export interface GraphClient {
  /** Reads one node or edge: `get("17841/media", { limit: "100" })`. */
  get(path: string, query: Record<string, string>): Promise<GraphAnswer>;
  /** Reads up to {@link BATCH_MAX} relative addresses in one call; an error is about all of them. */
  batch(addresses: readonly string[]): Promise<GraphAnswer[] | GraphError>;
  /** HTTP calls made so far, and what the last of them told of the limits. */
  spent(): { calls: number; limits: LimitReading | null };
}

type GraphDeps = Pick<AdapterDeps, "fetch" | "baseUrl" | "credential" | "timeoutMs" | "now">;

/** The token goes in the header, so that no address carries it. */
export function openGraph(deps: GraphDeps): GraphClient {
  let calls = 0;
  let limits: LimitReading | null = null;
  const call = async (request: JsonRequest): Promise<JsonAnswer> => {
    calls += 1;
    const headers = { authorization: `Bearer ${deps.credential}` };
    const answer = await fetchJson(deps.fetch, { ...request, headers, timeoutMs: deps.timeoutMs });
    if (answer.kind === "answer") learn([answer.headers]);
    return answer;
  };
  const learn = (told: readonly Headers[]) => {
    limits = tightest(told.map((headers) => readGraphLimits(headers, deps.now()))) ?? limits;
  };
  return {
    spent: () => ({ calls, limits }),
    async get(path, query) {
      const url = `${deps.baseUrl}/${GRAPH_VERSION}/${path}?${new URLSearchParams(query)}`;
      const answer = await call({ url });
      if (answer.kind !== "answer") return { ...answer, retryAt: null };
      return objectOf(answer, deps.now());
    },
    async batch(addresses) {
      const parts = addresses.map((relative_url) => ({ method: "GET", relative_url }));
      const answer = await call({
        url: `${deps.baseUrl}/${GRAPH_VERSION}/`,
        method: "POST",
        body: new URLSearchParams({ batch: JSON.stringify(parts) }),
      });
      if (answer.kind !== "answer") return { ...answer, retryAt: null };
      const { status, headers, json } = answer;
      if (status >= 400 || !Array.isArray(json) || json.length !== addresses.length) {
        const whole = objectOf(answer, deps.now());
        return whole.kind === "object" ? MISSHAPEN : whole;
      }
      // The limits are told in the headers of the parts, for which they are not left out of the answer.
      const told = json.map((part) => headersOf(part, headers));
      learn([headers, ...told]);
      return json.map((part, i) => readPart(part, told[i] ?? headers, deps.now()));
    },
  };
}

const MISSHAPEN: GraphError = {
  kind: "unreadable",
  detail: "JSON of another shape than documented",
  retryAt: null,
};

type Answered = Pick<Extract<JsonAnswer, { kind: "answer" }>, "status" | "headers" | "json">;

/** Errors count wherever they stand: some came with a 200. */
function objectOf({ status, headers, json }: Answered, now: number): GraphAnswer {
  const object = readRecord(json);
  if (status >= 400 || readRecord(object?.error) !== null) {
    return explainGraphError({ status, headers, json, now });
  }
  return object === null ? MISSHAPEN : { kind: "object", object };
}

/**
 * One part of a batch: `{"code": 200, "body": "<JSON>"}`, or null where the vendor ran out of time.
 *
 * Source: developers.facebook.com/docs/graph-api/batch-requests.
 */
function readPart(part: unknown, headers: Headers, now: number): GraphAnswer {
  if (part === null) return { kind: "outage", detail: "left out of the batch's answer", retryAt: null };
  const { code, body } = readRecord(part) ?? {};
  if (typeof code !== "number" || typeof body !== "string") return MISSHAPEN;
  return objectOf({ status: code, headers, json: parsed(body) }, now);
}

const TELLING_HEADERS: ReadonlySet<string> = new Set([
  "x-app-usage",
  "x-business-use-case-usage",
  "retry-after",
]);

/** The headers of a part, `[{"name": …, "value": …}]`, over those of the whole answer. */
function headersOf(part: unknown, whole: Headers): Headers {
  const headers = new Headers(whole);
  for (const { name, value } of readRecords(readRecord(part)?.headers) ?? []) {
    const known = typeof name === "string" && TELLING_HEADERS.has(name.toLowerCase());
    // What is no header at all would be thrown back by the platform's own check.
    if (known && typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  return headers;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const SHARED_FAILURES: ReadonlySet<string> = new Set<CallFailure>(["rate_limited", "unauthorised", "outage"]);

/** The failure that all parts of a batch share, if it is one of the token, the app or the vendor; else null. */
export function sharedFailure(parts: readonly GraphAnswer[]): CallError | null {
  const [first] = parts;
  if (first === undefined || !isCallError(first) || !SHARED_FAILURES.has(first.kind)) return null;
  return parts.every(({ kind }) => kind === first.kind) ? first : null;
}

/** An error that says nothing of the object that was asked for. */
export type CallError = GraphError & { kind: CallFailure };

export function isCallError(answer: { kind: string }): answer is CallError {
  return SHARED_FAILURES.has(answer.kind) || answer.kind === "unreadable";
}

/** The same for a call about the account itself: what it is not allowed to see, its token is not good for. */
export function asCallError({ kind, detail, retryAt }: GraphError): CallError {
  if (kind === "gone" || kind === "denied") return { kind: "unauthorised", detail, retryAt };
  if (kind === "parameter" || kind === "no_data") return { kind: "unreadable", detail, retryAt };
  return { kind, detail, retryAt };
}

/** What the error of a part says of its post. */
export function answerOf({ kind, detail, retryAt }: GraphError): PostAnswer {
  switch (kind) {
    case "gone":
      return { kind: "gone" };
    case "denied":
      return { kind: "private" };
    case "parameter":
    case "no_data":
    case "unreadable":
      return { kind: "unreadable", detail };
    default:
      return { kind: "unanswered", failure: kind, detail, retryAt };
  }
}
