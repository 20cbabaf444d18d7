import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { readLinkTargets } from "../../src/db/queries/link-targets.ts";
import { UNSETTLED_MS } from "../../src/domain/link-board.ts";
import { createMemoryBoard } from "../../src/lib/memory-board.ts";
import { aCampaign } from "../support/fixtures.ts";
import { plansOf } from "../support/query-plans.ts";
import type { World } from "../support/world.ts";
import { aLink, aStage, leadsTo, type Stage } from "./stage.ts";

afterEach(() => reset());

const SECOND = 1_000;

/** A stage whose link was followed and whose board was heard, longer ago than any change is unsettled. */
async function aWarmStage(config: Parameters<typeof aStage>[0] = {}): Promise<Stage> {
  const stage = await aStage(config);
  await stage.follow();
  await stage.world.flushClicks();
  stage.world.takeUsage();
  return stage;
}

const later = async ({ world }: Stage, ms: number) => {
  world.advance(ms);
  await world.flushClicks();
};

/** Writes to the database as if nobody had been told. */
const silently = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run();

const moveTo = (stage: Stage, url: string) =>
  silently("update campaigns set landing_url = ? where id = ?", url, stage.campaignId);

/** Loses the n-th announcement from now. */
const loseAnnouncement = ({ links }: World["ctx"], n: number) => {
  const { announce } = links;
  let left = n;
  links.announce = async (subjects) => {
    left -= 1;
    if (left === 0) throw new Error("the board is down");
    await announce(subjects);
  };
};

const breakBoard = (world: World) => {
  world.ctx.links.read = async () => {
    throw new Error("the board is down");
  };
};

describe("a remembered link", () => {
  it("is followed without the database, for as long as the board is heard", async () => {
    const stage = await aWarmStage();
    for (let i = 0; i < 60; i++) {
      await later(stage, 4 * SECOND);
      expect((await stage.follow()).status).toBe(302);
    }
    expect(stage.world.takeUsage().trips).toBe(0);
  });

  it("is read with all that following needs by one query, of four rows", async () => {
    const { world, follow } = await aStage();
    await follow();
    expect(world.takeUsage()).toMatchObject({ trips: 1, statements: 1, rowsRead: 4, rowsWritten: 0 });
  });

  it("is looked up by keys alone, however many there are", async () => {
    const { world, code, affiliate, campaignId } = await aStage();
    const codes = [code, await aLink({ campaignId, affiliateId: affiliate.id, subId: "b" }), "0000000000"];
    const plans = await plansOf(world, () => readLinkTargets(world.ctx.db, codes));
    expect(plans.filter((step) => step.startsWith("SCAN") && !step.includes("VIRTUAL TABLE"))).toEqual([]);
    expect(plans).toHaveLength(4);
    const targets = await readLinkTargets(world.ctx.db, codes);
    expect(targets.map(({ subId }) => subId).toSorted()).toEqual(["b", null]);
  });

  it("is read again after LINK_REMEMBER_SECONDS, should an announcement have been lost", async () => {
    const stage = await aWarmStage({ LINK_REMEMBER_SECONDS: 10 });
    await moveTo(stage, "https://other.example/");
    await later(stage, 10 * SECOND - 1);
    expect(leadsTo(await stage.follow()).address).toContain("https://shop.example/");
    await later(stage, 1);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
  });

  it("is followed without the database by many at once after a quiet hour", async () => {
    const stage = await aWarmStage({ LINK_REMEMBER_SECONDS: 86_400 });
    await later(stage, 3_600 * SECOND);
    const answers = await Promise.all(Array.from({ length: 8 }, () => stage.follow()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 302));
    expect(stage.world.takeUsage().trips).toBe(0);
  });

  it("outlives a database that is down", async () => {
    const stage = await aWarmStage();
    stage.world.failBatch(1, "before");
    await later(stage, 4 * SECOND);
    expect((await stage.follow()).status).toBe(302);
  });
});

