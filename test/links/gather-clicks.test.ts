import { describe, expect, it } from "vitest";
import type { ClickMessage } from "../../src/domain/click.ts";
import { createClickGatherer } from "../../src/links/gather-clicks.ts";
import { createVisitorSalts } from "../../src/links/visitor-salts.ts";
import type { SeenClick } from "../../src/links/waiting-clicks.ts";
import { heldBackground } from "../support/held-background.ts";
import { createWorld } from "../support/world.ts";

/** A gatherer over a queue that can be down or slow, and ports that can be missing. */
function aGatherer() {
  const world = createWorld();
  const { background, flush } = heldBackground();
  const queue = { down: false, failures: 0, slowMs: 0, tries: 0, taken: [] as ClickMessage[] };
  world.ctx.clicks.send = async (message) => {
    queue.tries += 1;
    world.advance(queue.slowMs);
    if (queue.down || queue.failures-- > 0) throw new Error("the queue is down");
    queue.taken.push(message);
  };
  const salts = createVisitorSalts((bytes) => crypto.getRandomValues(bytes));
  const board = {
    due: () => false,
    down: () => false,
    listen: async () => salts.hear((await world.ctx.links.read(null)).salt),
  };
  const ports = { missing: 0 };
  const connect = () => {
    if (ports.missing-- > 0) throw new Error("no ports");
    return world.ctx;
  };
  const gather = createClickGatherer(connect, { background, board, salts });
  const click = (n: number): SeenClick => ({
    l: "0k7m2q9x4a",
    c: "cmp_1",
    t: world.now + n,
    k: "human",
    n: null,
    visitor: "one",
  });
  return {
    world,
    queue,
    ports,
    background,
    flush,
    gather,
    many: (count: number) => Array.from({ length: count }, (_, n) => click(n)),
  };
}

const sizes = (messages: readonly ClickMessage[]) => messages.map(({ clicks }) => clicks.length);

describe("clicks that are gathered", () => {
  it("share a message up to 500, in the order in which they came", async () => {
    const { queue, flush, gather, many } = aGatherer();
    for (const click of many(501)) gather(click);
    await flush();
    expect(sizes(queue.taken)).toEqual([500, 1]);
    expect(queue.taken.flatMap(({ clicks }) => clicks.map(({ t }) => t))).toEqual(
      many(501).map(({ t }) => t),
    );
  });

  it("are sent by another request when the one that should have sent them is gone", async () => {
    const { world, queue, flush, gather, many } = aGatherer();
    const [first, second, third] = many(3);
    if (!first || !second || !third) throw new Error("there are three");
    gather(first);
    // As long as a request may go on after its answer, nobody else begins.
    world.advance(31_000 - 1);
    gather(second);
    world.advance(1);
    gather(third);
    await flush();
    expect(sizes(queue.taken)).toEqual([3]);
  });

  it("wait for the queue up to 50,000, and the number of the oldest that were dropped for it is logged", async () => {
    const { world, queue, flush, gather, many } = aGatherer();
    queue.down = true;
    for (const click of many(49_999)) gather(click);
    await flush();
    for (const click of many(501)) gather(click);
    await flush();
    const dropped = world.lines
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "clicks_dropped");
    expect(dropped).toMatchObject([{ clicks: 500 }]);
    queue.down = false;
    for (const click of many(1)) gather(click);
    await flush();
    expect(sizes(queue.taken).reduce((sum, size) => sum + size, 0)).toBe(50_000 + 1);
  });

  it("are not gathered beyond 50,000 before anything is sent", async () => {
    const { world, queue, flush, gather, many } = aGatherer();
    for (const click of many(50_003)) gather(click);
    await flush();
    expect(sizes(queue.taken)).toEqual(Array.from({ length: 100 }, () => 500));
    expect(world.lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "clicks_dropped", clicks: 3 },
    ]);
  });

  it("are sent in at most 900 calls a request", async () => {
    const { queue, flush, gather, many } = aGatherer();
    queue.down = true;
    for (const click of many(50_000)) gather(click);
    await flush();
    expect(queue.tries).toBe(900);
    for (const click of many(1)) gather(click);
    await flush();
    expect(queue.tries).toBe(1_800);
  });
});

describe("clicks that could not be sent", () => {
  it.each([3, 6])("are sent by the same request when the queue is back after %i tries", async (failures) => {
    const { queue, flush, gather, many } = aGatherer();
    queue.failures = failures;
    for (const click of many(2)) gather(click);
    await flush();
    expect(sizes(queue.taken)).toEqual([2]);
    expect(queue.tries).toBe(failures + 1);
  });

  it.each([
    // Flushed at 0 s; three tries of 4.333 s end before 13 s, those of 4.334 s after it.
    { slowMs: 4_333, tries: 6, why: "in time for another flush" },
    { slowMs: 4_334, tries: 3, why: "too late for another flush" },
  ])("are left to the next click when the request is over: failed $why", async ({ slowMs, tries }) => {
    const { queue, flush, gather, many } = aGatherer();
    Object.assign(queue, { down: true, slowMs });
    for (const click of many(1)) gather(click);
    await flush();
    expect(queue.tries).toBe(tries);
    Object.assign(queue, { down: false, slowMs: 0 });
    for (const click of many(1)) gather(click);
    await flush();
    expect(sizes(queue.taken)).toEqual([1, 1]);
  });

  it("are left to a request that came meanwhile, which sends them with its own", async () => {
    const { queue, background, flush, gather, many } = aGatherer();
    queue.down = true;
    let waits = 0;
    const { wait } = background;
    background.wait = (ms) => {
      waits += 1;
      if (waits !== 4) return wait(ms);
      // The wait after three tries ends while somebody's click has not been flushed yet.
      for (const click of many(1)) gather(click);
      return Promise.resolve();
    };
    for (const click of many(1)) gather(click);
    await flush();
    // One flush of the first request, of one message; three of the second, of two.
    expect(queue.tries).toBe(3 + 3 * 3 * 2);
  });
});

describe("clicks whose flush fails before anything is sent", () => {
  it("are sent by the same request when it goes on, and that they had to wait is logged", async () => {
    const { world, queue, ports, flush, gather, many } = aGatherer();
    ports.missing = 1;
    for (const click of many(2)) gather(click);
    await flush();
    expect(sizes(queue.taken)).toEqual([2]);
    expect(world.lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "clicks_not_packed", clicks: 2, error_message: "no ports" },
    ]);
  });

  it("wait for the next click up to 50,000, in their order, and nothing is rejected", async () => {
    const { world, queue, ports, background, flush, gather, many } = aGatherer();
    const works: Promise<void>[] = [];
    const { run } = background;
    background.run = (work) => {
      works.push(work);
      run(work);
    };
    ports.missing = 3;
    const clicks = many(50_001);
    for (const click of clicks.slice(0, -1)) gather(click);
    await flush();
    await expect(Promise.all(works)).resolves.toEqual([undefined]);
    expect(queue.taken).toEqual([]);
    // Beyond what may wait the newest is not taken in.
    for (const click of clicks.slice(-1)) gather(click);
    await flush();
    expect(queue.taken.flatMap((message) => message.clicks.map(({ t }) => t))).toEqual(
      clicks.slice(0, -1).map(({ t }) => t),
    );
    expect(world.lines.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
      event: "clicks_dropped",
      clicks: 1,
    });
  });
});
