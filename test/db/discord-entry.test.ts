import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  answerEntry,
  deferInteraction,
  type EntryLookup,
  enterInteraction,
} from "../../src/db/queries/discord-entry.ts";
import { anOperator, linked, MASON, OPERATOR, ROBIN, snowflake } from "../support/discord.ts";
import { emptyDatabase } from "../support/empty-database.ts";
import {
  type Account,
  aCampaign,
  anAffiliate,
  everyRow,
  row,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, type World } from "../support/world.ts";

let world: World;
let affiliate: Account;
let campaign: string;

beforeEach(async () => {
  await emptyDatabase();
  world = createWorld();
  affiliate = await linked(await anAffiliate(world, { trust: 640_000 }));
  campaign = await aCampaign(world);
});

const enter = (userId: string, lookup: EntryLookup | null = null, once: string | null = null) =>
  enterInteraction(world.ctx.db, {
    userId,
    now: world.now,
    at: world.now,
    once: once === null ? null : { interactionId: once, forgetBefore: world.now - 1_000 },
    lookup,
  });

describe("who sends an interaction", () => {
  it("is nobody", async () => {
    expect(await enter(ROBIN)).toEqual({
      caller: { userId: ROBIN, affiliate: null, operator: null },
      first: true,
      reportId: null,
      campaigns: [],
      submission: null,
    });
  });

  it("is an affiliate, as it stands", async () => {
    await row(
      "update affiliates set total_submissions = 7, accurate_submissions = 3 where id = ?",
      affiliate.id,
    );
    const expected = {
      role: "affiliate",
      keyId: `discord:${MASON}`,
      affiliateId: affiliate.id,
      suspended: false,
      trust: 640_000,
      name: `Affiliate ${affiliate.id}`,
      total: 7,
      accurate: 3,
    };
    expect((await enter(MASON)).caller).toEqual({ userId: MASON, affiliate: expected, operator: null });
    await row("update affiliates set status = 'suspended'");
    expect((await enter(MASON)).caller.affiliate).toEqual({ ...expected, suspended: true });
  });

  it("is an operator for as long as the key works", async () => {
    const keyId = await anOperator(world);
    const operator = async () => (await enter(OPERATOR)).caller.operator;
    const set = (column: string, value: unknown) =>
      env.DB.prepare(`update api_keys set ${column} = ? where id = ?`).bind(value, keyId).run();
    expect(await operator()).toEqual({ role: "admin", keyId });
    await set("expires_at", world.now + 1);
    expect(await operator()).toEqual({ role: "admin", keyId });
    await set("expires_at", world.now);
    expect(await operator()).toBeNull();
    await set("expires_at", null);
    await set("revoked_at", world.now);
    expect(await operator()).toBeNull();
    await set("revoked_at", null);
    await row("update api_keys set role = 'advertiser', subject_id = 'adv_1' where id = ?", keyId);
    expect(await operator()).toBeNull();
  });

  it("may be both", async () => {
    const keyId = await anOperator(world, MASON);
    const { caller } = await enter(MASON);
    expect([caller.affiliate?.affiliateId, caller.operator?.keyId]).toEqual([affiliate.id, keyId]);
  });
});

describe("what an interaction is about", () => {
  const byName = (name: string, platform: "youtube" | "reddit" | null = null) =>
    ({ of: "campaign", name, platform }) as const;
  const ids = async (lookup: EntryLookup, user = MASON) =>
    (await enter(user, lookup)).campaigns.map(({ id }) => id);

  it("is a campaign by its very name, whatever its case, that takes the platform", async () => {
    await row("update campaigns set name = 'Summer 100%'");
    expect(await ids(byName("SUMMER 100%", "youtube"))).toEqual([campaign]);
    expect(await ids(byName("summer 100%"))).toEqual([campaign]);
    expect(await ids(byName("summer 100%", "reddit"))).toEqual([]);
    for (const other of ["Summer", "Summer 100", "Summer ____", "%", "", "Summer 100% "]) {
      expect(await ids(byName(other))).toEqual([]);
    }
  });

  it("is two of one name at most, so that one is told from several", async () => {
    for (let n = 0; n < 3; n++) await aCampaign(world);
    await row("update campaigns set name = 'Summer'");
    expect(await ids(byName("summer"))).toHaveLength(2);
  });

  it("is a campaign by its id, open or not, if it exists for the affiliate", async () => {
    const byId = (campaignId: string) => ({ of: "campaign", campaignId }) as const;
    await row("update campaigns set status = 'ENDED'");
    expect(await ids(byId(campaign))).toEqual([campaign]);
    const closed = await aCampaign(world, { access: "invite" });
    expect(await ids(byId(closed))).toEqual([]);
    await row("insert into campaign_affiliates values (?, ?, 0)", closed, affiliate.id);
    expect(await ids(byId(closed))).toEqual([closed]);
    expect(await ids(byId(closed), ROBIN)).toEqual([]);
  });

  it.each(["id", "address"])("is the affiliate's own entry by its %s, and nobody else's", async (by) => {
    const { submission_id } = await submit(world, { key: affiliate.key, campaignId: campaign });
    await linked(await anAffiliate(world), ROBIN);
    const lookup: EntryLookup =
      by === "id"
        ? { of: "submission", submissionId: submission_id }
        : { of: "post", identity: { platform: "youtube", externalId: videoId(1) } };
    expect((await enter(MASON, lookup)).submission).toMatchObject({
      id: submission_id,
      campaign_name: `Campaign ${campaign}`,
      previous: "[1000,null,null,null,null,null]",
    });
    expect((await enter(ROBIN, lookup)).submission).toBeNull();
    expect((await enter(OPERATOR, lookup)).submission).toBeNull();
  });
});

