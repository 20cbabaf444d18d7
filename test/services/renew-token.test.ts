import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../src/domain/platform.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { openTokens } from "../../src/services/sealed-tokens.ts";
import { sweep } from "../../src/services/sweep.ts";
import {
  accountId,
  callsOf,
  connect,
  failStatements,
  postOf,
  storedAccount,
  tell,
  waiting,
} from "../support/connecting.ts";
import { type Account, aCampaign, anAffiliate, row, rows, submit } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
const ALL_PLATFORMS = ["instagram", "meta", "tiktok", "linkedin", "reddit"];

/** The n-th post as its owner claims it: right. */
async function claim(
  world: World,
  { key }: Account,
  { campaignId, platform, n = 1 }: { campaignId: string; platform: Platform; n?: number },
): Promise<string> {
  const { externalId, url } = postOf(platform, n);
  await world.setPost(platform, externalId, { metrics: { likes: 40 } });
  return (await submit(world, { key, campaignId, url, claimed: { claimed_likes: 40 } })).report_id;
}

/** A connected account and reports of its posts, sent and not delivered. */
async function aStage({ platform = "tiktok", reports = 1 }: { platform?: Platform; reports?: number } = {}) {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const policy = { settle_hours: 0 };
  const campaignId = await aCampaign(world, {
    platforms: ALL_PLATFORMS,
    policy,
    observeEveryMinutes: 43_200,
  });
  const account = platform === "reddit" ? "" : await connect(world, affiliate, platform);
  const ids: string[] = [];
  for (let n = 1; n <= reports; n++) ids.push(await claim(world, affiliate, { campaignId, platform, n }));
  const next = (n: number) => claim(world, affiliate, { campaignId, platform, n });
  return { world, affiliate, campaignId, account, ids, next };
}

/** Lets time pass and does what is due by then. */
async function later(world: World, ms: number): Promise<void> {
  world.advance(ms);
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
}

const reconcile = (world: World, reportIds: readonly string[]) =>
  reconcileReports(world.ctx, {
    reportIds: [...reportIds],
    lane: "normal",
    manual: false,
    origins: [ORIGIN],
  });

const statuses = () =>
  rows<{ status: string | null; attempts: number; reports: number }>(
    "select status, attempts, count(*) as reports from reconciliations group by status, attempts",
  );

async function tokensOf(world: World, account: string) {
  const stored = await row<{
    platform: string;
    external_id: string;
    access_token: string;
    refresh_token: string;
  }>("select * from connected_accounts where id = ?", account);
  if (stored === null) throw new Error(`no account ${account}`);
  return openTokens(world.ctx, {
    platform: stored.platform,
    externalId: stored.external_id,
    accessToken: stored.access_token,
    accessExpiresAt: null,
    refreshToken: stored.refresh_token,
    refreshExpiresAt: null,
  });
}

/** Does something while the vendor is asked to renew: before it sees the request, or before its answer is there. */
function whileRenewing(world: World, when: "before" | "after", work: () => Promise<unknown>): void {
  const { fetch } = world.ctx;
  let todo: (() => Promise<unknown>) | null = work;
  const once = async (at: "before" | "after") => {
    if (at !== when || todo === null) return;
    const now = todo;
    todo = null;
    await now();
  };
  world.ctx.fetch = async (input, init) => {
    const isRenewal =
      init?.body instanceof URLSearchParams && init.body.get("grant_type") === "refresh_token";
    if (!isRenewal) return fetch(input, init);
    await once("before");
    const response = await fetch(input, init);
    await once("after");
    return response;
  };
}

const disconnect = (world: World, { key }: Account, account: string) =>
  world.request("DELETE", `/api/v1/accounts/${account}`, { key });

