import { describe, expect, it } from "vitest";
import { createSimulator } from "./app.ts";
import { linkedinVendor } from "./linkedin.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 24 * 3_600_000;
const CALLBACK = "https://claimcheck.test/callback?keep=1";

const SHARE = "urn:li:share:7463000000000000001";
const UGC = "urn:li:ugcPost:7463000000000000002";
const ANN = "urn:li:person:ann";
const PAGE = "urn:li:organization:5005";

const encoded = encodeURIComponent;
const listOf = (...urns: string[]) => `List(${urns.map(encoded).join(",")})`;
const POSTS = `/rest/posts?ids=${listOf(SHARE, UGC)}`;
const STATISTICS = "/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity=";
const statisticsOf = (page: string, lists = `shares=${listOf(SHARE)}&ugcPosts=${listOf(UGC)}`) =>
  `${STATISTICS}${encoded(page)}&${lists}`;
const ANALYTICS = "/rest/memberCreatorPostAnalytics?q=entity";
const analyticsOf = (entity: string, queryType = "IMPRESSION", aggregation = "TOTAL") =>
  `${ANALYTICS}&entity=${entity}&queryType=${queryType}&aggregation=${aggregation}`;
const entityOf = (key: string, urn: string) => `(${key}:${encoded(urn)})`;

const CONSENT = new URLSearchParams({
  response_type: "code",
  client_id: "app",
  redirect_uri: CALLBACK,
  state: "a b",
  scope: "openid profile",
});
const TOKEN_FORM = { client_id: "app", client_secret: "secret", redirect_uri: CALLBACK };

/** A simulator in which Ann is signed in. */
async function start() {
  const clock = { now: NOW };
  const { app } = createSimulator({ seed: "seed", now: () => clock.now });
  const put = (path: string, body: unknown) =>
    app.request(`/_control/linkedin/${path}`, { method: "PUT", body: JSON.stringify(body) });
  const post = (path: string, form: Record<string, string>) =>
    app.request(path, { method: "POST", body: new URLSearchParams(form) });
  const codeFor = async (account: string) => {
    const back = await app.request(
      `/oauth/v2/authorization?${CONSENT}&decision=allow&account=${encoded(account)}`,
    );
    return new URL(back.headers.get("location") ?? "").searchParams.get("code") ?? "";
  };
  const code = await codeFor(ANN);
  const granted = await post("/oauth/v2/accessToken", {
    ...TOKEN_FORM,
    grant_type: "authorization_code",
    code,
  });
  const tokens = await granted.json<Record<string, string>>();
  const bearer = { authorization: `Bearer ${tokens.access_token}` };
  const versioned = { ...bearer, "linkedin-version": "202609", "x-restli-protocol-version": "2.0.0" };
  const get = (path: string, headers: Record<string, string> = versioned) => app.request(path, { headers });
  const read = async (path: string, headers?: Record<string, string>) => {
    const answer = await get(path, headers);
    return { status: answer.status, body: await answer.json<Record<string, unknown>>() };
  };
  return { app, clock, put, post, codeFor, tokens, bearer, versioned, get, read };
}

