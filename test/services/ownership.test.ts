import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../src/domain/platform.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { sweep } from "../../src/services/sweep.ts";
import { accountId, accountRow, connect, postOf, prove, tell, waiting } from "../support/connecting.ts";
import {
  type Account,
  aCampaign,
  anAffiliate,
  reconciliation,
  row,
  rows,
  submit,
} from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

async function aStage() {
  const world = createWorld();
  const campaignId = await aCampaign(world, {
    platforms: ["youtube", "tiktok", "linkedin", "reddit", "meta"],
    policy: { settle_hours: 0 },
  });
  const affiliate = await anAffiliate(world);
  const claim = async (
    { key }: Account,
    platform: Platform,
    { n = 1, likes = 40, url = postOf(platform, n).url } = {},
  ) => submit(world, { key, campaignId, url, claimed: { claimed_likes: likes } });
  const publish = (platform: Platform, authorId: string, n = 1) =>
    world.setPost(platform, postOf(platform, n).externalId, {
      metrics: { likes: 40 },
      author: { id: authorId, name: "Ada Clips" },
      published_at: PUBLISHED,
    });
  return { world, affiliate, campaignId, claim, publish };
}

/** After the campaign began. */
const PUBLISHED = "2026-06-01T06:00:00Z";
const LONG_AGO = Date.parse("2020-01-01T00:00:00Z");

interface Told {
  status: string | null;
  learnt_flags: string[];
  attempts: { reasons: string[] }[];
}

/** What the affiliate reads of a claim: its flags and why it was judged so. */
async function told(world: World, { key }: Account, reportId: string) {
  const response = await world.request("GET", `/api/v1/reconciliation/reports/${reportId}`, { key });
  expect(response.status).toBe(200);
  const report: Told = await response.json();
  return {
    status: report.status,
    flags: report.learnt_flags,
    reasons: report.attempts.flatMap(({ reasons }) => reasons),
  };
}

const trustOf = async ({ id }: Account) =>
  (await row<{ trust: number }>("select trust from affiliates where id = ?", id))?.trust;

const alertCauses = async () =>
  (await rows<{ cause: string }>("select cause from alerts order by cause")).map(({ cause }) => cause);

const CHANNEL = accountId("youtube");
/** What nobody claims, and only the owner may read. */
const OTHERS_COMMENTS = 987_654_321;

const FOREIGN = /names another author than the accounts you have connected/;

