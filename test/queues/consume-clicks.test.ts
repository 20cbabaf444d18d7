import { createExecutionContext, createMessageBatch, getQueueResult, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { CLICKS_PER_MESSAGE, type ClickMessage } from "../../src/domain/click.ts";
import worker from "../../src/index.ts";
import { consume } from "../../src/queues/consume.ts";
import { aClick, aMessage, manyVisitors } from "../support/clicks.ts";
import { row } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const CLICKS = "claimcheck-clicks";
const DEAD = "claimcheck-reconcile-dead";

interface Consumed {
  acked: string[];
  retried: string[];
}

/** Delivers bodies as one batch of a queue, each for the n-th time. */
async function deliver(
  world: World,
  bodies: readonly unknown[],
  { queue = CLICKS, attempts = 1 } = {},
): Promise<Consumed> {
  const messages = bodies.map((body, i) => ({ id: String(i), timestamp: new Date(0), attempts, body }));
  const batch = createMessageBatch(queue, messages);
  await consume(batch, world.ctx);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acked: explicitAcks.toSorted(), retried: retryMessages.map(({ msgId }) => msgId).toSorted() };
}

const counted = async () =>
  (await row<{ n: number | null }>("select sum(human) as n from click_days"))?.n ?? 0;

const logged = (world: World, event: string): Record<string, unknown>[] =>
  world.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);

/** From now on a click on this link cannot be written, whatever else is in its batch. */
const poison = (link: string) =>
  env.DB.prepare(
    `create trigger poison before insert on click_days when new.link = '${link}'
      begin select raise(abort, 'refused'); end`,
  ).run();

describe("a batch of clicks", () => {
  it("is counted in one set, and acknowledged", async () => {
    const world = createWorld();
    const bodies = [1, 2, 3].map((visitor) =>
      aMessage(world.ctx.ids, [aClick({ visitor, at: world.now - 1_000 })]),
    );
    world.takeUsage();
    expect(await deliver(world, bodies)).toEqual({ acked: ["0", "1", "2"], retried: [] });
    expect(world.takeUsage().trips).toBe(2);
    expect(await counted()).toBe(3);
  });

  it("takes as many clicks a message as the edge sends", async () => {
    const world = createWorld();
    const clicks = manyVisitors(0, CLICKS_PER_MESSAGE);
    await deliver(world, [aMessage(world.ctx.ids, clicks)]);
    expect(await counted()).toBe(CLICKS_PER_MESSAGE);
    await deliver(world, [aMessage(world.ctx.ids, [...clicks, aClick({ visitor: 999 })])]);
    expect(await counted()).toBe(CLICKS_PER_MESSAGE);
    expect(logged(world, "message_refused")).toHaveLength(1);
  });

  it("reaches its consumer by the end of the queue's name, and no other queue's does", async () => {
    const world = createWorld();
    const result = async (queue: string) => {
      const body = aMessage(world.ctx.ids, [aClick()]);
      const batch = createMessageBatch(queue, [{ id: "0", timestamp: new Date(0), attempts: 1, body }]);
      await worker.queue(batch, env);
      return (await getQueueResult(batch, createExecutionContext())).explicitAcks;
    };
    expect(await result("claimcheck-production-reconcile-normal")).toEqual(["0"]);
    expect(await counted()).toBe(0);
    expect(await result("claimcheck-production-clicks")).toEqual(["0"]);
    expect(await counted()).toBe(1);
  });

  it("comes again as a whole when the database fails, and then counts each message once", async () => {
    const world = createWorld();
    const bodies = [1, 2].map((visitor) => aMessage(world.ctx.ids, [aClick({ visitor })]));
    world.failBatch(2, "after");
    expect(await deliver(world, bodies)).toEqual({ acked: [], retried: ["0", "1"] });
    expect(logged(world, "batch_failed")).toMatchObject([{ queue: CLICKS, messages: 2 }]);
    expect(await deliver(world, bodies, { attempts: 2 })).toEqual({ acked: ["0", "1"], retried: [] });
    expect(await counted()).toBe(2);
  });

  it("waits longer with each delivery that fails", async () => {
    const world = createWorld();
    const delays: unknown[] = [];
    for (const attempts of [1, 3, 50]) {
      world.failBatch(1, "before");
      const body = aMessage(world.ctx.ids, [aClick()]);
      const retry = (options: QueueRetryOptions) => void delays.push(options.delaySeconds);
      const messages = [{ id: "0", attempts, body, retry }];
      await consume({ queue: CLICKS, messages } as unknown as MessageBatch, world.ctx);
    }
    expect(delays).toEqual([10, 40, 600]);
  });
});

