import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { runBatch } from "../../src/db/client.ts";
import { upsertAlerts } from "../../src/db/queries/alerts-upsert.ts";
import { type AlertDraft, alertDraft } from "../../src/domain/alert.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { sweep } from "../../src/services/sweep.ts";
import { aCampaign, anAffiliate, row, rows, submit, videoId } from "../support/fixtures.ts";
import {
  aChannel,
  channelRow,
  consume,
  deliverWoken,
  discordCalls,
  forgetWebhook,
  saidIn,
  textsIn,
} from "../support/outbox.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };
const WAKE = { v: 1, kind: "alerts" };

async function aStage({ channel = true } = {}) {
  const world = createWorld();
  const webhookId = channel ? (await aChannel(world, "operators")).webhookId : "";
  return { world, webhookId };
}

/** Raises an alert, or repeats it if there is one of this cause. */
async function raise(
  world: World,
  cause: string,
  { repeatMs = 0, ...more }: Partial<AlertDraft> & { repeatMs?: number } = {},
): Promise<void> {
  const draft = alertDraft({
    cause,
    category: "FRAUD",
    severity: "MEDIUM",
    title: `Title of ${cause}`,
    message: "Something is odd.",
    ...more,
  });
  await runBatch(world.ctx.db, [upsertAlerts([draft], { now: world.now, ids: world.ctx.ids, repeatMs })]);
}

/** The causes that a message names, in its order. */
const causesIn = async (world: World): Promise<string[][]> =>
  (await textsIn(world)).map(([, text]) =>
    [...text.matchAll(/Title of ([a-z0-9]+)/g)].map(([, cause]) => cause ?? ""),
  );

const announceAt = () =>
  rows<{ cause: string; announce_at: number | null }>("select cause, announce_at from alerts order by cause");

/** Any header of a rate limit says that the API itself answered. */
const LIMITS = { "x-ratelimit-limit": "5" };

/** Whether a message names this cause, and not only one that begins alike. */
const isTold = (body: unknown, cause: string): boolean =>
  new RegExp(`Title of ${cause}\\b`).test(String(body));

async function tick(world: World): Promise<void> {
  await sweep(world.ctx, ORIGIN);
  await deliverWoken(world);
}

