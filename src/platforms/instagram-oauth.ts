import type {
  ConnectOutcome,
  ConsentRequest,
  OAuthConnector,
  TokenDeps,
  TokenOutcome,
  TokenRefusal,
  Tokens,
} from "./access.ts";
import { GRAPH_VERSION } from "./graph.ts";
import { explainGrantError } from "./graph-grants.ts";
import type { JsonRequest } from "./http.ts";
import { readRecords, readText } from "./read-values.ts";
import { callForGrant, failed, type JsonOutcome, readToken, requestTokens } from "./token-call.ts";

/** Both are needed, and a person may take either off the page of consent. */
const SCOPES = ["instagram_business_basic", "instagram_business_manage_insights"];

const DAY_MS = 24 * 3_600_000;
const LIFETIME_MS = 60 * DAY_MS;

/**
 * Business Login for Instagram. Its token is renewed by itself, without a refresh token, and no call gives it back: a
 * person removes the app in Instagram's settings. It takes no PKCE.
 *
 * Source: developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login.
 */
export const instagramOAuth: OAuthConnector = { consentUrl, connect, refresh };

function consentUrl(
  { urls, secrets }: Pick<TokenDeps, "urls" | "secrets">,
  { state, redirectUri }: ConsentRequest,
): string {
  const query = new URLSearchParams({
    client_id: secrets.INSTAGRAM_APP_ID ?? "",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: SCOPES.join(","),
    state,
  });
  return `${urls.authorize}/oauth/authorize?${query}`;
}

async function connect(
  deps: TokenDeps,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<ConnectOutcome> {
  const first = await firstToken(deps, { code, redirectUri });
  if ("kind" in first) return first;
  const query = new URLSearchParams({
    grant_type: "ig_exchange_token",
    client_secret: deps.secrets.INSTAGRAM_APP_SECRET ?? "",
    access_token: first.token,
  });
  const url = `${deps.urls.api}/access_token?${query}`;
  const exchanged = await requestTokens(deps, { url }, explainGrantError(deps.now()));
  if (exchanged.kind !== "granted") return exchanged;
  const { tokens } = exchanged;
  const me = await readMe(deps, tokens.accessToken);
  if (me.kind !== "json") return me;
  // The token's answer names the user too, but as a JSON number, of which the last digits are lost.
  const accountId = readText(me.json.user_id);
  if (accountId === null) return failed("unreadable", "no user_id in the answer");
  const name = readText(me.json.username) ?? accountId;
  return { kind: "connected", accounts: [{ accountId, name, tokens }] };
}

/** Whose token it is; refused if it is worthless. */
function readMe(deps: TokenDeps, accessToken: string): Promise<JsonOutcome> {
  const url = `${deps.urls.api}/${GRAPH_VERSION}/me?fields=user_id,username`;
  return read(deps, { url, headers: { authorization: `Bearer ${accessToken}` } });
}

/** The token the code is good for, which lives an hour. */
async function firstToken(
  deps: TokenDeps,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<{ token: string } | TokenRefusal> {
  const answer = await read(deps, {
    url: `${deps.urls.token}/oauth/access_token`,
    method: "POST",
    body: new URLSearchParams({
      client_id: deps.secrets.INSTAGRAM_APP_ID ?? "",
      client_secret: deps.secrets.INSTAGRAM_APP_SECRET ?? "",
      grant_type: "authorization_code",
      redirect_uri: redirectUri,
      // The vendor puts "#_" after the address it leads back to, which is no part of the code.
      code: code.replace(/#_$/, ""),
    }),
  });
  if (answer.kind !== "json") return answer;
  const denied = withheld(answer.json.permissions);
  if (denied !== undefined) return { kind: "refused", detail: `${denied} was not granted` };
  const token = readToken(answer.json.access_token);
  return token === null ? failed("unreadable", "no access token in the answer") : { token };
}

/** A scope that was not granted, if the answer lists what was: as one text or as a list. */
function withheld(permissions: unknown): string | undefined {
  const granted = typeof permissions === "string" ? permissions.split(/[\s,]+/) : permissions;
  return Array.isArray(granted) ? SCOPES.find((scope) => !granted.includes(scope)) : undefined;
}

/** The vendor's pages show the same answers as `{…}` and as `{"data": [{…}]}`. */
async function read(deps: TokenDeps, request: JsonRequest): Promise<JsonOutcome> {
  const outcome = await callForGrant(deps, request, explainGrantError(deps.now()));
  const wrapped = outcome.kind === "json" ? readRecords(outcome.json.data)?.[0] : undefined;
  return wrapped === undefined ? outcome : { kind: "json", json: wrapped };
}

/**
 * Renews a token for another 60 days. One that is younger than a day the vendor refuses to renew as if it were worthless;
 * whether it is tells another call, and a good one goes on as it is.
 */
async function refresh(deps: TokenDeps, tokens: Tokens): Promise<TokenOutcome> {
  const { accessToken, accessExpiresAt } = tokens;
  const ripeAt = accessExpiresAt === null ? 0 : accessExpiresAt - LIFETIME_MS + DAY_MS;
  if (ripeAt > deps.now()) {
    const me = await readMe(deps, accessToken);
    return me.kind === "json" ? { kind: "granted", tokens } : me;
  }
  const query = new URLSearchParams({ grant_type: "ig_refresh_token", access_token: accessToken });
  const url = `${deps.urls.api}/refresh_access_token?${query}`;
  return requestTokens(deps, { url }, explainGrantError(deps.now()));
}
