import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Ctx } from "../../src/context.ts";
import { MINUTE_MS } from "../../src/domain/time.ts";
import { reconcileReports } from "../../src/services/reconcile-reports.ts";
import { sweep } from "../../src/services/sweep.ts";
import { aCampaign, anAffiliate, row, submit } from "../support/fixtures.ts";
import {
  aChannel,
  channelRow,
  claimFromDiscord,
  consume,
  deliverWoken,
  discordCalls,
  entries,
  forgetWebhook,
  saidIn,
  textsIn,
} from "../support/outbox.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

async function aStage({ settleHours = 0 } = {}) {
  const world = createWorld();
  const account = await anAffiliate(world);
  const campaignId = await aCampaign(world, { policy: { settle_hours: settleHours } });
  const claim = (options: { n?: number; views?: number } = {}) =>
    claimFromDiscord(world, { account, campaignId, ...options });
  return { world, account, campaignId, claim };
}

/** A claim from Discord that was judged and whose verdict waits in the outbox. */
async function aVerdict(options: { views?: number } = {}) {
  const stage = await aStage();
  const claimed = await stage.claim(options);
  await stage.world.deliver();
  const [entry] = await entries();
  return { ...stage, claimed, entryId: entry?.id ?? "" };
}

/** Asks for another look at a report, as an operator does. */
async function rejudge(world: World, reportId: string, trueViews: number) {
  await reopen(world, reportId);
  await world.setPost("youtube", "vid00000001", { metrics: { views: trueViews } });
  await reconcileReports(world.ctx, {
    reportIds: [reportId],
    lane: "normal",
    manual: true,
    origins: [ORIGIN],
  });
}

const reopen = (world: World, reportId: string) =>
  env.DB.batch([
    env.DB.prepare(
      "update reconciliations set state = 'open', next_attempt_at = ?, sweep_at = ? where report_id = ?",
    ).bind(world.now, world.now, reportId),
    // The numbers seen so far are forgotten, so that the next ones decide.
    env.DB.prepare("delete from platform_reports"),
    env.DB.prepare("update posts set observed_at = null, views = null, peak_views = null"),
  ]);

/** The answer to an interaction, as it stands in the outbox. */
async function answerIs(world: World, interactionId: string, standing: string): Promise<void> {
  const id = `answer:${interactionId}`;
  await env.DB.batch([
    env.DB.prepare(
      "insert or ignore into outbox (id, kind, subject, due_at, created_at) values (?, 'answer', ?, 1, ?)",
    ).bind(id, interactionId, world.now + 1),
    env.DB.prepare(`update outbox set ${standing} where id = ?`).bind(id),
  ]);
}

const tokenOf = (reportId: string) =>
  row<{ token: string | null }>("select token from discord_claims where report_id = ?", reportId);

describe("a commit", () => {
  it("puts the verdict on a claim from Discord into the outbox and wakes who says it", async () => {
    const { world, claimed } = await aVerdict();
    const id = `verdict:${claimed.reportId}:final:MATCHED`;
    expect(await entries()).toEqual([
      { id, kind: "verdict", due_at: world.now, attempts: 0, outcome: null, detail: null },
    ]);
    expect(world.woken).toEqual([{ v: 1, kind: "entry", id }]);
  });

  it("adds nothing for a claim that came by the API", async () => {
    const { world, account, campaignId } = await aStage();
    await world.setPost("youtube", "vid00000001", { metrics: { views: 1_000 } });
    await submit(world, { key: account.key, campaignId });
    await world.deliver();
    expect(await row("select state from reconciliations")).toEqual({ state: "final" });
    expect([await entries(), world.woken]).toEqual([[], []]);
  });

  it("adds nothing while nothing is decided", async () => {
    const { world, claim } = await aStage();
    await claim();
    await world.setFaults("youtube", { outage: true });
    await world.deliver();
    expect(await row("select state, status from reconciliations")).toEqual({ state: "open", status: null });
    expect(await entries()).toEqual([]);
  });

  it("whose wake-up the queue refuses leaves the verdict to the sweep", async () => {
    const { world, claim } = await aStage();
    await claim();
    const { wake } = world.ctx.outbox;
    world.ctx.outbox.wake = () => Promise.reject(new Error("Too Many Requests"));
    await world.deliver();
    world.ctx.outbox.wake = wake;
    expect(world.lines.some((line) => line.includes("outbox_not_woken"))).toBe(true);
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ outbox: 1 });
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "delivered" }]);
  });

  it.each([
    { name: "that D1 refuses", when: "before", written: 0 },
    { name: "whose answer is lost", when: "after", written: 1 },
  ] as const)("$name has its verdict told once", async ({ when, written }) => {
    const { world, claim } = await aStage();
    const { reportId } = await claim();
    world.sent.length = 0;
    world.failBatch(2, when);
    const run = reconcileReports(world.ctx, {
      reportIds: [reportId],
      lane: "normal",
      manual: false,
      origins: [ORIGIN],
    });
    await expect(run).rejects.toThrow("Network connection lost");
    expect(await entries()).toHaveLength(written);
    world.advance(3 * MINUTE_MS);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    await deliverWoken(world);
    expect(await saidIn(world)).toHaveLength(1);
  });
});