describe("new alerts", () => {
  it("are told together in the operators' channel, the gravest first, then the oldest", async () => {
    const { world, webhookId } = await aStage();
    await raise(world, "first", { severity: "MEDIUM" });
    await raise(world, "second", { severity: "LOW" });
    await raise(world, "third", { severity: "CRITICAL" });
    await raise(world, "fourth", { severity: "MEDIUM" });
    await tick(world);
    expect(await causesIn(world)).toEqual([["third", "first", "fourth", "second"]]);
    expect(await saidIn(world)).toMatchObject([{ kind: "webhook", webhook_id: webhookId }]);
    expect((await announceAt()).map(({ announce_at }) => announce_at)).toEqual([null, null, null, null]);
    expect(await channelRow("operators")).toMatchObject({
      state: "active",
      delivered_at: world.now,
      error: null,
    });
  });

  it("are told with the names of whom and what they are about", async () => {
    const { world } = await aStage();
    const { id: affiliateId, key } = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    const { post_id: postId } = await submit(world, { key, campaignId });
    await raise(world, "one", { affiliateId, campaignId, postId, platform: "youtube" });
    await tick(world);
    const [who, where] = [affiliateId, campaignId].map((id) => id.replace("_", "\\_"));
    const post = `[YouTube post](https://www.youtube.com/watch?v=${videoId(1)})`;
    const line = JSON.stringify(`**Affiliate ${who}** · Campaign ${where} · ${post}\n`).slice(1, -1);
    expect((await textsIn(world))[0]?.[1]).toContain(line);
  });

  it("are told once, by one consumer or two at once", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    await Promise.all([consume(world.ctx, [WAKE, WAKE]), consume(world.ctx, [WAKE])]);
    await consume(world.ctx, [WAKE]);
    await tick(world);
    expect(await causesIn(world)).toEqual([["one"]]);
  });

  it("cost two round trips, however many there are", async () => {
    const { world } = await aStage();
    for (let i = 0; i < 30; i++) await raise(world, `cause${i}`);
    world.takeUsage();
    expect(await consume(world.ctx, [WAKE])).toEqual({ acked: [0], retried: [] });
    const { trips, rowsRead } = world.takeUsage();
    expect(trips).toBe(2);
    expect(rowsRead).toBeLessThanOrEqual(250);
  });

  it("of more than ten are told ten at a time, without waiting for the next tick", async () => {
    const { world } = await aStage();
    for (let i = 0; i < 23; i++) await raise(world, `cause${i}`);
    await sweep(world.ctx, ORIGIN);
    for (let round = 0; round < 4; round++) await deliverWoken(world);
    expect((await causesIn(world)).map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(new Set((await causesIn(world)).flat()).size).toBe(23);
    expect(world.woken).toEqual([]);
  });

  it("of more than ten are told with the gravest first, however late those came", async () => {
    const { world } = await aStage();
    for (let i = 0; i < 12; i++) await raise(world, `cause${i}`, { severity: "LOW" });
    await raise(world, "grave", { severity: "CRITICAL" });
    await raise(world, "graver", { severity: "HIGH" });
    await tick(world);
    expect((await causesIn(world))[0]).toEqual([
      "grave",
      "graver",
      ...Array.from({ length: 8 }, (_, i) => `cause${i}`),
    ]);
  });

  it("that were resolved before anybody was told are not told", async () => {
    const { world } = await aStage();
    await raise(world, "settled");
    await raise(world, "standing");
    await env.DB.prepare("update alerts set status = 'RESOLVED' where cause = 'settled'").run();
    await tick(world);
    expect(await causesIn(world)).toEqual([["standing"]]);
    expect(await announceAt()).toEqual([
      { cause: "settled", announce_at: null },
      { cause: "standing", announce_at: null },
    ]);
  });

  it("cost next to nothing, however many there are, where operators have no channel", async () => {
    const { world } = await aStage({ channel: false });
    for (let i = 0; i < 30; i++) await raise(world, `cause${i}`);
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ alerts: false });
    world.takeUsage();
    expect(await consume(world.ctx, [WAKE])).toEqual({ acked: [0], retried: [] });
    const { rowsRead, rowsWritten } = world.takeUsage();
    expect(rowsRead).toBeLessThanOrEqual(6);
    expect(rowsWritten).toBe(0);
    expect(await discordCalls(world)).toBe(0);
  });

  it("are found by their index, never by reading all alerts", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    const plans = await plansOf(world, () => consume(world.ctx, [WAKE]));
    expect(fullScans(plans, "alerts")).toEqual([]);
    expect(plans.join("\n")).toContain("SEARCH alerts USING INDEX alerts_announce (<expr>>? AND <expr><?)");
  });
});