describe("a message that cannot be read", () => {
  const change = (part: Record<string, unknown>) => (message: ClickMessage) => ({ ...message, ...part });
  const changeClick = (part: Record<string, unknown>) => (message: ClickMessage) => ({
    ...message,
    clicks: message.clicks.map((click) => ({ ...click, ...part })),
  });

  it.each([
    { name: "a later version", damage: change({ v: 2 }), path: "v" },
    { name: "another kind", damage: change({ kind: "reports" }), path: "kind" },
    { name: "an id of something else", damage: change({ id: `run_${"0".repeat(26)}` }), path: "id" },
    { name: "no click", damage: change({ clicks: [] }), path: "clicks" },
    { name: "a code in upper case", damage: changeClick({ l: "ABCDEFGHJK" }), path: "clicks.0.l" },
    {
      name: "a code with a letter that no code has",
      damage: changeClick({ l: "iiiiiiiiii" }),
      path: "clicks.0.l",
    },
    { name: "no campaign", damage: changeClick({ c: "sub_1" }), path: "clicks.0.c" },
    { name: "a time in seconds", damage: changeClick({ t: 1_780_000_000 }), path: "clicks.0.t" },
    { name: "a time of the next century", damage: changeClick({ t: Date.UTC(2100, 0) }), path: "clicks.0.t" },
    { name: "half a millisecond", damage: changeClick({ t: Date.UTC(2026, 0) + 0.5 }), path: "clicks.0.t" },
    { name: "a kind of click we do not know", damage: changeClick({ k: "robot" }), path: "clicks.0.k" },
    { name: "a hash that is too short", damage: changeClick({ v: "0123456789" }), path: "clicks.0.v" },
    { name: "a hash that is too long", damage: changeClick({ v: "0123456789ab" }), path: "clicks.0.v" },
    { name: "a hash that is none", damage: changeClick({ v: "0123456789+" }), path: "clicks.0.v" },
    { name: "a network beyond 32 bits", damage: changeClick({ n: 2 ** 32 }), path: "clicks.0.n" },
    { name: "no word of the network", damage: changeClick({ n: undefined }), path: "clicks.0.n" },
    { name: "no object", damage: () => "clicks", path: "" },
    { name: "nothing", damage: () => null, path: "" },
  ])("because it has $name is dropped with its reason, and the rest is counted", async ({ damage, path }) => {
    const world = createWorld();
    const [bad, good] = [1, 2].map((visitor) => aMessage(world.ctx.ids, [aClick({ visitor })]));
    if (bad === undefined) throw new Error("two messages");
    expect(await deliver(world, [damage(bad), good])).toEqual({ acked: ["0", "1"], retried: [] });
    expect(logged(world, "message_refused")).toMatchObject([
      { queue: CLICKS, message_id: "0", reason: [expect.stringMatching(`^${path}: `)] },
    ]);
    expect(await counted()).toBe(1);
  });
});

describe("clicks that died", () => {
  it("are counted after all, and other dead letters are logged beside them", async () => {
    const world = createWorld();
    const body = aMessage(world.ctx.ids, [aClick()]);
    const wakeUp = { v: 1, kind: "reports", ids: ["rep_1"] };
    expect(await deliver(world, [wakeUp, body], { queue: DEAD })).toEqual({ acked: ["0", "1"], retried: [] });
    expect(logged(world, "message_died")).toMatchObject([{ message_id: "0", queue: DEAD }]);
    expect(await counted()).toBe(1);
  });

  it("are counted once if they were counted before they died", async () => {
    const world = createWorld();
    const body = aMessage(world.ctx.ids, [aClick()]);
    await deliver(world, [body]);
    expect(await deliver(world, [body], { queue: DEAD })).toEqual({ acked: ["0"], retried: [] });
    expect(await counted()).toBe(1);
  });

  it("are kept from none that can be written by one that cannot", async () => {
    const world = createWorld();
    const bodies = [1, 2, 3].map((link) => aMessage(world.ctx.ids, [aClick({ link })]));
    await poison(aClick({ link: 2 }).l);
    expect(await deliver(world, bodies, { queue: DEAD })).toEqual({ acked: ["0", "2"], retried: ["1"] });
    expect(await counted()).toBe(2);
  });

  it("all come again when the database fails for a while, without a try for each", async () => {
    const world = createWorld();
    const bodies = [1, 2, 3].map((link) => aMessage(world.ctx.ids, [aClick({ link })]));
    world.failBatch(1, "before");
    expect(await deliver(world, bodies, { queue: DEAD })).toEqual({ acked: [], retried: ["0", "1", "2"] });
    expect(await counted()).toBe(0);
  });

  it("are lost, and said to be, with the twentieth delivery that fails, and not with the nineteenth", async () => {
    const world = createWorld();
    const clicks = [aClick(), aClick({ visitor: 2 }), aClick({ kind: "automated" })];
    const body = aMessage(world.ctx.ids, clicks);
    await poison(aClick().l);
    expect(await deliver(world, [body], { queue: DEAD, attempts: 19 })).toEqual({
      acked: [],
      retried: ["0"],
    });
    expect(logged(world, "clicks_lost")).toEqual([]);
    expect(await deliver(world, [body], { queue: DEAD, attempts: 20 })).toEqual({
      acked: ["0"],
      retried: [],
    });
    expect(logged(world, "clicks_lost")).toMatchObject([{ message_id: "0", human: 2, automated: 1 }]);
  });
});