describe("a change", () => {
  const changes: {
    what: string;
    path: (stage: Stage) => string;
    body: unknown;
    holds: (response: Response) => void;
  }[] = [
    {
      what: "a paused campaign",
      path: ({ campaignId }) => `/campaigns/${campaignId}`,
      body: { status: "PAUSED" },
      holds: ({ status }) => expect(status).toBe(404),
    },
    {
      what: "a changed destination",
      path: ({ campaignId }) => `/campaigns/${campaignId}`,
      body: { landing_url: "https://other.example/new" },
      holds: (response) => expect(leadsTo(response).address).toContain("https://other.example/new?"),
    },
    {
      what: "a changed name of a parameter",
      path: ({ campaignId }) => `/campaigns/${campaignId}`,
      body: { link_params: { affiliate: "partner", click_id: null } },
      holds: (response) => {
        expect(leadsTo(response).address).toContain("&partner=aff_");
        expect(leadsTo(response).clickId).toBeNull();
      },
    },
    {
      what: "a suspended affiliate",
      path: ({ affiliate }) => `/affiliates/${affiliate.id}`,
      body: { status: "suspended" },
      holds: ({ status }) => expect(status).toBe(404),
    },
    {
      what: "a changed sub-id",
      path: ({ code }) => `/links/${code}`,
      body: { sub_id: "autumn" },
      holds: (response) => expect(leadsTo(response).address).toContain("sub_id=autumn"),
    },
  ];

  it.each(changes)("holds as soon as the board was asked: $what", async ({ path, body, holds }) => {
    const stage = await aWarmStage();
    await stage.patch(path(stage), body);
    await later(stage, SECOND);
    // This one is still answered by what is remembered, and has the board asked.
    expect((await stage.follow()).status).toBe(302);
    await stage.world.flushClicks();
    holds(await stage.follow());
  });

  it.each(changes)("holds after LINK_STALE_SECONDS even for the first who comes: $what", async (change) => {
    const stage = await aWarmStage();
    await stage.patch(change.path(stage), change.body);
    await later(stage, 4 * SECOND + 1);
    change.holds(await stage.follow());
  });

  const halves = changes.flatMap((change) => [
    { ...change, which: "before", n: 1 },
    { ...change, which: "after", n: 2 },
  ]);

  it.each(halves)("holds although the announcement $which its write was lost: $what", async (change) => {
    const stage = await aWarmStage();
    loseAnnouncement(stage.world.ctx, change.n);
    await stage.patch(change.path(stage), change.body);
    expect(stage.world.lines.join()).toContain("links_not_announced");
    await later(stage, 4 * SECOND + 1);
    change.holds(await stage.follow());
  });

  it("ends with its opposite: a campaign that goes on is followed again", async () => {
    const stage = await aWarmStage();
    await stage.patch(`/campaigns/${stage.campaignId}`, { status: "PAUSED" });
    await later(stage, 5 * SECOND);
    expect((await stage.follow()).status).toBe(404);
    await stage.patch(`/campaigns/${stage.campaignId}`, { status: "ACTIVE" });
    await later(stage, 5 * SECOND);
    expect((await stage.follow()).status).toBe(302);
  });

  it("that was announced and is not yet written leaves nothing old behind", async () => {
    const stage = await aWarmStage();
    await stage.world.ctx.links.announce([stage.campaignId]);
    await later(stage, SECOND);
    await stage.follow();
    await stage.world.flushClicks();
    // Read after the announcement, and before the write: the destination is the old one.
    expect(leadsTo(await stage.follow()).address).toContain("https://shop.example/");
    await moveTo(stage, "https://other.example/");
    await later(stage, SECOND - 1);
    expect(leadsTo(await stage.follow()).address).toContain("https://shop.example/");
    await later(stage, 1);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
  });

  it("costs one query a second while it is unsettled, and none afterwards", async () => {
    const stage = await aWarmStage();
    await stage.world.ctx.links.announce([stage.campaignId]);
    await later(stage, 5 * SECOND);
    for (let i = 0; i < 5; i++) await stage.follow();
    await later(stage, SECOND);
    for (let i = 0; i < 5; i++) await stage.follow();
    expect(stage.world.takeUsage().trips).toBe(2);
    await later(stage, UNSETTLED_MS);
    await stage.follow();
    await later(stage, 60 * SECOND);
    await stage.follow();
    expect(stage.world.takeUsage().trips).toBe(1);
  });

  it("of a campaign with many links in use costs one query for all of them", async () => {
    const stage = await aStage();
    const { affiliate, campaignId, follow, world } = stage;
    const codes = [stage.code];
    for (let i = 0; i < 20; i++) codes.push(await aLink({ campaignId, affiliateId: affiliate.id }));
    for (const code of codes) await follow(code);
    await world.flushClicks();
    await world.ctx.links.announce([campaignId]);
    await later(stage, 4 * SECOND + 1);
    world.takeUsage();
    for (const code of codes) expect((await follow(code)).status).toBe(302);
    expect(world.takeUsage().trips).toBe(1);
  });

  it("of one campaign has no other read again", async () => {
    const stage = await aWarmStage();
    const { world, affiliate, follow } = stage;
    const other = await aCampaign(world);
    await silently("update campaigns set landing_url = 'https://other.example/' where id = ?", other);
    const code = await aLink({ campaignId: other, affiliateId: affiliate.id });
    await follow(code);
    await world.flushClicks();
    await world.ctx.links.announce([stage.campaignId]);
    await later(stage, 5 * SECOND);
    world.takeUsage();
    await follow(code);
    expect(world.takeUsage().trips).toBe(0);
    await follow();
    expect(world.takeUsage().trips).toBe(1);
  });

  it("that came while nobody followed anything for longer than the board remembers is not missed", async () => {
    const stage = await aWarmStage({ LINK_REMEMBER_SECONDS: 86_400 });
    await stage.world.ctx.links.announce([stage.campaignId]);
    await moveTo(stage, "https://other.example/");
    await later(stage, 3_600 * SECOND);
    // The board forgets a change when the next one is announced long after it.
    await stage.world.ctx.links.announce(["cmp_of_others"]);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
  });

  it("is not missed when the board was never heard before and is heard late", async () => {
    const stage = await aStage({ LINK_REMEMBER_SECONDS: 86_400 });
    const { links } = stage.world.ctx;
    const read = links.read;
    breakBoard(stage.world);
    await stage.follow();
    await stage.world.flushClicks();
    await links.announce([stage.campaignId]);
    await moveTo(stage, "https://other.example/");
    links.read = read;
    await later(stage, UNSETTLED_MS + SECOND);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
  });
});