describe("an alert that repeats", () => {
  it.each([
    { from: "MEDIUM", to: "HIGH", told: 2, why: "it is graver" },
    { from: "MEDIUM", to: "MEDIUM", told: 1, why: "it says nothing new" },
    { from: "HIGH", to: "LOW", told: 1, why: "it stays as grave as it was" },
  ] as const)("$from, then $to, is told $told times: $why", async ({ from, to, told }) => {
    const { world } = await aStage();
    await raise(world, "one", { severity: from });
    await tick(world);
    await raise(world, "one", { severity: to });
    world.advance(MINUTE_MS);
    await tick(world);
    expect(await causesIn(world)).toHaveLength(told);
  });

  it("is told if it became graver since the channel was set, however old it is, and not for a mere repeat", async () => {
    const { world } = await aStage({ channel: false });
    await raise(world, "graver", { severity: "LOW" });
    await raise(world, "again", { severity: "LOW" });
    world.advance(HOUR_MS);
    await aChannel(world, "operators");
    await raise(world, "again", { severity: "LOW" });
    await tick(world);
    expect(await causesIn(world)).toEqual([]);
    world.advance(MINUTE_MS);
    await raise(world, "graver", { severity: "HIGH" });
    await tick(world);
    expect(await causesIn(world)).toEqual([["graver"]]);
  });

  it("and becomes CRITICAL for that is told again, and not when it was CRITICAL already", async () => {
    const { world } = await aStage();
    const quality = { category: "DATA_QUALITY", severity: "HIGH", repeatMs: HOUR_MS } as const;
    for (let repeat = 0; repeat < 4; repeat++) {
      await raise(world, "one", quality);
      world.advance(MINUTE_MS);
      await tick(world);
    }
    expect(await row("select severity, count from alerts")).toEqual({ severity: "CRITICAL", count: 4 });
    expect(await causesIn(world)).toHaveLength(2);
  });

  it("graver while it is being told stays due", async () => {
    const { world } = await aStage();
    await raise(world, "one", { severity: "LOW" });
    const ctx = {
      ...world.ctx,
      fetch: async (...args: Parameters<typeof world.ctx.fetch>) => {
        await raise(world, "one", { severity: "CRITICAL" });
        return world.ctx.fetch(...args);
      },
    };
    await consume(ctx, [WAKE]);
    expect(await announceAt()).toEqual([{ cause: "one", announce_at: world.now }]);
    await tick(world);
    expect(await causesIn(world)).toHaveLength(2);
  });
});

