import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { PlatformSettings } from "../../src/platforms/settings.ts";
import {
  accountId,
  begin,
  comeBack,
  connect,
  decide,
  failStatements,
  OWNERS_PLATFORMS,
  prove,
  storedAccount,
  tell,
} from "../support/connecting.ts";
import { anAdvertiser, anAffiliate, everyRow, refusalOf, row } from "../support/fixtures.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const NOON = "2026-06-01T12:00:00.000Z";

async function aStage(overrides: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(overrides);
  const affiliate = await anAffiliate(world);
  const send = (method: string, path: string, body?: unknown, key = affiliate.key) =>
    world.request(method, `/api/v1${path}`, { key, body });
  return { world, affiliate, send };
}

interface Page {
  data: { id: string; affiliate_id: string; state: string }[];
  next_cursor: string | null;
}

describe("who may do what with accounts", () => {
  const nobodys = `/accounts/acc_${"Z".repeat(26)}`;

  it.each([
    { method: "POST", path: "/connect/tiktok", body: {}, answers: { affiliate: 201 } },
    { method: "POST", path: "/connect/youtube/verify", answers: { affiliate: 404 } },
    { method: "GET", path: "/accounts", answers: { admin: 200, affiliate: 200 } },
    { method: "DELETE", path: nobodys, answers: { admin: 404, affiliate: 404 } },
  ])("$method $path answers $answers and 403 to anybody else", async ({ method, path, body, answers }) => {
    const { world, affiliate, send } = await aStage();
    const keys = {
      admin: await issueKey(world, "admin", null),
      advertiser: (await anAdvertiser(world)).key,
      affiliate: affiliate.key,
    };
    const allowed: Record<string, number> = answers;
    for (const [role, key] of Object.entries(keys)) {
      const { status } = await send(method, path, body, key);
      expect([role, status]).toEqual([role, allowed[role] ?? 403]);
    }
    const { status } = await world.request(method, `/api/v1${path}`, { body });
    expect(status).toBe(401);
  });

  it.each([
    ["POST", "/connect/youtube", { handle: "@ada" }],
    ["POST", "/connect/youtube/verify", undefined],
  ])("a suspended affiliate is refused at %s %s", async (method, path, body) => {
    const { world, send } = await aStage();
    const { key } = await anAffiliate(world, { status: "suspended" });
    const before = await everyRow();
    expect(await refusalOf(await send(method, path, body, key))).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    expect(await everyRow()).toBe(before);
  });
});

