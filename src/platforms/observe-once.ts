import type {
  AdapterDeps,
  CallFailure,
  CallOutcome,
  LimitReading,
  PostAnswer,
  PostObservation,
} from "./adapter.ts";
import { fetchJson, type JsonAnswer, type JsonRequest } from "./http.ts";

/** An answer with an error status. */
export interface Refusal {
  status: number;
  headers: Headers;
  /** The parsed body, null if it was not JSON. */
  json: unknown;
  /** ms UTC */
  now: number;
}

/** What a refusal means. `reason` is the vendor's own code for it, null if it gave none. */
export interface RefusalMeaning {
  kind: CallFailure;
  reason: string | null;
  /** ms UTC, null if the vendor did not say */
  retryAt: number | null;
}

/** The part of a call that differs between vendors. */
export interface VendorCall {
  /** Posts per call. */
  batchSize: number;
  request(deps: AdapterDeps, externalIds: readonly string[]): JsonRequest;
  /** What a successful answer says of the posts it was asked for; null if it is not the documented shape. */
  read(json: unknown, asked: ReadonlySet<string>): Map<string, PostAnswer> | null;
  explain(refusal: Refusal): RefusalMeaning;
  /** The rate-limit window the headers tell of, null if they tell of none. */
  readLimits(headers: Headers, now: number): LimitReading | null;
}

type Answer = Extract<JsonAnswer, { kind: "answer" }>;

/**
 * Asks a vendor once and turns whatever comes into an outcome. Every asked id gets an entry in `posts`; an
 * answer for another id gets none.
 *
 * @throws {RangeError} on no ids or more than the vendor takes: a caller's bug
 */
export async function observeOnce(
  vendor: VendorCall,
  deps: AdapterDeps,
  externalIds: readonly string[],
): Promise<CallOutcome> {
  const asked = new Set(externalIds);
  if (asked.size === 0 || asked.size > vendor.batchSize) {
    throw new RangeError(`a call takes 1 to ${vendor.batchSize} posts, not ${asked.size}`);
  }
  const answer = await fetchJson(deps.fetch, {
    ...vendor.request(deps, [...asked]),
    timeoutMs: deps.timeoutMs,
  });
  if (answer.kind !== "answer") return { ...answer, retryAt: null, limits: null };
  const limits = vendor.readLimits(answer.headers, deps.now());
  if (answer.status >= 400) return { ...refused(vendor, deps, answer), limits };
  const posts = vendor.read(answer.json, asked);
  if (posts !== null) return { kind: "answered", posts, limits };
  return { kind: "unreadable", detail: "JSON of another shape than documented", retryAt: null, limits };
}

function refused(vendor: VendorCall, deps: AdapterDeps, { status, headers, json }: Answer) {
  const { kind, reason, retryAt } = vendor.explain({ status, headers, json, now: deps.now() });
  const detail = reason === null ? `HTTP ${status}` : `HTTP ${status}: ${reason}`;
  return { kind, detail: redacted(detail, deps.credential), retryAt };
}

/** A server may echo what it was sent, the credential included, in any field. */
function redacted(detail: string, credential: string): string {
  return credential === "" ? detail : detail.replaceAll(credential, "[credential]");
}

/** What an HTTP status means where the vendor gives it no meaning of its own. */
export function meaningOf(status: number): CallFailure {
  if (status === 401 || status === 403) return "unauthorised";
  if (status === 429) return "rate_limited";
  return status >= 500 ? "outage" : "unreadable";
}

export function isOneOf(ids: { has(id: string): boolean }, id: unknown): id is string {
  return typeof id === "string" && ids.has(id);
}

/**
 * Notes what was said of a post, unless nobody asked for it. Two different answers for one post cannot both
 * be true, so neither is taken.
 */
export function note(
  posts: Map<string, PostObservation>,
  asked: ReadonlySet<string>,
  { id, said }: { id: unknown; said: PostObservation },
): void {
  if (!isOneOf(asked, id)) return;
  const before = posts.get(id);
  const same = before === undefined || JSON.stringify(before) === JSON.stringify(said);
  posts.set(id, same ? said : { kind: "unreadable", detail: "answered twice, differently" });
}
