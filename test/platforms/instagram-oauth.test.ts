import { describe, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { instagramOAuth } from "../../src/platforms/instagram-oauth.ts";
import { answering, NOW } from "./canned.ts";
import { graphError } from "./graph-canned.ts";

const SECRET = "app-secret-0123456789";
const GRANT = { code: "abc#_", redirectUri: "https://claims.test/callback", codeVerifier: "v" };
const DAY = 24 * 3_600_000;
const BOTH = "instagram_business_basic,instagram_business_manage_insights";

function depsOf(fetch: Fetch): TokenDeps {
  return {
    fetch,
    urls: { api: "https://graph.test", authorize: "https://www.test", token: "https://token.test" },
    secrets: { INSTAGRAM_APP_ID: "123", INSTAGRAM_APP_SECRET: SECRET },
    timeoutMs: 8_000,
    now: () => NOW,
  };
}

interface Steps {
  code?: Response;
  exchange?: Response;
  me?: Response;
}

/** The three calls of a connection, each with the vendor's answer unless told otherwise. */
function vendor(steps: Steps = {}) {
  const asked: { url: URL; init: RequestInit | undefined }[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input);
    asked.push({ url, init });
    if (url.host === "token.test") {
      // The number is longer than JSON numbers are exact.
      return (
        steps.code ?? Response.json({ access_token: "short", user_id: 17841405793187218, permissions: BOTH })
      );
    }
    if (url.pathname === "/access_token") {
      return (
        steps.exchange ?? Response.json({ access_token: "long", token_type: "bearer", expires_in: 5_184_000 })
      );
    }
    return steps.me ?? Response.json({ user_id: "17841405793187218", username: "ann", id: "9" });
  };
  return { asked, fetch, connect: () => instagramOAuth.connect(depsOf(fetch), GRANT) };
}

describe("the page of consent", () => {
  it("asks for both scopes with the state and the address to come back to", () => {
    const request = { state: "s t", redirectUri: GRANT.redirectUri, codeChallenge: "c" };
    const url = new URL(instagramOAuth.consentUrl(depsOf(answering({})), request));
    expect(url.origin + url.pathname).toBe("https://www.test/oauth/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "123",
      redirect_uri: GRANT.redirectUri,
      response_type: "code",
      scope: BOTH,
      state: "s t",
    });
  });
});

