import { describe, expect, it } from "vitest";
import type { TokenDeps, Tokens } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { tiktokOauth } from "../../src/platforms/tiktok-oauth.ts";
import { createSimulator } from "../simulator/app.ts";
import { answering, NONSENSE, NOW } from "./canned.ts";

const MINUTE_MS = 60_000;
const ACCOUNT = "-000tiktokcreator1";
const REDIRECT = "https://claimcheck.test/oauth/tiktok/callback";
const SECRETS = { TIKTOK_CLIENT_KEY: "client-key", TIKTOK_CLIENT_SECRET: "client-secret-0123456789" };
const GRANT = { code: "the*code!1", redirectUri: REDIRECT, codeVerifier: "verifier" };

/** Everything that no detail may show. */
const SECRET_TEXTS = [SECRETS.TIKTOK_CLIENT_SECRET, GRANT.code, "act.live", "rft.live", "rft.next"];

const TOKENS: Tokens = {
  accessToken: "act.live",
  accessExpiresAt: NOW + 1,
  refreshToken: "rft.live",
  refreshExpiresAt: NOW + 1_000,
};

/** The documented answer of the token endpoint. */
function granted(changes: Record<string, unknown> = {}) {
  return {
    access_token: "act.next",
    expires_in: 7_200,
    open_id: ACCOUNT,
    refresh_expires_in: 15_552_000,
    refresh_token: "rft.next",
    scope: "user.info.basic,video.list",
    token_type: "Bearer",
    ...changes,
  };
}

const profile = (user: unknown) => ({ data: { user }, error: { code: "ok", message: "", log_id: "2022" } });
const PROFILE = profile({ open_id: ACCOUNT, display_name: "Ann" });

function depsOf(fetch: Fetch, changes: Partial<TokenDeps> = {}): TokenDeps {
  return {
    fetch,
    urls: { api: "https://api.test", authorize: "https://www.test", token: "https://token.test" },
    secrets: SECRETS,
    timeoutMs: 8_000,
    now: () => NOW,
    ...changes,
  };
}

/** A network that answers each path in its own way, and notes what it was asked. */
function network(answers: Record<string, Fetch>) {
  const asked: { url: string; init: RequestInit | undefined }[] = [];
  const fetch: Fetch = async (url, init) => {
    asked.push({ url, init });
    const answer = answers[new URL(url).pathname];
    if (answer === undefined) throw new Error(`nobody is at ${url}`);
    return answer(url, init);
  };
  return { asked, fetch };
}

const TOKEN = "/v2/oauth/token/";
const REVOKE = "/v2/oauth/revoke/";
const USER = "/v2/user/info/";

const connect = (fetch: Fetch) => tiktokOauth.connect(depsOf(fetch), GRANT);
const connectWith = (token: unknown, user: unknown = PROFILE) =>
  connect(network({ [TOKEN]: answering(token), [USER]: answering(user) }).fetch);

async function refresh(fetch: Fetch, tokens: Tokens = TOKENS) {
  if (tiktokOauth.refresh === undefined) throw new Error("TikTok's tokens can be renewed");
  return tiktokOauth.refresh(depsOf(fetch), tokens);
}

async function revoke(fetch: Fetch, tokens: Tokens = TOKENS) {
  if (tiktokOauth.revoke === undefined) throw new Error("TikTok's grants can be given back");
  return tiktokOauth.revoke(depsOf(fetch), { accountId: ACCOUNT, tokens });
}

const formOf = (init: RequestInit | undefined) => Object.fromEntries(new URLSearchParams(String(init?.body)));

