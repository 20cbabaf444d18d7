import type {
  ConnectedProfile,
  ConnectOutcome,
  ConsentRequest,
  OAuthConnector,
  Profile,
  TokenDeps,
  TokenOutcome,
  TokenRefusal,
  Tokens,
} from "./access.ts";
import type { Fetch } from "./adapter.ts";
import type { JsonRequest } from "./http.ts";
import { askRest } from "./linkedin-rest.ts";
import { readRecords, readText } from "./read-values.ts";
import { callForGrant, failed, requestTokens } from "./token-call.ts";

/**
 * `openid profile` tell who consents, `r_member_postAnalytics` shows the member's posts,
 * `r_organization_social` the posts of the pages the member administers, and `rw_organization_admin` which
 * those are and their statistics; LinkedIn has no reading scope for the last. Source: the "Permissions" of
 * each page of the Community Management API.
 */
const SCOPES = [
  "openid",
  "profile",
  "r_member_postAnalytics",
  "r_organization_social",
  "rw_organization_admin",
];

/**
 * LinkedIn's three-legged flow. Access tokens live 60 days and refresh tokens a year, which a renewal does
 * not prolong; apps that LinkedIn did not approve for it get none.
 * Source: learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow and
 * /programmatic-refresh-tokens.
 */
export const linkedinOauth: OAuthConnector = { consentUrl, connect, refresh, revoke };

/** Without PKCE, which LinkedIn knows for native apps only. */
function consentUrl(
  { urls, secrets }: Pick<TokenDeps, "urls" | "secrets">,
  { state, redirectUri }: ConsentRequest,
): string {
  const query = new URLSearchParams({
    response_type: "code",
    client_id: secrets.LINKEDIN_CLIENT_ID ?? "",
    redirect_uri: redirectUri,
    state,
    scope: SCOPES.join(" "),
  });
  return `${urls.authorize}/oauth/v2/authorization?${query}`;
}

/** One account for the member and one for each page the member administers, all with the member's tokens. */
async function connect(
  deps: TokenDeps,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<ConnectOutcome> {
  const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  const outcome = await requestTokens(deps, formRequest(deps, "accessToken", grant));
  if (outcome.kind !== "granted") return outcome;
  const { tokens } = outcome;
  const member = await readMember(deps, tokens.accessToken);
  if ("kind" in member) return member;
  const pages = await readPages(deps, tokens.accessToken);
  if ("kind" in pages) return pages;
  // Pages first: they are tried first for a post, and answer for twenty in two calls.
  const accounts = [...pages, member].map((profile): ConnectedProfile => ({ ...profile, tokens }));
  return { kind: "connected", accounts };
}

const SUBJECT = /^[\w-]{1,64}$/;

async function readMember(deps: TokenDeps, accessToken: string): Promise<Profile | TokenRefusal> {
  const request = {
    url: `${deps.urls.api}/v2/userinfo`,
    headers: { authorization: `Bearer ${accessToken}` },
  };
  const outcome = await callForGrant(deps, request);
  if (outcome.kind !== "json") return outcome;
  const { sub, name } = outcome.json;
  if (typeof sub !== "string" || !SUBJECT.test(sub)) return failed("unreadable", "no member in the answer");
  const accountId = `urn:li:person:${sub}`;
  return { accountId, name: readText(name) ?? accountId };
}

const PAGE = /^urn:li:organization:(\d{1,20})$/;

/** Refused to apps without the product for pages, which connect the member alone. */
async function readPages(deps: TokenDeps, accessToken: string): Promise<Profile[] | TokenRefusal> {
  const outcome = await askRest(
    { ...deps, baseUrl: deps.urls.api, credential: accessToken },
    "organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED&count=100",
  );
  if (outcome.kind === "refused") {
    return outcome.status === 403 ? [] : failed(outcome.failure, outcome.detail, outcome.retryAt);
  }
  const elements = readRecords(outcome.json.elements);
  if (elements === null) return failed("unreadable", "no list of pages in the answer");
  const urns = elements.filter(isAdministered).map(({ organization }) => String(organization));
  return [...new Set(urns)].map((urn) => ({
    accountId: urn,
    name: `LinkedIn page ${urn.slice("urn:li:organization:".length)}`,
  }));
}

function isAdministered({ organization, role, state }: Record<string, unknown>): boolean {
  const isPage = typeof organization === "string" && PAGE.test(organization);
  return isPage && role === "ADMINISTRATOR" && state === "APPROVED";
}

/** The refresh token stays the same, and its end too. */
async function refresh(deps: TokenDeps, tokens: Tokens): Promise<TokenOutcome> {
  const { refreshToken, refreshExpiresAt } = tokens;
  if (refreshToken === null) return { kind: "refused", detail: "no refresh token" };
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  const outcome = await requestTokens(deps, formRequest(deps, "accessToken", grant));
  if (outcome.kind !== "granted") return outcome;
  const renewed = outcome.tokens;
  return {
    kind: "granted",
    tokens: {
      ...renewed,
      refreshToken: renewed.refreshToken ?? refreshToken,
      refreshExpiresAt: renewed.refreshExpiresAt ?? refreshExpiresAt,
    },
  };
}

/** Ends the member's grant, and with it what every page connected by it is read with. */
async function revoke(
  deps: TokenDeps,
  { tokens }: { tokens: Tokens },
): Promise<{ kind: "revoked" } | TokenRefusal> {
  const request = formRequest(deps, "revoke", { token: tokens.accessToken });
  const outcome = await callForGrant({ ...deps, fetch: withoutBody(deps.fetch) }, request);
  return outcome.kind === "json" ? { kind: "revoked" } : outcome;
}

function formRequest(
  { urls, secrets }: TokenDeps,
  endpoint: "accessToken" | "revoke",
  form: Record<string, string>,
): JsonRequest {
  const body = new URLSearchParams({
    ...form,
    client_id: secrets.LINKEDIN_CLIENT_ID ?? "",
    client_secret: secrets.LINKEDIN_CLIENT_SECRET ?? "",
  });
  return { url: `${urls.token}/oauth/v2/${endpoint}`, method: "POST", body };
}

/** The status says all there is of a successful revocation, whatever is beside it (RFC 7009 §2.2). */
function withoutBody(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (!response.ok) return response;
    await response.body?.cancel();
    return Response.json({});
  };
}