describe("a verdict", () => {
  it("is told to whoever claimed alone, while the interaction's token is good", async () => {
    const { world, claimed } = await aVerdict();
    await deliverWoken(world);
    const [message, ...others] = await saidIn(world);
    expect(others).toEqual([]);
    expect(message).toMatchObject({ kind: "follow_up", token: claimed.token, body: { flags: 32_768 + 64 } });
    expect(await textsIn(world)).toEqual([["follow_up", expect.stringContaining("Matched")]]);
    expect(await entries()).toMatchObject([
      { due_at: null, attempts: 1, outcome: "delivered", detail: null },
    ]);
  });

  it("costs three round trips", async () => {
    const { world } = await aVerdict();
    world.takeUsage();
    await deliverWoken(world);
    const { trips, rowsRead, rowsWritten } = world.takeUsage();
    expect(trips).toBe(3);
    expect(rowsRead).toBeLessThanOrEqual(20);
    expect(rowsWritten).toBeLessThanOrEqual(4);
  });

  it("is told once, however often it is delivered, by one consumer or two at once", async () => {
    const { world, entryId } = await aVerdict();
    const body = { v: 1, kind: "entry", id: entryId };
    const both = await Promise.all([consume(world.ctx, [body, body]), consume(world.ctx, [body])]);
    expect(both).toEqual([
      { acked: [0, 1], retried: [] },
      { acked: [0], retried: [] },
    ]);
    expect(await consume(world.ctx, [body])).toEqual({ acked: [0], retried: [] });
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("is provisional first and final later, each told once", async () => {
    const { world, claim } = await aStage({ settleHours: 1 });
    const { reportId } = await claim({ views: 5_000 });
    await world.deliver();
    await deliverWoken(world);
    world.advance(61 * MINUTE_MS);
    await sweep(world.ctx, ORIGIN);
    await world.deliver();
    await deliverWoken(world);
    expect(await entries()).toMatchObject([
      { id: `verdict:${reportId}:provisional:AFFILIATE_OVERCLAIMED`, outcome: "delivered" },
      {
        id: `verdict:${reportId}:final:AFFILIATE_OVERCLAIMED`,
        outcome: "given_up",
        detail: "nobody to tell",
      },
    ]);
  });

  it.each([
    { age: 15 * MINUTE_MS - 1, kind: "follow_up", why: "the token is still good" },
    { age: 15 * MINUTE_MS, kind: "webhook", why: "the token's time is over" },
  ])("is a $kind $age ms after the claim: $why", async ({ age, kind }) => {
    const { world, claimed, campaignId } = await aVerdict();
    await aChannel(world, campaignId);
    world.advance(age);
    await deliverWoken(world);
    expect((await saidIn(world)).map((message) => message.kind)).toEqual([kind]);
    expect((await tokenOf(claimed.reportId))?.token === null).toBe(kind === "webhook");
  });

  it("goes to the campaign's channel without the numbers when Discord says that the token is over", async () => {
    const { world, claimed, campaignId, account } = await aVerdict({ views: 7_654 });
    const { webhookId } = await aChannel(world, campaignId);
    await world.control(`/discord/tokens/${claimed.token}`, { expired: true });
    await deliverWoken(world);
    const [message] = await saidIn(world);
    expect(message).toMatchObject({ kind: "webhook", webhook_id: webhookId, body: { flags: 32_768 } });
    const [[, text = ""] = []] = await textsIn(world);
    expect(text).toContain(account.id.slice(4));
    expect(text).not.toMatch(/7,?654/);
    expect(await entries()).toMatchObject([{ outcome: "delivered" }]);
    expect(await tokenOf(claimed.reportId)).toEqual({ token: null });
    expect(await channelRow(campaignId)).toEqual({
      state: "active",
      blocked_until: 0,
      delivered_at: world.now,
      error: null,
    });
  });

  it("is readable by /claim status alone where nobody can be told", async () => {
    const { world, claimed } = await aVerdict();
    await world.control(`/discord/tokens/${claimed.token}`, { expired: true });
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "nobody to tell", due_at: null }]);
    expect(await discordCalls(world)).toBe(1);
  });

  it("does not call a dead channel, nor one that is blocked", async () => {
    const { world, campaignId } = await aVerdict();
    await aChannel(world, campaignId);
    world.advance(16 * MINUTE_MS);
    await env.DB.prepare("update discord_channels set blocked_until = ?")
      .bind(world.now + 1)
      .run();
    await deliverWoken(world);
    // Half of the ten seconds over which those that wait are spread, and no try is used up.
    expect(await entries()).toMatchObject([{ due_at: world.now + 1 + 5_000, attempts: 0 }]);
    await env.DB.prepare("update discord_channels set blocked_until = 0, state = 'dead'").run();
    world.advance(MINUTE_MS);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "nobody to tell" }]);
    expect(await discordCalls(world)).toBe(0);
  });

  it("ends a channel whose webhook is gone, and does not call it again", async () => {
    const { world, campaignId, claim } = await aStage();
    const { webhookId } = await aChannel(world, campaignId);
    await forgetWebhook(world, webhookId);
    for (const n of [1, 2]) await claim({ n });
    await world.deliver();
    world.advance(16 * MINUTE_MS);
    await deliverWoken(world);
    expect(await channelRow(campaignId)).toMatchObject({ state: "dead", error: "HTTP 404, code 10015" });
    expect((await entries()).map(({ outcome }) => outcome)).toEqual(["given_up", "given_up"]);
    // The second of the batch knew it from the first.
    expect(await discordCalls(world)).toBe(1);
  });

  it("leaves alone what was set in the place of the webhook it met", async () => {
    const { world, campaignId } = await aVerdict();
    const { webhookId } = await aChannel(world, campaignId);
    await forgetWebhook(world, webhookId);
    world.advance(16 * MINUTE_MS);
    const ctx: Ctx = {
      ...world.ctx,
      fetch: async (...args) => {
        const answer = await world.ctx.fetch(...args);
        await env.DB.prepare("update discord_channels set webhook_id = '200000000000000001', set_at = ?")
          .bind(world.now)
          .run();
        return answer;
      },
    };
    await consume(ctx, world.woken.splice(0));
    expect(await channelRow(campaignId)).toMatchObject({ state: "new", error: null });
  });

  it("is not told when a later one stands by then", async () => {
    const { world, claimed } = await aVerdict();
    await rejudge(world, claimed.reportId, 500);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([
      { id: expect.stringContaining("AFFILIATE_OVERCLAIMED"), outcome: "delivered" },
      {
        id: expect.stringContaining("MATCHED"),
        outcome: "given_up",
        detail: "superseded by a later verdict",
      },
    ]);
    expect(await textsIn(world)).toHaveLength(1);
  });

  it("is told again when it stands again after another one", async () => {
    const { world, claimed } = await aVerdict();
    for (const views of [500, 1_000]) {
      await deliverWoken(world);
      world.advance(1_000);
      await rejudge(world, claimed.reportId, views);
    }
    await deliverWoken(world);
    const texts = (await textsIn(world)).map(([, text]) => /Matched/.test(text));
    expect(texts).toEqual([true, false, true]);
  });

  it("that is reached again by another look is not told again", async () => {
    const { world, claimed } = await aVerdict();
    await deliverWoken(world);
    await rejudge(world, claimed.reportId, 1_000);
    await deliverWoken(world);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("that is provisional and was confirmed by another look is not told again", async () => {
    const { world, claim } = await aStage({ settleHours: 72 });
    const { reportId } = await claim({ views: 5_000 });
    await world.deliver();
    await deliverWoken(world);
    await rejudge(world, reportId, 1_000);
    await deliverWoken(world);
    expect(await row("select state, status from reconciliations")).toEqual({
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
    });
    expect((await saidIn(world)).map(({ kind }) => kind)).toEqual(["follow_up"]);
  });

  it("waits for the answer to its claim that was put off, which would otherwise take its place", async () => {
    const { world, claimed } = await aVerdict();
    await answerIs(world, claimed.interactionId, "due_at = 1");
    const [body] = world.woken.splice(0);
    await consume(world.ctx, [body]);
    expect((await entries()).find(({ kind }) => kind === "verdict")).toMatchObject({
      due_at: world.now + 2_000,
      attempts: 0,
      outcome: null,
      detail: "its claim is not answered yet",
    });
    expect(await discordCalls(world)).toBe(0);
    await answerIs(world, claimed.interactionId, "due_at = null, done_at = 1");
    world.advance(2_000);
    await consume(world.ctx, [body]);
    expect((await saidIn(world)).map(({ kind }) => kind)).toEqual(["follow_up"]);
  });

  it("waits for no answer that cannot be given any more, since the token is over", async () => {
    const { world, claimed, campaignId } = await aVerdict();
    await aChannel(world, campaignId);
    await answerIs(world, claimed.interactionId, "due_at = 1");
    world.advance(15 * MINUTE_MS);
    await deliverWoken(world);
    expect((await saidIn(world)).map(({ kind }) => kind)).toEqual(["webhook"]);
  });

  it("waits while its report is looked at again, and is told if it still stands", async () => {
    const { world, claimed } = await aVerdict();
    await reopen(world, claimed.reportId);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ due_at: world.now + MINUTE_MS, attempts: 0, outcome: null }]);
    await rejudge(world, claimed.reportId, 1_000);
    world.advance(MINUTE_MS);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "delivered" }]);
    expect(await saidIn(world)).toHaveLength(1);
  });
});

