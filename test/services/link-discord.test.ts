import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Actor } from "../../src/domain/actor.ts";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import { hashLinkCode } from "../../src/domain/link-code.ts";
import { MINUTE_MS } from "../../src/domain/time.ts";
import { issueLinkCode } from "../../src/services/issue-link-code.ts";
import { linkDiscord } from "../../src/services/link-discord.ts";
import { unlinkAffiliate, unlinkDiscord } from "../../src/services/unlink-discord.ts";
import { anAffiliate, everyRow, row, rows } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

afterEach(() => reset());

const ADA = "803215571928346624";
const BEN = "803215571928346625";

type Admin = Extract<Actor, { role: "admin" }>;

const actorOf = (affiliateId: string) =>
  ({ role: "affiliate", keyId: "key_test", affiliateId, suspended: false, trust: 500_000 }) as const;

/** An affiliate and somebody else, each of whom can get codes. */
async function aStage() {
  const world = createWorld();
  const [affiliate, other] = [await anAffiliate(world), await anAffiliate(world)];
  const codeOf = async (id: string) => (await issueLinkCode(world.ctx, actorOf(id))).code;
  const link = (code: string, discordUserId = ADA) => linkDiscord(world.ctx, { code, discordUserId });
  return { world, affiliate, other, codeOf, link };
}

async function anAdmin(world: World, expiresAt: number | null = null): Promise<Admin> {
  await issueKey(world, "admin", null);
  const key = await row<{ id: string }>("select id from api_keys where role = 'admin' order by id desc");
  if (key === null) throw new Error("no admin key");
  await rows("update api_keys set expires_at = ? where id = ?", expiresAt, key.id);
  return { role: "admin", keyId: key.id };
}

const linkedTo = async (affiliateId: string) =>
  (
    await row<{ user: string | null }>(
      "select discord_user_id as user from affiliates where id = ?",
      affiliateId,
    )
  )?.user;

const operators = () =>
  rows("select discord_user_id, key_id from discord_operators order by discord_user_id");

const usedBy = async (holder: string) =>
  (await row<{ used_by: string | null }>("select used_by from link_codes where holder = ?", holder))?.used_by;

/** The code and the pointers of a refusal; anything else fails the test. */
async function refusal(action: Promise<unknown>): Promise<[string, ...string[]]> {
  const error: unknown = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClaimcheckError)) throw new Error(`not refused: ${error}`);
  return [error.code, ...error.errors.map(({ pointer }) => pointer)];
}