/** What a refusal of the token endpoints means, whichever of them it is. */
const REFUSALS: [body: Record<string, unknown>, status: number, outcome: Record<string, unknown>][] = [
  ...["invalid_grant", "invalid_client", "invalid_request", "invalid_scope", "access_denied"].flatMap(
    (error) =>
      [200, 400, 401].map((status): (typeof REFUSALS)[number] => [
        { error, error_description: "…", log_id: "2022" },
        status,
        { kind: "refused", detail: error },
      ]),
  ),
  [{ error: "unauthorized_client" }, 200, { kind: "refused", detail: "unauthorized_client" }],
  [{ error: "unsupported_grant_type" }, 200, { kind: "refused", detail: "unsupported_grant_type" }],
  ...["server_error", "temporarily_unavailable"].flatMap((error) =>
    [200, 400, 500].map((status): (typeof REFUSALS)[number] => [
      { error },
      status,
      { kind: "failed", failure: "outage", detail: error, retryAt: null },
    ]),
  ),
  [{ error: "new_error" }, 200, { kind: "failed", failure: "unreadable", detail: "HTTP 200: new_error" }],
  [{ error: "new_error" }, 400, { kind: "refused", detail: "HTTP 400: new_error" }],
  [{ error: "new_error" }, 503, { kind: "failed", failure: "outage" }],
  [{ error: "new_error" }, 429, { kind: "failed", failure: "rate_limited" }],
  [{ error: "An echo, perhaps" }, 400, { kind: "failed", failure: "unreadable", detail: "HTTP 400" }],
  [{ error: "An echo, perhaps" }, 502, { kind: "failed", failure: "outage", detail: "HTTP 502" }],
  ...[200, 429].map((status): (typeof REFUSALS)[number] => [
    { data: {}, error: { code: "rate_limit_exceeded", message: "…" } },
    status,
    { kind: "failed", failure: "rate_limited", detail: "rate_limit_exceeded", retryAt: NOW + MINUTE_MS },
  ]),
  [
    { error: { code: "internal_error" } },
    500,
    { kind: "failed", failure: "outage", detail: "internal_error" },
  ],
  [{ error: { code: "access_token_invalid" } }, 401, { kind: "refused", detail: "access_token_invalid" }],
  [{ error: { code: "invalid_params" } }, 400, { kind: "failed", failure: "unreadable" }],
  [{ error: { code: "invalid_params" } }, 401, { kind: "failed", failure: "unreadable" }],
  [{ error: { code: "new_code" } }, 200, { kind: "failed", failure: "unreadable", detail: "new_code" }],
  [{ error: { code: "new_code" } }, 403, { kind: "refused", detail: "new_code" }],
  [{ error: { code: "new_code" } }, 502, { kind: "failed", failure: "outage", detail: "new_code" }],
];

describe("the page of consent", () => {
  it("is asked for a code with the scopes the numbers need, without PKCE, which is not for web apps", () => {
    const request = { state: "st&te", redirectUri: REDIRECT, codeChallenge: "challenge" };
    const url = new URL(tiktokOauth.consentUrl(depsOf(answering("")), request));
    expect(`${url.origin}${url.pathname}`).toBe("https://www.test/v2/auth/authorize/");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_key: "client-key",
      response_type: "code",
      scope: "user.info.basic,video.list",
      redirect_uri: REDIRECT,
      state: "st&te",
      disable_auto_auth: "1",
    });
  });
});