describe("a verdict that Discord does not take at once", () => {
  it.each([
    { name: "a limit with a fraction of a second", faults: { status: 429, retry_after: 3.2 }, wait: 3_200 },
    { name: "a limit shorter than our own wait", faults: { status: 429, retry_after: 0.3 }, wait: 2_000 },
    { name: "a failure of Discord", faults: { status: 503 }, wait: 2_000 },
    { name: "no answer", faults: { outage: true }, wait: 2_000 },
    { name: "a webhook that Discord does not know yet", faults: { status: 404, code: 10_015 }, wait: 2_000 },
  ])("is told after $name", async ({ faults, wait }) => {
    const { world } = await aVerdict();
    await world.control("/discord/faults", { ...faults, times: 1 });
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ due_at: world.now + wait, attempts: 1, outcome: null }]);
    expect(world.woken).toHaveLength(1);
    world.advance(wait - 1);
    await deliverWoken(world);
    expect(await saidIn(world)).toEqual([]);
    world.advance(1);
    await sweep(world.ctx, ORIGIN);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ attempts: 2, outcome: "delivered" }]);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it.each([
    { retryAfter: 3, delay: 4, why: "a second late" },
    { retryAfter: 3.001, delay: 5, why: "rounded up, and a second late" },
  ])("wakes itself after $retryAfter s in $delay s: $why, never early", async ({ retryAfter, delay }) => {
    const { world, entryId } = await aVerdict();
    const woken: unknown[] = [];
    world.ctx.outbox.wake = async (ids, delaySeconds) => void woken.push({ ids, delaySeconds });
    await world.control("/discord/faults", { status: 429, retry_after: retryAfter, times: 1 });
    await deliverWoken(world);
    expect(woken).toEqual([{ ids: [entryId], delaySeconds: delay }]);
  });

  it("is not asked for again after thirty seconds of not being known", async () => {
    const { world, campaignId } = await aVerdict();
    await aChannel(world, campaignId);
    world.advance(30_000);
    await world.control("/discord/faults", { status: 404, code: 10_015, times: 1 });
    await deliverWoken(world);
    expect((await saidIn(world)).map(({ kind }) => kind)).toEqual(["webhook"]);
  });

  it("is told in the channel after five tries, with the token never in a log line", async () => {
    const { world, campaignId, claimed } = await aVerdict();
    await aChannel(world, campaignId);
    for (let tries = 0; tries < 4; tries++) {
      await world.control("/discord/faults", { status: 502, times: 1 });
      await deliverWoken(world);
      const [entry] = await entries();
      expect(entry).toMatchObject({ attempts: tries + 1, outcome: null });
      world.now = entry?.due_at ?? 0;
    }
    await world.control("/discord/faults", { status: 502, times: 1 });
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ attempts: 5, outcome: "delivered" }]);
    expect((await saidIn(world)).map(({ kind }) => kind)).toEqual(["webhook"]);
    expect(world.lines.filter((line) => line.includes(claimed.token))).toEqual([]);
  });
});