describe("a code that links an affiliate", () => {
  it("links who sends it, once, in one round trip", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    world.advance(1_000);
    world.takeUsage();
    expect(await link(code)).toEqual({ role: "affiliate", name: `Affiliate ${affiliate.id}`, moved: false });
    expect(world.takeUsage().trips).toBe(1);
    expect(
      await row("select discord_user_id, updated_at from affiliates where id = ?", affiliate.id),
    ).toEqual({
      discord_user_id: ADA,
      updated_at: world.now,
    });
    expect(await usedBy(affiliate.id)).toBe(ADA);
    expect(await operators()).toEqual([]);
    expect(await refusal(link(code, BEN))).toEqual(["not_found"]);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
  });

  it("is stored as a hash alone, and neither it nor the Discord user is logged", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    expect(code).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
    const bare = code.replace("-", "");
    expect(await row("select code_hash from link_codes")).toEqual({ code_hash: await hashLinkCode(bare) });
    await link(code);
    expect(await everyRow()).not.toContain(bare);
    expect(world.lines.join()).toContain("discord_linked");
    expect(world.lines.join()).not.toMatch(new RegExp(`${code}|${bare}|${ADA}`));
  });

  it("is read as leniently as people type", async () => {
    const { affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    await link(` ${code.toLowerCase().replace("-", " ").replaceAll("1", "l").replaceAll("0", "o")} `);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
  });

  it.each([
    { when: "a millisecond before its end", after: 10 * MINUTE_MS - 1, linked: ADA },
    { when: "at its end", after: 10 * MINUTE_MS, linked: null },
  ])("$when links: $linked", async ({ after, linked }) => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    world.advance(after);
    if (linked === null) expect(await refusal(link(code))).toEqual(["not_found"]);
    else await link(code);
    expect(await linkedTo(affiliate.id)).toBe(linked);
  });

  it("is good for as long as is configured", async () => {
    const { world, affiliate } = await aStage();
    world.ctx.config = { ...world.ctx.config, LINK_CODE_MINUTES: 3 };
    const { expiresAt } = await issueLinkCode(world.ctx, actorOf(affiliate.id));
    expect(expiresAt).toBe(world.now + 3 * MINUTE_MS);
  });

  it("takes the place of the former one", async () => {
    const { affiliate, codeOf, link } = await aStage();
    const former = await codeOf(affiliate.id);
    const code = await codeOf(affiliate.id);
    expect(await refusal(link(former))).toEqual(["not_found"]);
    await link(code);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
  });

  it.each(["", "nonsense", "7Q4MX-2B9K", "7Q4MX-2B9KU"])("is not %j, which D1 is not asked", async (text) => {
    const { world, link } = await aStage();
    world.takeUsage();
    expect(await refusal(link(text))).toEqual(["validation_failed", "#/code"]);
    expect(world.takeUsage().trips).toBe(0);
  });

  it("is not one that nobody was given, and nothing is written", async () => {
    const { link } = await aStage();
    const before = await everyRow();
    expect(await refusal(link("7Q4MX-2B9KD"))).toEqual(["not_found"]);
    expect(await everyRow()).toBe(before);
  });

  it("moves an affiliate from another Discord user", async () => {
    const { affiliate, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id), BEN);
    expect(await link(await codeOf(affiliate.id))).toMatchObject({ moved: true });
    expect(await linkedTo(affiliate.id)).toBe(ADA);
  });

  it("sent by who is linked already is used up, and moves nobody", async () => {
    const { affiliate, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    expect(await link(await codeOf(affiliate.id))).toMatchObject({ moved: false });
    expect(await usedBy(affiliate.id)).toBe(ADA);
  });

  it("that nobody used in time is refused also to who is linked already", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    const code = await codeOf(affiliate.id);
    world.advance(10 * MINUTE_MS);
    expect(await refusal(link(code))).toEqual(["not_found"]);
  });

  it("is refused to who acts for another affiliate, and stays good until they do not any more", async () => {
    const { world, affiliate, other, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    const code = await codeOf(other.id);
    const before = await everyRow();
    expect(await refusal(link(code))).toEqual(["conflict"]);
    expect(await everyRow()).toBe(before);
    await unlinkDiscord(world.ctx, ADA);
    await link(code);
    expect([await linkedTo(affiliate.id), await linkedTo(other.id)]).toEqual([null, ADA]);
  });

  it("that is no good any more is said to be so, also to who acts for another affiliate", async () => {
    const { affiliate, other, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    const code = await codeOf(other.id);
    await link(code, BEN);
    expect(await refusal(link(code))).toEqual(["not_found"]);
  });

  it("links a suspended affiliate, who gets no code", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    await rows("update affiliates set status = 'suspended' where id = ?", affiliate.id);
    await link(code);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
    const suspended = { ...actorOf(affiliate.id), suspended: true };
    expect(await refusal(issueLinkCode(world.ctx, suspended))).toEqual(["forbidden"]);
  });

  it("of another is given to an admin alone", async () => {
    const { world, affiliate, other } = await aStage();
    const advertiser = { role: "advertiser", keyId: "key_test", advertiserId: "adv_test" } as const;
    for (const actor of [actorOf(other.id), advertiser]) {
      expect(await refusal(issueLinkCode(world.ctx, actor, affiliate.id))).toEqual(["not_found"]);
    }
    expect(await rows("select * from link_codes")).toEqual([]);
    await issueLinkCode(world.ctx, await anAdmin(world), affiliate.id);
    expect(await rows("select holder from link_codes")).toEqual([{ holder: affiliate.id }]);
  });

  it("is given to no advertiser", async () => {
    const { world } = await aStage();
    const advertiser = { role: "advertiser", keyId: "key_test", advertiserId: "adv_test" } as const;
    expect(await refusal(issueLinkCode(world.ctx, advertiser))).toEqual(["forbidden"]);
    expect(await rows("select * from link_codes")).toEqual([]);
  });
});

