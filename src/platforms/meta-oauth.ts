import type {
  ConnectedProfile,
  ConnectOutcome,
  ConsentRequest,
  OAuthConnector,
  TokenDeps,
} from "./access.ts";
import { GRAPH_VERSION, openGraph } from "./graph.ts";
import { explainGrantError } from "./graph-grants.ts";
import { readPages } from "./graph-pages.ts";
import { readText } from "./read-values.ts";
import { failed, readToken, requestTokens } from "./token-call.ts";

const SCOPES = ["pages_show_list", "pages_read_engagement", "read_insights"];

/** Pages of 100 Facebook Pages. */
const LISTS_MAX = 5;

/**
 * Facebook Login, by which a person opens the Pages they run. A Page's token that comes of a person's long-lived one does
 * not end, so there is nothing to renew.
 *
 * Nor is there a call that gives back one Page: what `DELETE /{user}/permissions` revokes is the person's whole grant, all
 * their other Pages with it, and a Page's token may not call it. Forgetting the token is what ends the connection.
 *
 * Source: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow, …/access-tokens/get-long-lived and
 * developers.facebook.com/docs/graph-api/reference/user/permissions.
 */
export const metaOAuth: OAuthConnector = { consentUrl, connect };

function consentUrl(
  { urls, secrets }: Pick<TokenDeps, "urls" | "secrets">,
  { state, redirectUri }: ConsentRequest,
): string {
  const query = new URLSearchParams({
    client_id: secrets.META_APP_ID ?? "",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: SCOPES.join(","),
    state,
  });
  return `${urls.authorize}/${GRAPH_VERSION}/dialog/oauth?${query}`;
}

async function connect(
  deps: TokenDeps,
  { code, redirectUri }: { code: string; redirectUri: string },
): Promise<ConnectOutcome> {
  const first = await exchange(deps, { redirect_uri: redirectUri, code });
  if (first.kind !== "granted") return first;
  const lasting = await exchange(deps, {
    grant_type: "fb_exchange_token",
    fb_exchange_token: first.tokens.accessToken,
  });
  return lasting.kind === "granted" ? readOwnPages(deps, lasting.tokens.accessToken) : lasting;
}

function exchange(deps: TokenDeps, grant: Record<string, string>) {
  const query = new URLSearchParams({
    client_id: deps.secrets.META_APP_ID ?? "",
    client_secret: deps.secrets.META_APP_SECRET ?? "",
    ...grant,
  });
  const url = `${deps.urls.token}/${GRAPH_VERSION}/oauth/access_token?${query}`;
  return requestTokens(deps, { url }, explainGrantError(deps.now()));
}

async function readOwnPages(deps: TokenDeps, credential: string): Promise<ConnectOutcome> {
  const graph = openGraph({ ...deps, baseUrl: deps.urls.api, credential });
  const listing = await readPages(graph, {
    path: "me/accounts",
    query: { fields: "id,name,access_token", limit: "100" },
    maxPages: LISTS_MAX,
  });
  if (listing.kind !== "listed") {
    const { kind, detail, retryAt } = listing;
    const isPassing = kind === "outage" || kind === "rate_limited" || kind === "unreadable";
    return isPassing ? failed(kind, detail, retryAt) : { kind: "refused", detail };
  }
  const accounts = listing.items.flatMap(readOwnPage);
  return accounts.length > 0
    ? { kind: "connected", accounts }
    : { kind: "refused", detail: "no Facebook Page was opened to the app" };
}

/** A Page without a token is one the person may see, but in whose name they may not ask. */
function readOwnPage({ id, name, access_token }: Record<string, unknown>): ConnectedProfile[] {
  const accountId = readText(id);
  const accessToken = readToken(access_token);
  if (accountId === null || accessToken === null) return [];
  const tokens = { accessToken, accessExpiresAt: null, refreshToken: null, refreshExpiresAt: null };
  return [{ accountId, name: readText(name) ?? accountId, tokens }];
}
