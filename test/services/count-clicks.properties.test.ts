import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import type { Click, ClickMessage } from "../../src/domain/click.ts";
import { countClicks } from "../../src/services/count-clicks.ts";
import { aClick, aMessage, DAY, HOUR, MIDNIGHT } from "../support/clicks.ts";
import { emptyDatabase } from "../support/empty-database.ts";
import { recount, stored } from "../support/recount-clicks.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

/** Borders of days, hours, minutes and seconds, a millisecond to either side; and whatever lies between. */
const instant = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, HOUR, 23 * HOUR, DAY, DAY + HOUR, 60_000, 1_000), fc.constantFrom(-1, 0, 1))
    .map(([border, by]) => MIDNIGHT + border + by),
  fc.integer({ min: 0, max: 5_000 }).map((ms) => MIDNIGHT + 7 * HOUR + ms),
  fc.integer({ min: 0, max: 2 * DAY }).map((ms) => MIDNIGHT + ms),
);

const click: fc.Arbitrary<Click> = fc
  .record({
    link: fc.constantFrom(1, 2, 3),
    at: instant,
    kind: fc.constantFrom("human", "human", "automated"),
    visitor: fc.nat(5),
    network: fc.constantFrom(null, 3320, 64512, 7922),
  })
  .map((options) => aClick({ ...options, campaign: options.link % 2 }));

/** A batch of the queue: which messages, and what befalls its consumer. */
interface Delivery {
  messages: ClickMessage[];
  fault: { batch: number; when: "before" | "after" } | null;
  /** Consumed at the same time as the one before it. */
  atOnce: boolean;
}

const course = fc.record({
  clicks: fc.array(click, { minLength: 1, maxLength: 60 }),
  cuts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
  copies: fc.array(fc.constantFrom(1, 1, 2, 3), { minLength: 1, maxLength: 8 }),
  order: fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
  batches: fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 6 }),
      fault: fc.option(
        fc.record({
          batch: fc.constantFrom(1, 2),
          when: fc.constantFrom("before" as const, "after" as const),
        }),
        { nil: null },
      ),
      atOnce: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

/** The n-th of a list that begins again when it ends. */
const cycled = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

function deliveriesOf(world: World, { clicks, cuts, copies, order, batches }: Course): Delivery[] {
  const messages: ClickMessage[] = [];
  for (let from = 0; from < clicks.length; from += cycled(cuts, messages.length - 1)) {
    messages.push(aMessage(world.ctx.ids, clicks.slice(from, from + cycled(cuts, messages.length))));
  }
  const posted = messages.flatMap((message, i) => Array.from({ length: cycled(copies, i) }, () => message));
  const shuffled = posted
    .map((message, i) => ({ message, place: cycled(order, i) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ message }) => message);
  const deliveries: Delivery[] = [];
  for (let from = 0; from < shuffled.length; ) {
    const { size, fault, atOnce } = cycled(batches, deliveries.length);
    deliveries.push({ messages: shuffled.slice(from, from + size), fault, atOnce });
    from += size;
  }
  return deliveries;
}

/** Delivers again what failed, as the queue does. Returns how often it failed. */
async function consume(world: World, { messages, fault }: Delivery): Promise<number> {
  if (fault !== null) world.failBatch(fault.batch, fault.when);
  for (let failures = 0; ; failures++) {
    try {
      await countClicks(world.ctx, messages);
      return failures;
    } catch (error) {
      if (failures === 4) throw error;
    }
  }
}

it("counts every click once, in whatever messages, batches, order and company it comes", async () => {
  const seen = { raced: 0, failed: 0 };
  await fc.assert(
    fc.asyncProperty(course, async (given) => {
      await emptyDatabase();
      const world = createWorld();
      const running: Promise<void>[] = [];
      const consumeAside = async (delivery: Delivery) => {
        seen.failed += await consume(world, delivery);
      };
      for (const delivery of deliveriesOf(world, given)) {
        if (!delivery.atOnce) await Promise.all(running.splice(0));
        running.push(consumeAside(delivery));
      }
      await Promise.all(running);
      seen.raced += world.lines.filter((line) => line.includes("clicks_raced")).length;
      const expected = recount(given.clicks);
      const { hourlyUniques, dailyUniques, hourly, ...counted } = await stored();
      expect(counted).toEqual(expected);
      expect(hourlyUniques).toEqual(dailyUniques);
      expect(hourly).toEqual(dailyUniques);
    }),
    { numRuns: 100 },
  );
  // Courses in which nothing raced or failed would prove little.
  expect(seen.raced).toBeGreaterThan(5);
  expect(seen.failed).toBeGreaterThan(5);
}, 60_000);
