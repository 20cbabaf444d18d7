import type { TokenDeps, TokenOutcome, TokenRefusal } from "./access.ts";
import { meaningOf } from "./observe-once.ts";
import { failed, requestTokens } from "./token-call.ts";

/** Of the calls made here; it rises when they change. */
const AGENT_VERSION = "1.0";

/**
 * Who we are, in the form that Reddit demands; it answers any other with 429.
 * Source: github.com/reddit-archive/reddit/wiki/API.
 */
function redditAgent({ REDDIT_CLIENT_ID: id = "", REDDIT_USERNAME: name = "" }: TokenDeps["secrets"]) {
  return `web:${id}:v${AGENT_VERSION} (by /u/${name})`;
}

/** The headers of a call to the API with a granted token. */
export function redditHeaders(secrets: TokenDeps["secrets"], token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, "user-agent": redditAgent(secrets) };
}

/**
 * A token of the app itself, which shows public posts and profiles for a day (RFC 6749 §4.4). There is no
 * refresh token.
 */
export async function grantRedditToken(deps: TokenDeps): Promise<TokenOutcome> {
  const request = {
    url: `${deps.urls.token}/api/v1/access_token`,
    method: "POST" as const,
    headers: { authorization: basic(deps.secrets), "user-agent": redditAgent(deps.secrets) },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "read" }),
  };
  const outcome = await requestTokens(deps, request, explain);
  return outcome.kind === "refused" && EDGE_REFUSAL.test(outcome.detail)
    ? failed("outage", outcome.detail)
    : outcome;
}

/** Of bytes, because `btoa` throws on characters that a mistyped secret may have (RFC 7617 §2.1). */
function basic({ REDDIT_CLIENT_ID: id = "", REDDIT_CLIENT_SECRET: secret = "" }: TokenDeps["secrets"]) {
  const bytes = new TextEncoder().encode(`${id}:${secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** An error of OAuth or a 401 is about the client. Any other refusal is the edge's, and passes. */
const EDGE_REFUSAL = /^HTTP 4(?!01)\d\d$/;

/** Errors have come with a success and their status in the body. */
function explain({ error }: Record<string, unknown>, status: number): TokenRefusal | null {
  if (status >= 400 || typeof error !== "number") return null;
  const detail = `HTTP ${status}: error ${error}`;
  const kind = meaningOf(error);
  return kind === "unauthorised" ? { kind: "refused", detail } : failed(kind, detail);
}