describe("a claim of a post on a platform that shows everybody's", () => {
  it("by another channel than the affiliate's is flagged, and a match earns nothing", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await prove(world, affiliate, "youtube", { id: CHANNEL, handle: "ada" });
    await publish("youtube", accountId("youtube", 2));
    const { report_id, post_id } = await claim(affiliate, "youtube");
    await world.deliver();
    const { status, flags, reasons } = await told(world, affiliate, report_id);
    expect([status, flags]).toEqual(["MATCHED", ["not_own_post"]]);
    expect(reasons).toEqual([expect.stringMatching(/That fits\.$/), expect.stringMatching(FOREIGN)]);
    expect(await trustOf(affiliate)).toBe(500_000);
    const alert = await row("select * from alerts");
    expect(alert).toMatchObject({
      category: "FRAUD",
      severity: "HIGH",
      cause: expect.stringMatching(`^author:${post_id}:${affiliate.id}:adv_`),
      report_id,
      message: "YouTube names another author than the accounts the affiliate has connected.",
    });
  });

  it("by another channel costs what a wrong claim costs", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await prove(world, affiliate, "youtube", { id: CHANNEL, handle: "ada" });
    await publish("youtube", accountId("youtube", 2));
    const { report_id } = await claim(affiliate, "youtube", { likes: 400 });
    await world.deliver();
    const { status, flags } = await told(world, affiliate, report_id);
    expect([status, flags]).toEqual(["AFFILIATE_OVERCLAIMED", ["not_own_post"]]);
    expect(await trustOf(affiliate)).toBe(400_000);
    expect(await alertCauses()).toEqual([`overclaim:${report_id}`, `trust:${affiliate.id}:low`]);
  });

  it.each([
    { why: "it is of the affiliate's channel", author: CHANNEL, proven: true },
    { why: "the affiliate has connected none there", author: accountId("youtube", 2), proven: false },
  ])("is not flagged if $why", async ({ author, proven }) => {
    const { world, affiliate, claim, publish } = await aStage();
    if (proven) await prove(world, affiliate, "youtube", { id: CHANNEL, handle: "ada" });
    else await connect(world, affiliate, "tiktok");
    await publish("youtube", author);
    const { report_id } = await claim(affiliate, "youtube");
    await world.deliver();
    const { status, flags, reasons } = await told(world, affiliate, report_id);
    expect([status, flags, reasons.length]).toEqual(["MATCHED", [], 1]);
    expect(await trustOf(affiliate)).toBe(510_000);
    expect(await alertCauses()).toEqual([]);
  });

  it("is not flagged once the channel it is of is proven too", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await prove(world, affiliate, "youtube", { id: CHANNEL, handle: "ada" });
    await prove(world, affiliate, "youtube", { id: accountId("youtube", 2), handle: "ada2" });
    await publish("youtube", accountId("youtube", 2));
    const { report_id } = await claim(affiliate, "youtube");
    await world.deliver();
    expect((await told(world, affiliate, report_id)).flags).toEqual([]);
  });

  it("on Reddit is compared by the account's id, not by its name", async () => {
    const { world, affiliate, claim } = await aStage();
    await prove(world, affiliate, "reddit", { id: "ada001", handle: "ada_clips" });
    const { externalId } = postOf("reddit");
    await world.setPost("reddit", externalId, {
      metrics: { likes: 40 },
      author: { id: "ada001", name: "renamed" },
      published_at: PUBLISHED,
    });
    const { report_id } = await claim(affiliate, "reddit");
    await world.deliver();
    const { status, flags } = await told(world, affiliate, report_id);
    expect([status, flags]).toEqual(["MATCHED", []]);
  });
});

