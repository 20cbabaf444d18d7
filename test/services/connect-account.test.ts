import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../src/domain/platform.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { sweep } from "../../src/services/sweep.ts";
import {
  accountId,
  accountRow,
  begin,
  callsOf,
  comeBack,
  connect,
  decide,
  OWNERS_PLATFORMS,
  postOf,
  prove,
  storedAccount,
  tell,
  waiting,
} from "../support/connecting.ts";
import { type Account, aCampaign, anAffiliate, everyRow, row, rows, submit } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

/** The page that every member administers on the simulated LinkedIn, unless it was told of others. */
const PAGE = "urn:li:organization:5005";

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** The vendor's name of the operation that takes codes. */
const EXCHANGES = {
  instagram: "access_token",
  meta: "access_token",
  tiktok: "token",
  linkedin: "accessToken",
};

async function aStage() {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  return { world, affiliate };
}

/** What connecting leaves behind: an address to come back to that is good. */
async function anAnswer(world: World, { key }: Account, platform: Platform, account = accountId(platform)) {
  return decide(world, await begin(world, key, platform), { account });
}

const accountCount = async () =>
  (await row<{ n: number }>("select count(*) as n from connected_accounts"))?.n;

describe("an authorisation", () => {
  it.each(OWNERS_PLATFORMS)("on %s opens the account whose posts are judged with it", async (platform) => {
    const { world, affiliate } = await aStage();
    const campaignId = await aCampaign(world, { platforms: [platform], policy: { settle_hours: 0 } });
    const id = await connect(world, affiliate, platform);
    expect(await storedAccount(id)).toMatchObject({
      affiliate_id: affiliate.id,
      platform,
      external_id: accountId(platform),
      proof: "oauth",
      state: "active",
      access_token: expect.stringMatching(/^v1\.t1\./),
      token_version: 1,
    });
    const { externalId, url } = postOf(platform);
    // On LinkedIn a post of the page that the member administers; elsewhere the account's own.
    const author = { id: platform === "linkedin" ? PAGE : accountId(platform), name: "Ada Clips" };
    await world.setPost(platform, externalId, { metrics: { likes: 40 }, author });
    const { report_id } = await submit(world, {
      key: affiliate.key,
      campaignId,
      url,
      claimed: { claimed_likes: 40 },
    });
    await world.deliver();
    expect(await waiting(report_id)).toMatchObject({ state: "final", status: "MATCHED" });
    const reader = await accountRow(platform, author.id);
    expect(await row("select account_id, author_id from posts")).toEqual({
      account_id: reader?.id,
      author_id: author.id,
    });
  });

  it("on LinkedIn opens the member and the pages the member administers", async () => {
    const { world, affiliate } = await aStage();
    await tell(world, "/linkedin/accounts/urn:li:organization:42", { handle: "acme" });
    await connect(world, affiliate, "linkedin");
    expect(await rows("select external_id from connected_accounts order by external_id")).toEqual([
      { external_id: "urn:li:organization:42" },
      { external_id: accountId("linkedin") },
    ]);
  });

  it.each(OWNERS_PLATFORMS)(
    "on %s sends the verifier, or none where the vendor takes none",
    async (platform) => {
      const { world, affiliate } = await aStage();
      const page = await begin(world, affiliate.key, platform);
      const challenge = page.searchParams.get("code_challenge");
      const sent: string[] = [];
      const { fetch } = world.ctx;
      world.ctx.fetch = (input, init) => {
        const body = init?.body instanceof URLSearchParams ? init.body.get("code_verifier") : null;
        if (body !== null) sent.push(body);
        return fetch(input, init);
      };
      const response = await comeBack(world, await decide(world, page, { account: accountId(platform) }));
      expect(response.status).toBe(200);
      // None of the four documents PKCE for web apps; whoever sends a challenge has to send its verifier.
      expect(sent).toHaveLength(challenge === null ? 0 : 1);
    },
  );
});