describe("a board that is not heard", () => {
  it("has links read from the database once they are older than LINK_STALE_SECONDS", async () => {
    const stage = await aWarmStage();
    breakBoard(stage.world);
    await moveTo(stage, "https://other.example/");
    await later(stage, 4 * SECOND);
    expect(leadsTo(await stage.follow()).address).toContain("https://shop.example/");
    await later(stage, 1);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
    expect(stage.world.lines.join()).toContain("link_board_not_heard");
  });

  it("stops nobody, and the database is asked once in LINK_STALE_SECONDS a link", async () => {
    const stage = await aWarmStage();
    breakBoard(stage.world);
    await later(stage, 10 * SECOND);
    stage.world.takeUsage();
    for (let i = 0; i < 5; i++) expect((await stage.follow()).status).toBe(302);
    expect(stage.world.takeUsage().trips).toBe(1);
  });

  it("shows a page that asks to come again if the database is down as well, and never an old destination", async () => {
    const stage = await aWarmStage();
    breakBoard(stage.world);
    await later(stage, 5 * SECOND);
    stage.world.failBatch(1, "before");
    expect((await stage.follow()).status).toBe(503);
  });

  it("is asked at most once in LINK_CHECK_SECONDS", async () => {
    const stage = await aWarmStage();
    const { links } = stage.world.ctx;
    let asked = 0;
    const read = links.read;
    links.read = (since) => {
      asked += 1;
      return read(since);
    };
    await later(stage, SECOND - 1);
    await stage.follow();
    expect(asked).toBe(0);
    await later(stage, 1);
    for (let i = 0; i < 9; i++) await stage.follow();
    expect(asked).toBe(1);
  });

  it("that lost its memory is begun with anew", async () => {
    const stage = await aWarmStage();
    await stage.world.ctx.links.announce(["cmp_a", "cmp_b"]);
    await later(stage, SECOND);
    await stage.follow();
    await stage.world.flushClicks();
    stage.world.ctx.links = createMemoryBoard(stage.world.ctx.now, () => btoa("another salt"));
    await moveTo(stage, "https://other.example/");
    await later(stage, 5 * SECOND);
    expect(leadsTo(await stage.follow()).address).toContain("https://other.example/");
  });
});

describe("an unknown code", () => {
  it("is remembered for two seconds, and found afterwards if there is one by then", async () => {
    const { world, campaignId, affiliate, follow } = await aStage();
    expect((await follow("0000000000")).status).toBe(404);
    expect((await follow("0000000000")).status).toBe(404);
    expect(world.takeUsage().trips).toBe(1);
    await silently(
      "insert into tracked_links (code, campaign_id, affiliate_id, created_at) values ('0000000000', ?, ?, 0)",
      campaignId,
      affiliate.id,
    );
    world.advance(2 * SECOND - 1);
    expect((await follow("0000000000")).status).toBe(404);
    world.advance(1);
    expect((await follow("0000000000")).status).toBe(302);
  });
});
