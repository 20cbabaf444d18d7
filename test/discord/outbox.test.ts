import { createExecutionContext, createMessageBatch, getQueueResult, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { Ctx } from "../../src/context.ts";
import { tokenContext } from "../../src/discord/discord-claim.ts";
import { MINUTE_MS } from "../../src/domain/time.ts";
import worker from "../../src/index.ts";
import { createSecretBox, keyIdOf } from "../../src/lib/secret-box.ts";
import { sweep } from "../../src/services/sweep.ts";
import { commandOf } from "../support/discord.ts";
import { aCampaign, anAffiliate, row } from "../support/fixtures.ts";
import {
  aChannel,
  channelRow,
  claimFromDiscord,
  consume,
  deliverWoken,
  discordCalls,
  entries,
  forgetWebhook,
  putEntry,
  saidIn,
  textsIn,
} from "../support/outbox.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

describe("a batch", () => {
  it.each([
    { name: "a later version", body: { v: 2, kind: "entry", id: "answer:1" } },
    { name: "another kind", body: { v: 1, kind: "reports", ids: ["rep_1"] } },
    { name: "an entry without an id", body: { v: 1, kind: "entry" } },
    { name: "no object", body: "answer:1" },
    { name: "nothing", body: null },
  ])("drops $name with a log line, and says the rest", async ({ body }) => {
    const world = createWorld();
    await aChannel(world, "operators");
    const id = await putEntry(world, "greeting", "operators");
    const consumed = await consume(world.ctx, [body, { v: 1, kind: "entry", id }]);
    expect(consumed).toEqual({ acked: [0, 1], retried: [] });
    expect(world.lines.filter((line) => line.includes("message_refused"))).toHaveLength(1);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("with an id that nobody knows does nothing", async () => {
    const world = createWorld();
    const consumed = await consume(world.ctx, [{ v: 1, kind: "entry", id: "verdict:rep_1:final:MATCHED" }]);
    expect(consumed).toEqual({ acked: [0], retried: [] });
    expect(await discordCalls(world)).toBe(0);
  });

  it("goes on with the others when one of them meets a failing database", async () => {
    const world = createWorld();
    await aChannel(world, "operators");
    const campaignId = await aCampaign(world);
    await aChannel(world, campaignId);
    const ids = [
      await putEntry(world, "greeting", "operators"),
      await putEntry(world, "greeting", campaignId),
    ];
    // The lease is the first batch; one of the two cannot read what it is about.
    world.failBatch(2, "before");
    const { acked, retried } = await consume(
      world.ctx,
      ids.map((id) => ({ v: 1, kind: "entry", id })),
    );
    expect([acked.length, retried.length]).toEqual([1, 1]);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("says one message after the other in a channel, as many as Discord takes, and the rest soon", async () => {
    const world = createWorld();
    const account = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await aChannel(world, campaignId);
    for (let n = 1; n <= 8; n++) await claimFromDiscord(world, { account, campaignId, n });
    await world.deliver();
    world.advance(16 * MINUTE_MS);
    await deliverWoken(world);
    expect(await saidIn(world)).toHaveLength(5);
    expect(await discordCalls(world)).toBe(5);
    const { blocked_until: blockedUntil } = (await channelRow(campaignId)) ?? {};
    expect(blockedUntil).toBe(world.now + 2_000);
    const waiting = (await entries()).filter(({ outcome }) => outcome === null);
    expect(waiting.map(({ due_at, attempts }) => [due_at, attempts])).toEqual(
      [1, 2, 3].map(() => [world.now + 2_000 + 5_000, 0]),
    );
    world.advance(7_000);
    await deliverWoken(world);
    expect(await saidIn(world)).toHaveLength(8);
  });

  it("of this queue reaches its consumer, and of no other", async () => {
    await env.DB.prepare(
      "insert into outbox (id, kind, subject, due_at, created_at) values ('greeting:x:1', 'greeting', 'x', 1, 1)",
    ).run();
    const messages = [
      { id: "0", timestamp: new Date(0), attempts: 1, body: { v: 1, kind: "entry", id: "greeting:x:1" } },
    ];
    const result = async (queue: string) => {
      const batch = createMessageBatch(queue, messages);
      await worker.queue(batch, env);
      const { explicitAcks } = await getQueueResult(batch, createExecutionContext());
      return explicitAcks;
    };
    expect(await result("claimcheck-production-reconcile-normal")).toEqual(["0"]);
    expect(await entries()).toMatchObject([{ attempts: 0 }]);
    expect(await result("claimcheck-production-discord")).toEqual(["0"]);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "the channel was removed" }]);
  });

  it("takes its entries by key and never reads the whole outbox", async () => {
    const world = createWorld();
    await aChannel(world, "operators");
    const id = await putEntry(world, "greeting", "operators");
    const plans = await plansOf(world, () => consume(world.ctx, [{ v: 1, kind: "entry", id }]));
    expect(fullScans(plans, "outbox")).toEqual([]);
    expect(plans.filter((step) => / outbox /.test(step))).toEqual(
      plans.filter((step) => step.startsWith("SEARCH outbox USING PRIMARY KEY (id=?)")),
    );
  });
});

describe("a channel whose token was sealed with a former key", () => {
  const K1 = `k1:${btoa("test-key-of-thirty-two-bytes-k1!")}`;
  const K2 = `k2:${btoa("test-key-of-thirty-two-bytes-k2!")}`;
  const sealed = async () =>
    (await row<{ webhook_token: string }>("select webhook_token from discord_channels"))?.webhook_token ?? "";

  /** Greets a channel, set when only the first key was there, with these keys. */
  async function greeted(keys: string, meanwhile: (world: World) => Promise<unknown> = async () => {}) {
    const world = createWorld();
    world.ctx.box = createSecretBox(K1);
    await aChannel(world, "operators");
    const before = await sealed();
    world.ctx.box = createSecretBox(keys);
    const id = await putEntry(world, "greeting", "operators");
    const ctx: Ctx = {
      ...world.ctx,
      fetch: async (...args) => {
        await meanwhile(world);
        return world.ctx.fetch(...args);
      },
    };
    world.takeUsage();
    await consume(ctx, [{ v: 1, kind: "entry", id }]);
    return { world, before, trips: world.takeUsage().trips };
  }

  it("is sealed with the newest by the write of its next message, and works without the former", async () => {
    const { world, trips } = await greeted(`${K2},${K1}`);
    expect(trips).toBe(3);
    expect(keyIdOf(await sealed())).toBe("k2");
    world.ctx.box = createSecretBox(K2);
    await putEntry(world, "greeting", "operators", "greeting:again");
    await deliverWoken(world);
    expect(await saidIn(world)).toHaveLength(2);
  });

  it("keeps its text for as long as that key is the newest", async () => {
    const { before } = await greeted(`${K1},${K2}`);
    expect(await sealed()).toBe(before);
  });

  it("keeps its text when Discord did not take the message", async () => {
    const { before } = await greeted(`${K2},${K1}`, (world) =>
      world.control("/discord/faults", { status: 500, times: 1 }),
    );
    expect(await sealed()).toBe(before);
  });

  it("keeps what another wrote there meanwhile", async () => {
    await greeted(`${K2},${K1}`, () =>
      env.DB.prepare("update discord_channels set webhook_token = 'another'").run(),
    );
    expect(await sealed()).toBe("another");
    expect(await channelRow("operators")).toMatchObject({ state: "active" });
  });
});

describe("the lease of an entry", () => {
  it.each([
    { config: {}, ms: 49_000, why: "three hops, a file, an answer, and some time to spare" },
    { config: { LINK_TIMEOUT_MS: 30_000 }, ms: 130_000, why: "slower links" },
    { config: { DISCORD_TIMEOUT_MS: 30_000 }, ms: 99_000, why: "a slower Discord" },
  ])("with $config is $ms ms: $why", async ({ config, ms }) => {
    const world = createWorld(config);
    await aChannel(world, "operators");
    const id = await putEntry(world, "greeting", "operators");
    let leasedUntil: number | null = null;
    const ctx: Ctx = {
      ...world.ctx,
      fetch: async (...args) => {
        leasedUntil = (await entries())[0]?.due_at ?? null;
        return world.ctx.fetch(...args);
      },
    };
    await consume(ctx, [{ v: 1, kind: "entry", id }]);
    expect(leasedUntil).toBe(world.now + ms);
  });

  it("is longer by each other entry of the batch, which may have its turn in a channel first", async () => {
    const world = createWorld();
    const ids = ["greeting:1", "greeting:2", "greeting:3"];
    for (const id of ids) await putEntry(world, "greeting", "operators", id);
    // What stands once nobody can write the outcomes any more.
    world.failBatch(1, "after");
    await consume(world.ctx, world.woken.splice(0));
    expect((await entries()).map(({ due_at }) => due_at)).toEqual(ids.map(() => world.now + 59_000));
  });
});

describe("a greeting", () => {
  it("shows that the channel's webhook works", async () => {
    const world = createWorld();
    const campaignId = await aCampaign(world);
    const { webhookId } = await aChannel(world, campaignId);
    await putEntry(world, "greeting", campaignId);
    await deliverWoken(world);
    expect(await saidIn(world)).toMatchObject([{ kind: "webhook", webhook_id: webhookId }]);
    const [[, text] = []] = await textsIn(world);
    expect(text?.replaceAll("\\", "")).toContain(`Campaign ${campaignId}`);
    expect(await channelRow(campaignId)).toMatchObject({ state: "active", delivered_at: world.now });
  });

  it("shows that it does not", async () => {
    const world = createWorld();
    const { webhookId } = await aChannel(world, "operators");
    await forgetWebhook(world, webhookId);
    await putEntry(world, "greeting", "operators");
    await deliverWoken(world);
    expect(await channelRow("operators")).toMatchObject({ state: "dead", delivered_at: null });
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "HTTP 404, code 10015" }]);
  });

  it("is tried eight times over about an hour", async () => {
    const world = createWorld();
    await aChannel(world, "operators");
    await putEntry(world, "greeting", "operators");
    await world.control("/discord/faults", { status: 500 });
    const began = world.now;
    for (let tick = 0; tick < 20; tick++) {
      await deliverWoken(world);
      const [entry] = await entries();
      if (entry?.due_at == null) break;
      world.now = entry.due_at;
      world.woken.length = 0;
      await sweep(world.ctx, ORIGIN);
    }
    expect(await entries()).toMatchObject([
      { outcome: "given_up", attempts: 8, detail: "HTTP 500; tried 8 times" },
    ]);
    expect((world.now - began) / MINUTE_MS).toBeCloseTo(63.5, 5);
  });

  it("of a channel that was removed is given up", async () => {
    const world = createWorld();
    await putEntry(world, "greeting", "operators");
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "the channel was removed" }]);
  });
});