describe("a token that the vendor does not take any more", () => {
  it.each([
    { platform: "tiktok", reports: 50, operation: "token", spoil: { expire: "*" } },
    { platform: "linkedin", reports: 12, operation: "accessToken", spoil: { expire: "*" } },
    { platform: "reddit", reports: 110, operation: "access_token", spoil: { expire: "*" } },
    { platform: "reddit", reports: 110, operation: "access_token", spoil: { revoke: "*" } },
  ])(
    "is renewed once for $reports reports on $platform in two consumers at once: $spoil",
    async ({ platform, reports, operation, spoil }) => {
      const { world, ids } = await aStage({ platform, reports: reports + 1 });
      // The first report has the app's own token granted, which stands for the account's elsewhere.
      await reconcile(world, ids.slice(0, 1));
      await tell(world, `/${platform}/tokens`, spoil);
      const granted = await callsOf(world, platform, operation);
      const half = Math.ceil(ids.length / 2);
      await Promise.all([reconcile(world, ids.slice(1, half)), reconcile(world, ids.slice(half))]);
      expect(await callsOf(world, platform, operation)).toBe(granted + 1);
      expect(await statuses()).toEqual([{ status: "MATCHED", attempts: 0, reports: ids.length }]);
      expect(world.lines.filter((line) => line.includes("platform_call_failed"))).toEqual([]);
    },
  );

  it("of Instagram is renewed with itself, once it is a day old", async () => {
    const { world, account, next } = await aStage({ platform: "instagram" });
    await world.deliver();
    world.advance(2 * DAY_MS);
    const before = await storedAccount(account);
    await row(
      "update connected_accounts set access_expires_at = ? where id = ? returning id",
      world.now,
      account,
    );
    const report = await next(2);
    await world.deliver();
    expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    expect(await callsOf(world, "instagram", "refresh")).toBe(1);
    expect(await storedAccount(account)).toMatchObject({
      token_version: before.token_version + 1,
      access_expires_at: world.now + 60 * DAY_MS,
    });
  });

  it.each([
    { spare: 120_000, renewed: 1, why: "as close to its end as it may not be" },
    { spare: 120_001, renewed: 0, why: "a millisecond further from it" },
  ])("is renewed before it is used if it is $why", async ({ spare, renewed }) => {
    const { world, account, ids } = await aStage();
    world.now = ((await storedAccount(account)).access_expires_at ?? 0) - spare;
    const granted = await callsOf(world, "tiktok", "token");
    await reconcile(world, ids);
    expect(await callsOf(world, "tiktok", "token")).toBe(granted + renewed);
    expect(await callsOf(world, "tiktok", "video.query")).toBe(1);
  });

  it("is asked for again by whoever joined a renewal that had not heard of the refusal", async () => {
    const { world, ids } = await aStage({ platform: "reddit", reports: 2 });
    await reconcile(world, ids.slice(0, 1));
    await tell(world, "/reddit/tokens", { revoke: "*" });
    const gate = world.ctx.gate("reddit");
    const { renew } = gate;
    let joined = 0;
    // A consumer that begins at this moment asks for whichever token there is.
    gate.renew = (request) => {
      if (request.refused === null || joined > 0) return renew(request);
      joined += 1;
      const flight = renew({ ...request, refused: null });
      return Promise.all([flight, renew(request)]).then(([, answer]) => answer);
    };
    await reconcile(world, ids.slice(1));
    expect(joined).toBe(1);
    expect(await statuses()).toEqual([{ status: "MATCHED", attempts: 0, reports: 2 }]);
  });
});