describe("connecting", () => {
  it("turns the code into tokens and reads whose they are", async () => {
    const { asked, fetch } = network({ [TOKEN]: answering(granted()), [USER]: answering(PROFILE) });
    expect(await connect(fetch)).toEqual({
      kind: "connected",
      accounts: [
        {
          accountId: ACCOUNT,
          name: "Ann",
          tokens: {
            accessToken: "act.next",
            accessExpiresAt: NOW + 7_200_000,
            refreshToken: "rft.next",
            refreshExpiresAt: NOW + 15_552_000_000,
          },
        },
      ],
    });
    expect(asked.map(({ url }) => url)).toEqual([
      "https://token.test/v2/oauth/token/",
      "https://api.test/v2/user/info/?fields=open_id,display_name",
    ]);
    expect(asked[0]?.init?.method).toBe("POST");
    expect(formOf(asked[0]?.init)).toEqual({
      client_key: "client-key",
      client_secret: SECRETS.TIKTOK_CLIENT_SECRET,
      grant_type: "authorization_code",
      code: GRANT.code,
      redirect_uri: REDIRECT,
    });
    expect(asked[1]?.init?.headers).toMatchObject({ authorization: "Bearer act.next" });
  });

  it.each([
    ["user.info.basic", { kind: "refused", detail: "video.list was not granted" }],
    ["", { kind: "refused", detail: "video.list was not granted" }],
    ["user.info.basic,video.listen", { kind: "refused", detail: "video.list was not granted" }],
    ["video.list", { kind: "connected" }],
    [undefined, { kind: "connected" }],
  ])("with the scopes %j granted is %j", async (scope, outcome) => {
    expect(await connectWith(granted({ scope }))).toMatchObject(outcome);
  });

  it.each([
    ["access_token", undefined],
    ["access_token", ""],
    ["access_token", "act.with space"],
    ["access_token", `act.${"x".repeat(8_200)}`],
    ["access_token", 5],
    ["open_id", undefined],
    ["open_id", ""],
    ["open_id", 5],
  ])("with a %s of %j is unreadable", async (field, sent) => {
    expect(await connectWith(granted({ [field]: sent }))).toEqual({
      kind: "failed",
      failure: "unreadable",
      detail: "no access token or no open_id in the answer",
      retryAt: null,
    });
  });

  it.each([
    [{ expires_in: "soon" }, { accessExpiresAt: null }],
    [{ refresh_expires_in: -1 }, { refreshExpiresAt: null }],
    [{ refresh_token: "rft. next" }, { refreshToken: null }],
  ])("takes %j for nothing known", async (changes, tokens) => {
    expect(await connectWith(granted(changes))).toMatchObject({ accounts: [{ tokens }] });
  });

  it.each([
    [profile({ open_id: ACCOUNT }), { accounts: [{ name: ACCOUNT }] }],
    [profile({ open_id: ACCOUNT, display_name: "" }), { accounts: [{ name: ACCOUNT }] }],
    [profile({ open_id: "-000somebody", display_name: "Bob" }), { kind: "failed", failure: "unreadable" }],
    [profile({ display_name: "Bob" }), { kind: "failed", failure: "unreadable" }],
    [profile(null), { kind: "failed", failure: "unreadable" }],
    [{}, { kind: "failed", failure: "unreadable" }],
  ])("with the profile %j is %j", async (user, outcome) => {
    expect(await connectWith(granted(), user)).toMatchObject(outcome);
  });

  it.each([
    ["access_token_invalid", 401, { kind: "refused", detail: "access_token_invalid" }],
    ["scope_not_authorized", 401, { kind: "refused", detail: "scope_not_authorized" }],
    ["internal_error", 500, { kind: "failed", failure: "outage" }],
    ["rate_limit_exceeded", 429, { kind: "failed", failure: "rate_limited", retryAt: NOW + MINUTE_MS }],
  ])("whose profile is refused with %s is no account", async (code, status, outcome) => {
    const fetches = { [TOKEN]: answering(granted()), [USER]: answering({ error: { code } }, { status }) };
    expect(await connect(network(fetches).fetch)).toMatchObject(outcome);
  });

  it.each(REFUSALS)("answered with %j and %i is %j", async (body, status, outcome) => {
    expect(await connect(answering(body, { status }))).toMatchObject(outcome);
  });

  it.each(NONSENSE)("answered with %s gives no account", async (_why, fetch) => {
    expect(await connect(fetch)).toMatchObject({ kind: "failed", failure: "unreadable" });
  });
});

describe("renewing", () => {
  it("sends the refresh token and keeps the one that replaces it", async () => {
    const { asked, fetch } = network({ [TOKEN]: answering(granted()) });
    expect(await refresh(fetch)).toEqual({
      kind: "granted",
      tokens: {
        accessToken: "act.next",
        accessExpiresAt: NOW + 7_200_000,
        refreshToken: "rft.next",
        refreshExpiresAt: NOW + 15_552_000_000,
      },
    });
    expect(formOf(asked[0]?.init)).toEqual({
      client_key: "client-key",
      client_secret: SECRETS.TIKTOK_CLIENT_SECRET,
      grant_type: "refresh_token",
      refresh_token: "rft.live",
    });
  });

  it("goes on with the token it has where none is sent", async () => {
    const answer = granted({ refresh_token: undefined, refresh_expires_in: undefined });
    expect(await refresh(answering(answer))).toMatchObject({
      kind: "granted",
      tokens: { accessToken: "act.next", refreshToken: "rft.live", refreshExpiresAt: NOW + 1_000 },
    });
  });

  it("is refused without a refresh token, and nobody is asked", async () => {
    const { asked, fetch } = network({});
    const outcome = await refresh(fetch, { ...TOKENS, refreshToken: null });
    expect([outcome, asked]).toEqual([{ kind: "refused", detail: "no refresh token" }, []]);
  });

  it.each(REFUSALS)("answered with %j and %i is %j", async (body, status, outcome) => {
    expect(await refresh(answering(body, { status }))).toMatchObject(outcome);
  });

  it.each(NONSENSE)("answered with %s is unreadable, never the end of the grant", async (_why, fetch) => {
    expect(await refresh(fetch)).toMatchObject({ kind: "failed", failure: "unreadable" });
  });
});