describe("the state of an authorisation", () => {
  it("is refused with any character of it changed, left out or added, before the code is exchanged", async () => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, "tiktok");
    const state = back.searchParams.get("state") ?? "";
    const other = (character: string) => (character === "0" ? "1" : "0");
    const changed = [...state].flatMap((character, i) => [
      `${state.slice(0, i)}${other(character)}${state.slice(i + 1)}`,
      `${state.slice(0, i)}${state.slice(i + 1)}`,
    ]);
    const wrong = [
      ...changed,
      `${state}.`,
      `${state}.x`,
      `${state}A`,
      ` ${state}`,
      state.toLowerCase(),
      "",
      ".",
    ];
    expect(wrong.length).toBeGreaterThan(100);
    for (const tried of wrong) {
      const forged = new URL(back);
      forged.searchParams.set("state", tried);
      expect([tried, (await comeBack(world, forged)).status]).toEqual([tried, 400]);
    }
    back.searchParams.delete("state");
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await callsOf(world, "tiktok", "token")).toBe(0);
    expect(await accountCount()).toBe(0);
    back.searchParams.set("state", state);
    expect((await comeBack(world, back)).status).toBe(200);
  });

  it("of one platform is none of another's", async () => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, "tiktok");
    back.pathname = back.pathname.replace("tiktok", "linkedin");
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await callsOf(world, "linkedin", "accessToken")).toBe(0);
  });

  it("of one attempt does not vouch for another", async () => {
    const { world, affiliate } = await aStage();
    const [mine, theirs] = [
      await anAnswer(world, affiliate, "tiktok"),
      await anAnswer(world, await anAffiliate(world), "tiktok"),
    ].map((back) => (back.searchParams.get("state") ?? "").split("."));
    const back = await anAnswer(world, affiliate, "instagram");
    back.pathname = back.pathname.replace("instagram", "tiktok");
    back.searchParams.set("state", `${mine?.[0]}.${theirs?.[1]}`);
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await callsOf(world, "tiktok", "token")).toBe(0);
  });

  it.each(OWNERS_PLATFORMS)("is good once on %s: a replayed answer exchanges nothing", async (platform) => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, platform);
    expect((await comeBack(world, back)).status).toBe(200);
    const calls = await callsOf(world, platform, EXCHANGES[platform]);
    const before = await everyRow();
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await callsOf(world, platform, EXCHANGES[platform])).toBe(calls);
    expect(await everyRow()).toBe(before);
  });

  it("is taken by one of two answers that come at once", async () => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, "tiktok");
    const statuses = (await Promise.all([comeBack(world, back), comeBack(world, back)])).map(
      ({ status }) => status,
    );
    expect(statuses.toSorted()).toEqual([200, 400]);
    expect(await callsOf(world, "tiktok", "token")).toBe(1);
  });

  it("is used up by a refusal too", async () => {
    const { world, affiliate } = await aStage();
    const page = await begin(world, affiliate.key, "tiktok");
    const refused = await decide(world, page, { decision: "refuse", account: "" });
    expect((await comeBack(world, refused)).status).toBe(400);
    const allowed = await decide(world, page, { account: accountId("tiktok") });
    expect((await comeBack(world, allowed)).status).toBe(400);
    expect(await accountCount()).toBe(0);
  });

  it.each([
    { late: -1, status: 200 },
    { late: 0, status: 400 },
  ])("is answered with $status $late ms after its end", async ({ late, status }) => {
    const { world, affiliate } = await aStage();
    const page = await begin(world, affiliate.key, "tiktok");
    world.advance(world.ctx.config.CONNECT_MINUTES * MINUTE_MS + late);
    const back = await decide(world, page, { account: accountId("tiktok") });
    expect((await comeBack(world, back)).status).toBe(status);
    expect(await callsOf(world, "tiktok", "token")).toBe(status === 200 ? 1 : 0);
  });

  it("ends with a second beginning, on the same platform and of the same affiliate alone", async () => {
    const { world, affiliate } = await aStage();
    const first = await anAnswer(world, affiliate, "tiktok");
    const elsewhere = await anAnswer(world, affiliate, "instagram");
    const anothers = await anAnswer(world, await anAffiliate(world), "tiktok", accountId("tiktok", 2));
    const second = await anAnswer(world, affiliate, "tiktok");
    expect((await comeBack(world, first)).status).toBe(400);
    for (const back of [second, elsewhere, anothers]) expect((await comeBack(world, back)).status).toBe(200);
  });
});

