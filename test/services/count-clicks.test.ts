import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { ClickMessage } from "../../src/domain/click.ts";
import { LINKS_PER_GROUP } from "../../src/domain/click-groups.ts";
import { VISITORS_PER_LIST } from "../../src/domain/visitor-list.ts";
import { countClicks } from "../../src/services/count-clicks.ts";
import {
  aClick,
  aMessage,
  campaignCode,
  clickTables,
  DAY,
  HOUR,
  inMessages,
  linkCode,
  MIDNIGHT,
  manyVisitors,
} from "../support/clicks.ts";
import { row, rows } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { recount, stored } from "../support/recount-clicks.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const day = (link = 1, at = MIDNIGHT) =>
  row("select * from click_days where link = ? and day = ?", linkCode(link), Math.floor(at / DAY));

const hours = (link = 1) =>
  rows<Record<string, number | string>>(
    "select hour, human, automated, unique_human, before, seconds from click_hours where link = ? order by hour",
    linkCode(link),
  );

/** A world in which the clicks of these tests have only just happened, so that none of them is late. */
function aPromptWorld(): World {
  return Object.assign(createWorld(), { now: MIDNIGHT });
}

/** Runs something before the n-th D1 batch from now, as if another consumer were quicker. */
function beforeBatch(world: World, n: number, action: () => Promise<unknown>): void {
  const client = world.ctx.db.$client;
  const batch = client.batch.bind(client);
  let left = n;
  client.batch = async <T>(statements: D1PreparedStatement[]) => {
    left -= 1;
    if (left === 0) {
      client.batch = batch;
      await action();
    }
    return batch<T>(statements);
  };
}

describe("clicks", () => {
  it("are counted by link, day and hour, people apart from automation, and for their campaign", async () => {
    const world = createWorld();
    const noon = MIDNIGHT + 12 * HOUR;
    const clicks = [
      aClick({ at: noon + 1_000, visitor: 1 }),
      aClick({ at: noon + 1_999, visitor: 1 }),
      aClick({ at: noon + 61_000, visitor: 2, network: null }),
      aClick({ at: noon + HOUR, visitor: 3, network: 7922 }),
      aClick({ at: noon + HOUR + 5_000, visitor: 9, kind: "automated" }),
      aClick({ at: noon + HOUR + 6_000, visitor: 9, kind: "automated" }),
    ];
    await countClicks(world.ctx, [aMessage(world.ctx.ids, clicks)]);
    expect(await day()).toMatchObject({
      version: 1,
      human: 4,
      automated: 2,
      unique_human: 3,
      unique_automated: 1,
      networks: '{"3320":2,"7922":1,"?":1}',
      peak_minute: 2,
      full_lists: 0,
    });
    const first = noon / HOUR;
    expect(await hours()).toEqual([
      { hour: first, human: 3, automated: 0, unique_human: 2, before: 0, seconds: "[[1,2],[61,1]]" },
      { hour: first + 1, human: 1, automated: 2, unique_human: 1, before: 3, seconds: "[[0,1]]" },
    ]);
    expect(
      await rows(
        "select hour, human, automated, unique_human, unique_automated, orders from campaign_traffic",
      ),
    ).toEqual([
      { hour: -1, human: 4, automated: 2, unique_human: 3, unique_automated: 1, orders: 0 },
      { hour: first, human: 3, automated: 0, unique_human: 2, unique_automated: 0, orders: 0 },
      { hour: first + 1, human: 1, automated: 2, unique_human: 1, unique_automated: 1, orders: 0 },
    ]);
  });

  it("of midnight belong to the day that begins, and make their visitor new again", async () => {
    const world = createWorld();
    const clicks = [MIDNIGHT - 1, MIDNIGHT].map((at) => aClick({ at }));
    await countClicks(world.ctx, [aMessage(world.ctx.ids, clicks)]);
    expect(await day(1, MIDNIGHT - 1)).toMatchObject({ human: 1, unique_human: 1 });
    expect(await day(1, MIDNIGHT)).toMatchObject({ human: 1, unique_human: 1 });
    expect((await hours()).map(({ before, seconds }) => [before, seconds])).toEqual([
      [0, "[[3599,1]]"],
      [0, "[[0,1]]"],
    ]);
  });

  it("that arrive late raise what the later hours of their day have before them, and no others", async () => {
    const world = createWorld();
    const at = (hour: number) => MIDNIGHT + hour * HOUR;
    const count = (...clicks: [number, "human" | "automated"][]) =>
      countClicks(world.ctx, [
        aMessage(
          world.ctx.ids,
          clicks.map(([hour, kind]) => aClick({ at: at(hour), kind })),
        ),
      ]);
    await count([5, "human"], [9, "human"], [9, "human"], [12, "human"], [24, "human"]);
    const earlier = async () => (await hours()).map((row) => row.before);
    expect(await earlier()).toEqual([0, 1, 3, 0]);
    await count([9, "automated"]);
    expect(await earlier()).toEqual([0, 1, 3, 0]);
    await count([7, "human"], [12, "human"]);
    expect(await earlier()).toEqual([0, 1, 2, 4, 0]);
  });

  it("make their visitor unique in the hour of the first click that was counted", async () => {
    const world = createWorld();
    const later = aClick({ at: MIDNIGHT + 2 * HOUR });
    const earlier = aClick({ at: MIDNIGHT + HOUR });
    const uniques = async () => (await hours()).map(({ unique_human: unique }) => unique);
    await countClicks(world.ctx, [aMessage(world.ctx.ids, [later])]);
    await countClicks(world.ctx, [aMessage(world.ctx.ids, [earlier])]);
    expect(await uniques()).toEqual([0, 1]);
    const together = [later, earlier].map((click) => ({ ...click, v: "another-one" }));
    await countClicks(world.ctx, [aMessage(world.ctx.ids, together)]);
    expect(await uniques()).toEqual([1, 1]);
  });

  it("add to what conversions wrote of the campaign", async () => {
    const world = createWorld();
    await env.DB.prepare("insert into campaign_traffic (campaign_id, hour, orders) values (?, -1, 7)")
      .bind(campaignCode(1))
      .run();
    await countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick()])]);
    expect(await row("select human, orders from campaign_traffic where hour = -1")).toEqual({
      human: 1,
      orders: 7,
    });
  });
});