describe("the headers of a call", () => {
  it.each([
    ["202609", 200],
    ["20260901", 200],
    ["202609.01", 200],
    ["202512", 200],
    ["202611", 200],
    ["202511", 426],
    ["202612", 426],
    ["202508", 426],
    ["2026-09", 426],
    ["latest", 426],
  ])("name the version %s: %i", async (version, status) => {
    const { read, versioned } = await start();
    const answer = await read(POSTS, { ...versioned, "linkedin-version": version });
    expect(answer.status).toBe(status);
    const codes = { 200: undefined, 426: "NONEXISTENT_VERSION" };
    expect(answer.body.code).toBe(codes[status as keyof typeof codes]); // safe: the table has no other.
  });

  it("are refused without a version, in the vendor's words", async () => {
    const { read, bearer } = await start();
    const { status, body } = await read(POSTS, { ...bearer, "x-restli-protocol-version": "2.0.0" });
    expect([status, body.code]).toEqual([400, "VERSION_MISSING"]);
    expect((await read(POSTS, { ...bearer, "linkedin-version": "202508" })).body).toEqual({
      status: 426,
      code: "NONEXISTENT_VERSION",
      message: "Requested version 20250801 is not active",
    });
  });

  it.each([undefined, "1.0.0"])(
    "are refused with the protocol %s, which knows no lists",
    async (protocol) => {
      const { read, versioned } = await start();
      const { "x-restli-protocol-version": _dropped, ...rest } = versioned;
      const headers = protocol === undefined ? rest : { ...rest, "x-restli-protocol-version": protocol };
      expect((await read(POSTS, headers)).status).toBe(400);
    },
  );

  it.each([
    [undefined, 65604, "EMPTY_ACCESS_TOKEN"],
    ["Basic abc", 65604, "EMPTY_ACCESS_TOKEN"],
    ["Bearer made-up", 65600, "INVALID_ACCESS_TOKEN"],
  ])("are refused with the authorization %s", async (authorization, serviceErrorCode, code) => {
    const { read, versioned } = await start();
    const { authorization: _dropped, ...rest } = versioned;
    const headers = authorization === undefined ? rest : { ...rest, authorization };
    expect(await read(POSTS, headers)).toMatchObject({
      status: 401,
      body: { status: 401, serviceErrorCode, code },
    });
  });

  it.each([
    [{ expire: "*" }, 65602, "EXPIRED_ACCESS_TOKEN"],
    [{ revoke: ANN }, 65601, "REVOKED_ACCESS_TOKEN"],
  ])("carry a token that is over once they %j", async (told, serviceErrorCode, code) => {
    const { put, read } = await start();
    await put("tokens", told);
    expect(await read(POSTS)).toMatchObject({ status: 401, body: { serviceErrorCode, code } });
  });

  it("cannot carry a refresh token", async () => {
    const { read, tokens, versioned } = await start();
    const headers = { ...versioned, authorization: `Bearer ${tokens.refresh_token}` };
    expect(await read(POSTS, headers)).toMatchObject({ status: 401, body: { serviceErrorCode: 65600 } });
  });
});

describe("posts", () => {
  it("are told by URN: results, and an error with its status for each other", async () => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, { published_at: "2026-11-01T00:00:00Z" });
    await put(`posts/${UGC}`, { state: "gone" });
    expect((await read(POSTS)).body).toEqual({
      results: {
        [SHARE]: expect.objectContaining({
          id: SHARE,
          author: PAGE,
          lifecycleState: "PUBLISHED",
          publishedAt: Date.UTC(2026, 10, 1),
        }),
      },
      statuses: { [UGC]: 404 },
      errors: { [UGC]: expect.objectContaining({ status: 404, code: "NOT_FOUND" }) },
    });
  });

  it.each([
    [{ state: "private" }, "hidden"],
    [{ author: { id: ANN, name: "Ann" } }, "a member's, for which no app has the permission"],
    [{ author: { id: "urn:li:organization:77", name: "Else" } }, "another page's"],
  ])("that are %j are not the caller's to see: %s", async (told, _why) => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, told);
    expect((await read(POSTS)).body).toMatchObject({
      statuses: { [SHARE]: 403 },
      errors: { [SHARE]: { message: `member is unauthorized on ${SHARE}` } },
    });
  });

  it("came out when the upper bits of their number say", async () => {
    const { read } = await start();
    const urn = `urn:li:share:${BigInt(NOW) << 22n}`;
    expect((await read(`/rest/posts?ids=${listOf(urn)}`)).body).toMatchObject({
      results: { [urn]: { publishedAt: NOW } },
    });
  });

  it.each([
    ["/rest/posts", "no list"],
    ["/rest/posts?ids=", "an empty text"],
    ["/rest/posts?ids=List()", "an empty list"],
    [`/rest/posts?ids=${encoded(SHARE)}`, "a URN alone"],
    [`/rest/posts?ids=List(${encoded(encoded(SHARE))})`, "one encoded twice"],
    ["/rest/posts?ids=List(urn%3Ali%3Aactivity%3A7463000000000000004)", "an activity"],
  ])("are refused for %s: %s", async (path, _why) => {
    const { read } = await start();
    expect(await read(path)).toMatchObject({ status: 400, body: { code: "QUERY_PARAM_NOT_ALLOWED" } });
  });
});

