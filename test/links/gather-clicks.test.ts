import { describe, expect, it } from "vitest";
import type { ClickMessage } from "../../src/domain/click.ts";
import { createClickGatherer, type SeenClick } from "../../src/links/gather-clicks.ts";
import { createVisitorSalts } from "../../src/links/visitor-salts.ts";
import { heldBackground } from "../support/held-background.ts";
import { createWorld } from "../support/world.ts";

/** A gatherer over a queue that can be down. */
function aGatherer() {
  const world = createWorld();
  const { background, flush } = heldBackground();
  const queue = { down: false, tries: 0, taken: [] as ClickMessage[] };
  world.ctx.clicks.send = async (message) => {
    queue.tries += 1;
    if (queue.down) throw new Error("the queue is down");
    queue.taken.push(message);
  };
  const salts = createVisitorSalts((bytes) => crypto.getRandomValues(bytes));
  const board = {
    due: () => false,
    down: () => false,
    listen: async () => salts.hear((await world.ctx.links.read(null)).salt),
  };
  const gather = createClickGatherer(() => world.ctx, { background, board, salts });
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
    for (const click of many(1)) gather(click);
    await flush();
    expect(sizes(queue.taken).reduce((sum, size) => sum + size, 0)).toBe(50_000 + 2);
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

  it("are sent in at most 300 calls a flush", async () => {
    const { queue, flush, gather, many } = aGatherer();
    queue.down = true;
    for (const click of many(50_000)) gather(click);
    await flush();
    for (const click of many(1)) gather(click);
    await flush();
    expect(queue.tries).toBe(600);
  });
});
