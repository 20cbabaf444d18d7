import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Click } from "../../src/domain/click.ts";
import { DAY_MS, utcDay } from "../../src/domain/time.ts";
import { readClickId } from "../../src/lib/click-ids.ts";
import { createMemoryBoard } from "../../src/lib/memory-board.ts";
import { heldBackground } from "../support/held-background.ts";
import { START, type World } from "../support/world.ts";
import { aStage, BROWSER, leadsTo, type Stage } from "./stage.ts";

afterEach(() => reset());

const BOT = { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)" };

/** Every click that was sent so far. */
async function sentClicks({ world }: Stage): Promise<Click[]> {
  await world.flushClicks();
  return world.clicked.flatMap(({ clicks }) => clicks);
}

/** How many sends fail from now on. */
function failSends(world: World, times: number): { ids: string[] } {
  const { clicks } = world.ctx;
  const { send } = clicks;
  const tried = { ids: [] as string[] };
  let left = times;
  clicks.send = async (message) => {
    tried.ids.push(message.id);
    if (left-- > 0) throw new Error("the queue is down");
    await send(message);
  };
  return tried;
}

describe("a click", () => {
  it("is sent to be counted: link, campaign, time, kind, visitor and network", async () => {
    const stage = await aStage();
    await stage.follow();
    expect(stage.world.clicked).toEqual([]);
    await stage.world.flushClicks();
    const v = expect.stringMatching(/^[\w-]{11}$/);
    expect(stage.world.clicked).toEqual([
      {
        v: 1,
        kind: "clicks",
        id: expect.stringMatching(/^clk_[0-9A-Z]{26}$/),
        clicks: [{ l: stage.code, c: stage.campaignId, t: START, k: "human", v, n: null }],
      },
    ]);
  });

  it("is awaited by nobody: the answer is there while the queue hangs", async () => {
    const stage = await aStage();
    stage.world.ctx.clicks.send = () => new Promise(() => undefined);
    expect((await stage.follow()).status).toBe(302);
  });

  it("is gathered with others into one message, and what comes later goes into another", async () => {
    const stage = await aStage();
    for (let i = 0; i < 3; i++) await stage.follow();
    await stage.world.flushClicks();
    await stage.follow();
    await stage.world.flushClicks();
    expect(stage.world.clicked.map(({ clicks }) => clicks.length)).toEqual([3, 1]);
    const [first, second] = stage.world.clicked.map(({ id }) => id);
    expect(String(first) < String(second)).toBe(true);
  });

  it.each([
    { method: "HEAD", headers: {} },
    { method: "GET", headers: { "sec-purpose": "prefetch" } },
    { method: "GET", headers: { "sec-purpose": "prefetch;prerender" } },
    { method: "GET", headers: { purpose: "prefetch" } },
    { method: "GET", headers: { "x-purpose": "preview" } },
    { method: "GET", headers: { "x-moz": "prefetch" } },
  ])("is none: $method with $headers, which is answered all the same", async ({ method, headers }) => {
    const stage = await aStage();
    const response = await stage.follow(stage.code, headers, method);
    expect([response.status, await response.text()]).toEqual([302, ""]);
    expect(leadsTo(response).address).toContain("https://shop.example/launch?ref=own&affiliate_id=");
    // Who looked ahead may come and buy; nobody buys from an answer to HEAD.
    expect(leadsTo(response).clickId === null).toBe(method === "HEAD");
    expect(await sentClicks(stage)).toEqual([]);
  });

  it("counts although a header of the kind says something else", async () => {
    const stage = await aStage();
    await stage.follow(stage.code, { purpose: "shopping" });
    expect(await sentClicks(stage)).toHaveLength(1);
  });

  it.each([
    { headers: BOT, why: "a bot by its own account" },
    { headers: { "user-agent": "curl/8.5.0" }, why: "a tool" },
    { headers: { "user-agent": "" }, why: "nameless" },
  ])("is suspected to be automated from what is $why, and its id says so", async ({ headers }) => {
    const stage = await aStage();
    const { clickId } = leadsTo(await stage.follow(stage.code, headers));
    expect(await sentClicks(stage)).toMatchObject([{ k: "automated" }]);
    if (stage.world.ctx.box === null) throw new Error("there is a key");
    expect(await readClickId(stage.world.ctx.box, String(clickId))).toMatchObject({ kind: "automated" });
  });

  it.each([
    { asn: 16509, kind: "automated", why: "Amazon rents out computers" },
    { asn: 13335, kind: "human", why: "people leave private relays there" },
    { asn: 3320, kind: "human", why: "a telephone company" },
    { asn: 395747, kind: "human", why: "what local runs pretend" },
    { asn: "16509", kind: "human", why: "no number, so not known" },
  ])("from network $asn is $kind: $why", async ({ asn, kind }) => {
    const { world, code } = await aStage();
    const { background, flush } = heldBackground();
    const app = createApp(() => world.ctx, background);
    const cf = { asn } as unknown as RequestInitCfProperties; // safe: what Cloudflare tells of a request.
    const request = new Request(`https://claimcheck.test/go/${code}`, {
      headers: BROWSER,
      cf,
      redirect: "manual",
    });
    expect((await app.fetch(request, env)).status).toBe(302);
    await flush();
    expect(world.clicked.flatMap(({ clicks }) => clicks)).toMatchObject([
      { k: kind, n: typeof asn === "number" ? asn : null },
    ]);
  });
});

