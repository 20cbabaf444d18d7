import { consentPage } from "./consent-page.ts";
import { answered, errorResponse, GraphError } from "./graph-error.ts";
import {
  type GraphToken,
  isAccepted,
  issueToken,
  LIFETIMES_MS,
  readGraphToken,
  type TokenKind,
} from "./graph-token.ts";
import { hash32 } from "./random.ts";
import type { Operation, VendorRequest, World } from "./vendor.ts";

/** What Instagram Login's tokens begin with. */
export const PREFIX = "IGAA";

const DEFAULT_ACCOUNT = { id: "17841400000000001", name: "Demo creator" };

/** A token may be renewed from this share of its life on: from its first day of 60. */
const RENEWABLE_FROM = 1 / 60;

/** The app's own id of a person: not the one of the professional account, and what a code is answered with. */
export function scopedIdOf(accountId: string): string {
  return `2${String(hash32(`scoped:${accountId}`)).padStart(14, "0")}`;
}

/** Consent on www.instagram.com, codes at api.instagram.com and long-lived tokens at graph.instagram.com. */
export const instagramAccess: readonly Operation[] = [
  access("authorize", "GET", "/oauth/authorize", authorize),
  access("access_token", "POST", "/oauth/access_token", redeemCode),
  access("exchange", "GET", "/access_token", exchange),
  access("refresh", "GET", "/refresh_access_token", refresh),
];

function access(name: string, method: "GET" | "POST", path: string, answer: Operation["answer"]): Operation {
  return { name, method, path, answer, ids: () => [], about: "access" };
}

function authorize(world: World, request: VendorRequest): Response {
  const { query } = request;
  return consentPage(world, request, {
    vendorName: "Instagram",
    clientId: query.get("client_id") ?? "",
    redirectUri: query.get("redirect_uri") ?? "",
    state: query.get("state") ?? "",
    scope: query.get("scope") ?? "",
    challenge: null,
    defaultAccount: DEFAULT_ACCOUNT,
  });
}

/** For an hour. The vendor's documents wrap the answer in `data`; its servers do not. */
async function redeemCode(world: World, { body, now }: VendorRequest): Promise<Response> {
  const form = new URLSearchParams(body);
  const [clientId, secret] = [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
  if (!isAccepted(clientId) || !isAccepted(secret)) return refused("Invalid platform app");
  if (form.get("grant_type") !== "authorization_code") return refused("Invalid grant_type");
  const redirectUri = form.get("redirect_uri") ?? "";
  // The vendor's pages end the code with #_, which is no part of it.
  const code = (form.get("code") ?? "").replace(/#_$/, "");
  const grant = await world.authority.redeem(code, { clientId, redirectUri, verifier: null }, now);
  if (grant === null) return refused("Matching code was not found or was already used.");
  const { access_token } = issue(world, "short", { accountId: grant.accountId, now });
  return Response.json({
    access_token,
    user_id: Number(scopedIdOf(grant.accountId)),
    permissions: grant.scope.split(",").filter((scope) => scope !== ""),
  });
}

/** An hour's token for one of 60 days. */
function exchange(world: World, { query, now }: VendorRequest): Response {
  if (query.get("grant_type") !== "ig_exchange_token") return errorResponse(BAD_GRANT);
  if (!isAccepted(query.get("client_secret") ?? "")) return errorResponse(BAD_SECRET);
  return answered(() => {
    const { kind, accountId } = tokenOf(world, { query, now });
    if (kind !== "short") throw new GraphError(NOT_SHORT);
    return issue(world, "long", { accountId, now });
  });
}

/** 60 more days for a token of 60 days that is a day old. */
function refresh(world: World, { query, now }: VendorRequest): Response {
  if (query.get("grant_type") !== "ig_refresh_token") return errorResponse(BAD_GRANT);
  return answered(() => {
    const { kind, accountId, issuedAt } = tokenOf(world, { query, now });
    const lifetimeMs = world.authority.lifetimeMs ?? LIFETIMES_MS.long;
    if (kind !== "long" || now - issuedAt < lifetimeMs * RENEWABLE_FROM) throw new GraphError(TOO_YOUNG);
    return { ...issue(world, "long", { accountId, now }), permissions: SCOPES };
  });
}

function tokenOf(world: World, { query, now }: Pick<VendorRequest, "query" | "now">): GraphToken {
  return readGraphToken(world, { prefix: PREFIX, token: query.get("access_token") ?? "" }, now);
}

function issue(world: World, kind: TokenKind, { accountId, now }: { accountId: string; now: number }) {
  return issueToken(world, { prefix: PREFIX, kind, accountId }, now);
}

/** The endpoint of codes has an error body of its own. */
function refused(error_message: string): Response {
  return Response.json({ error_type: "OAuthException", code: 400, error_message }, { status: 400 });
}

const SCOPES = "instagram_business_basic,instagram_business_manage_insights";
const BAD_GRANT = { message: "Unsupported grant_type", type: "IGApiException", code: 100 };
const BAD_SECRET = { message: "Error validating client secret.", code: 1 };
const NOT_SHORT = { message: "Session key invalid. A short-lived token is needed.", code: 452 };
const TOO_YOUNG = {
  message: "The access token cannot be refreshed: it is not long-lived, or less than 24 hours old.",
  type: "IGApiException",
  code: 100,
};