describe("giving back", () => {
  it.each([
    [answering({}), "an empty object, as the reference shows"],
    [answering("", { headers: { "content-length": "0" } }), "an empty body, as the reference says"],
    [async () => new Response(null, { status: 204 }), "no content"],
  ])("is done when answered with success: %#, %s", async (answer, _why) => {
    const { asked, fetch } = network({ [REVOKE]: answer });
    expect(await revoke(fetch)).toEqual({ kind: "revoked" });
    expect(asked.map(({ url }) => url)).toEqual(["https://token.test/v2/oauth/revoke/"]);
    expect(formOf(asked[0]?.init)).toEqual({
      client_key: "client-key",
      client_secret: SECRETS.TIKTOK_CLIENT_SECRET,
      token: "act.live",
    });
  });

  it.each([
    [NOW + 1, "act.live", "one that lives is taken as it is"],
    [null, "act.live", "so is one that does not end"],
    [NOW, "act.next", "one that is over is renewed first"],
    [NOW - 1, "act.next", "likewise"],
  ])("of an access token that ends at %s sends %s: %s", async (accessExpiresAt, token, _why) => {
    const { asked, fetch } = network({ [TOKEN]: answering(granted()), [REVOKE]: answering({}) });
    expect(await revoke(fetch, { ...TOKENS, accessExpiresAt })).toEqual({ kind: "revoked" });
    expect(formOf(asked.at(-1)?.init)).toMatchObject({ token });
  });

  it("is refused, as worthless already, where the tokens can no longer be renewed", async () => {
    const { asked, fetch } = network({ [TOKEN]: answering({ error: "invalid_grant" }) });
    const outcome = await revoke(fetch, { ...TOKENS, accessExpiresAt: NOW });
    expect([outcome, asked.length]).toEqual([{ kind: "refused", detail: "invalid_grant" }, 1]);
  });

  it.each(REFUSALS)("answered with %j and %i is %j", async (body, status, outcome) => {
    expect(await revoke(answering(body, { status }))).toMatchObject(outcome);
  });

  it.each([
    [answering("", { status: 500, headers: { "content-length": "0" } }), "outage"],
    [answering("<!doctype html><title>Sign in</title>"), "unreadable"],
    [
      answering("", { status: 302, headers: { location: "https://login.test/", "content-length": "0" } }),
      "unreadable",
    ],
  ])("is not done by an answer that is no success: %#", async (fetch, failure) => {
    expect(await revoke(fetch)).toMatchObject({ kind: "failed", failure });
  });
});

describe("what went wrong", () => {
  it("is told without a secret, a code or a token, even if the vendor echoes them", async () => {
    for (const echoed of SECRET_TEXTS) {
      for (const body of [
        { error: echoed, error_description: echoed },
        { error: { code: echoed, message: echoed } },
        { message: echoed },
      ]) {
        for (const status of [200, 400, 429, 500]) {
          const fetch = answering(body, { status });
          const outcomes = [await connect(fetch), await refresh(fetch), await revoke(fetch)];
          for (const secret of SECRET_TEXTS) expect(JSON.stringify(outcomes)).not.toContain(secret);
        }
      }
    }
  });

  it("is an outage without the address where the network fails", async () => {
    const fetch: Fetch = async (url) => {
      throw new TypeError(`${url} with ${SECRETS.TIKTOK_CLIENT_SECRET}`);
    };
    for (const outcome of [await connect(fetch), await refresh(fetch), await revoke(fetch)]) {
      expect(outcome).toEqual({
        kind: "failed",
        failure: "outage",
        detail: "network failure (TypeError)",
        retryAt: null,
      });
    }
  });
});