describe("a rate that no person reaches", () => {
  const kindsOf = async (stage: Stage) => (await sentClicks(stage)).map(({ k }) => k);

  it("makes the excess suspect, and what came before stays a person's", async () => {
    const stage = await aStage({ CLICK_RATE_PER_MINUTE: 2 });
    for (let i = 0; i < 4; i++) await stage.follow();
    stage.world.advance(60_000);
    await stage.follow();
    expect(await kindsOf(stage)).toEqual(["human", "human", "automated", "automated", "human"]);
  });

  it("is also one in a day", async () => {
    const stage = await aStage({ CLICK_REPEAT_PER_DAY: 2 });
    for (let i = 0; i < 3; i++) {
      stage.world.advance(120_000);
      await stage.follow();
    }
    stage.world.now = DAY_MS * (utcDay(START) + 1);
    await stage.follow();
    expect(await kindsOf(stage)).toEqual(["human", "human", "automated", "human"]);
  });

  it.each([
    {
      other: { "cf-connecting-ip": "203.0.113.8" },
      kind: "human",
      why: "another address is another visitor",
    },
    {
      other: { "user-agent": `${BROWSER["user-agent"]} Edg/131.0` },
      kind: "human",
      why: "so is another browser",
    },
    {
      other: { cookie: "a=b", referer: "https://x.example/" },
      kind: "automated",
      why: "nothing else matters",
    },
  ])("is a visitor's own: $why", async ({ other, kind }) => {
    const stage = await aStage({ CLICK_RATE_PER_MINUTE: 1 });
    await stage.follow();
    await stage.follow(stage.code, other);
    expect(await kindsOf(stage)).toEqual(["human", kind]);
  });

  it("is one of a household of IPv6", async () => {
    const stage = await aStage({ CLICK_RATE_PER_MINUTE: 1 });
    for (const address of ["2001:db8:1:2::7", "2001:db8:1:2:ffff::1", "2001:db8:1:3::7"]) {
      await stage.follow(stage.code, { "cf-connecting-ip": address });
    }
    expect(await kindsOf(stage)).toEqual(["human", "automated", "human"]);
  });
});