describe("a renewal that the vendor refuses", () => {
  it("has the owner asked for consent again: no attempt, no platform alert, and connecting again heals", async () => {
    const { world, affiliate, account, ids } = await aStage();
    const [report = ""] = ids;
    await tell(world, "/tiktok/tokens", { revoke: accountId("tiktok") });
    await world.deliver();
    expect(await storedAccount(account)).toMatchObject({
      state: "lapsed",
      detail: "invalid_grant",
      tend_at: null,
    });
    await later(world, 11 * MINUTE_MS);
    expect(await waiting(report)).toMatchObject({ put_off_reason: "reconnect", attempts: 0, state: "open" });
    for (let hour = 0; hour < 4; hour++) await later(world, HOUR_MS);
    expect(await waiting(report)).toMatchObject({ put_off_reason: "reconnect", attempts: 0 });
    expect(await row("select id from alerts")).toBeNull();
    // Nobody asks the vendor for what it has refused.
    expect(await callsOf(world, "tiktok", "token")).toBe(2);
    await connect(world, affiliate, "tiktok");
    await later(world, 0);
    expect(await waiting(report)).toMatchObject({ status: "MATCHED", state: "final" });
    expect(await storedAccount(account)).toMatchObject({ state: "active", detail: null });
  });

  it("of a Page's token, which nothing renews, has its owner asked too", async () => {
    const { world, affiliate, account, ids } = await aStage({ platform: "meta" });
    await tell(world, "/meta/tokens", { revoke: "*" });
    await world.deliver();
    expect(await storedAccount(account)).toMatchObject({ state: "lapsed" });
    await later(world, 11 * MINUTE_MS);
    expect(await waiting(ids[0] ?? "")).toMatchObject({ put_off_reason: "reconnect", attempts: 0 });
    await connect(world, affiliate, "meta");
    await later(world, 0);
    expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED" });
  });

  it.each([
    { platform: "tiktok", secret: "TIKTOK_CLIENT_SECRET" },
    { platform: "linkedin", secret: "LINKEDIN_CLIENT_SECRET" },
  ])(
    "because of our own secret costs no account on $platform its connection",
    async ({ platform, secret }) => {
      const { world, ids } = await aStage({ platform });
      const { settings } = world.ctx;
      world.ctx.settings = (name) => ({
        ...settings(name),
        secrets: { ...settings(name).secrets, [secret]: "invalid" },
      });
      await tell(world, `/${platform}/tokens`, { expire: "*" });
      await world.deliver();
      expect(await rows("select distinct state from connected_accounts")).toEqual([{ state: "active" }]);
      expect(await waiting(ids[0] ?? "")).toMatchObject({ put_off_reason: "unauthorised", attempts: 0 });
      world.ctx.settings = settings;
      await later(world, 10 * MINUTE_MS);
      expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED" });
    },
  );

  it("ahead of its end leaves a token in use until then", async () => {
    const world = createWorld();
    const affiliate = await anAffiliate(world);
    const campaignId = await aCampaign(world, { platforms: ["linkedin"], policy: { settle_hours: 0 } });
    const { fetch } = world.ctx;
    // LinkedIn gives refresh tokens to partners alone.
    world.ctx.fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (!String(input).endsWith("/accessToken")) return response;
      const {
        refresh_token: _,
        refresh_token_expires_in: __,
        ...tokens
      }: Record<string, unknown> = await response.json();
      return Response.json(tokens);
    };
    const account = await connect(world, affiliate, "linkedin");
    const { tend_at, access_expires_at } = await storedAccount(account);
    expect(tend_at).toBe(world.now + 30 * DAY_MS);
    await later(world, 30 * DAY_MS);
    expect(await storedAccount(account)).toMatchObject({ state: "active", tend_at: access_expires_at });
    const report = await claim(world, affiliate, { campaignId, platform: "linkedin" });
    await world.deliver();
    expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    await later(world, (access_expires_at ?? 0) - world.now);
    expect(await storedAccount(account)).toMatchObject({ state: "lapsed", detail: "no refresh token" });
  });
});

describe("a renewal while the vendor's token endpoint is out", () => {
  it("puts the reports off with the failure, keeps the account, and heals by itself", async () => {
    const { world, account, ids } = await aStage();
    const [report = ""] = ids;
    const expiresAt = (await storedAccount(account)).access_expires_at ?? 0;
    world.now = expiresAt;
    await world.setFaults("tiktok", { outage: true, access: true });
    await reconcile(world, ids);
    expect(await waiting(report)).toMatchObject({ put_off_reason: "outage", attempts: 0, state: "open" });
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 1 });
    await world.setFaults("tiktok", {});
    await later(world, 10 * MINUTE_MS);
    expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    expect(await storedAccount(account)).toMatchObject({ token_version: 2 });
  });

  it("of the app's own token puts the reports off as well", async () => {
    const { world, ids } = await aStage({ platform: "reddit" });
    await world.setFaults("reddit", { outage: true, access: true });
    await reconcile(world, ids);
    expect(await waiting(ids[0] ?? "")).toMatchObject({ put_off_reason: "outage", attempts: 0 });
    await world.setFaults("reddit", {});
    await later(world, 2 * MINUTE_MS);
    expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED" });
  });
});