describe("an authorisation that the vendor does not grant", () => {
  it("comes back without a code: nothing is exchanged", async () => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, "tiktok");
    back.searchParams.delete("code");
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await callsOf(world, "tiktok", "token")).toBe(0);
  });

  it.each(OWNERS_PLATFORMS)("has a code that %s does not know: nothing is connected", async (platform) => {
    const { world, affiliate } = await aStage();
    const back = await anAnswer(world, affiliate, platform);
    back.searchParams.set("code", "somebody-elses");
    expect((await comeBack(world, back)).status).toBe(400);
    expect(await accountCount()).toBe(0);
  });

  it.each(OWNERS_PLATFORMS)(
    "meets an outage of %s: nothing is connected, and beginning again does it",
    async (platform) => {
      const { world, affiliate } = await aStage();
      const back = await anAnswer(world, affiliate, platform);
      await world.setFaults(platform, { outage: true, access: true });
      expect((await comeBack(world, back)).status).toBe(503);
      expect(await accountCount()).toBe(0);
      await world.setFaults(platform, {});
      await connect(world, affiliate, platform);
      expect(world.lines.join()).toContain("connection_failed");
    },
  );
});

describe("an account of another affiliate", () => {
  it.each(OWNERS_PLATFORMS)("on %s stays theirs, tokens and all", async (platform) => {
    const { world, affiliate } = await aStage();
    await connect(world, affiliate, platform);
    const before = await rows("select * from connected_accounts");
    world.advance(1_000);
    const back = await anAnswer(world, await anAffiliate(world), platform);
    expect((await comeBack(world, back)).status).toBe(409);
    expect(await rows("select * from connected_accounts")).toEqual(before);
  });

  it("does not keep those that are nobody's from being connected with it", async () => {
    const { world, affiliate } = await aStage();
    await connect(world, affiliate, "linkedin");
    await tell(world, "/linkedin/accounts/urn:li:organization:42", { handle: "acme" });
    const second = await anAffiliate(world);
    const back = await anAnswer(world, second, "linkedin");
    expect((await comeBack(world, back)).status).toBe(200);
    expect(
      await rows("select external_id from connected_accounts where affiliate_id = ?", second.id),
    ).toEqual([{ external_id: "urn:li:organization:42" }]);
  });

  it("may be connected once it was disconnected there", async () => {
    const { world, affiliate } = await aStage();
    const first = await connect(world, affiliate, "tiktok");
    await world.request("DELETE", `/api/v1/accounts/${first}`, { key: affiliate.key });
    const second = await anAffiliate(world);
    const id = await connect(world, second, "tiktok");
    expect(id).not.toBe(first);
    expect(await storedAccount(id)).toMatchObject({ affiliate_id: second.id, state: "active" });
  });

  it("keeps its new grant when the old one could not be given back in time", async () => {
    const { world, affiliate } = await aStage();
    const first = await connect(world, affiliate, "tiktok");
    await world.setFaults("tiktok", { outage: true, access: true });
    await world.request("DELETE", `/api/v1/accounts/${first}`, { key: affiliate.key });
    await world.setFaults("tiktok", {});
    const second = await anAffiliate(world);
    await connect(world, second, "tiktok");
    expect(await storedAccount(first)).toMatchObject({ state: "disconnected", access_token: null });
    world.advance(HOUR_MS);
    await sweep(world.ctx, ORIGIN);
    // The vendor revokes by account: giving the old grant back would end the new one.
    expect(await callsOf(world, "tiktok", "revoke")).toBe(1);
    const campaignId = await aCampaign(world, { platforms: ["tiktok"] });
    const { report_id } = await submit(world, { key: second.key, campaignId, url: postOf("tiktok").url });
    await world.deliver();
    expect(await waiting(report_id)).toMatchObject({ state: "final", put_off_reason: null });
  });
});