describe("the answer to a deferred interaction", () => {
  /** An interaction that was put off, as the endpoint stores it. */
  async function deferred(world: World) {
    const { token, ...body } = commandOf(world, "help");
    const sealed = await world.ctx.box?.seal(token, tokenContext(body.id));
    await env.DB.prepare(
      "insert into discord_interactions (id, user_id, received_at, body, token) values (?, '1', ?, ?, ?)",
    )
      .bind(body.id, world.now, JSON.stringify(body), sealed)
      .run();
    await putEntry(world, "answer", body.id);
    return { id: body.id, token };
  }

  const kept = () =>
    row<{ body: string | null; token: string | null }>("select body, token from discord_interactions");

  it("takes the place of the one that was put off, once, and nothing of it is kept", async () => {
    const world = createWorld();
    const { token } = await deferred(world);
    const [body] = world.woken;
    await deliverWoken(world);
    await consume(world.ctx, [body]);
    expect(await saidIn(world)).toMatchObject([{ kind: "edit", token }]);
    expect(await entries()).toMatchObject([{ outcome: "delivered" }]);
    expect(await kept()).toEqual({ body: null, token: null });
  });

  it.each([
    { age: 15 * MINUTE_MS - 1, outcome: "delivered", calls: 1, why: "the token is still good" },
    { age: 15 * MINUTE_MS, outcome: "given_up", calls: 0, why: "the token is over" },
  ])("is $outcome $age ms later: $why", async ({ age, outcome, calls }) => {
    const world = createWorld();
    await deferred(world);
    world.advance(age);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome }]);
    expect(await discordCalls(world)).toBe(calls);
    expect(await kept()).toEqual({ body: null, token: null });
  });

  it("keeps the interaction for as long as it is tried again", async () => {
    const world = createWorld();
    await deferred(world);
    await world.control("/discord/faults", { status: 404, code: 10_015, times: 1 });
    await deliverWoken(world);
    expect(await kept()).toEqual({ body: expect.any(String), token: expect.any(String) });
    world.advance(2_000);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "delivered", attempts: 2 }]);
    expect(await saidIn(world)).toHaveLength(1);
  });

  it("is given up at once when Discord says that the token is over", async () => {
    const world = createWorld();
    const { token } = await deferred(world);
    await world.control(`/discord/tokens/${token}`, { expired: true });
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "HTTP 401, code 50027" }]);
    expect(await kept()).toEqual({ body: null, token: null });
  });

  const lost = (world: World) => world.lines.filter((line) => line.includes("interaction_lost"));

  it("whose work failed each time is given up with a log line, and its user is told so", async () => {
    const world = createWorld();
    const { id, token } = await deferred(world);
    await env.DB.prepare("update outbox set attempts = 10").run();
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "it failed each time" }]);
    expect(lost(world)).toEqual([expect.stringContaining(`"interaction_id":"${id}"`)]);
    expect(await saidIn(world)).toMatchObject([{ kind: "edit", token }]);
    expect((await textsIn(world))[0]?.[1]).toContain("Send it again");
    expect(await kept()).toEqual({ body: null, token: null });
  });

  it("whose work failed each time is given up also when nobody can be told any more", async () => {
    const world = createWorld();
    await deferred(world);
    await env.DB.prepare("update outbox set attempts = 10").run();
    world.advance(15 * MINUTE_MS);
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "it failed each time" }]);
    expect(lost(world)).toHaveLength(1);
    expect(await discordCalls(world)).toBe(0);
  });

  it("whose claim was made is not called lost when only the answer failed each time", async () => {
    const world = createWorld();
    const { id } = await deferred(world);
    await env.DB.prepare(
      "insert into discord_claims (report_id, interaction_id, token_expires_at) values ('rep_1', ?, 1)",
    )
      .bind(id)
      .run();
    await env.DB.prepare("update outbox set attempts = 10").run();
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail: "it failed each time" }]);
    expect([lost(world), await discordCalls(world)]).toEqual([[], 0]);
  });

  it("outlives a database that fails again and again", async () => {
    const world = createWorld();
    await deferred(world);
    const [body] = world.woken;
    for (let tries = 0; tries < 12; tries++) {
      world.failBatch(3, "before");
      expect(await consume(world.ctx, [body])).toEqual({ acked: [], retried: [0] });
    }
    await consume(world.ctx, [body]);
    expect(await entries()).toMatchObject([{ outcome: "delivered", attempts: 1 }]);
    expect(lost(world)).toEqual([]);
  });

  it.each([
    {
      name: "is not remembered",
      change: "delete from discord_interactions",
      detail: "the interaction is not remembered",
    },
    {
      name: "was answered before",
      change: "update discord_interactions set body = null, token = null",
      detail: "the interaction was answered before",
    },
    {
      name: "has a token that no key opens",
      change: "update discord_interactions set token = 'v1.other.AAAA.AAAA'",
      detail: "no key opens the token",
    },
  ])("is given up if the interaction $name", async ({ change, detail }) => {
    const world = createWorld();
    await deferred(world);
    await env.DB.prepare(change).run();
    await deliverWoken(world);
    expect(await entries()).toMatchObject([{ outcome: "given_up", detail }]);
    expect(await discordCalls(world)).toBe(0);
  });
});
