import { describe, expect, it } from "vitest";
import type { OAuthConnector, TokenDeps, Tokens } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { linkedin } from "../../src/platforms/linkedin.ts";
import { linkedinOauth } from "../../src/platforms/linkedin-oauth.ts";
import { createSimulator } from "../simulator/app.ts";
import { NOW } from "./canned.ts";

const SECRET = "client-secret-value";
const ACCESS = "AQV-access";
const REFRESH = "AQX-refresh";
const REDIRECT = "https://claimcheck.test/callback";
const DAY_MS = 24 * 3_600_000;

const GRANT = { code: "AQT-code", redirectUri: REDIRECT, codeVerifier: "unused" };
const TOKENS: Tokens = {
  accessToken: ACCESS,
  accessExpiresAt: NOW + 60 * DAY_MS,
  refreshToken: REFRESH,
  refreshExpiresAt: NOW + 365 * DAY_MS,
};

const GRANTED = {
  access_token: ACCESS,
  expires_in: 5_184_000,
  refresh_token: REFRESH,
  refresh_token_expires_in: 31_536_000,
  scope: "openid,profile",
  token_type: "Bearer",
};
const MEMBER = { sub: "yrZCpj2ZYQ", name: "Ann Example" };
const acl = (organization: unknown, changes: Record<string, unknown> = {}) => ({
  organization,
  role: "ADMINISTRATOR",
  state: "APPROVED",
  roleAssignee: "urn:li:person:yrZCpj2ZYQ",
  ...changes,
});

type Answer = Response | object;

/** A vendor whose endpoints answer as told; what is not told answers as documented. */
function vendor(
  told: Partial<Record<"accessToken" | "userinfo" | "organizationAcls" | "revoke", Answer>> = {},
) {
  const answers: Record<string, Answer> = {
    accessToken: GRANTED,
    userinfo: MEMBER,
    organizationAcls: { elements: [acl("urn:li:organization:9")] },
    revoke: new Response(null),
    ...told,
  };
  const calls: { url: URL; init: RequestInit | undefined }[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input);
    calls.push({ url, init });
    const answer = answers[url.pathname.split("/").at(-1) ?? ""];
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  };
  return { deps: depsOf(fetch), calls };
}

function depsOf(fetch: Fetch, base: string | null = null): TokenDeps {
  return {
    fetch,
    urls: {
      api: base ?? "https://api.test",
      authorize: base ?? "https://www.test",
      token: base ?? "https://www.test",
    },
    secrets: { LINKEDIN_CLIENT_ID: "client-id", LINKEDIN_CLIENT_SECRET: SECRET },
    timeoutMs: 8_000,
    now: () => NOW,
  };
}

const refused = (status: number, body: unknown = {}) => Response.json(body, { status });
const formOf = (init: RequestInit | undefined) => Object.fromEntries(new URLSearchParams(String(init?.body)));

// safe: LinkedIn has both of the optional parts, or the tests of them fail.
const { connect, consentUrl, refresh, revoke } = linkedinOauth as Required<OAuthConnector>;

describe("the page of consent", () => {
  it("is asked for the posts of the member and the member's pages", () => {
    const { deps } = vendor();
    const url = new URL(consentUrl(deps, { state: "s 1", redirectUri: REDIRECT, codeChallenge: "c" }));
    expect(url.origin + url.pathname).toBe("https://www.test/oauth/v2/authorization");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "client-id",
      redirect_uri: REDIRECT,
      state: "s 1",
      scope: "openid profile r_member_postAnalytics r_organization_social rw_organization_admin",
    });
    expect(url.href).not.toContain(SECRET);
  });

  it("is what the platform's accounts are connected with", () => {
    expect(linkedin.access).toEqual({ kind: "account", oauth: linkedinOauth });
    expect(linkedin.urls).toEqual({
      api: "https://api.linkedin.com",
      authorize: "https://www.linkedin.com",
      token: "https://www.linkedin.com",
    });
  });
});