describe("connecting an account again", () => {
  it("renews its tokens, and keeps its id", async () => {
    const { world, affiliate } = await aStage();
    const id = await connect(world, affiliate, "tiktok");
    const before = await storedAccount(id);
    await row(
      "update connected_accounts set state = 'lapsed', detail = 'invalid_grant' where id = ? returning id",
      id,
    );
    world.advance(1_000);
    expect(await connect(world, affiliate, "tiktok")).toBe(id);
    const after = await storedAccount(id);
    expect(after).toMatchObject({ state: "active", detail: null, token_version: 2 });
    expect(after.access_token).not.toBe(before.access_token);
    expect(after.access_expires_at).toBe((before.access_expires_at ?? 0) + 1_000);
  });

  it("takes up at once the reports that waited for it: of this affiliate, on this platform", async () => {
    const { world, affiliate } = await aStage();
    const other = await anAffiliate(world);
    const campaignId = await aCampaign(world, { platforms: ["tiktok", "instagram"] });
    const claim = async ({ key }: Account, platform: Platform, n: number) =>
      (await submit(world, { key, campaignId, url: postOf(platform, n).url })).report_id;
    const own = await claim(affiliate, "tiktok", 1);
    const reconnect = await claim(affiliate, "tiktok", 2);
    const held = await claim(affiliate, "tiktok", 3);
    const elsewhere = await claim(affiliate, "instagram", 4);
    const anothers = await claim(other, "tiktok", 5);
    await world.deliver();
    for (const id of [own, reconnect, held, elsewhere, anothers]) {
      expect(await waiting(id)).toMatchObject({ put_off_reason: "not_connected", attempts: 0 });
    }
    const because = "update reconciliations set put_off_reason = ? where report_id = ? returning report_id";
    await row(because, "reconnect", reconnect);
    await row(because, "held", held);
    world.advance(MINUTE_MS);
    await connect(world, affiliate, "tiktok");
    const due = await rows<{ id: string }>(
      "select report_id as id from reconciliations where next_attempt_at <= ? and sweep_at <= ? order by report_id",
      world.now,
      world.now,
    );
    expect(due.map(({ id }) => id)).toEqual([own, reconnect]);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    for (const id of [own, reconnect]) expect(await waiting(id)).toMatchObject({ state: "final" });
    for (const id of [held, elsewhere, anothers]) expect(await waiting(id)).toMatchObject({ state: "open" });
  });
});

const PEOPLE = [
  {
    platform: "youtube",
    id: accountId("youtube"),
    handle: "@AdaClips",
    typed: ["@AdaClips", "AdaClips", " @AdaClips "],
  },
  { platform: "x", id: "2244994001", handle: "AdaClips", typed: ["@AdaClips", "AdaClips", " AdaClips"] },
  {
    platform: "reddit",
    id: "ada001",
    handle: "AdaClips",
    typed: ["u/AdaClips", "/u/AdaClips", "AdaClips", "user/AdaClips"],
  },
] as const;

/** The id under which an account is known as the author of its posts. */
const authorId = ({ platform, id }: { platform: string; id: string }) =>
  platform === "reddit" ? `t2_${id}` : id;