describe("share statistics", () => {
  it("have one element for each share and ugcPost of the page, in the vendor's words", async () => {
    const { put, read } = await start();
    const metrics = { views: 500, likes: 30, comments: 4, shares: 2, clicks: 12 };
    await put(`posts/${SHARE}`, { metrics });
    const { body } = await read(statisticsOf(PAGE));
    expect(body).toMatchObject({
      elements: [
        {
          organizationalEntity: PAGE,
          share: SHARE,
          totalShareStatistics: {
            impressionCount: 500,
            uniqueImpressionsCount: 400,
            clickCount: 12,
            likeCount: 30,
            commentCount: 4,
            shareCount: 2,
          },
        },
        { ugcPost: UGC },
      ],
      paging: { start: 0 },
    });
  });

  it("leave out a hidden count, and a post that has none to show", async () => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, { metrics: { clicks: null } });
    const none = { views: null, likes: null, comments: null, shares: null, clicks: null };
    await put(`posts/${UGC}`, { metrics: none });
    const { body } = await read(statisticsOf(PAGE));
    expect(body.elements).toHaveLength(1);
    expect(body.elements).not.toHaveProperty("0.totalShareStatistics.clickCount");
  });

  it.each([
    [{ state: "gone" }],
    [{ state: "private" }],
    [{ author: { id: "urn:li:organization:77", name: "Else" } }],
  ])("leave out a post that is %j", async (told) => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, told);
    expect((await read(statisticsOf(PAGE))).body).toMatchObject({ elements: [{ ugcPost: UGC }] });
  });

  it("of a page the member does not administer are denied", async () => {
    const { read } = await start();
    expect(await read(statisticsOf("urn:li:organization:77"))).toMatchObject({
      status: 403,
      body: { code: "ACCESS_DENIED", serviceErrorCode: 100 },
    });
  });

  it.each([
    [`shares=${listOf(UGC)}`],
    [`ugcPosts=${listOf(SHARE)}`],
    [`shares=${encoded(SHARE)}`],
    ["shares=List(urn%3Ali%3Aactivity%3A7463000000000000004)"],
  ])("are refused for %s", async (lists) => {
    const { read } = await start();
    expect((await read(statisticsOf(PAGE, lists))).status).toBe(400);
  });
});

describe("a member's analytics", () => {
  it.each([
    ["IMPRESSION", 500],
    ["REACTION", 30],
    ["COMMENT", 4],
    ["RESHARE", 2],
    ["LINK_CLICKS", 12],
  ])("answer one count of one post: %s is %i", async (queryType, count) => {
    const { put, read } = await start();
    await put(`posts/${UGC}`, { metrics: { views: 500, likes: 30, comments: 4, shares: 2, clicks: 12 } });
    expect((await read(analyticsOf(entityOf("ugc", UGC), queryType))).body).toEqual({
      elements: [{ count, metricType: queryType, targetEntity: { ugc: UGC } }],
      paging: { start: 0, count: 10, links: [] },
    });
  });

  it.each([
    ["202604", "object"],
    ["202605", "string"],
  ])("name the kind of a count, in version %s, by %s", async (version, type) => {
    const { read, versioned } = await start();
    const path = analyticsOf(entityOf("share", SHARE));
    const { body } = await read(path, { ...versioned, "linkedin-version": version });
    // safe: a list of records, by the test above.
    const [element] = body.elements as Record<string, unknown>[];
    const metricType = element?.metricType;
    expect(typeof metricType).toBe(type);
    expect(JSON.stringify(metricType)).toContain('"IMPRESSION"');
  });

  it("have no element for a hidden count", async () => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, { metrics: { likes: null } });
    expect((await read(analyticsOf(entityOf("share", SHARE), "REACTION"))).body.elements).toEqual([]);
  });

  it.each([
    [{ state: "gone" }, 404],
    [{ state: "private" }, 403],
    [{ author: { id: "urn:li:person:bob", name: "Bob" } }, 403],
    [{ author: { id: ANN, name: "Ann" } }, 200],
  ])("of a post that is %j are %i", async (told, status) => {
    const { put, read } = await start();
    await put(`posts/${SHARE}`, told);
    const answer = await read(analyticsOf(entityOf("share", SHARE)));
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(SHARE);
  });

  it.each([
    [analyticsOf(encoded(SHARE)), "no record"],
    [analyticsOf(entityOf("ugc", SHARE)), "a share named as a ugcPost"],
    [analyticsOf(entityOf("share", UGC)), "a ugcPost named as a share"],
    [analyticsOf(entityOf("activity", "urn:li:activity:7463000000000000004")), "an activity"],
    [analyticsOf(entityOf("share", SHARE), "CLICKS"), "no such count"],
    [analyticsOf(entityOf("share", SHARE), "constructor"), "no such count either"],
    [analyticsOf(entityOf("share", SHARE), "IMPRESSION", "DAILY"), "days, which nobody asks for"],
    ["/rest/memberCreatorPostAnalytics?q=me", "another finder"],
  ])("are refused for %s: %s", async (path, _why) => {
    const { read } = await start();
    expect(await read(path)).toMatchObject({ status: 400, body: { code: "QUERY_PARAM_NOT_ALLOWED" } });
  });
});