describe("a connection", () => {
  const CONNECTED = {
    kind: "connected",
    accounts: [
      {
        accountId: "17841405793187218",
        name: "ann",
        tokens: {
          accessToken: "long",
          accessExpiresAt: NOW + 60 * DAY,
          refreshToken: null,
          refreshExpiresAt: null,
        },
      },
    ],
  };

  it("exchanges the code, then the token, and reads whose it is by its text, not by the lossy number", async () => {
    const { asked, connect } = vendor();
    expect(await connect()).toEqual(CONNECTED);
    expect(asked.map(({ url }) => url.origin + url.pathname)).toEqual([
      "https://token.test/oauth/access_token",
      "https://graph.test/access_token",
      "https://graph.test/v25.0/me",
    ]);
    const [code, exchange, me] = asked;
    expect(code?.init?.method).toBe("POST");
    expect(Object.fromEntries(code?.init?.body instanceof URLSearchParams ? code.init.body : [])).toEqual({
      client_id: "123",
      client_secret: SECRET,
      grant_type: "authorization_code",
      redirect_uri: GRANT.redirectUri,
      code: "abc",
    });
    expect(Object.fromEntries(exchange?.url.searchParams ?? [])).toEqual({
      grant_type: "ig_exchange_token",
      client_secret: SECRET,
      access_token: "short",
    });
    expect(new Headers(me?.init?.headers).get("authorization")).toBe("Bearer long");
    expect(me?.url.search).toBe("?fields=user_id,username");
  });

  it("reads answers that are wrapped in a list of data", async () => {
    const code = Response.json({ data: [{ access_token: "short", user_id: "1", permissions: BOTH }] });
    const me = Response.json({ data: [{ user_id: "17841405793187218", username: "ann" }] });
    expect(await vendor({ code, me }).connect()).toEqual(CONNECTED);
  });

  it.each([
    ["instagram_business_basic", "instagram_business_manage_insights"],
    ["instagram_business_manage_insights", "instagram_business_basic"],
    [["instagram_business_basic"], "instagram_business_manage_insights"],
    ["", "instagram_business_basic"],
  ])("with the permissions %j is refused for want of %s", async (permissions, scope) => {
    const { connect, asked } = vendor({ code: Response.json({ access_token: "short", permissions }) });
    expect(await connect()).toEqual({ kind: "refused", detail: `${scope} was not granted` });
    expect(asked).toHaveLength(1);
  });

  it.each([undefined, BOTH.split(","), BOTH.replace(",", ", ")])(
    "with the permissions %j goes on",
    async (permissions) => {
      const code = Response.json({ access_token: "short", permissions });
      expect(await vendor({ code }).connect()).toMatchObject({ kind: "connected" });
    },
  );

  it("is called by its id if it has no name", async () => {
    const me = Response.json({ user_id: "17841405793187218" });
    expect(await vendor({ me }).connect()).toMatchObject({ accounts: [{ name: "17841405793187218" }] });
  });

  const json = (body: unknown, status = 200) => Response.json(body, { status });
  it.each<[string, Steps, Record<string, unknown>]>([
    [
      "a used code",
      { code: json({ error_type: "OAuthException", code: 400, error_message: SECRET }, 400) },
      { kind: "refused", detail: "HTTP 400" },
    ],
    ["no token", { code: json({ user_id: 1 }) }, { kind: "failed", failure: "unreadable" }],
    ["a wrong secret", { exchange: json(graphError(1).body, 400) }, { kind: "refused" }],
    ["a dead token", { exchange: json(graphError(190).body, 400) }, { kind: "refused" }],
    [
      "a spent limit",
      { exchange: json(graphError(4).body, 400) },
      { kind: "failed", failure: "rate_limited" },
    ],
    ["an outage", { exchange: json(graphError(2).body, 500) }, { kind: "failed", failure: "outage" }],
    [
      "an unknown fault at 500",
      { exchange: json(graphError(1).body, 500) },
      { kind: "failed", failure: "outage" },
    ],
    ["no long token", { exchange: json({}) }, { kind: "failed", failure: "unreadable" }],
    ["an outage at last", { me: json({}, 503) }, { kind: "failed", failure: "outage" }],
    ["no user_id", { me: json({ username: "ann" }) }, { kind: "failed", failure: "unreadable" }],
    ["a user_id that is a number", { me: json({ user_id: 17841405793187218 }) }, { failure: "unreadable" }],
  ])("met by %s fails as that, without a secret in its words", async (_why, steps, expected) => {
    const outcome = await vendor(steps).connect();
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${SECRET}|short|secret words`));
  });
});

describe("a renewal", () => {
  const tokens = (days: number | null) => ({
    accessToken: "old",
    accessExpiresAt: days === null ? null : NOW + days * DAY,
    refreshToken: null,
    refreshExpiresAt: null,
  });

  it("brings sixty more days", async () => {
    const asked: string[] = [];
    const fetch: Fetch = async (url) => {
      asked.push(url);
      return Response.json({
        access_token: "new",
        token_type: "bearer",
        expires_in: 5_184_000,
        permissions: BOTH,
      });
    };
    expect(await instagramOAuth.refresh?.(depsOf(fetch), tokens(5))).toMatchObject({
      kind: "granted",
      tokens: { accessToken: "new", accessExpiresAt: NOW + 60 * DAY },
    });
    expect(asked).toEqual([
      "https://graph.test/refresh_access_token?grant_type=ig_refresh_token&access_token=old",
    ]);
  });

  it.each([60, 59.001])("is not asked for a token with %d days left: a good one goes on", async (days) => {
    const { fetch, asked } = vendor();
    expect(await instagramOAuth.refresh?.(depsOf(fetch), tokens(days))).toEqual({
      kind: "granted",
      tokens: tokens(days),
    });
    expect(asked.map(({ url }) => url.pathname)).toEqual(["/v25.0/me"]);
  });

  it.each([
    ["a dead token", graphError(190, 460).body, { kind: "refused", detail: "HTTP 400: code 190/460" }],
    ["an outage", graphError(2).body, { kind: "failed", failure: "outage" }],
  ])("on the first day is what the vendor says of the token: %s", async (_why, body, expected) => {
    const { fetch } = vendor({ me: Response.json(body, { status: 400 }) });
    expect(await instagramOAuth.refresh?.(depsOf(fetch), tokens(60))).toMatchObject(expected);
  });

  it.each([59, null])("of a token with %d days left is asked for", async (days) => {
    const fetch = answering(graphError(190, 463).body, { status: 400 });
    expect(await instagramOAuth.refresh?.(depsOf(fetch), tokens(days))).toEqual({
      kind: "refused",
      detail: "HTTP 400: code 190/463",
    });
  });

  it("cannot be given back, since the vendor has no call for it", () => {
    expect(instagramOAuth.revoke).toBeUndefined();
  });
});
