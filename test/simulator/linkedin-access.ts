import { consentPage } from "./consent-page.ts";
import { failed, type LinkedinError, TOKEN_ERRORS } from "./linkedin-errors.ts";
import type { Person } from "./people.ts";
import type { Operation, VendorRequest, World } from "./vendor.ts";

const DAY_MS = 24 * 3_600_000;
const ACCESS_LIFETIME_MS = 60 * DAY_MS;
const REFRESH_LIFETIME_MS = 365 * DAY_MS;

const PERSON = "urn:li:person:";
const PAGE = "urn:li:organization:";

/** Who is there unless the control API told of others. */
const MEMBER = { id: `${PERSON}demoMember`, name: "LinkedIn Member" };
const DEMO_PAGE = `${PAGE}5005`;

const SCOPE = "openid,profile,r_member_postAnalytics,r_organization_social,rw_organization_admin";

const ids = () => [];

/** The pages of consent, the token endpoints and who a token stands for. */
export const LINKEDIN_ACCESS: readonly Operation[] = [
  { name: "authorization", path: "/oauth/v2/authorization", about: "access", ids, answer: authorize },
  { name: "accessToken", method: "POST", path: "/oauth/v2/accessToken", about: "access", ids, answer: grant },
  { name: "revoke", method: "POST", path: "/oauth/v2/revoke", about: "access", ids, answer: revoke },
  { name: "userinfo", path: "/v2/userinfo", about: "access", ids, answer: userinfo },
];

/** The member whose token a call carries, or what is wrong with it. */
export function memberOf(
  { authority }: World,
  { headers, now }: VendorRequest,
): { member: string } | LinkedinError {
  const token = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return TOKEN_ERRORS.empty;
  const state = authority.read(token, now);
  if (state.kind === "unknown" || state.use !== "access") return TOKEN_ERRORS.unknown;
  return state.kind === "valid" ? { member: state.accountId } : TOKEN_ERRORS[state.kind];
}

/** The pages that were told of; every member administers them all. */
export function pagesOf({ people }: World): string[] {
  const told = people.all().filter(isPage);
  return told.length > 0 ? told.map(({ id }) => id) : [DEMO_PAGE];
}

const isPage = ({ id }: Person) => id.startsWith(PAGE);

function authorize(world: World, request: VendorRequest): Response {
  const asked = (name: string) => request.query.get(name) ?? "";
  const clientId = asked("client_id");
  if (!isKnown(clientId)) return new Response("The passed in client_id is invalid", { status: 400 });
  if (asked("response_type") !== "code") return new Response("response_type", { status: 400 });
  // A page does not sign in: whoever administers it does.
  const people = { ...world.people, all: () => world.people.all().filter((person) => !isPage(person)) };
  return consentPage({ ...world, people }, request, {
    vendorName: "LinkedIn",
    clientId,
    redirectUri: asked("redirect_uri"),
    state: asked("state"),
    scope: asked("scope"),
    challenge: null,
    defaultAccount: MEMBER,
  });
}

async function grant(world: World, { body, now }: VendorRequest): Promise<Response> {
  const form = new URLSearchParams(body);
  const sent = (name: string) => form.get(name) ?? "";
  if (!isClient(form)) return UNKNOWN_CLIENT();
  switch (sent("grant_type")) {
    case "authorization_code": {
      const asked = { clientId: sent("client_id"), redirectUri: sent("redirect_uri"), verifier: null };
      const redeemed = await world.authority.redeem(sent("code"), asked, now);
      if (redeemed === null) return tokenError("invalid_request", "Unable to retrieve access token");
      const { accountId } = redeemed;
      const lasting = { use: "refresh", accountId, lifetimeMs: REFRESH_LIFETIME_MS } as const;
      return Response.json({
        ...accessToken(world, accountId, now),
        refresh_token: world.authority.issue(lasting, now),
        refresh_token_expires_in: REFRESH_LIFETIME_MS / 1_000,
      });
    }
    case "refresh_token": {
      const turn = world.authority.rotate(sent("refresh_token"), REFRESH_LIFETIME_MS, now);
      if (turn === null) return tokenError("invalid_request", "The provided refresh token is invalid");
      // The refresh token goes on; how long, the vendor tells, and this authority does not know.
      const refresh_token = turn.successor ?? sent("refresh_token");
      return Response.json({ ...accessToken(world, turn.accountId, now), refresh_token });
    }
    default:
      return tokenError("invalid_request", 'A required parameter "grant_type" is missing or not supported');
  }
}

function accessToken({ authority }: World, accountId: string, now: number) {
  return {
    access_token: authority.issue({ use: "access", accountId, lifetimeMs: ACCESS_LIFETIME_MS }, now),
    expires_in: Math.floor((authority.lifetimeMs ?? ACCESS_LIFETIME_MS) / 1_000),
    scope: SCOPE,
    token_type: "Bearer",
  };
}

/** Ends the member's grant with all its tokens, and says nothing but that. */
function revoke({ authority }: World, { body, now }: VendorRequest): Response {
  const form = new URLSearchParams(body);
  if (!isClient(form)) return UNKNOWN_CLIENT();
  const state = authority.read(form.get("token") ?? "", now);
  if (state.kind !== "valid") return tokenError("invalid_request", "The token is invalid or expired");
  authority.revoke(state.accountId, now);
  return new Response(null, { status: 200 });
}

function userinfo(world: World, request: VendorRequest): Response {
  const caller = memberOf(world, request);
  if (!("member" in caller)) return failed(caller);
  const known = world.people.byId(caller.member);
  const name = known?.name ?? MEMBER.name;
  const sub = caller.member.startsWith(PERSON) ? caller.member.slice(PERSON.length) : caller.member;
  return Response.json({
    sub,
    name,
    given_name: name.split(" ")[0],
    locale: { country: "US", language: "en" },
  });
}

function isClient(form: URLSearchParams): boolean {
  return isKnown(form.get("client_id") ?? "") && isKnown(form.get("client_secret") ?? "");
}

function isKnown(credential: string): boolean {
  return credential !== "" && !credential.startsWith("invalid");
}

const UNKNOWN_CLIENT = () => tokenError("invalid_client", "Client authentication failed", 401);

function tokenError(error: string, error_description: string, status = 400): Response {
  return Response.json({ error, error_description }, { status });
}