describe("the daily limit", () => {
  it("counts every call below /rest/ and begins anew at midnight of UTC", async () => {
    const { clock, put, read } = await start();
    await put("limits", { calls: 2 });
    const path = analyticsOf(entityOf("share", SHARE));
    const statuses = [await read(path), await read(POSTS), await read(path)].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await read(path)).body).toEqual({
      status: 429,
      serviceErrorCode: 101,
      message: "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.",
    });
    clock.now = Date.UTC(2026, 10, 22) - 1;
    expect((await read(path)).status).toBe(429);
    clock.now = Date.UTC(2026, 10, 22);
    expect((await read(path)).status).toBe(200);
  });

  it("comes without a header that tells when it ends", async () => {
    const { put, get } = await start();
    await put("limits", { calls: 0 });
    const { headers } = await get(POSTS);
    expect([...headers.keys()].filter((name) => /retry|rate/.test(name))).toEqual([]);
  });
});

describe("consent", () => {
  it("asks the visitor, who is sent back with a code or without", async () => {
    const { app } = await start();
    const page = await app.request(`/oauth/v2/authorization?${CONSENT}`);
    expect(await page.text()).toContain("Simulated LinkedIn");
    const refusal = await app.request(`/oauth/v2/authorization?${CONSENT}&decision=refuse`);
    const back = new URL(refusal.headers.get("location") ?? "");
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      keep: "1",
      state: "a b",
      error: "access_denied",
    });
  });

  it("offers the members that were told of, and no page", async () => {
    const { app, put } = await start();
    await put(`accounts/${ANN}`, { handle: "ann", name: "Ann" });
    await put("accounts/urn:li:organization:9", { handle: "acme", name: "Acme" });
    const page = await (await app.request(`/oauth/v2/authorization?${CONSENT}`)).text();
    expect([page.includes("Ann"), page.includes("Acme")]).toEqual([true, false]);
  });

  it.each([
    ["client_id", ""],
    ["client_id", "invalid"],
    ["response_type", "token"],
    ["redirect_uri", "nowhere"],
  ])("is not asked for with the %s %j", async (name, value) => {
    const { app } = await start();
    const asked = new URLSearchParams(CONSENT);
    asked.set(name, value);
    expect((await app.request(`/oauth/v2/authorization?${asked}`)).status).toBe(400);
  });
});