describe("a visitor", () => {
  const visitorsOf = async (stage: Stage) => (await sentClicks(stage)).map(({ v }) => v);

  it("is the same hash all day, and another one the next day, by another link or of another kind", async () => {
    const stage = await aStage();
    let salts = 0;
    stage.world.ctx.links = createMemoryBoard(stage.world.ctx.now, () => btoa(`salt ${salts++}`));
    await stage.follow();
    stage.world.advance(3_600_000);
    await stage.follow();
    const [first, second] = await visitorsOf(stage);
    expect(first).toBe(second);
    stage.world.advance(DAY_MS);
    await stage.follow();
    await stage.follow(stage.code, BOT);
    const [, , nextDay, bot] = await visitorsOf(stage);
    expect(new Set([first, nextDay, bot]).size).toBe(3);
    expect(salts).toBe(2);
  });

  it("is hashed alike by every instance that hears the board, and otherwise by one that heard another", async () => {
    const stage = await aStage();
    const hashOf = async () => {
      const { background, flush } = heldBackground();
      const app = createApp(() => stage.world.ctx, background);
      await app.request(`/go/${stage.code}`, { headers: BROWSER }, env);
      await flush();
      return stage.world.clicked.at(-1)?.clicks.at(-1)?.v;
    };
    const first = await hashOf();
    expect(first).toMatch(/^[\w-]{11}$/);
    expect(await hashOf()).toBe(first);
    stage.world.ctx.links = createMemoryBoard(stage.world.ctx.now, () => btoa("another salt"));
    expect(await hashOf()).not.toBe(first);
  });

  it("who clicked before midnight is hashed with that day's salt although the flush is after it", async () => {
    const stage = await aStage();
    let salts = 0;
    stage.world.ctx.links = createMemoryBoard(stage.world.ctx.now, () => btoa(`salt ${salts++}`));
    stage.world.now = DAY_MS * (utcDay(START) + 1) - 2;
    await stage.follow();
    const [before] = await visitorsOf(stage);
    stage.world.advance(1);
    await stage.follow();
    stage.world.advance(1);
    await stage.follow();
    const [, late, next] = await visitorsOf(stage);
    expect(late).toBe(before);
    expect(next).not.toBe(before);
  });

  it("is hashed and counted even if the board is never heard", async () => {
    const stage = await aStage();
    stage.world.ctx.links.read = async () => {
      throw new Error("the board is down");
    };
    await stage.follow();
    await stage.follow();
    const [first, second] = await visitorsOf(stage);
    expect(first).toMatch(/^[\w-]{11}$/);
    expect(second).toBe(first);
  });

  it("is named by neither address nor agent in any message or log line", async () => {
    const stage = await aStage();
    failSends(stage.world, 3);
    stage.world.failBatch(1, "before");
    await stage.follow();
    await stage.follow();
    await stage.world.flushClicks();
    await stage.follow();
    await stage.world.flushClicks();
    expect(stage.world.clicked).toHaveLength(2);
    expect(stage.world.lines.length).toBeGreaterThan(0);
    const written = JSON.stringify([stage.world.clicked, stage.world.lines]);
    expect(written).not.toMatch(/203\.0\.113|Mozilla|Chrome|Linux/);
  });
});

describe("a queue that does not take clicks", () => {
  it("is tried again with the same message, so that a send that only seemed to fail counts once", async () => {
    const stage = await aStage();
    const tried = failSends(stage.world, 2);
    await stage.follow();
    await stage.world.flushClicks();
    expect(tried.ids).toHaveLength(3);
    expect(new Set(tried.ids).size).toBe(1);
    expect(stage.world.clicked).toHaveLength(1);
    expect(stage.world.lines).toEqual([]);
  });

  it("gets what it missed by itself once it is back, under the same id", async () => {
    const stage = await aStage();
    const tried = failSends(stage.world, 3);
    await stage.follow();
    await stage.world.flushClicks();
    expect(stage.world.clicked).toHaveLength(1);
    expect(new Set(tried.ids).size).toBe(1);
    expect(stage.world.lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: "clicks_not_sent", clicks: 1, error_message: "the queue is down" },
    ]);
  });

  it("gets what it missed for longer with the next clicks, under the same id", async () => {
    const stage = await aStage();
    const tried = failSends(stage.world, 9);
    await stage.follow();
    await stage.world.flushClicks();
    expect(stage.world.clicked).toEqual([]);
    await stage.follow();
    await stage.world.flushClicks();
    expect(stage.world.clicked.map(({ clicks }) => clicks.length)).toEqual([1, 1]);
    expect(new Set(tried.ids)).toEqual(new Set(stage.world.clicked.map(({ id }) => id)));
  });
});

describe("outside of a test's background", () => {
  it("clicks are sent by the request's own afterlife", async () => {
    const { world, code } = await aStage({ CLICK_FLUSH_MS: 10 });
    const app = createApp(() => world.ctx);
    const sent = Promise.withResolvers<void>();
    world.ctx.clicks.send = async (message) => {
      world.clicked.push(message);
      sent.resolve();
    };
    const response = await app.request(`/go/${code}`, { headers: BROWSER }, env);
    expect(response.status).toBe(302);
    await sent.promise;
    expect(world.clicked).toHaveLength(1);
  });
});