describe("an interaction that is handled once", () => {
  it("is the first, and then it is not", async () => {
    const id = snowflake(world.now);
    expect(await enter(MASON, null, id)).toMatchObject({ first: true, reportId: null });
    expect(await enter(MASON, null, id)).toMatchObject({ first: false, reportId: null });
    expect((await enter(MASON, null, snowflake(world.now))).first).toBe(true);
  });

  it("is found with what it is about and the report it made", async () => {
    const { report_id, submission_id } = await submit(world, { key: affiliate.key, campaignId: campaign });
    const id = snowflake(world.now);
    await row("insert into discord_claims values (?, ?, null, 0)", report_id, id);
    const lookup = { of: "submission", submissionId: submission_id } as const;
    expect(await enter(MASON, lookup, id)).toMatchObject({
      first: true,
      reportId: report_id,
      submission: { id: submission_id },
    });
  });

  it("is the first of one of many at once", async () => {
    const id = snowflake(world.now);
    const entries = await Promise.all(Array.from({ length: 8 }, () => enter(MASON, null, id)));
    expect(entries.filter(({ first }) => first)).toHaveLength(1);
  });

  it("forgets a few that are old enough, the oldest first", async () => {
    for (let n = 0; n < 6; n++) {
      await row(
        "insert into discord_interactions (id, user_id, received_at) values (?, '1', ?)",
        `old${n}`,
        n,
      );
    }
    await row(
      "insert into discord_interactions (id, user_id, received_at) values ('young', '1', ?)",
      world.now - 1_000,
    );
    const id = snowflake(world.now);
    await enter(MASON, null, id);
    const left = await rows<{ id: string }>("select id from discord_interactions order by received_at");
    expect(left.map((kept) => kept.id)).toEqual(["old4", "old5", "young", id]);
  });
});

describe("an interaction that is put off", () => {
  const defer = (id: string, changes: object = {}) =>
    deferInteraction(world.ctx.db, {
      id,
      userId: MASON,
      now: world.now,
      forgetBefore: world.now - 1_000,
      actsFor: affiliate.id,
      body: '{"type":2}',
      token: "sealed",
      ...changes,
    });

  it("is kept with the entry that answers it, once", async () => {
    await defer("1");
    const stored = await everyRow();
    expect(await row("select * from outbox")).toMatchObject({
      id: answerEntry("1"),
      kind: "answer",
      subject: "1",
      due_at: world.now,
    });
    expect(await row("select * from discord_interactions")).toEqual({
      id: "1",
      user_id: MASON,
      received_at: world.now,
      acts_for: affiliate.id,
      body: '{"type":2}',
      token: "sealed",
    });
    world.advance(500);
    await defer("1", { body: '{"type":3}', token: "another" });
    expect(await everyRow()).toBe(stored);
  });

  it("has no second entry after the first was cleared away", async () => {
    await defer("1");
    await row("delete from outbox");
    await defer("1");
    expect(await rows("select * from outbox")).toEqual([]);
  });

  it("is one of many at once", async () => {
    await Promise.all(Array.from({ length: 8 }, () => defer("1")));
    expect([await rows("select id from outbox"), await rows("select id from discord_interactions")]).toEqual([
      [{ id: "answer:1" }],
      [{ id: "1" }],
    ]);
  });

  it("is refused with a body that is no JSON: nothing is kept", async () => {
    await expect(defer("1", { body: "{" })).rejects.toThrow("CHECK constraint failed");
    expect(await rows("select * from outbox")).toEqual([]);
  });
});

describe("what it costs", () => {
  it.each<{ why: string; ask(): Promise<unknown> }>([
    { why: "a look at the caller", ask: () => enter(MASON) },
    {
      why: "a campaign by name",
      ask: () => enter(MASON, { of: "campaign", name: "x", platform: "youtube" }, "1"),
    },
    { why: "a campaign by id", ask: () => enter(MASON, { of: "campaign", campaignId: campaign }, "1") },
    { why: "an entry by id", ask: () => enter(MASON, { of: "submission", submissionId: "sub_1" }, "1") },
    {
      why: "an entry by address",
      ask: () => enter(MASON, { of: "post", identity: { platform: "youtube", externalId: "x" } }, "1"),
    },
  ])("is one round trip, and no scan: $why", async ({ ask }) => {
    world.takeUsage();
    await ask();
    expect(world.takeUsage().trips).toBe(1);
    const plans = await plansOf(world, ask);
    const tables = ["affiliates", "f", "o", "k", "s", "p", "submissions", "posts", "discord_interactions"];
    expect(plans.length).toBeGreaterThan(2);
    expect(tables.flatMap((table) => fullScans(plans, table))).toEqual([]);
  });
});
