import type {
  ConnectOutcome,
  OAuthConnector,
  TokenDeps,
  TokenOutcome,
  TokenRefusal,
  Tokens,
} from "./access.ts";
import type { Fetch } from "./adapter.ts";
import type { JsonRequest } from "./http.ts";
import { meaningOf } from "./observe-once.ts";
import { readRecord, readText } from "./read-values.ts";
import { isCode, LIMIT_WINDOW_MS, meaningOfCode, readCode } from "./tiktok-errors.ts";
import { callForGrant, failed, readTokens, requestTokens } from "./token-call.ts";

/** Without it no video is shown; a person may consent to the rest and refuse it. */
const VIDEO_SCOPE = "video.list";
const SCOPES = ["user.info.basic", VIDEO_SCOPE];

/** RFC 6749 §4.1.2.1: the server's own trouble, with which the grant has nothing to do. */
const SERVER_ERRORS: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

/**
 * TikTok's Login Kit for the web. Source: developers.tiktok.com/doc/login-kit-web and
 * /doc/oauth-get-a-user-access-token.
 */
export const tiktokOauth: OAuthConnector = { consentUrl, connect, refresh, revoke };

/**
 * Without PKCE: Login Kit knows it for mobile and desktop apps only (there with the hexadecimal SHA-256, not
 * the base64url of RFC 7636), the page for the web has no parameter for it, and `code_verifier` is required
 * of those apps alone.
 */
function consentUrl(
  { urls, secrets }: Pick<TokenDeps, "urls" | "secrets">,
  { state, redirectUri }: { state: string; redirectUri: string },
): string {
  const query = new URLSearchParams({
    client_key: secrets.TIKTOK_CLIENT_KEY ?? "",
    response_type: "code",
    scope: SCOPES.join(","),
    redirect_uri: redirectUri,
    state,
    // Shows the page even to somebody who consented before, who may be signed in to another account today.
    disable_auto_auth: "1",
  });
  return `${urls.authorize}/v2/auth/authorize/?${query}`;
}

async function connect(
  deps: TokenDeps,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<ConnectOutcome> {
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  const outcome = await callForGrant(deps, formRequest(deps, "token", grant), explainer(deps));
  if (outcome.kind !== "json") return outcome;
  const { open_id, scope } = outcome.json;
  const tokens = readTokens(outcome.json, deps.now());
  const accountId = readText(open_id);
  if (tokens === null || accountId === null) {
    return failed("unreadable", "no access token or no open_id in the answer");
  }
  if (typeof scope === "string" && !scope.split(",").includes(VIDEO_SCOPE)) {
    return { kind: "refused", detail: `${VIDEO_SCOPE} was not granted` };
  }
  const named = await readName(deps, accountId, tokens.accessToken);
  if (typeof named !== "string") return named;
  return { kind: "connected", accounts: [{ accountId, name: named, tokens }] };
}

/**
 * What people call the account; its id if it has no name. Source:
 * developers.tiktok.com/doc/tiktok-api-v2-get-user-info.
 */
async function readName(
  deps: TokenDeps,
  accountId: string,
  accessToken: string,
): Promise<string | TokenRefusal> {
  const request: JsonRequest = {
    url: `${deps.urls.api}/v2/user/info/?fields=open_id,display_name`,
    headers: { authorization: `Bearer ${accessToken}` },
  };
  const outcome = await callForGrant(deps, request, explainer(deps));
  if (outcome.kind !== "json") return outcome;
  const user = readRecord(readRecord(outcome.json.data)?.user);
  if (user?.open_id !== accountId) return failed("unreadable", "the profile is not that of the grant");
  return readText(user.display_name) ?? accountId;
}

/** The vendor replaces the refresh token each time, and the former ends with its first use. */
async function refresh(deps: TokenDeps, tokens: Tokens): Promise<TokenOutcome> {
  const { refreshToken, refreshExpiresAt } = tokens;
  if (refreshToken === null) return { kind: "refused", detail: "no refresh token" };
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  const outcome = await requestTokens(deps, formRequest(deps, "token", grant), explainer(deps));
  if (outcome.kind !== "granted" || outcome.tokens.refreshToken !== null) return outcome;
  return { kind: "granted", tokens: { ...outcome.tokens, refreshToken, refreshExpiresAt } };
}

/** Takes an access token that still lives, so one that is over is renewed first. */
async function revoke(
  deps: TokenDeps,
  { tokens }: { tokens: Tokens },
): Promise<{ kind: "revoked" } | TokenRefusal> {
  const isOver = tokens.accessExpiresAt !== null && tokens.accessExpiresAt <= deps.now();
  const renewed = isOver ? await refresh(deps, tokens) : { kind: "granted" as const, tokens };
  if (renewed.kind !== "granted") return renewed;
  const request = formRequest(deps, "revoke", { token: renewed.tokens.accessToken });
  const outcome = await callForGrant({ ...deps, fetch: emptyAsObject(deps.fetch) }, request, explainer(deps));
  return outcome.kind === "json" ? { kind: "revoked" } : outcome;
}

function formRequest(
  { urls, secrets }: TokenDeps,
  endpoint: "token" | "revoke",
  form: Record<string, string>,
): JsonRequest {
  const body = new URLSearchParams({
    client_key: secrets.TIKTOK_CLIENT_KEY ?? "",
    client_secret: secrets.TIKTOK_CLIENT_SECRET ?? "",
    ...form,
  });
  return { url: `${urls.token}/v2/oauth/${endpoint}/`, method: "POST", body };
}

/**
 * Reads an error in either of the vendor's forms: flat at the endpoints of OAuth, an envelope elsewhere. What
 * is left over has RFC 6749's meaning. Source: developers.tiktok.com/doc/oauth-error-handling.
 */
function explainer({ now }: Pick<TokenDeps, "now">) {
  return (json: Record<string, unknown>, status: number): TokenRefusal | null => {
    const flat = readText(json.error);
    if (flat !== null && SERVER_ERRORS.has(flat)) return failed("outage", flat);
    if (flat !== null && !isCode(flat)) return failed(meaningOf(status), `HTTP ${status}`);
    const code = readCode(json);
    if (code === null || code === "ok") return null;
    const failure = meaningOfCode(code) ?? meaningOf(status);
    if (failure === "unauthorised") return { kind: "refused", detail: code };
    return failed(failure, code, failure === "rate_limited" ? now() + LIMIT_WINDOW_MS : null);
  };
}

/** The reference says of a revocation that its answer is empty, and shows `{}`: both are the same success. */
function emptyAsObject(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const isEmpty = response.body === null || response.headers.get("content-length") === "0";
    return response.ok && isEmpty ? Response.json({}) : response;
  };
}