describe("a message", () => {
  it("that is delivered again changes nothing, whether alone, twice at once or with a new one", async () => {
    const world = createWorld();
    const messages = inMessages(world.ctx.ids, manyVisitors(0, 20), 5);
    await countClicks(world.ctx, messages);
    const counted = await clickTables();
    await countClicks(world.ctx, messages);
    await countClicks(world.ctx, messages.slice(0, 1));
    expect(await clickTables()).toEqual(counted);
    const next = aMessage(world.ctx.ids, [aClick({ visitor: 99 })]);
    await countClicks(world.ctx, [next, ...messages, next]);
    expect(await day()).toMatchObject({ human: 21, unique_human: 21, version: 2 });
  });

  it("costs one round trip and no write when it is delivered again", async () => {
    const world = aPromptWorld();
    const messages = inMessages(world.ctx.ids, manyVisitors(0, 20));
    await countClicks(world.ctx, messages);
    world.takeUsage();
    await countClicks(world.ctx, messages);
    expect(world.takeUsage()).toMatchObject({ trips: 1, rowsWritten: 0 });
  });

  it.each(["before", "after"] as const)(
    "is counted once if its batch failed %s D1 wrote it, and it comes again",
    async (when) => {
      const world = createWorld();
      const messages = [aMessage(world.ctx.ids, [aClick(), aClick({ at: MIDNIGHT + HOUR })])];
      world.failBatch(2, when);
      await expect(countClicks(world.ctx, messages)).rejects.toThrow("Network connection lost");
      expect(await rows("select * from click_messages")).toHaveLength(when === "before" ? 0 : 1);
      await countClicks(world.ctx, messages);
      expect(await day()).toMatchObject({ human: 2, unique_human: 1, version: 1 });
    },
  );
});