describe("a vendor that replaces its refresh tokens, and a crash before ours is stored", () => {
  const UPDATE = "set access_token";

  it.each(["before", "after"] as const)(
    "in D1 %s it has committed: the token survives beside it, and D1 is told at the next renewal",
    async (when) => {
      const { world, account, ids, next } = await aStage();
      await tell(world, "/tiktok/tokens", { rotation: "strict", expire: "*" });
      failStatements(world, UPDATE, { when });
      await world.deliver();
      // The batch was judged with the token all the same.
      expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED" });
      expect(world.lines.join()).toContain("renewed_token_not_stored");
      expect([...world.vault.entries.keys()]).toEqual([`renewed:${account}`]);
      expect((await storedAccount(account)).token_version).toBe(when === "before" ? 1 : 2);

      const calls = await callsOf(world, "tiktok", "token");
      const report = await next(2);
      await world.deliver();
      expect(await waiting(report)).toMatchObject({ status: "MATCHED", attempts: 0 });
      expect(await callsOf(world, "tiktok", "token")).toBe(calls);
      expect((await storedAccount(account)).token_version).toBe(2);
      // The refresh token that came with it works too, and what was not told before is told now.
      await later(world, 1.5 * HOUR_MS);
      expect(await callsOf(world, "tiktok", "token")).toBe(calls + 1);
      expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 3 });
      expect([...world.vault.entries.keys()]).toEqual([]);
    },
  );

  it("that lasts: nothing is judged without D1, and the token is there when it is back", async () => {
    const { world, account, next } = await aStage();
    await world.deliver();
    await tell(world, "/tiktok/tokens", { rotation: "strict", expire: "*" });
    failStatements(world, UPDATE, { when: "before", times: 2 });
    const first = await next(2);
    await world.deliver();
    expect(await waiting(first)).toMatchObject({ status: "MATCHED" });
    const second = await next(3);
    await world.deliver();
    expect(await waiting(second)).toMatchObject({ status: null, attempts: 0 });
    await later(world, 10 * MINUTE_MS);
    expect(await waiting(second)).toMatchObject({ status: "MATCHED", attempts: 0 });
    expect(await callsOf(world, "tiktok", "token")).toBe(2);
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 2 });
  });

  it.each([
    {
      rotation: "grace",
      status: "MATCHED",
      state: "active",
      why: "the old one works until the new one is used",
    },
    { rotation: "strict", status: null, state: "lapsed", why: "neither is left" },
  ])("before it is written anywhere: with $rotation rotation $why", async ({ rotation, status, state }) => {
    const { world, account, ids } = await aStage();
    await tell(world, "/tiktok/tokens", { rotation, expire: "*" });
    const { put } = world.vault;
    world.vault.put = () => {
      throw new Error("the object was reset");
    };
    await world.deliver();
    expect(await waiting(ids[0] ?? "")).toMatchObject({ status: null, attempts: 0 });
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 1 });
    world.vault.put = put;
    await later(world, 10 * MINUTE_MS);
    expect(await storedAccount(account)).toMatchObject({ state });
    expect(await waiting(ids[0] ?? "")).toMatchObject({ status, attempts: 0 });
  });
});