describe("beginning to connect an account", () => {
  it.each(OWNERS_PLATFORMS)("of %s answers the address of its page of consent", async (platform) => {
    const { world, send } = await aStage();
    const response = await send("POST", `/connect/${platform}`);
    expect(response.status).toBe(201);
    const body: { authorization_url: string } = await response.json();
    expect(body).toEqual({
      method: "oauth",
      authorization_url: expect.stringMatching(`^http://simulator.test/${platform}/`),
      expires_at: "2026-06-01T12:10:00.000Z",
    });
    const { searchParams } = new URL(body.authorization_url);
    expect(searchParams.get("redirect_uri")).toBe(
      `https://claimcheck.test/api/v1/connect/${platform}/callback`,
    );
    expect(searchParams.get("response_type")).toBe("code");
    const page = await world.simulator.app.request(body.authorization_url);
    expect(page.status).toBe(200);
  });

  it.each([
    { platform: "youtube", handle: "@adaclips", place: "the description of the channel" },
    { platform: "x", handle: "adaclips", place: "the bio of the profile" },
    {
      platform: "reddit",
      handle: "adaclips",
      place: "the description of the profile, in Reddit's settings under Profile",
    },
  ])("of $platform answers a code for the profile", async ({ platform, handle, place }) => {
    const { send } = await aStage();
    const response = await send("POST", `/connect/${platform}`, { handle });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      method: "code",
      code: expect.stringMatching(/^claimcheck-[0-9a-z]{16}$/),
      place,
      handle,
      verify_url: `/api/v1/connect/${platform}/verify`,
      expires_at: "2026-06-02T12:00:00.000Z",
    });
  });

  it.each([
    { why: "no handle where a code is the proof", platform: "youtube", body: {} },
    { why: "no body where a code is the proof", platform: "x", body: undefined },
    { why: "a handle no channel can have", platform: "youtube", body: { handle: "a b" } },
    { why: "a handle no user of X can have", platform: "x", body: { handle: "with-a-dash" } },
    { why: "a handle no user of Reddit can have", platform: "reddit", body: { handle: "ab" } },
    { why: "a handle of nothing", platform: "reddit", body: { handle: " " } },
    { why: "a handle that is no text", platform: "x", body: { handle: 7 } },
    { why: "a handle where the platform asks itself", platform: "tiktok", body: { handle: "ada" } },
  ])("points at the handle: $why", async ({ platform, body }) => {
    const { send } = await aStage();
    const before = await everyRow();
    expect(await refusalOf(await send("POST", `/connect/${platform}`, body))).toEqual({
      status: 422,
      code: "validation_failed",
      pointers: ["#/handle"],
    });
    expect(await everyRow()).toBe(before);
  });

  it("refuses a body that is not well-formed JSON", async () => {
    const { send } = await aStage();
    expect(await refusalOf(await send("POST", "/connect/tiktok", "{"))).toMatchObject({ status: 400 });
  });

  it("knows no platform that is none", async () => {
    const { send } = await aStage();
    for (const [method, path] of [
      ["POST", "/connect/myspace"],
      ["POST", "/connect/myspace/verify"],
      ["GET", "/connect/myspace/callback"],
    ] as const) {
      expect(await refusalOf(await send(method, path))).toMatchObject({ status: 404, code: "not_found" });
    }
  });

  type Unset = Partial<Parameters<typeof createWorld>[0]>;
  it.each([
    { what: "TOKEN_KEYS", config: {} as Unset, sealed: false, secrets: true },
    { what: "PUBLIC_URL", config: { PUBLIC_URL: "" } as Unset, sealed: true, secrets: true },
    { what: "a secret of the platform", config: {} as Unset, sealed: true, secrets: false },
  ])("is not possible yet without $what, and is logged", async ({ config, sealed, secrets }) => {
    const { world, affiliate, send } = await aStage();
    const back = await decide(world, await begin(world, affiliate.key, "linkedin"), {
      account: accountId("linkedin"),
    });
    world.ctx.config = { ...world.ctx.config, ...config };
    if (!sealed) world.ctx.box = null;
    const { settings } = world.ctx;
    const unset: Pick<PlatformSettings, "configured"> = { configured: false };
    if (!secrets) world.ctx.settings = (platform) => ({ ...settings(platform), ...unset });
    const before = await everyRow();
    expect(await refusalOf(await send("POST", "/connect/linkedin", {}))).toMatchObject({
      status: 503,
      code: "temporarily_unavailable",
    });
    // Nor is an answer taken that comes meanwhile, and it is good again afterwards.
    expect((await comeBack(world, back)).status).toBe(503);
    expect(await everyRow()).toBe(before);
    expect(world.lines.join()).toContain("connecting_not_configured");
  });
});

