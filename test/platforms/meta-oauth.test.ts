import { describe, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { metaOAuth } from "../../src/platforms/meta-oauth.ts";
import { answering, NOW } from "./canned.ts";
import { graphError } from "./graph-canned.ts";

const SECRET = "app-secret-0123456789";
const GRANT = { code: "abc", redirectUri: "https://claims.test/callback", codeVerifier: "v" };

function depsOf(fetch: Fetch): TokenDeps {
  return {
    fetch,
    urls: { api: "https://graph.test", authorize: "https://www.test", token: "https://token.test" },
    secrets: { META_APP_ID: "123", META_APP_SECRET: SECRET },
    timeoutMs: 8_000,
    now: () => NOW,
  };
}

const PAGES = {
  data: [
    { id: "100", name: "One", access_token: "page-one" },
    { id: "200", name: "Two", access_token: "page-two" },
  ],
};

interface Steps {
  code?: Response;
  exchange?: Response;
  pages?: (after: string | null) => Response;
}

/** The calls of a connection, each with the vendor's answer unless told otherwise. */
function vendor(steps: Steps = {}) {
  const asked: { url: URL; authorization: string | null }[] = [];
  const fetch: Fetch = async (input, init) => {
    const url = new URL(input);
    asked.push({ url, authorization: new Headers(init?.headers).get("authorization") });
    if (url.pathname.endsWith("/me/accounts")) {
      return steps.pages?.(url.searchParams.get("after")) ?? Response.json(PAGES);
    }
    if (url.searchParams.get("grant_type") === "fb_exchange_token") {
      return (
        steps.exchange ??
        Response.json({ access_token: "user-long", token_type: "bearer", expires_in: 5_183_944 })
      );
    }
    return (
      steps.code ?? Response.json({ access_token: "user-short", token_type: "bearer", expires_in: 3_600 })
    );
  };
  return { asked, connect: () => metaOAuth.connect(depsOf(fetch), GRANT) };
}

const tokens = (accessToken: string) => ({
  accessToken,
  accessExpiresAt: null,
  refreshToken: null,
  refreshExpiresAt: null,
});

describe("the dialog", () => {
  it("asks for what reading a Page takes, with the state and the address to come back to", () => {
    const request = { state: "s", redirectUri: GRANT.redirectUri, codeChallenge: "c" };
    const url = new URL(metaOAuth.consentUrl(depsOf(answering({})), request));
    expect(url.origin + url.pathname).toBe("https://www.test/v25.0/dialog/oauth");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "123",
      redirect_uri: GRANT.redirectUri,
      response_type: "code",
      scope: "pages_show_list,pages_read_engagement,read_insights",
      state: "s",
    });
  });
});

describe("a connection", () => {
  it("opens every Page of the person, each with its own token, by their long-lived one", async () => {
    const { asked, connect } = vendor();
    expect(await connect()).toEqual({
      kind: "connected",
      accounts: [
        { accountId: "100", name: "One", tokens: tokens("page-one") },
        { accountId: "200", name: "Two", tokens: tokens("page-two") },
      ],
    });
    const [code, exchange, pages] = asked;
    expect(code?.url.origin).toBe("https://token.test");
    expect(code?.url.pathname).toBe("/v25.0/oauth/access_token");
    expect(Object.fromEntries(code?.url.searchParams ?? [])).toEqual({
      client_id: "123",
      client_secret: SECRET,
      redirect_uri: GRANT.redirectUri,
      code: "abc",
    });
    expect(Object.fromEntries(exchange?.url.searchParams ?? [])).toEqual({
      client_id: "123",
      client_secret: SECRET,
      grant_type: "fb_exchange_token",
      fb_exchange_token: "user-short",
    });
    expect(pages?.url.href).toBe(
      "https://graph.test/v25.0/me/accounts?fields=id%2Cname%2Caccess_token&limit=100",
    );
    expect(pages?.authorization).toBe("Bearer user-long");
  });

  it("reads further Pages by the cursor, five hundred at most", async () => {
    const page = (after: string | null) => {
      const n = Number(after ?? 0) + 1;
      const data = [{ id: String(n), access_token: `page-${n}` }];
      return Response.json({ data, paging: { cursors: { after: String(n) }, next: "https://evil.test/" } });
    };
    const { asked, connect } = vendor({ pages: page });
    const outcome = await connect();
    expect(outcome.kind === "connected" && outcome.accounts.map(({ name }) => name)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
    expect(asked.map(({ url }) => url.host)).not.toContain("evil.test");
  });

  it.each([
    [{ data: [] }, "none"],
    [{ data: [{ id: "100", name: "One" }] }, "one without a token"],
    [{ data: [{ id: 100, access_token: "t" }] }, "one without an id"],
    [{ data: [{ id: "100", access_token: "two words" }] }, "one with what is no token"],
  ])("to %j is refused in plain words: %s", async (body, _why) => {
    expect(await vendor({ pages: () => Response.json(body) }).connect()).toEqual({
      kind: "refused",
      detail: "no Facebook Page was opened to the app",
    });
  });

  const json = (body: unknown, status = 200) => Response.json(body, { status });
  it.each<[string, Steps, Record<string, unknown>]>([
    [
      "a used code",
      { code: json(graphError(100, 36009).body, 400) },
      { kind: "refused", detail: "HTTP 400: code 100/36009" },
    ],
    [
      "a wrong secret",
      { code: json(graphError(1).body, 400) },
      { kind: "refused", detail: "HTTP 400: code 1" },
    ],
    ["a wrong app", { code: json(graphError(101).body, 400) }, { kind: "refused" }],
    ["a spent limit", { code: json(graphError(4).body, 400) }, { kind: "failed", failure: "rate_limited" }],
    ["an outage", { code: json(graphError(2).body, 500) }, { kind: "failed", failure: "outage" }],
    [
      "a fault that passes",
      { code: json(graphError(1, undefined, { is_transient: true }).body, 400) },
      { failure: "outage" },
    ],
    ["no token", { code: json({}) }, { kind: "failed", failure: "unreadable" }],
    ["a refused exchange", { exchange: json(graphError(190).body, 400) }, { kind: "refused" }],
    ["Pages that are not permitted", { pages: () => json(graphError(200).body, 403) }, { kind: "refused" }],
    ["a dead token at last", { pages: () => json(graphError(190).body, 400) }, { kind: "refused" }],
    ["an outage at last", { pages: () => json({}, 503) }, { kind: "failed", failure: "outage" }],
    [
      "a limit at last",
      { pages: () => json(graphError(17).body, 400) },
      { kind: "failed", failure: "rate_limited" },
    ],
    ["no list of Pages", { pages: () => json({}) }, { kind: "failed", failure: "unreadable" }],
  ])("met by %s fails as that, without a secret in its words", async (_why, steps, expected) => {
    const outcome = await vendor(steps).connect();
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${SECRET}|user-|page-|secret words`));
  });

  it("needs no renewal, and cannot be given back for one Page alone", () => {
    expect([metaOAuth.refresh, metaOAuth.revoke]).toEqual([undefined, undefined]);
  });
});