describe("the token endpoint", () => {
  it("grants 60 days, and a year of renewals", async () => {
    const { tokens } = await start();
    expect(tokens).toMatchObject({ expires_in: 5_184_000, refresh_token_expires_in: 31_536_000 });
  });

  it.each([
    [{ grant_type: "authorization_code", code: "made-up" }, 400, "invalid_request"],
    [{ grant_type: "refresh_token", refresh_token: "made-up" }, 400, "invalid_request"],
    [{ grant_type: "password" }, 400, "invalid_request"],
    [{ grant_type: "refresh_token", client_secret: "invalid1" }, 401, "invalid_client"],
    [{ grant_type: "refresh_token", client_id: "" }, 401, "invalid_client"],
  ])("refuses %j with %i %s", async (form, status, error) => {
    const { post } = await start();
    const answer = await post("/oauth/v2/accessToken", { ...TOKEN_FORM, ...form });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error });
  });

  it("renews the access token and keeps the refresh token", async () => {
    const { clock, post, tokens, read, versioned } = await start();
    clock.now = NOW + 60 * DAY_MS;
    expect((await read(POSTS)).status).toBe(401);
    const form = { ...TOKEN_FORM, grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "" };
    const renewed = await (await post("/oauth/v2/accessToken", form)).json<Record<string, string>>();
    expect(renewed.refresh_token).toBe(tokens.refresh_token);
    const headers = { ...versioned, authorization: `Bearer ${renewed.access_token}` };
    expect((await read(POSTS, headers)).status).toBe(200);
  });

  it("grants for as long as it is told", async () => {
    const { put, post, codeFor } = await start();
    await put("tokens", { lifetime_seconds: 30 });
    const form = { ...TOKEN_FORM, grant_type: "authorization_code", code: await codeFor(ANN) };
    expect(await (await post("/oauth/v2/accessToken", form)).json()).toMatchObject({ expires_in: 30 });
  });

  it("takes a grant back with nothing but a status", async () => {
    const { post, tokens, read } = await start();
    const form = { client_id: "app", client_secret: "secret", token: tokens.access_token ?? "" };
    const answer = await post("/oauth/v2/revoke", form);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect((await read(POSTS)).body.code).toBe("REVOKED_ACCESS_TOKEN");
    expect((await post("/oauth/v2/revoke", form)).status).toBe(400);
    expect((await post("/oauth/v2/revoke", { ...form, client_secret: "" })).status).toBe(401);
  });
});

describe("who a token stands for", () => {
  it("is told without a version", async () => {
    const { put, read, bearer } = await start();
    await put(`accounts/${ANN}`, { handle: "ann", name: "Ann Example" });
    expect((await read("/v2/userinfo", bearer)).body).toMatchObject({ sub: "ann", name: "Ann Example" });
    expect((await read("/v2/userinfo", {})).status).toBe(401);
  });

  it("administers the pages that were told of, or else the demo's", async () => {
    const { put, read } = await start();
    const path = "/rest/organizationAcls?q=roleAssignee&role=ADMINISTRATOR&state=APPROVED";
    expect((await read(path)).body.elements).toEqual([
      { role: "ADMINISTRATOR", organization: PAGE, roleAssignee: ANN, state: "APPROVED" },
    ]);
    await put("accounts/urn:li:organization:9", { handle: "acme" });
    expect((await read(path)).body).toMatchObject({ elements: [{ organization: "urn:li:organization:9" }] });
    expect((await read(path.replace("ADMINISTRATOR", "ANALYST"))).body.elements).toEqual([]);
    expect((await read("/rest/organizationAcls?q=organization")).status).toBe(400);
  });
});

describe("the vendor", () => {
  it.each([
    [400, "ILLEGAL_ARGUMENT"],
    [401, "INVALID_ACCESS_TOKEN"],
    [403, "ACCESS_DENIED"],
    [404, "RESOURCE_NOT_FOUND"],
    [426, "NONEXISTENT_VERSION"],
    [500, "INTERNAL_SERVER_ERROR"],
    [503, "INTERNAL_SERVER_ERROR"],
  ])("fails with %i in its own words: %s", async (status, code) => {
    const answer = linkedinVendor.fail(status);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ status, code });
  });

  it("has demo posts that differ, come out when they should and are LinkedIn's to its adapter", () => {
    const posts = Array.from({ length: 50 }, (_, n) => linkedinVendor.demoPost(n, NOW));
    expect(new Set(posts.map(({ externalId }) => externalId)).size).toBe(50);
    for (const { externalId, url } of posts) {
      expect(externalId).toMatch(/^urn:li:share:[1-9]\d{18}$/);
      expect(url).toBe(`https://www.linkedin.com/feed/update/${externalId}/`);
      expect(linkedinVendor.publishedAtOf(externalId)).toBe(NOW);
    }
    expect(linkedinVendor.publishedAtOf("urn:li:share:1")).toBeNull();
  });

  it("counts the posts a call asks for, whichever way it names them", async () => {
    const { app, read } = await start();
    await read(POSTS);
    await read(statisticsOf(PAGE));
    await read(analyticsOf(entityOf("ugc", UGC)));
    const log = await app.request("/_control/linkedin/calls");
    expect(await log.json()).toMatchObject({
      by_operation: {
        posts: { calls: 1, ids: 2 },
        organizationalEntityShareStatistics: { calls: 1, ids: 2 },
        memberCreatorPostAnalytics: { calls: 1, ids: 1 },
      },
    });
  });
});