describe("connecting", () => {
  it("opens an account for each page and the member's own, all with the member's tokens", async () => {
    const pages = { elements: [acl("urn:li:organization:9"), acl("urn:li:organization:10")] };
    expect(await connect(vendor({ organizationAcls: pages }).deps, GRANT)).toEqual({
      kind: "connected",
      accounts: [
        { accountId: "urn:li:organization:9", name: "LinkedIn page 9", tokens: TOKENS },
        { accountId: "urn:li:organization:10", name: "LinkedIn page 10", tokens: TOKENS },
        { accountId: "urn:li:person:yrZCpj2ZYQ", name: "Ann Example", tokens: TOKENS },
      ],
    });
  });

  it("sends the code and the secret in a form, and the token in headers only", async () => {
    const { deps, calls } = vendor();
    await connect(deps, GRANT);
    expect(calls.map(({ url }) => url.origin + url.pathname)).toEqual([
      "https://www.test/oauth/v2/accessToken",
      "https://api.test/v2/userinfo",
      "https://api.test/rest/organizationAcls",
    ]);
    expect(calls[0]?.init?.method).toBe("POST");
    expect(formOf(calls[0]?.init)).toEqual({
      grant_type: "authorization_code",
      code: GRANT.code,
      redirect_uri: REDIRECT,
      client_id: "client-id",
      client_secret: SECRET,
    });
    expect(Object.fromEntries(calls[2]?.url.searchParams ?? [])).toEqual({
      q: "roleAssignee",
      role: "ADMINISTRATOR",
      state: "APPROVED",
      count: "100",
    });
    expect(calls[1]?.init?.headers).toMatchObject({ authorization: `Bearer ${ACCESS}` });
    expect(calls[2]?.init?.headers).toMatchObject({
      authorization: `Bearer ${ACCESS}`,
      "linkedin-version": expect.stringMatching(/^20\d{4}$/),
      "x-restli-protocol-version": "2.0.0",
    });
    const addresses = calls.map(({ url }) => url.href).join(" ");
    expect([addresses.includes(ACCESS), addresses.includes(SECRET)]).toEqual([false, false]);
  });

  it.each([
    [acl("urn:li:organization:9", { role: "ANALYST" }), "another role"],
    [acl("urn:li:organization:9", { state: "REQUESTED" }), "a role not approved"],
    [acl("urn:li:organizationBrand:9"), "no organization"],
    [acl("urn:li:organization:abc"), "no id"],
    [acl(undefined), "nothing"],
    [acl(9), "no text"],
  ])("opens no page for %j: %s", async (element, _why) => {
    const outcome = await connect(vendor({ organizationAcls: { elements: [element] } }).deps, GRANT);
    expect(outcome).toMatchObject({
      kind: "connected",
      accounts: [{ accountId: "urn:li:person:yrZCpj2ZYQ" }],
    });
    expect(outcome.kind === "connected" && outcome.accounts).toHaveLength(1);
  });

  it("opens a page once, however often it is listed", async () => {
    const organizationAcls = { elements: [acl("urn:li:organization:9"), acl("urn:li:organization:9")] };
    const outcome = await connect(vendor({ organizationAcls }).deps, GRANT);
    expect(outcome.kind === "connected" && outcome.accounts).toHaveLength(2);
  });

  it("opens the member alone if the app may not see pages", async () => {
    const organizationAcls = refused(403, { serviceErrorCode: 100, code: "ACCESS_DENIED" });
    const outcome = await connect(vendor({ organizationAcls }).deps, GRANT);
    expect(outcome.kind === "connected" && outcome.accounts).toHaveLength(1);
  });

  it.each([
    [refused(426, { code: "NONEXISTENT_VERSION" }), "unreadable", null],
    [refused(503), "outage", null],
    [refused(429, { message: "APPLICATION DAY limit" }), "rate_limited", Date.UTC(2026, 10, 22)],
    [refused(401, { code: "REVOKED_ACCESS_TOKEN" }), "unauthorised", null],
    [{ elements: {} }, "unreadable", null],
  ])("fails rather than to leave pages out: %o is %s", async (organizationAcls, failure, retryAt) => {
    expect(await connect(vendor({ organizationAcls }).deps, GRANT)).toMatchObject({
      kind: "failed",
      failure,
      retryAt,
    });
  });

  it.each([{}, { sub: "" }, { sub: 5 }, { sub: "a b" }, { sub: "urn:li:person:x" }])(
    "fails if the profile is %j",
    async (userinfo) => {
      expect(await connect(vendor({ userinfo }).deps, GRANT)).toMatchObject({
        kind: "failed",
        failure: "unreadable",
      });
    },
  );

  it("names a member without a name by the id", async () => {
    const outcome = await connect(vendor({ userinfo: { sub: "x1" } }).deps, GRANT);
    expect(outcome).toMatchObject({ accounts: [{}, { name: "urn:li:person:x1" }] });
  });

  it("has no refresh token in an app that gets none", async () => {
    const accessToken = { access_token: ACCESS, expires_in: 5_184_000 };
    expect(await connect(vendor({ accessToken }).deps, GRANT)).toMatchObject({
      accounts: [{ tokens: { refreshToken: null, refreshExpiresAt: null } }, {}],
    });
  });

  it.each([
    [refused(400, { error: "invalid_request", error_description: "expired" }), "refused"],
    [refused(401, { error: "invalid_client" }), "refused"],
    [refused(500), "failed"],
    [{ expires_in: 5 }, "failed"],
    [new Response("<html>"), "failed"],
  ])("asks nothing further without a token: %o is %s", async (accessToken, kind) => {
    const { deps, calls } = vendor({ accessToken });
    expect(await connect(deps, GRANT)).toMatchObject({ kind });
    expect(calls).toHaveLength(1);
  });
});