describe("a code in a profile", () => {
  const start = async (world: World, { key }: Account, platform: Platform, handle: string) => {
    const response = await world.request("POST", `/api/v1/connect/${platform}`, { key, body: { handle } });
    expect(response.status).toBe(201);
    const { code, handle: known }: { code: string; handle: string } = await response.json();
    return { code, known };
  };
  const show = (world: World, person: (typeof PEOPLE)[number], about: string) =>
    tell(world, `/${person.platform}/accounts/${person.id}`, {
      handle: person.handle.replace("@", ""),
      name: "Ada Clips",
      about,
    });
  const verify = (world: World, { key }: Account, platform: Platform) =>
    world.request("POST", `/api/v1/connect/${platform}/verify`, { key });

  it.each(
    PEOPLE.flatMap((person) => person.typed.map((handle) => ({ person, handle, platform: person.platform }))),
  )("proves the account on $platform that was typed as '$handle'", async ({ person, handle, platform }) => {
    const { world, affiliate } = await aStage();
    const { code, known } = await start(world, affiliate, platform, handle);
    expect(known).toBe(person.handle);
    await show(world, person, `Clips every day. ${code} Business: ada@example.com`);
    expect((await verify(world, affiliate, platform)).status).toBe(201);
    expect(await accountRow(platform, authorId(person))).toMatchObject({
      affiliate_id: affiliate.id,
      proof: "code",
      access_token: null,
      tend_at: null,
    });
  });

  it("proves a channel named by its id", async () => {
    const { world, affiliate } = await aStage();
    const [person] = PEOPLE;
    const { code, known } = await start(world, affiliate, "youtube", person.id);
    expect(known).toBe(person.id);
    await show(world, person, code);
    expect((await verify(world, affiliate, "youtube")).status).toBe(201);
  });

  it.each(PEOPLE)("on $platform is found in any case, and nothing but the whole of it", async (person) => {
    const { world, affiliate } = await aStage();
    const { platform } = person;
    const { code } = await start(world, affiliate, platform, person.handle);
    const others = [
      "",
      "claimcheck-",
      code.slice(0, -1),
      code.replace("-", " "),
      "claimcheck-0000000000000000",
    ];
    for (const about of others) {
      await show(world, person, about);
      expect([about, (await verify(world, affiliate, platform)).status]).toEqual([about, 409]);
    }
    await show(world, person, code.toUpperCase());
    expect((await verify(world, affiliate, platform)).status).toBe(201);
  });

  it.each(PEOPLE)("of an account that $platform does not know proves nothing", async (person) => {
    const { world, affiliate } = await aStage();
    await start(world, affiliate, person.platform, person.handle);
    expect((await verify(world, affiliate, person.platform)).status).toBe(409);
    expect(await accountCount()).toBe(0);
  });

  it.each([
    { late: -1, status: 201 },
    { late: 0, status: 404 },
  ])("is answered with $status $late ms after its end", async ({ late, status }) => {
    const { world, affiliate } = await aStage();
    const [person] = PEOPLE;
    const { code } = await start(world, affiliate, "youtube", person.handle);
    await show(world, person, code);
    world.advance(world.ctx.config.PROOF_HOURS * HOUR_MS + late);
    expect((await verify(world, affiliate, "youtube")).status).toBe(status);
  });

  it("ends with the next one", async () => {
    const { world, affiliate } = await aStage();
    const [person] = PEOPLE;
    const first = await start(world, affiliate, "youtube", person.handle);
    const second = await start(world, affiliate, "youtube", person.handle);
    expect(second.code).not.toBe(first.code);
    await show(world, person, first.code);
    expect((await verify(world, affiliate, "youtube")).status).toBe(409);
  });

  it.each(PEOPLE)("that another affiliate was given proves nothing on $platform", async (person) => {
    const { world, affiliate } = await aStage();
    const { platform } = person;
    const thief = await anAffiliate(world);
    const { code } = await start(world, affiliate, platform, person.handle);
    await start(world, thief, platform, person.handle);
    await show(world, person, code);
    expect((await verify(world, thief, platform)).status).toBe(409);
    expect((await verify(world, affiliate, platform)).status).toBe(201);
  });

  it.each(PEOPLE)("takes no account on $platform from the affiliate who proved it", async (person) => {
    const { world, affiliate } = await aStage();
    const { platform, id } = person;
    const handle = person.handle.replace("@", "");
    await prove(world, affiliate, platform, { id, handle });
    const before = await rows("select * from connected_accounts");
    const second = await anAffiliate(world);
    await expect(prove(world, second, platform, { id, handle })).rejects.toThrow(
      "already connected to another affiliate",
    );
    expect(await rows("select * from connected_accounts")).toEqual(before);
  });

  it("is looked for with a token that is renewed if Reddit refuses it, and holds up nobody else", async () => {
    const { world, affiliate } = await aStage();
    const [, , person] = PEOPLE;
    await prove(world, affiliate, "reddit", { id: "other1", handle: "SomebodyElse" });
    const { code } = await start(world, affiliate, "reddit", person.handle);
    await show(world, person, code);
    await tell(world, "/reddit/tokens", { revoke: "*" });
    expect((await verify(world, affiliate, "reddit")).status).toBe(201);
    expect(await callsOf(world, "reddit", "access_token")).toBe(2);
    const { credentials } = await world.ctx.gate("reddit").snapshot();
    expect(credentials).toMatchObject([{ credential: "app", retry_at: null }]);
  });

  it("asks again in vain if the renewed token is refused too, and then leaves the platform alone", async () => {
    const { world, affiliate } = await aStage();
    await start(world, affiliate, "reddit", "AdaClips");
    const { fetch } = world.ctx;
    const refusing: Fetch = async (input, init) =>
      String(input).includes("/about") ? Response.json({ error: 401 }, { status: 401 }) : fetch(input, init);
    world.ctx.fetch = refusing;
    expect((await verify(world, affiliate, "reddit")).status).toBe(503);
    expect(await callsOf(world, "reddit", "access_token")).toBe(2);
    const { credentials } = await world.ctx.gate("reddit").snapshot();
    expect(credentials).toMatchObject([{ credential: "app", reason: "unauthorised" }]);
  });
});
