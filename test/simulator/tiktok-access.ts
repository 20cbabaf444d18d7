import { consentPage } from "./consent-page.ts";
import type { Operation, VendorRequest, World } from "./vendor.ts";

/** The vendor's prefixes, which our tokens carry before what the authority reads. */
const ACCESS = "act.";
const REFRESH = "rft.";

const ACCESS_LIFETIME_MS = 2 * 3_600_000;
const REFRESH_LIFETIME_MS = 180 * 24 * 3_600_000;

const SCOPE = "user.info.basic,video.list";
const CREATOR = { id: "-000tiktokcreator1", name: "TikTok Creator" };

const ids = () => [];

/**
 * Login Kit for the web and its tokens, with the lifetimes of the reference of November 2026. A refresh token
 * goes on unless the control API lets it rotate, as the vendor's do.
 */
export const TIKTOK_ACCESS: readonly Operation[] = [
  { name: "authorize", path: "/v2/auth/authorize/", about: "access", ids, answer: authorize },
  { name: "token", method: "POST", path: "/v2/oauth/token/", about: "access", ids, answer: grantTokens },
  { name: "revoke", method: "POST", path: "/v2/oauth/revoke/", about: "access", ids, answer: revokeTokens },
];

/** Whose access token a call carries, or null if it carries none that is good. */
export function accountOf({ authority }: World, { headers, now }: VendorRequest): string | null {
  const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  const state = authority.read(unprefixed(token, ACCESS), now);
  return state.kind === "valid" && state.use === "access" ? state.accountId : null;
}

/** What the authority knows of a token; nothing if its prefix is another. */
function unprefixed(token: string, prefix: string): string {
  return token.startsWith(prefix) ? token.slice(prefix.length) : "";
}

function authorize(world: World, request: VendorRequest): Response {
  const asked = (name: string) => request.query.get(name) ?? "";
  const clientId = asked("client_key");
  if (!isKnown(clientId)) return new Response("client_key", { status: 400 });
  if (asked("response_type") !== "code") return new Response("response_type", { status: 400 });
  return consentPage(world, request, {
    vendorName: "TikTok",
    clientId,
    redirectUri: asked("redirect_uri"),
    state: asked("state"),
    scope: asked("scope"),
    // A web app sends none.
    challenge: null,
    defaultAccount: CREATOR,
  });
}

async function grantTokens(world: World, { body, now }: VendorRequest): Promise<Response> {
  const form = new URLSearchParams(body);
  const refusal = clientProblem(form);
  if (refusal !== null) return refusal;
  switch (form.get("grant_type")) {
    case "authorization_code":
      return redeemed(world, form, now);
    case "refresh_token":
      return refreshed(world, form, now);
    default:
      return flatError("unsupported_grant_type", "The authorization grant type is not supported.");
  }
}

async function redeemed(world: World, form: URLSearchParams, now: number): Promise<Response> {
  const asked = {
    clientId: form.get("client_key") ?? "",
    redirectUri: form.get("redirect_uri") ?? "",
    verifier: form.get("code_verifier"),
  };
  const grant = await world.authority.redeem(form.get("code") ?? "", asked, now);
  if (grant === null) return flatError("invalid_grant", "Authorization code is expired.");
  const { accountId, scope } = grant;
  const refresh = world.authority.issue({ use: "refresh", accountId, lifetimeMs: REFRESH_LIFETIME_MS }, now);
  return tokens(world, { accountId, scope, refreshToken: `${REFRESH}${refresh}` }, now);
}

function refreshed(world: World, form: URLSearchParams, now: number): Response {
  const sent = form.get("refresh_token") ?? "";
  const turn = world.authority.rotate(unprefixed(sent, REFRESH), REFRESH_LIFETIME_MS, now);
  if (turn === null) return flatError("invalid_grant", "Refresh token is invalid or expired.");
  const refreshToken = turn.successor === null ? sent : `${REFRESH}${turn.successor}`;
  return tokens(world, { accountId: turn.accountId, scope: SCOPE, refreshToken }, now);
}

function tokens(
  { authority }: World,
  { accountId, scope, refreshToken }: { accountId: string; scope: string; refreshToken: string },
  now: number,
): Response {
  const access = authority.issue({ use: "access", accountId, lifetimeMs: ACCESS_LIFETIME_MS }, now);
  return Response.json({
    access_token: `${ACCESS}${access}`,
    expires_in: Math.floor((authority.lifetimeMs ?? ACCESS_LIFETIME_MS) / 1_000),
    open_id: accountId,
    refresh_expires_in: REFRESH_LIFETIME_MS / 1_000,
    refresh_token: refreshToken,
    scope,
    token_type: "Bearer",
  });
}

/** Disconnects the app from the account: all its tokens end. */
function revokeTokens({ authority }: World, { body, now }: VendorRequest): Response {
  const form = new URLSearchParams(body);
  const refusal = clientProblem(form);
  if (refusal !== null) return refusal;
  const state = authority.read(unprefixed(form.get("token") ?? "", ACCESS), now);
  if (state.kind !== "valid") return flatError("invalid_request", "The access token is invalid or expired.");
  authority.revoke(state.accountId, now);
  return Response.json({});
}

function clientProblem(form: URLSearchParams): Response | null {
  const known = isKnown(form.get("client_key") ?? "") && isKnown(form.get("client_secret") ?? "");
  return known ? null : flatError("invalid_client", "Client key or secret is incorrect.");
}

function isKnown(credential: string): boolean {
  return credential !== "" && !credential.startsWith("invalid");
}

/**
 * The vendor documents the body of such an error and not its status; 200 is the one a client is likeliest to
 * trip over.
 */
function flatError(error: string, error_description: string): Response {
  return Response.json({ error, error_description, log_id: "20261121120000A1B2C3D4E5F60718293A" });
}
