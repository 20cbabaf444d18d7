import type { TokenDeps, TokenOutcome, TokenRefusal, Tokens } from "./access.ts";
import type { CallFailure } from "./adapter.ts";
import { fetchJson, type JsonRequest } from "./http.ts";
import { readRecord, readText } from "./read-values.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** Longest token that is taken; what is longer is none. */
const LONGEST_TOKEN = 8_192;

/** The error codes of a token endpoint that no repetition mends. RFC 6749 §5.2 and §4.1.2.1. */
const FINAL_ERRORS: ReadonlySet<string> = new Set([
  "access_denied",
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
]);

export type JsonOutcome = { kind: "json"; json: Record<string, unknown> } | TokenRefusal;

/**
 * Makes a call to a vendor's token endpoint or about an account. Vendors answer errors with 400, 401 and even 200, so the
 * `error` of the body counts before the status. No `detail` quotes anything but the vendor's error code.
 *
 * @param explain reads an error body in the vendor's own words; null leaves it to RFC 6749 and the status
 */
export async function callForGrant(
  deps: Pick<TokenDeps, "fetch" | "timeoutMs" | "now">,
  request: JsonRequest,
  explain: (json: Record<string, unknown>, status: number) => TokenRefusal | null = () => null,
): Promise<JsonOutcome> {
  const answer = await fetchJson(deps.fetch, { ...request, timeoutMs: deps.timeoutMs });
  if (answer.kind !== "answer") return failed(answer.kind, answer.detail);
  const { status, headers } = answer;
  const json = readRecord(answer.json);
  const explained = json && explain(json, status);
  if (explained) return explained;
  const code = readText(json?.error);
  if (code !== null && FINAL_ERRORS.has(code)) return { kind: "refused", detail: code };
  const detail = `HTTP ${status}${code !== null && /^[a-z_]{1,60}$/.test(code) ? `: ${code}` : ""}`;
  if (status === 429)
    return failed("rate_limited", detail, parseRetryAfter(headers.get("retry-after"), deps.now()));
  if (status >= 500) return failed("outage", detail);
  // A page in place of JSON comes from something in front of the endpoint, which knows nothing of the grant.
  if (status >= 400) return json === null ? failed("outage", detail) : { kind: "refused", detail };
  return json === null || code !== null ? failed("unreadable", detail) : { kind: "json", json };
}

/** The same for an endpoint that answers with tokens in the members of RFC 6749 §5.1. */
export async function requestTokens(
  deps: Pick<TokenDeps, "fetch" | "timeoutMs" | "now">,
  request: JsonRequest,
  explain?: (json: Record<string, unknown>, status: number) => TokenRefusal | null,
): Promise<TokenOutcome> {
  const outcome = await callForGrant(deps, request, explain);
  if (outcome.kind !== "json") return outcome;
  const tokens = readTokens(outcome.json, deps.now());
  return tokens === null
    ? failed("unreadable", "no access token in the answer")
    : { kind: "granted", tokens };
}

/** The tokens of an answer in the words of RFC 6749 §5.1, with the refresh expiry as TikTok and LinkedIn name it. */
export function readTokens(json: Record<string, unknown>, now: number): Tokens | null {
  const accessToken = readToken(json.access_token);
  if (accessToken === null) return null;
  return {
    accessToken,
    accessExpiresAt: expiry(json.expires_in, now),
    refreshToken: readToken(json.refresh_token),
    refreshExpiresAt: expiry(json.refresh_expires_in ?? json.refresh_token_expires_in, now),
  };
}

/** A token may hold any visible character (RFC 6749 appendix A), and no other. */
export function readToken(sent: unknown): string | null {
  const fits = typeof sent === "string" && sent.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(sent);
  return fits ? sent : null;
}

function expiry(seconds: unknown, now: number): number | null {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0
    ? now + Math.floor(seconds * 1_000)
    : null;
}

export function failed(failure: CallFailure, detail: string, retryAt: number | null = null): TokenRefusal {
  return { kind: "failed", failure, detail, retryAt };
}