describe("a verdict whose token turned out to be over", () => {
  it("has all eight tries in the channel, however often the token was tried", async () => {
    const { world, campaignId } = await aVerdict();
    await aChannel(world, campaignId);
    await world.control("/discord/faults", { status: 503 });
    const attempts: number[] = [];
    for (let tries = 0; tries < 11; tries++) {
      await deliverWoken(world);
      const [entry] = await entries();
      attempts.push(entry?.attempts ?? 0);
      world.now = entry?.due_at ?? 0;
      world.woken.length = 0;
      await sweep(world.ctx, ORIGIN);
    }
    await world.control("/discord/faults", {});
    await deliverWoken(world);
    // Four tries by the token that are made again; its fifth is the channel's first.
    expect(attempts).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7]);
    expect(await entries()).toMatchObject([{ attempts: 8, outcome: "delivered" }]);
  });
});

describe("a crash", () => {
  it.each([
    { name: "before the lease", batch: 1, when: "before", said: 1 },
    { name: "after the lease, before anybody knew of it", batch: 1, when: "after", said: 1 },
    { name: "before what is to be said was read", batch: 2, when: "before", said: 1 },
    { name: "after the message, before its outcome was written", batch: 3, when: "before", said: 2 },
    { name: "after its outcome was written", batch: 3, when: "after", said: 1 },
  ] as const)("$name loses nothing, and says it twice at most", async ({ batch, when, said }) => {
    const { world, entryId } = await aVerdict();
    world.woken.length = 0;
    world.failBatch(batch, when);
    const body = { v: 1, kind: "entry", id: entryId };
    expect(await consume(world.ctx, [body])).toEqual({ acked: [], retried: [0] });
    for (let minute = 0; minute < 3; minute++) {
      world.advance(MINUTE_MS);
      await sweep(world.ctx, ORIGIN);
      await deliverWoken(world);
    }
    expect(await entries()).toMatchObject([{ outcome: "delivered" }]);
    expect(await saidIn(world)).toHaveLength(said);
  });

  it("before anything was said gives the entry back at once", async () => {
    const { world, entryId } = await aVerdict();
    world.failBatch(2, "before");
    await consume(world.ctx, world.woken.splice(0));
    await consume(world.ctx, [{ v: 1, kind: "entry", id: entryId }]);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("of the database uses up no tries", async () => {
    const { world, entryId } = await aVerdict();
    for (let tries = 0; tries < 12; tries++) {
      world.failBatch(2, "before");
      await consume(world.ctx, [{ v: 1, kind: "entry", id: entryId }]);
    }
    expect(await entries()).toMatchObject([{ attempts: 0, outcome: null }]);
    await consume(world.ctx, [{ v: 1, kind: "entry", id: entryId }]);
    expect(await entries()).toMatchObject([{ attempts: 1, outcome: "delivered" }]);
  });

  it("that is none of the database's passing troubles uses up a try", async () => {
    const { world, entryId } = await aVerdict();
    world.failBatch(2, "before", new Error("D1_ERROR: no such column"));
    await consume(world.ctx, [{ v: 1, kind: "entry", id: entryId }]);
    expect(await entries()).toMatchObject([{ attempts: 1, due_at: world.now, outcome: null }]);
  });

  it("of every try ends after ten", async () => {
    const { world, entryId } = await aVerdict();
    const broken = { ...world.ctx, fetch: () => Promise.reject(new Error("not reached")) };
    const body = { v: 1, kind: "entry", id: entryId };
    await env.DB.prepare("update outbox set attempts = 10").run();
    await consume(broken, [body]);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "it failed each time" }]);
  });
});