describe("renewing", () => {
  it("asks with the refresh token and keeps it where the answer has none", async () => {
    const { deps, calls } = vendor({ accessToken: { access_token: "AQV-next", expires_in: 60 } });
    expect(await refresh(deps, TOKENS)).toEqual({
      kind: "granted",
      tokens: { ...TOKENS, accessToken: "AQV-next", accessExpiresAt: NOW + 60_000 },
    });
    expect(formOf(calls[0]?.init)).toEqual({
      grant_type: "refresh_token",
      refresh_token: REFRESH,
      client_id: "client-id",
      client_secret: SECRET,
    });
  });

  it("takes the new refresh token and its end where the answer has them", async () => {
    const accessToken = { ...GRANTED, refresh_token: "AQX-next", refresh_token_expires_in: 100 };
    expect(await refresh(vendor({ accessToken }).deps, TOKENS)).toMatchObject({
      tokens: { refreshToken: "AQX-next", refreshExpiresAt: NOW + 100_000 },
    });
  });

  it("is refused without a refresh token, and no call is made", async () => {
    const { deps, calls } = vendor();
    expect(await refresh(deps, { ...TOKENS, refreshToken: null })).toEqual({
      kind: "refused",
      detail: "no refresh token",
    });
    expect(calls).toEqual([]);
  });

  it.each([
    [refused(400, { error: "invalid_request" }), "refused"],
    [refused(400, { error: "invalid_grant" }), "refused"],
    [refused(503), "failed"],
  ])("that is answered with %o is %s", async (accessToken, kind) => {
    expect(await refresh(vendor({ accessToken }).deps, TOKENS)).toMatchObject({ kind });
  });
});

describe("giving back", () => {
  const account = { accountId: "urn:li:person:x", tokens: TOKENS };

  it.each([
    [new Response(null, { status: 200 }), "nothing"],
    [new Response(null, { status: 204 }), "no content"],
    [new Response("OK"), "a text"],
    [Response.json({}), "an object"],
  ])("is done whatever a success has beside its status: %o, %s", async (answer, _why) => {
    const { deps, calls } = vendor({ revoke: answer });
    expect(await revoke(deps, account)).toEqual({ kind: "revoked" });
    expect(calls[0]?.url.href).toBe("https://www.test/oauth/v2/revoke");
    expect(formOf(calls[0]?.init)).toEqual({
      token: ACCESS,
      client_id: "client-id",
      client_secret: SECRET,
    });
  });

  it.each([
    [refused(400, { error: "invalid_request" }), "refused"],
    [refused(503), "failed"],
    [refused(429), "failed"],
  ])("that is answered with %o is %s", async (answer, kind) => {
    expect(await revoke(vendor({ revoke: answer }).deps, account)).toMatchObject({ kind });
  });
});

describe("what went wrong", () => {
  it("never shows a code, a token or the secret, even if the vendor echoes them", async () => {
    const echo = refused(400, {
      error: SECRET,
      error_description: ACCESS,
      message: REFRESH,
      code: GRANT.code,
    });
    const all = { accessToken: echo, userinfo: echo, organizationAcls: echo, revoke: echo };
    const outcomes = [
      await connect(vendor(all).deps, GRANT),
      await connect(vendor({ userinfo: refused(401, { code: ACCESS, message: ACCESS }) }).deps, GRANT),
      await connect(vendor({ organizationAcls: refused(500, { code: ACCESS }) }).deps, GRANT),
      await refresh(vendor(all).deps, TOKENS),
      await revoke(vendor(all).deps, { accountId: "x", tokens: TOKENS }),
    ];
    const said = JSON.stringify(outcomes);
    expect(outcomes.every(({ kind }) => kind === "refused" || kind === "failed")).toBe(true);
    for (const secret of [ACCESS, REFRESH, GRANT.code]) expect(said).not.toContain(secret);
  });
});