describe("coming back from a page of consent", () => {
  const textOf = async (response: Response) => {
    expect(response.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8$/i);
    return response.text();
  };

  it("shows which account was connected, in a page that loads nothing but its style and tells nobody its address", async () => {
    const { world, affiliate } = await aStage();
    await tell(world, `/tiktok/accounts/${accountId("tiktok")}`, {
      handle: "ada",
      name: `Ada & <b>"Co"</b>`,
    });
    const page = await begin(world, affiliate.key, "tiktok");
    const response = await comeBack(world, await decide(world, page, { account: accountId("tiktok") }));
    expect(response.status).toBe(200);
    expect(await textOf(response)).toContain(
      "<strong><bdi>Ada &#38; &#60;b&#62;&#34;Co&#34;&#60;/b&#62;</bdi></strong> <span>TikTok</span>",
    );
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": expect.stringMatching(/^default-src 'none'.*style-src 'self'/),
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
    });
  });

  it("shows all that one consent connected", async () => {
    const { world, affiliate } = await aStage();
    const page = await begin(world, affiliate.key, "linkedin");
    const response = await comeBack(world, await decide(world, page, { account: accountId("linkedin") }));
    expect(await textOf(response)).toContain("These accounts are connected");
  });

  it("shows that access was refused, and connects nothing", async () => {
    const { world, affiliate } = await aStage();
    const page = await begin(world, affiliate.key, "tiktok");
    const refused = await decide(world, page, { decision: "refuse", account: "" });
    const response = await comeBack(world, refused);
    expect(response.status).toBe(400);
    expect(await textOf(response)).toContain("Access was refused. Nothing was connected.");
    expect(await row("select id from connected_accounts")).toBeNull();
  });

  it("never repeats what stood in the address", async () => {
    const { world } = await aStage();
    const echoes = "?state=%3Cscript%3E&error=%3Cscript%3E&error_description=%3Cscript%3E&code=%3Cscript%3E";
    const response = await world.request("GET", `/api/v1/connect/tiktok/callback${echoes}`);
    expect(response.status).toBe(400);
    expect(await textOf(response)).not.toContain("script");
  });

  it("shows that the account is somebody else's", async () => {
    const { world, affiliate } = await aStage();
    await connect(world, affiliate, "tiktok");
    const page = await begin(world, (await anAffiliate(world)).key, "tiktok");
    const response = await comeBack(world, await decide(world, page, { account: accountId("tiktok") }));
    expect(response.status).toBe(409);
    expect(await textOf(response)).toContain("already connected to another affiliate");
  });

  it("shows that the platform could not be asked", async () => {
    const { world, affiliate } = await aStage();
    const back = await decide(world, await begin(world, affiliate.key, "tiktok"), { account: "-000x" });
    await world.setFaults("tiktok", { outage: true, access: true });
    const response = await comeBack(world, back);
    expect(response.status).toBe(503);
    expect(await textOf(response)).toContain("TikTok could not be asked.");
  });

  it("tells of trouble of our own as any operation does, and the answer is good again afterwards", async () => {
    const { world, affiliate } = await aStage();
    const back = await decide(world, await begin(world, affiliate.key, "tiktok"), { account: "-000x" });
    failStatements(world, "update connect_attempts", { when: "before" });
    expect(await refusalOf(await comeBack(world, back))).toMatchObject({ status: 503 });
    expect((await comeBack(world, back)).status).toBe(200);
  });

  it.each(["youtube", "x", "reddit"])("has no place on %s, where nobody is sent from", async (platform) => {
    const { world } = await aStage();
    const response = await world.request("GET", `/api/v1/connect/${platform}/callback?state=a.b&code=c`);
    expect(await refusalOf(response)).toMatchObject({ status: 404, code: "not_found" });
  });
});