describe("two consumers", () => {
  /** Counts `mine` while another consumer counts `others` between reading and writing. */
  async function race(world: World, mine: ClickMessage[], others: ClickMessage[]): Promise<void> {
    beforeBatch(world, 2, () => countClicks(world.ctx, others));
    await countClicks(world.ctx, mine);
  }

  it("of different messages of one link's first clicks both count", async () => {
    const world = createWorld();
    const [mine, others] = [1, 2].map((visitor) => [aMessage(world.ctx.ids, [aClick({ visitor })])]);
    await race(world, mine ?? [], others ?? []);
    expect(await day()).toMatchObject({ human: 2, unique_human: 2, version: 2 });
    expect(world.lines.filter((line) => line.includes("clicks_raced"))).toHaveLength(1);
  });

  it("of different messages of a day that is there both count", async () => {
    const world = createWorld();
    await countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick()])]);
    const [mine, others] = [2, 3].map((visitor) => [aMessage(world.ctx.ids, [aClick({ visitor })])]);
    await race(world, mine ?? [], others ?? []);
    expect(await day()).toMatchObject({ human: 3, unique_human: 3, version: 3 });
  });

  it("of the same messages count them once, and the rest of either too", async () => {
    const world = createWorld();
    const [a, b, c] = [1, 2, 3].map((link) => aMessage(world.ctx.ids, [aClick({ link })]));
    if (!a || !b || !c) throw new Error("three messages");
    await race(world, [a, b], [b, c]);
    expect(await row("select sum(human) as human, count(*) as links from click_days")).toEqual({
      human: 3,
      links: 3,
    });
    expect(await row("select human from campaign_traffic where hour = -1")).toEqual({ human: 3 });
  });

  it("that start together count everything once", async () => {
    const world = createWorld();
    const clicks = manyVisitors(0, 300);
    const messages = inMessages(world.ctx.ids, clicks, 30);
    await Promise.all([
      countClicks(world.ctx, messages.slice(0, 7)),
      countClicks(world.ctx, messages.slice(3)),
    ]);
    const { days } = await stored();
    expect(days).toEqual(recount(clicks).days);
  });

  it("that always lose give up after five tries, having written nothing", async () => {
    const world = createWorld();
    await countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick()])]);
    // Whoever counts a message finds the day moved on.
    await env.DB.prepare(
      "create trigger rival before insert on click_messages begin update click_days set version = version + 1; end",
    ).run();
    const counted = await clickTables();
    world.takeUsage();
    const lost = countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick({ visitor: 2 })])]);
    await expect(lost).rejects.toThrow("NOT NULL constraint failed: click_days.version");
    expect(await clickTables()).toEqual(counted);
    expect(world.lines.filter((line) => line.includes("clicks_raced"))).toHaveLength(4);
  });

  it("do not hide another failure of the database", async () => {
    const world = createWorld();
    await env.DB.prepare(
      "create trigger broken before insert on click_hours begin select raise(abort, 'disk full'); end",
    ).run();
    world.takeUsage();
    const broken = countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick()])]);
    await expect(broken).rejects.toThrow("disk full");
    expect(world.takeUsage().trips).toBe(1);
    expect(await rows("select * from click_days")).toEqual([]);
  });
});

describe("the visitors of a link's day", () => {
  const lists = () =>
    rows<{ n: number; length: number }>("select n, length(visitors) as length from click_visitors");

  it("stay in its row up to the last that fits, and move to a list of their own with one more", async () => {
    const world = createWorld();
    await countClicks(world.ctx, inMessages(world.ctx.ids, manyVisitors(0, VISITORS_PER_LIST)));
    expect(await day()).toMatchObject({ unique_human: VISITORS_PER_LIST, full_lists: 0 });
    expect(await lists()).toEqual([]);
    await countClicks(world.ctx, inMessages(world.ctx.ids, manyVisitors(VISITORS_PER_LIST, 1)));
    expect(await day()).toMatchObject({ unique_human: VISITORS_PER_LIST + 1, full_lists: 1 });
    expect(await lists()).toEqual([{ n: 1, length: VISITORS_PER_LIST * 11 }]);
    expect(await row("select length(visitors) as length from click_days")).toEqual({ length: 11 });
  });

  it("are known again, in whichever list they are, also in that of automation", async () => {
    const world = createWorld();
    const count = 3 * VISITORS_PER_LIST + 100;
    const clicks = [
      ...manyVisitors(0, count),
      ...manyVisitors(0, 50, { kind: "automated", at: MIDNIGHT + HOUR }),
    ];
    for (const messages of [clicks.slice(0, 1_500), clicks.slice(1_500), clicks]) {
      await countClicks(world.ctx, inMessages(world.ctx.ids, messages));
    }
    const { days } = await stored();
    expect(days).toEqual(recount([...clicks, ...clicks]).days);
    expect(await day()).toMatchObject({
      human: 2 * count,
      unique_human: count,
      unique_automated: 50,
      full_lists: 3,
    });
    expect((await lists()).map(({ n }) => n)).toEqual([1, 2, 3]);
  });
});