describe("a code that is sent again", () => {
  it("by the same user is answered alike and changes nothing, however late", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    const answer = await link(code);
    const before = await everyRow();
    world.advance(60 * MINUTE_MS);
    expect(await link(code)).toEqual(answer);
    expect(await everyRow()).toBe(before);
  });

  it("because the answer was lost is answered as if it had not been", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    world.failBatch(1, "after");
    await expect(link(code)).rejects.toThrow("Network connection lost");
    expect(await link(code)).toEqual({ role: "affiliate", name: `Affiliate ${affiliate.id}`, moved: false });
  });

  it.each([
    { how: "/unlink", end: (world: World) => unlinkDiscord(world.ctx, ADA) },
    { how: "the affiliate", end: (world: World, id: string) => unlinkAffiliate(world.ctx, actorOf(id)) },
  ])("after the link was ended by $how is used up", async ({ end }) => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    await link(code);
    await end(world, affiliate.id);
    expect(await refusal(link(code))).toEqual(["not_found"]);
    expect(await linkedTo(affiliate.id)).toBeNull();
  });

  it("after another user took the affiliate over is used up", async () => {
    const { affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    await link(code);
    await link(await codeOf(affiliate.id), BEN);
    expect(await refusal(link(code))).toEqual(["not_found"]);
    expect(await linkedTo(affiliate.id)).toBe(BEN);
  });
});