describe("against the simulated vendor", () => {
  /** A simulator whose clock can be moved, and an account that consents. */
  function simulated() {
    const clock = { now: NOW };
    const simulator = createSimulator({ seed: "s", now: () => clock.now });
    const base = "http://simulator.test/tiktok";
    const deps = depsOf(simulator.fetch, {
      urls: { api: base, authorize: base, token: base },
      now: () => clock.now,
    });
    const control = (path: string, body: unknown) =>
      simulator.app.request(`/_control/tiktok/${path}`, { method: "PUT", body: JSON.stringify(body) });
    const consent = async (decision: string) => {
      const request = { state: "s", redirectUri: REDIRECT, codeChallenge: "c" };
      const back = await simulator.fetch(`${tiktokOauth.consentUrl(deps, request)}&${decision}`);
      return new URL(back.headers.get("location") ?? "").searchParams;
    };
    const connected = async (decision = "decision=allow") => {
      const code = (await consent(decision)).get("code") ?? "";
      const outcome = await tiktokOauth.connect(deps, { code, redirectUri: REDIRECT, codeVerifier: "v" });
      const account = outcome.kind === "connected" ? outcome.accounts[0] : undefined;
      if (account === undefined) throw new Error(`not connected: ${JSON.stringify(outcome)}`);
      return account;
    };
    const renewed = (tokens: Tokens) => tiktokOauth.refresh?.(deps, tokens);
    return { clock, deps, control, consent, connected, renewed };
  }

  it("an account connects under its name", async () => {
    const { control, connected } = simulated();
    await control("accounts/-000ann", { handle: "ann", name: "Ann" });
    expect(await connected("decision=allow&account=-000ann")).toMatchObject({
      accountId: "-000ann",
      name: "Ann",
      tokens: { accessExpiresAt: NOW + 2 * 3_600_000, refreshExpiresAt: NOW + 180 * 24 * 3_600_000 },
    });
  });

  it("a refusal comes back without a code", async () => {
    const { consent } = simulated();
    const back = await consent("decision=refuse");
    expect(Object.fromEntries(back)).toMatchObject({ state: "s", error: "access_denied" });
    expect(back.has("code")).toBe(false);
  });

  it("a code is good once", async () => {
    const { deps, consent } = simulated();
    const code = (await consent("decision=allow")).get("code") ?? "";
    const grant = { code, redirectUri: REDIRECT, codeVerifier: "v" };
    expect(await tiktokOauth.connect(deps, grant)).toMatchObject({ kind: "connected" });
    expect(await tiktokOauth.connect(deps, grant)).toEqual({ kind: "refused", detail: "invalid_grant" });
  });

  it("a refresh token ends with its use where they rotate, and its successor goes on", async () => {
    const { control, connected, renewed } = simulated();
    await control("tokens", { rotation: "strict" });
    const { tokens } = await connected();
    const first = await renewed(tokens);
    if (first?.kind !== "granted") throw new Error("the first renewal is refused");
    expect(first.tokens.refreshToken).not.toBe(tokens.refreshToken);
    expect(await renewed(tokens)).toEqual({ kind: "refused", detail: "invalid_grant" });
    expect(await renewed(first.tokens)).toMatchObject({ kind: "granted" });
  });

  it("a refresh token goes on where they do not rotate", async () => {
    const { connected, renewed, control } = simulated();
    await control("tokens", { rotation: "none" });
    const { tokens } = await connected();
    const first = await renewed(tokens);
    expect(first).toMatchObject({ kind: "granted", tokens: { refreshToken: tokens.refreshToken } });
    expect(await renewed(tokens)).toMatchObject({ kind: "granted" });
  });

  it("a grant that is given back is worthless, even after its access token had ended", async () => {
    const { clock, deps, connected, renewed } = simulated();
    const account = await connected();
    clock.now += 3 * 3_600_000;
    expect(await tiktokOauth.revoke?.(deps, account)).toEqual({ kind: "revoked" });
    expect(await renewed(account.tokens)).toEqual({ kind: "refused", detail: "invalid_grant" });
    expect(await tiktokOauth.revoke?.(deps, account)).toMatchObject({ kind: "refused" });
  });

  it("an outage of the token endpoint says nothing of the grant", async () => {
    const { control, connected, renewed } = simulated();
    const { tokens } = await connected();
    await control("faults", { outage: true, access: true });
    expect(await renewed(tokens)).toMatchObject({ kind: "failed", failure: "outage" });
  });

  it("a wrong client is refused", async () => {
    const { deps, consent } = simulated();
    const code = (await consent("decision=allow")).get("code") ?? "";
    const wrong = { ...deps, secrets: { ...SECRETS, TIKTOK_CLIENT_SECRET: "invalid" } };
    const grant = { code, redirectUri: REDIRECT, codeVerifier: "v" };
    expect(await tiktokOauth.connect(wrong, grant)).toEqual({ kind: "refused", detail: "invalid_client" });
  });
});