describe("an account that changes hands with itself while it is renewed", () => {
  it.each(["before", "after"] as const)(
    "keeps what its owner connected, %s the vendor answers the renewal",
    async (when) => {
      const { world, affiliate, account, ids, next } = await aStage();
      await tell(world, "/tiktok/tokens", { rotation: "strict", expire: "*" });
      let connected: unknown;
      whileRenewing(world, when, async () => {
        await connect(world, affiliate, "tiktok");
        connected = await tokensOf(world, account);
      });
      await world.deliver();
      expect(connected).toBeDefined();
      expect(await tokensOf(world, account)).toEqual(connected);
      expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 2 });
      expect(world.vault.entries.size).toBe(0);
      expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED", attempts: 0 });
      const report = await next(2);
      await world.deliver();
      expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    },
  );

  it("does not lapse when the vendor refuses the renewal that was overtaken", async () => {
    const { world, affiliate, account, ids } = await aStage();
    await tell(world, "/tiktok/tokens", { revoke: "*" });
    whileRenewing(world, "after", () => connect(world, affiliate, "tiktok"));
    await world.deliver();
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 2 });
    expect(await waiting(ids[0] ?? "")).toMatchObject({ status: "MATCHED", attempts: 0 });
  });

  it.each(["before", "after"] as const)(
    "stays disconnected if its owner took it away %s the vendor answered the renewal",
    async (when) => {
      const { world, affiliate, account, ids } = await aStage();
      await tell(world, "/tiktok/tokens", { rotation: "strict" });
      world.advance(2 * HOUR_MS - 100_000);
      whileRenewing(world, when, () => disconnect(world, affiliate, account));
      await later(world, 0);
      expect(await storedAccount(account)).toMatchObject({
        state: "disconnected",
        access_token: null,
        refresh_token: null,
        tend_at: null,
      });
      expect(await waiting(ids[0] ?? "")).toMatchObject({ status: null, attempts: 0 });
      expect(world.vault.entries.size).toBe(0);
      for (let hour = 0; hour < 3; hour++) await later(world, HOUR_MS);
      expect(await storedAccount(account)).toMatchObject({ state: "disconnected" });
      expect(await waiting(ids[0] ?? "")).toMatchObject({ put_off_reason: "not_connected", attempts: 0 });
    },
  );
});

