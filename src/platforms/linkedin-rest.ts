import type { AdapterDeps, CallFailure, PostAnswer } from "./adapter.ts";
import { fetchJson } from "./http.ts";
import { meaningOf } from "./observe-once.ts";
import { readRecord } from "./read-values.ts";
import { parseRetryAfter } from "./retry-after.ts";

/**
 * The version of the Marketing API that is spoken: September 2026, which LinkedIn ends about a year later, in
 * September 2027. From then on every call is answered with 426 NONEXISTENT_VERSION, until a newer one stands
 * here and the notes of the versions between are read:
 * learn.microsoft.com/linkedin/marketing/integrations/recent-changes.
 */
const LINKEDIN_VERSION = "202609";

/** What every call below /rest/ carries; without the protocol version `List(…)` would not be understood. */
function restHeaders(token: string): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    "linkedin-version": LINKEDIN_VERSION,
    "x-restli-protocol-version": "2.0.0",
  };
}

/**
 * URNs as a list of Rest.li 2.0: brackets and commas as they are, between them all is percent-encoded.
 * Source: linkedin.github.io/rest.li/spec/protocol.
 */
export function listOf(urns: readonly string[]): string {
  return `List(${urns.map(encodeURIComponent).join(",")})`;
}

/** A call that brought no answer. */
export interface RestRefusal {
  kind: "refused";
  failure: CallFailure;
  /** Null if none came. */
  status: number | null;
  detail: string;
  /** ms UTC; null if the vendor did not say. */
  retryAt: number | null;
  /** Whether there is no such thing, as opposed to no such address. */
  isMissing: boolean;
  /** The posts the vendor's message names: a refusal that names one is about it, and not about us. */
  named: ReadonlySet<string>;
}

/** What was learnt of some posts, and what kept us from learning more. */
export interface Findings {
  said: Map<string, PostAnswer>;
  /** Holds for every post of which nothing was said; null if there is none. */
  refusal: RestRefusal | null;
  calls: number;
}

type RestOutcome = { kind: "json"; json: Record<string, unknown> } | RestRefusal;

type RestDeps = Pick<AdapterDeps, "fetch" | "baseUrl" | "credential" | "timeoutMs" | "now">;

/** Makes one call below /rest/. Never throws for what the network or the vendor does. */
export async function askRest(
  deps: RestDeps,
  path: string,
  headers: Record<string, string> = {},
): Promise<RestOutcome> {
  const answer = await fetchJson(deps.fetch, {
    url: `${deps.baseUrl}/rest/${path}`,
    headers: { ...restHeaders(deps.credential), ...headers },
    timeoutMs: deps.timeoutMs,
  });
  if (answer.kind !== "answer") return refusalOf(answer.kind, answer.detail);
  if (answer.status >= 400) return explain(answer, deps.now());
  const json = readRecord(answer.json);
  return json === null ? otherShape() : { kind: "json", json };
}

/** For an answer that came, but not in the documented shape. */
export function otherShape(): RestRefusal {
  return refusalOf("unreadable", "JSON of another shape than documented");
}

/** A refusal without an answer of the vendor. */
export function refusalOf(failure: CallFailure, detail: string, retryAt: number | null = null): RestRefusal {
  return { kind: "refused", failure, status: null, detail, retryAt, isMissing: false, named: new Set() };
}

/** LinkedIn's codes have no other characters; whatever else it echoes might be the token. */
const CODE = /^[A-Z][A-Z_]{1,59}$/;

/** An address that does not exist is answered with this code, a thing that does not with another or none. */
const NO_SUCH_ADDRESS = "RESOURCE_NOT_FOUND";

/** A quota of LinkedIn is of a day of UTC, and its message says so: "… throttle APPLICATION DAY limit …". */
const DAILY = /\bDAY\b/;
const DAY_MS = 24 * 3_600_000;

/**
 * Reads an error, of a whole call or of one part of a batch.
 *
 * A sunset version (426) is `unreadable` like every 4xx that is ours to mend: it says nothing about any post.
 * Source: learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling and /rate-limits.
 */
export function explain(
  { status, headers, json }: { status: number; headers?: Headers; json: unknown },
  now: number,
): RestRefusal {
  const body = readRecord(json);
  const message = typeof body?.message === "string" ? body.message : "";
  const code = codeOf(body);
  const isDaily = status === 429 && DAILY.test(message);
  const midnight = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  return {
    kind: "refused",
    failure: meaningOf(status),
    status,
    detail: code === null ? `HTTP ${status}` : `HTTP ${status}: ${code}`,
    retryAt: isDaily ? midnight : parseRetryAfter(headers?.get("retry-after") ?? null, now),
    // Without a body it may be anybody's 404, such as a proxy's.
    isMissing: status === 404 && body !== null && code !== NO_SUCH_ADDRESS,
    named: new Set(message.match(/urn:li:\w+:\d+/g)),
  };
}

/** The vendor's code, or else its number for it. */
function codeOf(body: Record<string, unknown> | null): string | null {
  const { code, serviceErrorCode } = body ?? {};
  if (typeof code === "string" && CODE.test(code)) return code;
  return Number.isSafeInteger(serviceErrorCode) ? String(serviceErrorCode) : null;
}