describe("two at once", () => {
  it("who send one code: exactly one is linked", async () => {
    const { affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    const outcomes = await Promise.allSettled([link(code, ADA), link(code, BEN)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const winner = outcomes[0]?.status === "fulfilled" ? ADA : BEN;
    expect(await linkedTo(affiliate.id)).toBe(winner);
    expect(await usedBy(affiliate.id)).toBe(winner);
    expect(await refusal(link(code, winner === ADA ? BEN : ADA))).toEqual(["not_found"]);
  });

  it("codes of two affiliates, sent by one user: one of them links, and the other stays good", async () => {
    const { affiliate, other, codeOf, link } = await aStage();
    const codes = [await codeOf(affiliate.id), await codeOf(other.id)];
    const outcomes = await Promise.allSettled(codes.map((code) => link(code)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const linked = [await linkedTo(affiliate.id), await linkedTo(other.id)];
    expect(linked.filter((user) => user === ADA)).toHaveLength(1);
    const unused = [await usedBy(affiliate.id), await usedBy(other.id)];
    expect(unused).toEqual(linked);
  });

  it("the same code twice by one user: both are told that they are linked", async () => {
    const { affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    const [first, second] = await Promise.all([link(code), link(code)]);
    expect(first).toEqual(second);
  });
});

describe("a code of an admin key", () => {
  it("lets who sends it act for an operator", async () => {
    const { world, link } = await aStage();
    const admin = await anAdmin(world);
    const { code } = await issueLinkCode(world.ctx, admin);
    expect(await link(code)).toEqual({ role: "admin", name: null, moved: false });
    expect(await operators()).toEqual([{ discord_user_id: ADA, key_id: admin.keyId }]);
    expect(await link(code)).toEqual({ role: "admin", name: null, moved: false });
    expect(await refusal(link(code, BEN))).toEqual(["not_found"]);
    expect(await operators()).toHaveLength(1);
  });

  it("makes an operator of an affiliate too, whose link stays", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    const admin = await anAdmin(world);
    await link((await issueLinkCode(world.ctx, admin)).code);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
    expect(await operators()).toEqual([{ discord_user_id: ADA, key_id: admin.keyId }]);
  });

  it("of several users makes each an operator, and of another key puts it in the place of the first", async () => {
    const { world, link } = await aStage();
    const [first, second] = [await anAdmin(world), await anAdmin(world)];
    const former = (await issueLinkCode(world.ctx, first)).code;
    await link(former);
    await link((await issueLinkCode(world.ctx, second)).code, BEN);
    await link((await issueLinkCode(world.ctx, second)).code);
    expect(await operators()).toEqual([
      { discord_user_id: ADA, key_id: second.keyId },
      { discord_user_id: BEN, key_id: second.keyId },
    ]);
    // The first key does not vouch for Ada any more, so that its code is no repetition.
    expect(await refusal(link(former))).toEqual(["not_found"]);
  });

  it("that somebody else used is refused also to who acts for the same key", async () => {
    const { world, link } = await aStage();
    const admin = await anAdmin(world);
    await link((await issueLinkCode(world.ctx, admin)).code);
    const { code } = await issueLinkCode(world.ctx, admin);
    await link(code, BEN);
    expect(await refusal(link(code))).toEqual(["not_found"]);
  });

  it("is refused once the key is revoked, also to who used it", async () => {
    const { world, link } = await aStage();
    const admin = await anAdmin(world);
    const { code } = await issueLinkCode(world.ctx, admin);
    await link(code);
    const fresh = (await issueLinkCode(world.ctx, await anAdmin(world))).code;
    await rows("update api_keys set revoked_at = ? where role = 'admin'", world.now);
    expect(await refusal(link(code))).toEqual(["not_found"]);
    expect(await refusal(link(fresh, BEN))).toEqual(["not_found"]);
    expect(await operators()).toHaveLength(1);
  });

  it.each([
    { when: "a millisecond before the key's end", expiresIn: 1, links: 1 },
    { when: "at the key's end", expiresIn: 0, links: 0 },
  ])("$when makes $links operators", async ({ expiresIn, links }) => {
    const { world, link } = await aStage();
    const { code } = await issueLinkCode(world.ctx, await anAdmin(world, world.now + MINUTE_MS));
    world.advance(MINUTE_MS - expiresIn);
    if (links === 0) expect(await refusal(link(code))).toEqual(["not_found"]);
    else await link(code);
    expect(await operators()).toHaveLength(links);
  });

  it("after /unlink is used up", async () => {
    const { world, link } = await aStage();
    const { code } = await issueLinkCode(world.ctx, await anAdmin(world));
    await link(code);
    await unlinkDiscord(world.ctx, ADA);
    expect(await refusal(link(code))).toEqual(["not_found"]);
    expect(await operators()).toEqual([]);
  });
});

describe("unlinking a Discord user", () => {
  it("ends the links to an affiliate and to an operator, in one round trip, and leaves those of others", async () => {
    const { world, affiliate, other, codeOf, link } = await aStage();
    const admin = await anAdmin(world);
    await link(await codeOf(affiliate.id));
    await link((await issueLinkCode(world.ctx, admin)).code);
    await link(await codeOf(other.id), BEN);
    await link((await issueLinkCode(world.ctx, admin)).code, BEN);
    world.takeUsage();
    const name = `Affiliate ${affiliate.id}`;
    expect(await unlinkDiscord(world.ctx, ADA)).toEqual({ affiliate: name, operator: true });
    expect(world.takeUsage().trips).toBe(1);
    expect([await linkedTo(affiliate.id), await linkedTo(other.id)]).toEqual([null, BEN]);
    expect(await operators()).toEqual([{ discord_user_id: BEN, key_id: admin.keyId }]);
    const before = await everyRow();
    expect(await unlinkDiscord(world.ctx, ADA)).toEqual({ affiliate: null, operator: false });
    expect(await everyRow()).toBe(before);
    expect(world.lines.join()).not.toMatch(new RegExp(`${ADA}|${BEN}`));
  });

  it("leaves a code good that was not used yet", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    await link(await codeOf(affiliate.id));
    const code = await codeOf(affiliate.id);
    await unlinkDiscord(world.ctx, ADA);
    await link(code);
    expect(await linkedTo(affiliate.id)).toBe(ADA);
  });
});

describe("the statements", () => {
  it("find everything by a key, whoever is linked", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const code = await codeOf(affiliate.id);
    const plans = await plansOf(world, async () => {
      await link(code);
      await link((await issueLinkCode(world.ctx, await anAdmin(world))).code, BEN);
      await unlinkAffiliate(world.ctx, actorOf(affiliate.id));
      await unlinkDiscord(world.ctx, BEN);
    });
    for (const table of ["affiliates", "link_codes", "discord_operators", "api_keys", "[acfko]", "holder"]) {
      expect({ table, scans: fullScans(plans, table) }).toEqual({ table, scans: [] });
    }
    expect(plans.join()).toContain("SEARCH c USING INDEX link_codes_code (code_hash=?)");
  });

  it("read as few rows whether there are few others or many", async () => {
    const { world, affiliate, codeOf, link } = await aStage();
    const cost = async () => {
      await unlinkDiscord(world.ctx, ADA);
      const code = await codeOf(affiliate.id);
      world.takeUsage();
      await link(code);
      return world.takeUsage();
    };
    const few = await cost();
    for (let n = 0; n < 30; n++) {
      const { id } = await anAffiliate(world);
      await link(await codeOf(id), String(903215571928346000n + BigInt(n)));
    }
    expect(await cost()).toEqual(few);
    expect(few.rowsRead).toBeLessThanOrEqual(25);
  });
});