describe("verifying a code", () => {
  it("connects the account once the code is there, and takes it once", async () => {
    const { world, affiliate, send } = await aStage();
    const id = await prove(world, affiliate, "youtube", { id: accountId("youtube"), handle: "ada" });
    expect((await send("POST", "/connect/youtube/verify")).status).toBe(404);
    const { data }: { data: unknown[] } = await (await send("GET", "/accounts")).json();
    expect(data).toEqual([
      {
        id,
        affiliate_id: affiliate.id,
        platform: "youtube",
        external_id: accountId("youtube"),
        name: "ada",
        proof: "code",
        state: "active",
        detail: null,
        connected_at: NOON,
        updated_at: NOON,
      },
    ]);
  });

  it.each(["youtube", "tiktok"])("finds nothing before a code was given for %s", async (platform) => {
    const { send } = await aStage();
    const refusal = await refusalOf(await send("POST", `/connect/${platform}/verify`));
    expect(refusal).toMatchObject({ status: 404, code: "not_found" });
  });

  it("is a conflict while the code is not there, and while the platform knows no such account", async () => {
    const { world, send } = await aStage();
    await send("POST", "/connect/x", { handle: "@ada" });
    const unknown = await send("POST", "/connect/x/verify");
    expect(await unknown.json()).toMatchObject({ status: 409, detail: "X knows no account ada." });
    await tell(world, "/x/accounts/2244994001", { handle: "ada", about: "no code here" });
    const absent = await send("POST", "/connect/x/verify");
    expect(await absent.json()).toMatchObject({
      status: 409,
      detail: expect.stringMatching(
        /^The code claimcheck-\w{16} is not in the bio of the profile of ada\. It may take/,
      ),
    });
  });

  it.each([
    { why: "the platform is out", change: { outage: true }, held: false },
    { why: "the platform throttles us", change: { status: 429 }, held: false },
    { why: "an operator holds its calls", change: {}, held: true },
  ])("is to be tried again later while $why", async ({ change, held }) => {
    const { world, send } = await aStage();
    await send("POST", "/connect/youtube", { handle: "@ada" });
    await world.setFaults("youtube", change);
    if (held) await world.ctx.gate("youtube").hold("Maintenance");
    expect(await refusalOf(await send("POST", "/connect/youtube/verify"))).toMatchObject({
      status: 503,
      code: "temporarily_unavailable",
    });
  });

  it("is to be tried again later while our key for the platform is not set", async () => {
    const { world, send } = await aStage();
    await send("POST", "/connect/youtube", { handle: "@ada" });
    const { settings } = world.ctx;
    world.ctx.settings = (platform) => ({ ...settings(platform), secrets: {}, configured: false });
    expect((await send("POST", "/connect/youtube/verify")).status).toBe(503);
    expect(await world.calls("youtube")).toMatchObject({ calls: 0 });
  });
});