describe("against the simulated vendor", () => {
  const BASE = "http://sim.test/linkedin";

  function simulated() {
    const clock = { now: NOW };
    const simulator = createSimulator({ seed: "s", now: () => clock.now });
    const deps = { ...depsOf(simulator.fetch, BASE), now: () => clock.now };
    const put = (path: string, body: unknown) =>
      simulator.app.request(`/_control/linkedin/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const consent = async (account = "") => {
      const url = consentUrl(deps, { state: "s", redirectUri: REDIRECT, codeChallenge: "c" });
      const back = await simulator.fetch(`${url}&decision=allow&account=${encodeURIComponent(account)}`);
      return new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
    };
    const connected = async (account = "") => {
      const outcome = await connect(deps, { ...GRANT, code: await consent(account) });
      if (outcome.kind !== "connected") throw new Error(`not connected: ${outcome.detail}`);
      return outcome.accounts;
    };
    return { clock, deps, put, consent, connected };
  }

  it("connects the demo's member and page", async () => {
    const accounts = await simulated().connected();
    expect(accounts).toMatchObject([
      { accountId: "urn:li:organization:5005", tokens: { refreshExpiresAt: NOW + 365 * DAY_MS } },
      { accountId: "urn:li:person:demoMember", tokens: { accessExpiresAt: NOW + 60 * DAY_MS } },
    ]);
  });

  it("connects whom the visitor chose, with the pages that were told of", async () => {
    const { put, connected } = simulated();
    await put("accounts/urn:li:person:ann", { handle: "ann", name: "Ann" });
    await put("accounts/urn:li:organization:9", { handle: "acme", name: "Acme" });
    const accounts = await connected("urn:li:person:ann");
    expect(accounts.map(({ accountId, name }) => [accountId, name])).toEqual([
      ["urn:li:organization:9", "LinkedIn page 9"],
      ["urn:li:person:ann", "Ann"],
    ]);
  });

  it("takes a code once, and none of another callback", async () => {
    const { deps, consent } = simulated();
    const code = await consent();
    expect(await connect(deps, { ...GRANT, code })).toMatchObject({ kind: "connected" });
    expect(await connect(deps, { ...GRANT, code })).toEqual({ kind: "refused", detail: "invalid_request" });
    const other = { ...GRANT, code: await consent(), redirectUri: "https://other.test/" };
    expect(await connect(deps, other)).toMatchObject({ kind: "refused" });
  });

  it("refuses an unknown client", async () => {
    const { deps, consent } = simulated();
    const secrets = { ...deps.secrets, LINKEDIN_CLIENT_SECRET: "invalid" };
    expect(await connect({ ...deps, secrets }, { ...GRANT, code: await consent() })).toEqual({
      kind: "refused",
      detail: "invalid_client",
    });
  });

  it("renews an expired access token until the year is over", async () => {
    const { clock, deps, connected } = simulated();
    const [account] = await connected();
    const tokens = account?.tokens ?? TOKENS;
    clock.now = NOW + 365 * DAY_MS - 1;
    const renewed = await refresh(deps, tokens);
    expect(renewed).toMatchObject({
      tokens: {
        accessExpiresAt: clock.now + 60 * DAY_MS,
        refreshToken: tokens.refreshToken,
        refreshExpiresAt: NOW + 365 * DAY_MS,
      },
    });
    expect(renewed.kind === "granted" && renewed.tokens.accessToken).not.toBe(tokens.accessToken);
    clock.now = NOW + 365 * DAY_MS;
    expect(await refresh(deps, tokens)).toEqual({ kind: "refused", detail: "invalid_request" });
  });

  it("gives the grant back once, and then neither token is good", async () => {
    const { deps, connected } = simulated();
    const [account] = await connected();
    if (account === undefined) throw new Error("nobody was connected");
    expect(await revoke(deps, account)).toEqual({ kind: "revoked" });
    expect(await revoke(deps, account)).toEqual({ kind: "refused", detail: "invalid_request" });
    expect(await refresh(deps, account.tokens)).toMatchObject({ kind: "refused" });
  });

  it("suffers the platform's faults when they are said to hit access too", async () => {
    const { deps, put, consent } = simulated();
    const code = await consent();
    await put("faults", { outage: true });
    expect(await connect(deps, { ...GRANT, code })).toMatchObject({ kind: "connected" });
    await put("faults", { outage: true, access: true });
    expect(await connect(deps, { ...GRANT, code })).toMatchObject({ kind: "failed", failure: "outage" });
  });
});