describe("a claim of a post on a platform that shows them to their owners", () => {
  /** The owner has claimed the video, and a thief claims it too. */
  async function aTheft({ thiefConnected = true, thiefFirst = false } = {}) {
    const stage = await aStage();
    const { world, affiliate: owner, claim } = stage;
    const thief = await anAffiliate(world);
    await connect(world, owner, "tiktok", accountId("tiktok", 1));
    if (thiefConnected) await connect(world, thief, "tiktok", accountId("tiktok", 2));
    await world.setPost("tiktok", postOf("tiktok").externalId, {
      metrics: { likes: 40, comments: OTHERS_COMMENTS },
      author: { id: accountId("tiktok", 1), name: "Owner" },
      published_at: PUBLISHED,
    });
    const claims = [owner, thief].map((who) => () => claim(who, "tiktok"));
    const receipts = [];
    for (const make of thiefFirst ? claims.toReversed() : claims) receipts.push(await make());
    const [own, stolen] = thiefFirst ? receipts.toReversed() : receipts;
    if (!own || !stolen) throw new Error("two claims");
    return { ...stage, owner, thief, own, stolen };
  }

  it.each([
    { thiefConnected: true, thiefFirst: false },
    { thiefConnected: true, thiefFirst: true },
    { thiefConnected: false, thiefFirst: false },
    { thiefConnected: false, thiefFirst: true },
  ])("is judged for its owner, and shows nobody else its numbers: %o", async (how) => {
    const { world, owner, thief, own, stolen } = await aTheft(how);
    await world.deliver();
    expect(await told(world, owner, own.report_id)).toMatchObject({ status: "MATCHED", flags: [] });
    const judged = await told(world, thief, stolen.report_id);
    expect(judged.flags).toEqual(["not_own_post"]);
    if (how.thiefConnected) {
      expect(await reconciliation(stolen.report_id)).toMatchObject({
        state: "final",
        missing_reason: "private",
      });
      expect(judged.reasons).toEqual([expect.stringMatching(/belongs to another account/)]);
    } else {
      // He may yet be the owner.
      expect(await waiting(stolen.report_id)).toMatchObject({
        state: "open",
        put_off_reason: "not_connected",
      });
    }
    const detail = await world.request("GET", `/api/v1/reconciliation/reports/${stolen.report_id}`, {
      key: thief.key,
    });
    const series = await world.request("GET", `/api/v1/submissions/${stolen.submission_id}/metrics`, {
      key: thief.key,
    });
    expect(`${await detail.text()} ${await series.text()}`).not.toContain(String(OTHERS_COMMENTS));
    expect([await trustOf(owner), await trustOf(thief)]).toEqual([510_000, 500_000]);
    expect(await alertCauses()).toEqual([
      ...(how.thiefConnected ? [expect.stringMatching(`^author:${own.post_id}:${thief.id}:`)] : []),
      `contested:${own.post_id}`,
    ]);
    const contested = await rows("select distinct contested from submissions");
    expect(contested).toEqual([{ contested: 1 }]);
    const reader = await accountRow("tiktok", accountId("tiktok", 1));
    expect(await row("select account_id, author_id, state from posts")).toEqual({
      account_id: reader?.id,
      author_id: accountId("tiktok", 1),
      state: "live",
    });
  });

  it("asks with one account after the other, and with the one that saw the post first the next time", async () => {
    const { world, own } = await aTheft({ thiefFirst: true });
    await world.deliver();
    // The thief claimed first, so his account was asked first.
    expect(await world.calls("tiktok")).toMatchObject({ by_operation: { "video.query": { calls: 2 } } });
    world.advance(7 * HOUR_MS);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    expect(await world.calls("tiktok")).toMatchObject({ by_operation: { "video.query": { calls: 3 } } });
    expect(await row("select state from posts where id = ?", own.post_id)).toEqual({ state: "live" });
  });

  it("that none of the accounts sees is gone", async () => {
    const { world, owner, own, thief, stolen } = await aTheft();
    await tell(world, `/tiktok/posts/${postOf("tiktok").externalId}`, { state: "gone" });
    await world.deliver();
    expect(await world.calls("tiktok")).toMatchObject({ by_operation: { "video.query": { calls: 2 } } });
    const { reasons } = await told(world, owner, own.report_id);
    expect(reasons[0]).toMatch(
      /^TikTok shows no such post to the connected account: it was deleted, is private or/,
    );
    world.advance(11 * MINUTE_MS);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    for (const id of [own.report_id, stolen.report_id]) {
      expect(await waiting(id)).toMatchObject({ state: "final", status: "MISSING_PLATFORM_DATA" });
    }
    expect(await trustOf(thief)).toBe(500_000);
  });

  it("waits for its owner while his account has lapsed, and is not gone for another account's sake", async () => {
    const { world, owner, thief, claim } = await aTheft({ thiefFirst: true });
    await world.deliver();
    await row("update connected_accounts set state = 'lapsed' where affiliate_id = ? returning id", owner.id);
    await row("update posts set observed_at = ? returning id", LONG_AGO);
    world.advance(HOUR_MS);
    const update = async ({ key, id }: Account) => {
      const submission = await row<{ id: string }>("select id from submissions where affiliate_id = ?", id);
      const body = { claimed_likes: 41 };
      const path = `/api/v1/submissions/${submission?.id}/metrics`;
      return (await world.request("PUT", path, { key, body })).json<{ report_id: string }>();
    };
    const [own, stolen] = [await update(owner), await update(thief)];
    await world.deliver();
    expect(await waiting(own.report_id)).toMatchObject({ put_off_reason: "reconnect", attempts: 0 });
    expect(await reconciliation(stolen.report_id)).toMatchObject({
      state: "final",
      missing_reason: "private",
    });
    expect(await row("select state from posts")).toEqual({ state: "live" });
    // A post that only the thief's account ever saw goes on without the owner.
    await world.setPost("tiktok", postOf("tiktok", 2).externalId, {
      metrics: { likes: 40 },
      author: { id: accountId("tiktok", 2), name: "Thief" },
      published_at: PUBLISHED,
    });
    const his = await claim(thief, "tiktok", { n: 2 });
    await world.deliver();
    expect(await waiting(his.report_id)).toMatchObject({ status: "MATCHED" });
  });

  it("by a member who has a page too is read through the member's account", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await connect(world, affiliate, "linkedin");
    await publish("linkedin", accountId("linkedin"));
    const { report_id } = await claim(affiliate, "linkedin");
    await world.deliver();
    expect(await told(world, affiliate, report_id)).toMatchObject({ status: "MATCHED", flags: [] });
  });

  it("by one of several pages is read through that page's account", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    const pages = [7, 8, 9].map((n) => `urn:li:organization:${n}`);
    for (const page of pages) await tell(world, `/linkedin/accounts/${page}`, { handle: page.slice(-1) });
    await connect(world, affiliate, "linkedin");
    const reports: string[] = [];
    for (const [n, page] of pages.entries()) {
      await publish("linkedin", page, n);
      reports.push((await claim(affiliate, "linkedin", { n })).report_id);
    }
    await world.deliver();
    for (const id of reports) {
      expect(await told(world, affiliate, id)).toMatchObject({ status: "MATCHED", flags: [] });
    }
  });

  it("is not gone for a stranger's sake while its owner has connected nothing, and is judged once he has", async () => {
    const { world, affiliate: owner, claim, publish } = await aStage();
    const stranger = await anAffiliate(world);
    await connect(world, stranger, "tiktok", accountId("tiktok", 2));
    await publish("tiktok", accountId("tiktok", 1));
    const own = await claim(owner, "tiktok");
    await claim(stranger, "tiktok");
    for (let i = 0; i < 3; i++) {
      await world.deliver();
      world.advance(11 * 60_000);
      await sweep(world.ctx, ORIGIN);
    }
    expect(await waiting(own.report_id)).toMatchObject({ state: "open", put_off_reason: "not_connected" });
    expect(await row("select state from posts")).not.toEqual({ state: "gone" });
    await connect(world, owner, "tiktok", accountId("tiktok", 1));
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    expect(await told(world, owner, own.report_id)).toMatchObject({ status: "MATCHED", flags: [] });
  });

  it("that was looked for with the wrong account is judged once the right one is connected", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await connect(world, affiliate, "tiktok", accountId("tiktok", 2));
    await publish("tiktok", accountId("tiktok", 1));
    const { report_id } = await claim(affiliate, "tiktok");
    for (let i = 0; i < 3; i++) {
      await world.deliver();
      world.advance(11 * 60_000);
      await sweep(world.ctx, ORIGIN);
    }
    expect(await reconciliation(report_id)).toMatchObject({ state: "final", missing_reason: "gone" });
    await connect(world, affiliate, "tiktok", accountId("tiktok", 1));
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    expect(await told(world, affiliate, report_id)).toMatchObject({ status: "MATCHED" });
    expect(await row("select state, observe_due_at > 0 as due from posts")).toEqual({
      state: "live",
      due: 1,
    });
  });

  it("waits for its account when that was disconnected, whatever other accounts are told", async () => {
    const { world, affiliate, claim, publish } = await aStage();
    await connect(world, affiliate, "tiktok", accountId("tiktok", 1));
    await connect(world, affiliate, "tiktok", accountId("tiktok", 2));
    await publish("tiktok", accountId("tiktok", 1));
    await claim(affiliate, "tiktok");
    await world.deliver();
    const own = await accountRow("tiktok", accountId("tiktok", 1));
    const { key } = affiliate;
    expect((await world.request("DELETE", `/api/v1/accounts/${own?.id}`, { key })).status).toBe(204);
    world.advance(7 * HOUR_MS);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    expect(await row("select state from posts")).toEqual({ state: "live" });
  });

  it("by a person with two Pages is found by its pfbid on the second", async () => {
    const { world, affiliate, claim } = await aStage();
    const [first, second] = ["17841400000000101", "17841400000000102"];
    for (const page of [first, second]) await connect(world, affiliate, "meta", page);
    await world.setPost("meta", "pfbid0AbC", {
      metrics: { likes: 40 },
      author: { id: second, name: "Second" },
      published_at: PUBLISHED,
    });
    const url = "https://www.facebook.com/second/posts/pfbid0AbC";
    const { report_id } = await claim(affiliate, "meta", { url });
    await world.deliver();
    expect(await told(world, affiliate, report_id)).toMatchObject({ status: "MATCHED", flags: [] });
  });
});
