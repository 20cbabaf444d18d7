import { consentPage } from "./consent-page.ts";
import { type GraphCall, VERSION } from "./graph.ts";
import { answered, errorResponse, GraphError, type Refused } from "./graph-error.ts";
import { tokenOf } from "./graph-request.ts";
import { isAccepted, issueToken, readGraphToken } from "./graph-token.ts";
import { hash32 } from "./random.ts";
import type { Operation, VendorRequest, World } from "./vendor.ts";

/** What Facebook's tokens begin with. */
export const PREFIX = "EAA";

/** The Page of whoever does not choose one, and of promoted posts that were told no author. */
export const DEFAULT_PAGE = { id: "100064000000001", name: "Demo Page" };

/** The person who has the Page. */
export function userIdOf(pageId: string): string {
  return `1${String(hash32(`user:${pageId}`)).padStart(14, "0")}`;
}

export function pageName(world: World, pageId: string): string {
  return (
    world.people.byId(pageId)?.name ?? (pageId === DEFAULT_PAGE.id ? DEFAULT_PAGE.name : `Page ${pageId}`)
  );
}

/** A Page's token ends with the person's short one it came from, and never if that was a long one. */
export function pageToken({ world, caller: { kind, accountId }, now }: GraphCall): string {
  const lasting = kind === "short" ? "short" : "page";
  const { access_token } = issueToken(world, { prefix: PREFIX, kind: "page", accountId, lasting }, now);
  return access_token;
}

/** The dialog on www.facebook.com, where a person chooses a Page, and tokens. */
export const metaAccess: readonly Operation[] = [
  access("dialog", `${VERSION}/dialog/oauth`, dialog),
  access("access_token", `${VERSION}/oauth/access_token`, giveToken),
  { ...access("revoke", `${VERSION}/:user/permissions`, revoke), method: "DELETE" },
];

function access(name: string, path: string, answer: Operation["answer"]): Operation {
  return { name, path, answer, ids: () => [], about: "access" };
}

function dialog(world: World, request: VendorRequest): Response {
  const { query } = request;
  return consentPage(world, request, {
    vendorName: "Facebook",
    clientId: query.get("client_id") ?? "",
    redirectUri: query.get("redirect_uri") ?? "",
    state: query.get("state") ?? "",
    scope: query.get("scope") ?? "",
    challenge: null,
    defaultAccount: DEFAULT_PAGE,
  });
}

/** For a code a token of an hour, for that one of 60 days. */
async function giveToken(world: World, { query, now }: VendorRequest): Promise<Response> {
  const [clientId, secret] = [query.get("client_id") ?? "", query.get("client_secret") ?? ""];
  if (!isAccepted(clientId)) return errorResponse(BAD_APP);
  if (!isAccepted(secret)) return errorResponse(BAD_SECRET);
  const token = query.get("fb_exchange_token");
  if (query.get("grant_type") === "fb_exchange_token" && token !== null) {
    return answered(() => {
      const { accountId } = readGraphToken(world, { prefix: PREFIX, token }, now);
      return issueToken(world, { prefix: PREFIX, kind: "long", accountId }, now);
    });
  }
  const asked = { clientId, redirectUri: query.get("redirect_uri") ?? "", verifier: null };
  const grant = await world.authority.redeem(query.get("code") ?? "", asked, now);
  if (grant === null) return errorResponse(USED_CODE);
  const { accountId } = grant;
  return Response.json(issueToken(world, { prefix: PREFIX, kind: "short", accountId }, now));
}

/** Takes the app's permissions back, and with them all its tokens of this person. */
function revoke(world: World, request: VendorRequest): Response {
  const { now } = request;
  return answered(() => {
    const { accountId } = readGraphToken(world, { prefix: PREFIX, token: tokenOf(request) }, now);
    const { user = "" } = request.params;
    if (!["me", accountId, userIdOf(accountId)].includes(user)) throw new GraphError(NOT_ALLOWED);
    world.authority.revoke(accountId, now);
    return { success: true };
  });
}

const BAD_APP: Refused = { message: "Error validating application. Invalid application ID.", code: 101 };
const BAD_SECRET: Refused = { message: "Error validating client secret.", code: 1 };
const USED_CODE: Refused = { message: "This authorization code has been used.", code: 100, subcode: 36_009 };
const NOT_ALLOWED: Refused = { message: "(#200) Permissions error", code: 200, status: 403 };