describe("the sweep", () => {
  it.each([
    { early: 1, renewed: 0 },
    { early: 0, renewed: 1 },
  ])(
    "renews a token at three quarters of its life: $renewed times $early ms before",
    async ({ early, renewed }) => {
      const { world, account } = await aStage();
      const { access_expires_at, token_version } = await storedAccount(account);
      expect(access_expires_at).toBe(world.now + 2 * HOUR_MS);
      world.advance(1.5 * HOUR_MS - early);
      const { accounts } = await sweep(world.ctx, ORIGIN);
      expect(accounts).toBe(renewed);
      expect(await callsOf(world, "tiktok", "token")).toBe(1 + renewed);
      expect(await storedAccount(account)).toMatchObject({ token_version: token_version + renewed });
      if (renewed === 0) return;
      expect(await storedAccount(account)).toMatchObject({
        access_expires_at: world.now + 2 * HOUR_MS,
        tend_at: world.now + 1.5 * HOUR_MS,
      });
    },
  );

  it("tries again a renewal that met an outage, while the token lives", async () => {
    const { world, account } = await aStage();
    await world.setFaults("tiktok", { outage: true, access: true });
    await later(world, 1.5 * HOUR_MS);
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 1 });
    await world.setFaults("tiktok", {});
    await later(world, 5 * MINUTE_MS);
    expect(await storedAccount(account)).toMatchObject({ state: "active", token_version: 2 });
  });

  const [OLD, NEW] = ["test-key-of-thirty-two-bytes-ok!", "a-newer-key-of-32-bytes-is-here!"].map(btoa);

  it.each([
    { early: 1, key: "t1" },
    { early: 0, key: "t2" },
  ])(
    "seals a Page's token with the newest key every 30 days: with $key $early ms before",
    async ({ early, key }) => {
      const { world, account, next } = await aStage({ platform: "meta" });
      world.ctx.box = createSecretBox(`t2:${NEW},t1:${OLD}`);
      const before = await tokensOf(world, account);
      await later(world, 30 * DAY_MS - early);
      const stored = await storedAccount(account);
      expect(stored.access_token).toMatch(new RegExp(`^v1\\.${key}\\.`));
      expect(await tokensOf(world, account)).toEqual(before);
      if (key === "t1") return;
      expect(stored.tend_at).toBe(world.now + 30 * DAY_MS);
      // Now the old key can be taken away.
      world.ctx.box = createSecretBox(`t2:${NEW}`);
      const report = await next(2);
      await world.deliver();
      expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    },
  );

  it.each(["meta", "tiktok"])(
    "logs an account on %s that no key opens, and throws nothing",
    async (platform) => {
      const { world, account, ids } = await aStage({ platform });
      world.ctx.box = createSecretBox(`t2:${NEW}`);
      await world.deliver();
      expect(await waiting(ids[0] ?? "")).toMatchObject({ put_off_reason: "not_configured", attempts: 0 });
      expect(world.lines.join()).toContain("token_not_opened");
      const before = await storedAccount(account);
      await later(world, 31 * DAY_MS);
      expect(await storedAccount(account)).toMatchObject({
        state: "active",
        access_token: before.access_token,
      });
      world.ctx.box = createSecretBox(`t2:${NEW},t1:${OLD}`);
      await later(world, 10 * MINUTE_MS);
      expect(await storedAccount(account)).toMatchObject({
        access_token: expect.stringMatching(/^v1\.t2\./),
      });
    },
  );

  it("takes the connection of an account that no key opens away without asking anybody", async () => {
    const { world, affiliate, account } = await aStage();
    world.ctx.box = createSecretBox(`t2:${NEW}`);
    expect((await disconnect(world, affiliate, account)).status).toBe(204);
    expect(await storedAccount(account)).toMatchObject({ state: "disconnected", access_token: null });
    expect(await callsOf(world, "tiktok", "revoke")).toBe(0);
  });

  it("gives a grant back that met an outage, as soon as the vendor answers", async () => {
    const { world, affiliate, account, next } = await aStage();
    await world.deliver();
    const tokens = await tokensOf(world, account);
    await world.setFaults("tiktok", { outage: true, access: true });
    expect((await disconnect(world, affiliate, account)).status).toBe(204);
    expect(await storedAccount(account)).toMatchObject({ state: "leaving", tend_at: world.now });
    await later(world, MINUTE_MS);
    expect(await storedAccount(account)).toMatchObject({ state: "leaving" });
    await world.setFaults("tiktok", {});
    // Nothing is read with it meanwhile.
    const report = await next(2);
    await world.deliver();
    expect(await waiting(report)).toMatchObject({ put_off_reason: "not_connected" });
    await later(world, 5 * MINUTE_MS);
    expect(await storedAccount(account)).toMatchObject({
      state: "disconnected",
      refresh_token: null,
      tend_at: null,
    });
    const user = await world.simulator.app.request(
      "http://simulator.test/tiktok/v2/user/info/?fields=open_id",
      {
        headers: { authorization: `Bearer ${tokens?.accessToken}` },
      },
    );
    expect(user.status).toBe(401);
  });

  it("keeps a grant that other accounts are read with, until the last of them leaves", async () => {
    const { world, affiliate, account, next } = await aStage({ platform: "linkedin" });
    const page = await row<{ id: string }>("select id from connected_accounts where id <> ?", account);
    expect((await disconnect(world, affiliate, page?.id ?? "")).status).toBe(204);
    expect(await storedAccount(page?.id ?? "")).toMatchObject({ state: "disconnected", access_token: null });
    expect(await callsOf(world, "linkedin", "revoke")).toBe(0);
    const report = await next(2);
    await world.deliver();
    expect(await waiting(report)).toMatchObject({ status: "MATCHED" });
    expect((await disconnect(world, affiliate, account)).status).toBe(204);
    expect(await callsOf(world, "linkedin", "revoke")).toBe(1);
  });

  it("looks after one account after the other, whatever happens to the first", async () => {
    const { world, affiliate, account } = await aStage();
    const meta = await connect(world, affiliate, "meta");
    await tell(world, "/tiktok/tokens", { rotation: "none" });
    world.advance(30 * DAY_MS);
    failStatements(world, "set access_token", { when: "before" });
    const { put } = world.vault;
    world.vault.put = () => {
      world.vault.put = put;
      throw new Error("the object was reset");
    };
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ accounts: 2 });
    expect(world.lines.filter((line) => line.includes("account_not_tended"))).toHaveLength(2);
    await later(world, 5 * MINUTE_MS);
    for (const id of [account, meta]) expect(await storedAccount(id)).toMatchObject({ token_version: 2 });
  });
});