describe("an operators' channel that takes nothing now", () => {
  it.each([
    {
      name: "for a limit with a fraction of a second",
      faults: { status: 429, retry_after: 7.5 },
      wait: 7_500,
    },
    { name: "for a failure of Discord", faults: { status: 500 }, wait: 2_000 },
    { name: "for an answer that does not come", faults: { outage: true }, wait: 2_000 },
    { name: "for a ban at Discord's edge", faults: { html: true }, wait: 60_000 },
  ])("$name is asked again later, and not before", async ({ faults, wait }) => {
    const { world } = await aStage();
    await raise(world, "one");
    await world.control("/discord/faults", { ...faults, times: 1 });
    await tick(world);
    expect(await announceAt()).toEqual([{ cause: "one", announce_at: world.now + wait }]);
    expect(await channelRow("operators")).toMatchObject({ blocked_until: world.now + wait, state: "new" });
    world.advance(wait - 1);
    await raise(world, "two");
    expect(await sweep(world.ctx, ORIGIN)).toMatchObject({ alerts: false });
    await consume(world.ctx, [WAKE]);
    expect(await discordCalls(world)).toBe(1);
    world.advance(1);
    await tick(world);
    expect(await causesIn(world)).toEqual([["one", "two"]]);
  });

  it("because its webhook is gone is dead, and asked no more", async () => {
    const { world, webhookId } = await aStage();
    await forgetWebhook(world, webhookId);
    await raise(world, "one");
    await tick(world);
    world.advance(10 * MINUTE_MS);
    await raise(world, "two");
    await tick(world);
    expect(await channelRow("operators")).toMatchObject({ state: "dead", error: "HTTP 404, code 10015" });
    expect(await discordCalls(world)).toBe(1);
  });

  it("because its token is refused is dead", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    await world.control("/discord/faults", { status: 401, code: 50_027, times: 1 });
    await tick(world);
    expect(await channelRow("operators")).toMatchObject({ state: "dead", error: "HTTP 401, code 50027" });
  });

  it("is not asked for ever about a message that Discord calls invalid", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    await world.control("/discord/faults", { status: 400, code: 50_035, times: 1 });
    await tick(world);
    expect(await announceAt()).toEqual([{ cause: "one", announce_at: null }]);
    expect(await channelRow("operators")).toMatchObject({ state: "new", error: "HTTP 400, code 50035" });
  });

  it.each([1, 4, 10])(
    "because Discord refuses one of ten alerts, the %i., is told the others",
    async (position) => {
      const { world } = await aStage();
      const causes = Array.from({ length: 10 }, (_, i) => `cause${i + 1}`);
      for (const cause of causes) await raise(world, cause);
      const { fetch } = world.ctx;
      world.ctx.fetch = (input, init) =>
        isTold(init?.body, `cause${position}`)
          ? Promise.resolve(Response.json({ code: 50_035 }, { status: 400, headers: LIMITS }))
          : fetch(input, init);
      await sweep(world.ctx, ORIGIN);
      for (let round = 0; round < 8; round++) {
        await deliverWoken(world);
        world.advance(MINUTE_MS);
        await sweep(world.ctx, ORIGIN);
      }
      expect((await causesIn(world)).flat().toSorted()).toEqual(
        causes.filter((cause) => cause !== `cause${position}`).toSorted(),
      );
      expect((await announceAt()).filter(({ announce_at }) => announce_at !== null)).toEqual([]);
      const { id } =
        (await row<{ id: string }>("select id from alerts where cause = ?", `cause${position}`)) ?? {};
      expect(world.lines.filter((line) => line.includes("alert_refused"))).toEqual([
        expect.stringContaining(`"alert_id":"${id}"`),
      ]);
    },
  );

  it("when its alerts are told one by one has those wait that it does not take any more", async () => {
    const { world } = await aStage();
    for (const cause of ["one", "two", "three"]) await raise(world, cause);
    const { fetch } = world.ctx;
    let calls = 0;
    world.ctx.fetch = async (input, init) => {
      calls += 1;
      if (calls === 1) return Response.json({ code: 50_035 }, { status: 400, headers: LIMITS });
      if (calls === 2) return fetch(input, init);
      return Response.json({ retry_after: 7 }, { status: 429, headers: LIMITS });
    };
    await tick(world);
    expect(await announceAt()).toEqual([
      { cause: "one", announce_at: null },
      { cause: "three", announce_at: world.now + 7_000 },
      { cause: "two", announce_at: world.now + 7_000 },
    ]);
    expect([calls, await causesIn(world)]).toEqual([3, [["one"]]]);
  });

  it("because no key opens its token waits, and works again when the key is back", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    await consume({ ...world.ctx, box: null }, [WAKE]);
    expect(await channelRow("operators")).toMatchObject({
      state: "new",
      error: "no key opens the webhook's token",
    });
    world.advance(10 * MINUTE_MS);
    await tick(world);
    expect(await causesIn(world)).toEqual([["one"]]);
  });
});

describe("a crash while alerts are told", () => {
  it.each([
    { name: "before they are taken", batch: 1, when: "before", told: 1 },
    { name: "after they were taken", batch: 1, when: "after", told: 1 },
    { name: "before it is written that they were told", batch: 2, when: "before", told: 2 },
    { name: "after it was written", batch: 2, when: "after", told: 1 },
  ] as const)("$name loses none, and tells them twice at most", async ({ batch, when, told }) => {
    const { world } = await aStage();
    await raise(world, "one");
    world.failBatch(batch, when);
    expect(await consume(world.ctx, [WAKE])).toEqual({ acked: [], retried: [0] });
    for (let minute = 0; minute < 3; minute++) {
      world.advance(MINUTE_MS);
      await tick(world);
    }
    expect(await causesIn(world)).toHaveLength(told);
    expect(await announceAt()).toEqual([{ cause: "one", announce_at: null }]);
  });

  it("and a queue that takes no wake-up leaves them to the next tick", async () => {
    const { world } = await aStage();
    await raise(world, "one");
    const failing = { ...world.ctx.outbox, wakeAlerts: () => Promise.reject(new Error("Too Many Requests")) };
    expect(await sweep({ ...world.ctx, outbox: failing }, ORIGIN)).toMatchObject({ alerts: true });
    await tick(world);
    expect(await causesIn(world)).toEqual([["one"]]);
  });
});