describe("the cost", () => {
  const tenLinks = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) =>
      aClick({ link: (from + i) % 10, visitor: from + i, at: MIDNIGHT + (from + i) * 1_000 }),
    );

  it("of 1,000 clicks on ten links is at most 60 rows written and two round trips a batch", async () => {
    const world = aPromptWorld();
    const messages = inMessages(world.ctx.ids, tenLinks(0, 1_000), 250);
    world.takeUsage();
    await countClicks(world.ctx, messages.slice(0, 2));
    expect(world.takeUsage()).toMatchObject({ trips: 2, rowsWritten: 24 });
    await countClicks(world.ctx, messages.slice(2));
    const { trips, rowsRead, rowsWritten } = world.takeUsage();
    expect(trips).toBe(2);
    expect(rowsWritten).toBe(24);
    expect(rowsRead).toBeLessThanOrEqual(200);
    expect(await row("select sum(human) as human from click_days")).toEqual({ human: 1_000 });
  });

  it("does not grow with what was counted before", async () => {
    const world = aPromptWorld();
    const costOf = async (from: number) => {
      const messages = inMessages(world.ctx.ids, tenLinks(from, 250));
      world.takeUsage();
      await countClicks(world.ctx, messages);
      return world.takeUsage();
    };
    await costOf(0);
    const early = await costOf(250);
    for (let i = 2; i < 10; i++) await costOf(i * 250);
    expect(await costOf(2_500)).toEqual(early);
  });

  it("of a batch with very many links is two round trips for each group of them", async () => {
    const world = aPromptWorld();
    const clicks = Array.from({ length: 2 * LINKS_PER_GROUP }, (_, link) => aClick({ link }));
    world.takeUsage();
    await countClicks(world.ctx, inMessages(world.ctx.ids, clicks, LINKS_PER_GROUP / 2));
    expect(world.takeUsage().trips).toBe(4);
    expect(await row("select count(*) as n from click_days")).toEqual({ n: 2 * LINKS_PER_GROUP });
  });

  it("of more than one parameter of D1 holds is still one batch of two round trips", async () => {
    const world = aPromptWorld();
    const clicks = Array.from({ length: 100 }, (_, link) => manyVisitors(0, 1_000, { link })).flat();
    world.takeUsage();
    await countClicks(world.ctx, inMessages(world.ctx.ids, clicks));
    const { trips, statements } = world.takeUsage();
    expect(trips).toBe(2);
    // Five to read; then messages, traffic, hours, and the days in two.
    expect(statements).toBe(5 + 5);
    expect(await row("select count(*) as days, sum(unique_human) as visitors from click_days")).toEqual({
      days: 100,
      visitors: 100_000,
    });
  });

  it("of clicks that come after they settled is one round trip more for each group", async () => {
    const world = aPromptWorld();
    const settled = world.now - world.ctx.config.CLICK_SETTLE_SECONDS * 1_000;
    const costOf = async (at: number) => {
      world.takeUsage();
      await countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick({ at })])]);
      return world.takeUsage().trips;
    };
    expect([await costOf(settled + 1), await costOf(settled)]).toEqual([2, 3]);
  });

  it("is by key alone: no table is read through", async () => {
    const world = aPromptWorld();
    const count = () => countClicks(world.ctx, [aMessage(world.ctx.ids, [aClick({ at: MIDNIGHT + HOUR })])]);
    await countClicks(
      world.ctx,
      inMessages(world.ctx.ids, manyVisitors(0, 1_500, { at: MIDNIGHT + 2 * HOUR })),
    );
    const plans = await plansOf(world, count);
    for (const table of ["m", "d", "v", "h", "click_hours", "click_days"]) {
      expect(fullScans(plans, table)).toEqual([]);
    }
    expect(plans).toEqual(
      expect.arrayContaining([
        "SEARCH m USING PRIMARY KEY (id=?)",
        "SEARCH d USING PRIMARY KEY (link=? AND day=?)",
        "SEARCH v USING PRIMARY KEY (link=? AND day=?)",
        "SEARCH h USING PRIMARY KEY (link=? AND hour>? AND hour<?)",
        "SEARCH h USING PRIMARY KEY (link=? AND hour=?)",
        "SEARCH click_hours USING PRIMARY KEY (link=? AND hour=?)",
      ]),
    );
  });
});