describe("the list of accounts", () => {
  async function aList() {
    const stage = await aStage();
    const { world, affiliate } = stage;
    const other = await anAffiliate(world);
    const admin = await issueKey(world, "admin", null);
    const own = [
      await connect(world, affiliate, "tiktok", accountId("tiktok", 1)),
      await connect(world, affiliate, "instagram", accountId("instagram", 1)),
      await prove(world, affiliate, "x", { id: "2244994001", handle: "ada" }),
    ];
    const foreign = await connect(world, other, "tiktok", accountId("tiktok", 2));
    const ids = async (query: string, key: string) => {
      const page: Page = await (await stage.send("GET", `/accounts${query}`, undefined, key)).json();
      return page.data.map(({ id }) => id);
    };
    return { ...stage, other, admin, own, foreign, ids };
  }

  it("shows an affiliate its own, newest first and without tokens", async () => {
    const { affiliate, own, send } = await aList();
    const { data }: Page = await (await send("GET", "/accounts")).json();
    expect(data.map(({ id }) => id)).toEqual(own.toReversed());
    expect(data[2]).toEqual({
      id: own[0],
      affiliate_id: affiliate.id,
      platform: "tiktok",
      external_id: accountId("tiktok"),
      name: expect.any(String),
      proof: "oauth",
      state: "active",
      detail: null,
      connected_at: NOON,
      updated_at: NOON,
    });
  });

  it("shows an admin all, or those of one affiliate", async () => {
    const { admin, affiliate, other, own, foreign, ids } = await aList();
    expect(await ids("", admin)).toEqual([foreign, ...own.toReversed()]);
    expect(await ids(`?affiliate_id=${other.id}`, admin)).toEqual([foreign]);
    expect(await ids(`?affiliate_id=${affiliate.id}`, affiliate.key)).toEqual(own.toReversed());
  });

  it("refuses an affiliate another's", async () => {
    const { other, send } = await aList();
    const refusal = await refusalOf(await send("GET", `/accounts?affiliate_id=${other.id}`));
    expect(refusal).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("comes in pages", async () => {
    const { own, send, affiliate } = await aList();
    const first = await send("GET", "/accounts?limit=2");
    const page: Page = await first.json();
    expect(page.data.map(({ id }) => id)).toEqual(own.toReversed().slice(0, 2));
    expect(first.headers.get("link")).toContain(`cursor=${page.next_cursor}`);
    const last: Page = await (await send("GET", `/accounts?limit=2&cursor=${page.next_cursor}`)).json();
    expect(last).toMatchObject({ data: [{ id: own[0], affiliate_id: affiliate.id }], next_cursor: null });
  });

  it.each(["limit=0", "limit=201", "limit=x", "cursor=nonsense", "affiliate_id=aff_1", "state=active"])(
    "refuses ?%s",
    async (query) => {
      const { send } = await aStage();
      const { status, pointers } = await refusalOf(await send("GET", `/accounts?${query}`));
      expect([status, pointers]).toEqual([422, [`#query/${query.split("=")[0]}`]]);
    },
  );
});

describe("disconnecting an account", () => {
  it("gives its grant back, forgets its tokens and takes it from the list; twice is once", async () => {
    const { world, affiliate, send } = await aStage();
    const id = await connect(world, affiliate, "tiktok");
    const first = await send("DELETE", `/accounts/${id}`);
    expect([first.status, await first.text()]).toEqual([204, ""]);
    const stored = await storedAccount(id);
    expect(stored).toMatchObject({
      state: "disconnected",
      access_token: null,
      refresh_token: null,
      tend_at: null,
    });
    world.advance(1_000);
    expect((await send("DELETE", `/accounts/${id}`)).status).toBe(204);
    expect(await storedAccount(id)).toEqual(stored);
    expect(await (await send("GET", "/accounts")).json()).toEqual({ data: [], next_cursor: null });
  });

  it("shows an account whose platform does not answer as leaving", async () => {
    const { world, affiliate, send } = await aStage();
    const id = await connect(world, affiliate, "tiktok");
    await world.setFaults("tiktok", { outage: true, access: true });
    for (const _ of [1, 2]) expect((await send("DELETE", `/accounts/${id}`)).status).toBe(204);
    expect(await (await send("GET", "/accounts")).json()).toMatchObject({ data: [{ id, state: "leaving" }] });
  });

  it("of a proven account needs nobody", async () => {
    const { world, affiliate, send } = await aStage();
    const id = await prove(world, affiliate, "reddit", { id: "abc123", handle: "ada" });
    const before = await world.calls("reddit");
    expect((await send("DELETE", `/accounts/${id}`)).status).toBe(204);
    expect(await storedAccount(id)).toMatchObject({ state: "disconnected" });
    expect(await world.calls("reddit")).toEqual(before);
  });

  it("finds no account of another affiliate; an admin finds any", async () => {
    const { world, affiliate, send } = await aStage();
    const id = await connect(world, affiliate, "instagram");
    const stranger = await anAffiliate(world);
    const before = await everyRow();
    expect(await refusalOf(await send("DELETE", `/accounts/${id}`, undefined, stranger.key))).toMatchObject({
      status: 404,
      code: "not_found",
    });
    expect(await everyRow()).toBe(before);
    const admin = await issueKey(world, "admin", null);
    expect((await send("DELETE", `/accounts/${id}`, undefined, admin)).status).toBe(204);
    expect(await storedAccount(id)).toMatchObject({ state: "disconnected" });
  });

  it("points at an id that is none", async () => {
    const { send } = await aStage();
    expect(await refusalOf(await send("DELETE", "/accounts/acc_1"))).toMatchObject({
      status: 422,
      pointers: ["#path/id"],
    });
  });
});
