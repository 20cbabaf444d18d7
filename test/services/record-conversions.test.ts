import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConversionEntry, ConversionOutcome } from "../../src/domain/conversion.ts";
import { recordConversions } from "../../src/services/record-conversions.ts";
import { aClick, aLink, anOrder, aShop } from "../support/conversions.ts";
import { type Account, row, rows } from "../support/fixtures.ts";
import { fullScans, plansOf } from "../support/query-plans.ts";
import { recountConversions } from "../support/recount-conversions.ts";
import { createWorld, START, type World } from "../support/world.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let world: World;
let campaignId: string;
let advertiser: Account;
let advertiserId: string;

beforeEach(async () => {
  world = createWorld();
  ({ campaignId, advertiser } = await aShop(world));
  advertiserId = advertiser.id;
});

/** After every scenario the sums are those of the orders and refunds themselves. */
afterEach(async () => {
  const { kept, recounted } = await recountConversions();
  expect(kept).toEqual(recounted);
  await reset();
});

const record = (
  entries: readonly ConversionEntry[],
  scope = { advertiserId } as { advertiserId: string | null },
) => recordConversions(world.ctx, scope, entries, "API");

/** Records one entry of the campaign. */
async function one(given: Partial<ConversionEntry> = {}): Promise<ConversionOutcome> {
  const [outcome] = await record([anOrder({ campaignId, ...given })]);
  if (outcome === undefined) throw new Error("one entry has one outcome");
  return outcome;
}

const refund = (given: Partial<ConversionEntry> = {}) => one({ event: "refund", ...given });

/** An outcome in a word: its result, or what it was refused for. */
const said = ({ result, error, conflict }: ConversionOutcome) =>
  error === null ? result : `${conflict ? "conflict" : result} ${error.pointer}`;

const recorded = (orderId = "A-1") =>
  row<Record<string, unknown>>("select * from conversions where order_id = ?", orderId);

const traffic = () =>
  row<Record<string, number>>(
    "select orders, unattributed, reversed, value_minor, refunded_minor from campaign_traffic where hour = -1",
  );

const NOTHING = { orders: 0, unattributed: 0, reversed: 0, value_minor: 0, refunded_minor: 0 };

describe("an order", () => {
  it("is recorded with all that was told of it", async () => {
    const link = await aLink(world, campaignId);
    const clickId = await aClick(world, link, { at: START - HOUR });
    const outcome = await one({
      clickId,
      code: link,
      value: "19.99",
      currency: "USD",
      occurredAt: START - 1,
    });
    expect(outcome).toEqual({
      orderId: "A-1",
      result: "recorded",
      attribution: "click",
      error: null,
      conflict: false,
    });
    expect(await recorded()).toEqual({
      campaign_id: campaignId,
      order_id: "A-1",
      link,
      attribution: "click",
      clicked_at: START - HOUR,
      automated_click: 0,
      occurred_at: START - 1,
      received_at: START,
      value_minor: 1_999,
      currency: "USD",
      refunded_minor: 0,
      reversed_at: null,
      method: "API",
    });
    expect(await traffic()).toEqual({ ...NOTHING, orders: 1, value_minor: 1_999 });
  });

  it("needs nothing but its id: it is of now, of no value, and counts for no link", async () => {
    expect((await one()).attribution).toBe("none_given");
    expect(await recorded()).toMatchObject({
      occurred_at: START,
      value_minor: null,
      currency: null,
      link: null,
    });
    expect(await traffic()).toEqual({ ...NOTHING, orders: 1, unattributed: 1 });
  });

  it("may be worth nothing, which is not the same as of no value", async () => {
    await one({ value: "0" });
    expect(await recorded()).toMatchObject({ value_minor: 0, currency: "USD", reversed_at: null });
  });

  it("has as many decimals as the campaign's currency, which it need not name", async () => {
    for (const [currency, value, minor] of [
      ["JPY", "1500", 1_500],
      ["KWD", "1.234", 1_234],
    ] as const) {
      const shop = await aShop(world, { currency });
      const [outcome] = await record([anOrder({ campaignId: shop.campaignId, value })], {
        advertiserId: null,
      });
      expect(outcome?.result).toBe("recorded");
      expect(
        await row("select value_minor, currency from conversions where campaign_id = ?", shop.campaignId),
      ).toEqual({ value_minor: minor, currency });
    }
  });

  it.each([
    { given: { orderId: "" }, pointer: "#/order_id", why: "no id" },
    { given: { orderId: "x".repeat(101) }, pointer: "#/order_id", why: "an id of 101 characters" },
    { given: { orderId: "A\n1" }, pointer: "#/order_id", why: "a line break" },
    { given: { orderId: "A\u0000" }, pointer: "#/order_id", why: "a control character" },
    { given: { orderId: "A\u202e1" }, pointer: "#/order_id", why: "a character nobody sees" },
    { given: { orderId: "\ud800" }, pointer: "#/order_id", why: "half a character" },
    { given: { orderId: " A" }, pointer: "#/order_id", why: "a space at its end" },
    { given: { refundId: "R-1" }, pointer: "#/refund_id", why: "the id of a refund" },
    { given: { value: "-1" }, pointer: "#/value", why: "a negative value" },
    { given: { value: "1e3" }, pointer: "#/value", why: "an exponent" },
    { given: { value: "NaN" }, pointer: "#/value", why: "no number" },
    { given: { value: "1.999" }, pointer: "#/value", why: "less than a cent" },
    { given: { value: "1000000000.01" }, pointer: "#/value", why: "a cent too much" },
    { given: { value: "9".repeat(400) }, pointer: "#/value", why: "400 digits" },
    { given: { value: "1", currency: "EUR" }, pointer: "#/currency", why: "another currency" },
    { given: { value: "1", currency: "usd" }, pointer: "#/currency", why: "small letters" },
    { given: { currency: "USD" }, pointer: "#/currency", why: "a currency of nothing" },
    { given: { occurredAt: START + 300_001 }, pointer: "#/time", why: "the future" },
    { given: { occurredAt: Date.UTC(2015, 0, 1) - 1 }, pointer: "#/time", why: "2014" },
  ])("is refused at $pointer for $why, and nothing is counted", async ({ given, pointer }) => {
    expect(said(await one(given))).toBe(`refused ${pointer}`);
    expect(await traffic()).toBeNull();
  });

  it.each([
    { orderId: "x".repeat(100) },
    { orderId: "№ 7/2026 – ünïcode 🛒" },
    { value: "1000000000" },
    { occurredAt: START + 300_000 },
    { occurredAt: Date.UTC(2015, 0, 1) },
  ])("is taken with %j", async (given) => {
    expect((await one(given)).result).toBe("recorded");
  });

  it("has no value where its campaign has no currency", async () => {
    const shop = await aShop(world, { currency: null });
    const entry = anOrder({ campaignId: shop.campaignId, value: "1", currency: "USD" });
    const [refused] = await record([entry], { advertiserId: null });
    expect(refused && said(refused)).toBe("refused #/currency");
  });

  it("is refused alike for a campaign of others and for one that is not there", async () => {
    const { campaignId: theirs } = await aShop(world);
    const foreign = await one({ campaignId: theirs });
    expect(said(foreign)).toBe("refused #/campaign_id");
    expect(await one({ campaignId: `cmp_${"Z".repeat(26)}` })).toEqual(foreign);
    const [asAdmin] = await record([anOrder({ campaignId: theirs })], { advertiserId: null });
    expect(asAdmin?.result).toBe("recorded");
  });

  it("of the same id in another campaign is another order", async () => {
    const { campaignId: other } = await aShop(world);
    const outcomes = await record([anOrder({ campaignId }), anOrder({ campaignId: other })], {
      advertiserId: null,
    });
    expect(outcomes.map(said)).toEqual(["recorded", "recorded"]);
  });
});

describe("what an order counts for", () => {
  it.each([
    { age: 30 * DAY, attribution: "click", why: "exactly as old as the window" },
    { age: 30 * DAY + 1, attribution: "expired_click", why: "older than the window" },
    { age: -300_000, attribution: "click", why: "as far ahead as clocks may be" },
    { age: -300_001, attribution: "before_click", why: "further ahead" },
  ])("a click that is $why: $attribution", async ({ age, attribution }) => {
    const link = await aLink(world, campaignId);
    const clickId = await aClick(world, link, { at: START - age });
    expect((await one({ clickId, code: link })).attribution).toBe(attribution);
    expect(await recorded()).toMatchObject({
      link: attribution === "click" ? link : null,
      clicked_at: START - age,
    });
  });

  it("shows that its click is suspected automation, and still counts it", async () => {
    const link = await aLink(world, campaignId);
    await one({ clickId: await aClick(world, link, { kind: "automated" }) });
    expect(await recorded()).toMatchObject({ attribution: "click", automated_click: 1, link });
  });

  it.each([
    { age: 9_999, fast: 1 },
    { age: 10_000, fast: 0 },
  ])("$age ms after its click it is fast: $fast", async ({ age, fast }) => {
    const link = await aLink(world, campaignId);
    await one({ clickId: await aClick(world, link, { at: START - age }) });
    expect(await row("select fast from conversion_days")).toEqual({ fast });
  });

  it("the link of a code, whatever its case", async () => {
    const link = "abcdefghjk";
    await rows(
      "insert into tracked_links (code, campaign_id, affiliate_id, created_at) values (?, ?, 'aff_1', 0)",
      link,
      campaignId,
    );
    expect((await one({ code: "ABCDEFGHJK" })).attribution).toBe("code");
    expect(await recorded()).toMatchObject({ link, clicked_at: null });
  });

  it("a code decides where the click is none of ours", async () => {
    const link = await aLink(world, campaignId);
    const forged = `${(await aClick(world, link)).slice(0, -1)}!`;
    expect((await one({ orderId: "A", clickId: forged, code: link })).attribution).toBe("code");
    expect((await one({ orderId: "B", clickId: forged })).attribution).toBe("unknown_click");
    expect((await one({ orderId: "C", code: "zzzzzzzzzz" })).attribution).toBe("unknown_code");
    expect((await one({ orderId: "D", code: "SUMMER-10" })).attribution).toBe("unknown_code");
    expect(await traffic()).toMatchObject({ orders: 4, unattributed: 3 });
  });

  it("nothing where a click is forged by as little as one character", async () => {
    const link = await aLink(world, campaignId);
    const clickId = await aClick(world, link);
    // Another time in the same signed text.
    const forged = clickId.replace(/^(.{18})./, (_, before: string) => `${before}1`);
    expect(forged).not.toBe(clickId);
    expect((await one({ clickId: forged })).attribution).toBe("unknown_click");
  });

  it("nothing where a signed click is of a link that is gone", async () => {
    expect((await one({ clickId: await aClick(world, "zzzzzzzzzz") })).attribution).toBe("unknown_click");
  });

  it("nothing where no click could have been signed", async () => {
    const clickId = await aClick(world, await aLink(world, campaignId));
    world.ctx.box = null;
    expect((await one({ clickId })).attribution).toBe("unknown_click");
  });

  it.each([
    { sooner: 300_000, attribution: "code", why: "as far before its link was made as clocks may be off" },
    { sooner: 300_001, attribution: "before_click", why: "before there was its link" },
  ])("an order by code alone from $why: $attribution", async ({ sooner, attribution }) => {
    const link = await aLink(world, campaignId, { createdAt: START - DAY });
    const order = { code: link, occurredAt: START - DAY - sooner };
    expect((await one(order)).attribution).toBe(attribution);
    expect(await recorded()).toMatchObject({
      link: attribution === "code" ? link : null,
      clicked_at: null,
    });
    expect(await one(order)).toMatchObject({ result: "duplicate", attribution });
  });

  it("nothing by links of another advertiser, in the words for links that are not there", async () => {
    const { campaignId: other } = await aShop(world);
    const theirs = await aLink(world, other);
    const byCode = await one({ orderId: "A", code: theirs });
    expect(byCode).toMatchObject({ result: "recorded", attribution: "unknown_code" });
    expect(await one({ orderId: "A", code: "zzzzzzzzzz" })).toEqual({ ...byCode, result: "duplicate" });
    const clickId = await aClick(world, theirs);
    expect((await one({ orderId: "B", clickId })).attribution).toBe("unknown_click");
    const mine = await aLink(world, campaignId);
    expect(await one({ orderId: "C", clickId, code: mine })).toMatchObject({ attribution: "code" });
    const [asAdmin] = await record([anOrder({ campaignId, orderId: "D", code: theirs })], {
      advertiserId: null,
    });
    expect(asAdmin?.attribution).toBe("unknown_code");
    expect(await traffic()).toMatchObject({ orders: 4, unattributed: 3 });
  });

  it("is refused for links of another campaign of its advertiser, and for two links at once", async () => {
    const { campaignId: other } = await aShop(world, { advertiser });
    const [theirs, mine, second] = [
      await aLink(world, other),
      await aLink(world, campaignId),
      await aLink(world, campaignId),
    ];
    expect(said(await one({ clickId: await aClick(world, theirs) }))).toBe("refused #/click_id");
    expect(said(await one({ code: theirs }))).toBe("refused #/code");
    expect(said(await one({ clickId: await aClick(world, mine), code: second }))).toBe("refused #/code");
    expect(await traffic()).toBeNull();
  });
});

describe("an order that is told again", () => {
  it("is a duplicate and counts nothing, also later and without its time", async () => {
    const clickId = await aClick(world, await aLink(world, campaignId));
    const order = { clickId, value: "20.00" };
    expect(said(await one(order))).toBe("recorded");
    world.advance(40 * DAY);
    expect(await one(order)).toMatchObject({ result: "duplicate", attribution: "click" });
    expect(said(await one({ ...order, occurredAt: START, value: "20" }))).toBe("duplicate");
    expect(await traffic()).toMatchObject({ orders: 1, value_minor: 2_000 });
  });

  it("is refused as a conflict if anything of it differs", async () => {
    const link = await aLink(world, campaignId);
    const clickId = await aClick(world, link);
    await one({ clickId, value: "20" });
    expect(said(await one({ clickId, value: "20.01" }))).toBe("conflict #/value");
    expect(said(await one({ clickId }))).toBe("conflict #/value");
    expect(said(await one({ clickId, value: "20", occurredAt: START - 1 }))).toBe("conflict #/time");
    expect(said(await one({ value: "20", code: link }))).toBe("conflict #/code");
    const other = await aClick(world, link, { at: START - 1 });
    expect(said(await one({ clickId: other, value: "20" }))).toBe("conflict #/click_id");
    expect(said(await one({ clickId: "not-ours", value: "20" }))).toBe("conflict #/click_id");
    expect(await traffic()).toMatchObject({ orders: 1 });
  });

  it("is a duplicate without the click or code it was told with", async () => {
    const link = await aLink(world, campaignId);
    await one({ orderId: "A", clickId: await aClick(world, link) });
    await one({ orderId: "B", code: link });
    expect(await one({ orderId: "A" })).toMatchObject({ result: "duplicate", attribution: "click" });
    expect(await one({ orderId: "B" })).toMatchObject({ result: "duplicate", attribution: "code" });
  });

  it("is a duplicate though the campaign changed its window or currency since", async () => {
    const clickId = await aClick(world, await aLink(world, campaignId), { at: START - 20 * DAY });
    await one({ clickId, value: "20", currency: "USD" });
    await rows("update campaigns set attribution_days = 7, currency = 'JPY'");
    expect(await one({ clickId, value: "20", currency: "USD" })).toMatchObject({
      result: "duplicate",
      attribution: "click",
    });
  });

  it("is a duplicate after it was reversed", async () => {
    await one({ value: "20" });
    await refund();
    expect(said(await one({ value: "20" }))).toBe("duplicate");
    expect(await traffic()).toMatchObject({ orders: 1, reversed: 1 });
  });

  it("is recorded once by two requests at once", async () => {
    const outcomes = await Promise.all([one({ value: "5" }), one({ value: "5" }), one({ value: "5" })]);
    expect(outcomes.map(said).toSorted()).toEqual(["duplicate", "duplicate", "recorded"]);
    expect(await traffic()).toMatchObject({ orders: 1, value_minor: 500 });
  });

  it("is recorded by the retry of what failed before it was written", async () => {
    // The first batch reads, the second writes.
    world.failBatch(2, "before");
    await expect(one()).rejects.toThrow("Network connection lost");
    expect(await recorded()).toBeNull();
    expect(said(await one())).toBe("recorded");
  });

  it("is a duplicate for the retry of what failed after it was written", async () => {
    world.failBatch(2, "after");
    await expect(one()).rejects.toThrow("Network connection lost");
    expect(said(await one())).toBe("duplicate");
    expect(await traffic()).toMatchObject({ orders: 1 });
  });
});

describe("an order that is told again, now with what brought it", () => {
  it.each([
    { first: {}, why: "neither click nor code" },
    { first: { clickId: "not-ours" }, why: "a click of others" },
    { first: { code: "SUMMER-10" }, why: "a code of others" },
  ])("counts for its link after it was told with $why", async ({ first }) => {
    const link = await aLink(world, campaignId);
    const clickId = await aClick(world, link, { at: START - HOUR - 5_000 });
    await one({ ...first, value: "30", occurredAt: START - HOUR });
    world.advance(DAY);
    expect(await one({ clickId, value: "30" })).toMatchObject({ result: "recorded", attribution: "click" });
    expect(await recorded()).toMatchObject({
      link,
      attribution: "click",
      clicked_at: START - HOUR - 5_000,
      occurred_at: START - HOUR,
      received_at: START,
    });
    expect(await rows("select link, orders, value_minor, fast from conversion_days")).toEqual([
      { link, orders: 1, value_minor: 3_000, fast: 1 },
    ]);
    expect(await traffic()).toEqual({ ...NOTHING, orders: 1, value_minor: 3_000 });
    expect(said(await one({ clickId, value: "30", occurredAt: START - HOUR }))).toBe("duplicate");
    expect(said(await one({ value: "30" }))).toBe("duplicate");
  });

  it("takes its refunds along, each at its own time", async () => {
    const link = await aLink(world, campaignId);
    await one({ value: "30", occurredAt: START - 3 * DAY });
    await refund({ refundId: "R-1", value: "10", occurredAt: START - 2 * DAY });
    await refund({ refundId: "R-2", value: "20", occurredAt: START - DAY });
    expect((await one({ code: link, value: "30" })).attribution).toBe("code");
    const days = "select orders, reversed, value_minor, refunded_minor from conversion_days order by day";
    expect(await rows(days)).toEqual([
      { orders: 1, reversed: 0, value_minor: 3_000, refunded_minor: 0 },
      { orders: 0, reversed: 0, value_minor: 0, refunded_minor: 1_000 },
      { orders: 0, reversed: 1, value_minor: 0, refunded_minor: 2_000 },
    ]);
    expect(await traffic()).toEqual({
      orders: 1,
      unattributed: 0,
      reversed: 1,
      value_minor: 3_000,
      refunded_minor: 3_000,
    });
  });

  it("may be refunded in the same call, before and after", async () => {
    const link = await aLink(world, campaignId);
    await one({ value: "30" });
    const part = (refundId: string) => anOrder({ campaignId, event: "refund", refundId, value: "15" });
    const outcomes = await record([
      part("R-1"),
      anOrder({ campaignId, code: link, value: "30" }),
      part("R-2"),
    ]);
    expect(outcomes.map(said)).toEqual(["recorded", "recorded", "recorded"]);
    expect(await recorded()).toMatchObject({ link, refunded_minor: 3_000, reversed_at: START });
    const again = [anOrder({ campaignId, orderId: "B" }), anOrder({ campaignId, orderId: "B", code: link })];
    expect((await record(again)).map(({ attribution }) => attribution)).toEqual(["none_given", "code"]);
  });

  it("says why it counts for no link if its click is too old", async () => {
    const clickId = await aClick(world, await aLink(world, campaignId), { at: START - 31 * DAY });
    await one();
    expect(await one({ clickId })).toMatchObject({ result: "recorded", attribution: "expired_click" });
    expect(await traffic()).toMatchObject({ orders: 1, unattributed: 1 });
    expect(said(await one({ clickId }))).toBe("duplicate");
  });

  it("is a conflict if its value or time differs, and stays unattributed", async () => {
    const code = await aLink(world, campaignId);
    await one({ value: "30" });
    expect(said(await one({ code, value: "31" }))).toBe("conflict #/value");
    expect(said(await one({ code, value: "30", occurredAt: START - 1 }))).toBe("conflict #/time");
    expect(await recorded()).toMatchObject({ link: null, attribution: "none_given" });
  });

  it("counts for one link when two race, and beside refunds that race with it", async () => {
    const codes = [await aLink(world, campaignId), await aLink(world, campaignId)];
    await one({ value: "30" });
    const tellings = codes.map((code) => one({ code, value: "30" }));
    const refunds = ["R-1", "R-2"].map((refundId) => refund({ refundId, value: "10" }));
    expect((await Promise.all(tellings)).map(said).toSorted()).toEqual(["conflict #/code", "recorded"]);
    expect((await Promise.all(refunds)).map(said)).toEqual(["recorded", "recorded"]);
    expect(await traffic()).toMatchObject({ orders: 1, unattributed: 0, refunded_minor: 2_000 });
  });
});

describe("a refund", () => {
  it("takes back all that is left, at its own time", async () => {
    const link = await aLink(world, campaignId);
    await one({ code: link, value: "30", occurredAt: START - DAY });
    expect(await refund()).toMatchObject({ result: "recorded", attribution: "code" });
    expect(await recorded()).toMatchObject({ refunded_minor: 3_000, reversed_at: START });
    const days = await rows(
      "select orders, reversed, value_minor, refunded_minor from conversion_days order by day",
    );
    expect(days).toEqual([
      { orders: 1, reversed: 0, value_minor: 3_000, refunded_minor: 0 },
      { orders: 0, reversed: 1, value_minor: 0, refunded_minor: 3_000 },
    ]);
  });

  it("takes back parts, and the order is reversed when nothing is left", async () => {
    await one({ value: "30" });
    expect(said(await refund({ refundId: "R-1", value: "10" }))).toBe("recorded");
    expect(await recorded()).toMatchObject({ refunded_minor: 1_000, reversed_at: null });
    expect(said(await refund({ refundId: "R-2", value: "20.01" }))).toBe("refused #/value");
    expect(said(await refund({ refundId: "R-2", value: "20" }))).toBe("recorded");
    expect(await recorded()).toMatchObject({ refunded_minor: 3_000, reversed_at: START });
    expect(await traffic()).toMatchObject({ reversed: 1, refunded_minor: 3_000 });
  });

  it("counts the reversal at the latest of refunds that are told in another order", async () => {
    await one({ value: "30", occurredAt: START - 3 * HOUR });
    await refund({ refundId: "R-2", value: "10", occurredAt: START });
    await refund({ refundId: "R-1", value: "20", occurredAt: START - 2 * HOUR });
    expect(await recorded()).toMatchObject({ reversed_at: START });
  });

  it("is needed for nothing that was taken back already", async () => {
    await one({ value: "30" });
    await refund({ refundId: "R-1" });
    expect(said(await refund())).toBe("duplicate");
    expect(said(await refund({ refundId: "R-1" }))).toBe("duplicate");
    expect(said(await refund({ refundId: "R-1", value: "30" }))).toBe("duplicate");
    expect(said(await refund({ refundId: "R-2", value: "0.01" }))).toBe("refused #/value");
    expect(await traffic()).toMatchObject({ reversed: 1, refunded_minor: 3_000 });
  });

  it("is a conflict if it is told again with other content", async () => {
    await one({ value: "30" });
    await refund({ refundId: "R-1", value: "10" });
    expect(said(await refund({ refundId: "R-1", value: "11" }))).toBe("conflict #/value");
    expect(said(await refund({ refundId: "R-1", value: "10", occurredAt: START + 1 }))).toBe(
      "conflict #/time",
    );
    expect(said(await refund({ refundId: "R-1", value: "10" }))).toBe("duplicate");
  });

  it.each([
    { given: { orderId: "B" }, pointer: "#/order_id", why: "no such order" },
    { given: { value: "29.99" }, pointer: "#/refund_id", why: "a part without an id" },
    {
      given: { refundId: "full", value: "29.99" },
      pointer: "#/refund_id",
      why: "a part under the id of all",
    },
    { given: { refundId: "R\t" }, pointer: "#/refund_id", why: "a control character" },
    { given: { value: "30.01" }, pointer: "#/value", why: "more than there is" },
    { given: { refundId: "R-1", value: "0" }, pointer: "#/value", why: "nothing" },
    { given: { value: "30", currency: "EUR" }, pointer: "#/currency", why: "another currency" },
    { given: { occurredAt: START - HOUR - 1 }, pointer: "#/time", why: "before the order" },
  ])("is refused for $why", async ({ given, pointer }) => {
    await one({ value: "30", occurredAt: START - HOUR });
    expect(said(await refund(given))).toBe(`refused ${pointer}`);
    expect(await traffic()).toMatchObject({ reversed: 0, refunded_minor: 0 });
  });

  it("may be of the moment of the order, and takes its time if that is ahead of our clock", async () => {
    await one({ orderId: "A", occurredAt: START - HOUR });
    expect(said(await refund({ orderId: "A", occurredAt: START - HOUR }))).toBe("recorded");
    await one({ orderId: "B", occurredAt: START + 1_000 });
    expect(said(await refund({ orderId: "B" }))).toBe("recorded");
    expect(await recorded("B")).toMatchObject({ reversed_at: START + 1_000 });
  });

  it("of an order without a value, or worth nothing, is of all of it, once", async () => {
    await one();
    expect(said(await refund({ value: "1" }))).toBe("refused #/value");
    expect(said(await refund({ refundId: "R-1" }))).toBe("recorded");
    expect(said(await refund({ refundId: "R-2" }))).toBe("duplicate");
    await one({ orderId: "B", value: "0.00" });
    expect(said(await refund({ orderId: "B" }))).toBe("recorded");
    expect(await traffic()).toMatchObject({ reversed: 2, refunded_minor: 0 });
    expect(await rows("select distinct amount_minor from conversion_refunds")).toEqual([
      { amount_minor: null },
    ]);
  });

  it("reverses once when two race, whatever they are of", async () => {
    await one({ value: "30" });
    const halves = await Promise.all(["R-1", "R-2"].map((refundId) => refund({ refundId, value: "15" })));
    expect(halves.map(said)).toEqual(["recorded", "recorded"]);
    expect(await recorded()).toMatchObject({ refunded_minor: 3_000, reversed_at: START });
    await one({ orderId: "B", value: "30" });
    const both = ["R-1", "R-2"].map((refundId) => refund({ orderId: "B", refundId, value: "20" }));
    expect((await Promise.all(both)).map(said).toSorted()).toEqual(["recorded", "refused #/value"]);
    await one({ orderId: "C" });
    const whole = ["R-1", "R-2"].map((refundId) => refund({ orderId: "C", refundId }));
    expect((await Promise.all(whole)).map(said).toSorted()).toEqual(["duplicate", "recorded"]);
    expect(await traffic()).toMatchObject({ reversed: 2, refunded_minor: 5_000 });
  });

  it("is not stopped by the currency that its campaign has by now", async () => {
    await one({ value: "30" });
    await rows("update campaigns set currency = 'JPY'");
    expect(said(await refund({ refundId: "R-1", value: "0.50" }))).toBe("recorded");
    expect(await recorded()).toMatchObject({ refunded_minor: 50, currency: "USD" });
  });
});

describe("several entries at once", () => {
  it("are decided in their order: an order, itself again, and its refunds", async () => {
    const outcomes = await record([
      anOrder({ campaignId, value: "30" }),
      anOrder({ campaignId, value: "30" }),
      anOrder({ campaignId, value: "31" }),
      anOrder({ campaignId, event: "refund", refundId: "R-1", value: "10" }),
      anOrder({ campaignId, event: "refund", refundId: "R-1", value: "10" }),
      anOrder({ campaignId, event: "refund" }),
      anOrder({ campaignId, event: "refund", orderId: "B" }),
      anOrder({ campaignId, orderId: "B" }),
    ]);
    expect(outcomes.map(said)).toEqual([
      "recorded",
      "duplicate",
      "conflict #/value",
      "recorded",
      "duplicate",
      "recorded",
      "refused #/order_id",
      "recorded",
    ]);
    expect(await recorded()).toMatchObject({ refunded_minor: 3_000, reversed_at: START });
  });

  it("are recorded though others of them are refused", async () => {
    const outcomes = await record(["A", "", "B"].map((orderId) => anOrder({ campaignId, orderId })));
    expect(outcomes.map(said)).toEqual(["recorded", "refused #/order_id", "recorded"]);
  });

  it("are at most 500", async () => {
    const entries = Array.from({ length: 501 }, (_, i) => anOrder({ campaignId, orderId: `A-${i}` }));
    await expect(record(entries)).rejects.toThrow(RangeError);
    expect(await record([])).toEqual([]);
  });

  it("cost two round trips and few rows beside their own, also as duplicates and refunds", async () => {
    const codes = await Promise.all(Array.from({ length: 10 }, () => aLink(world, campaignId)));
    const clicks = await Promise.all(codes.map((code) => aClick(world, code)));
    const entries = Array.from({ length: 500 }, (_, i) =>
      anOrder({ campaignId, orderId: `A-${i}`, clickId: clicks[i % 10] ?? null, value: "1.00" }),
    );
    world.takeUsage();
    await record(entries);
    const first = world.takeUsage();
    expect(first.trips).toBe(2);
    // An order and its two index entries; a day and an hour a link, an hour and the total of the campaign, the campaign.
    expect(first.rowsWritten).toBe(500 * 3 + 10 * 2 + 2 + 1);
    expect(first.rowsRead).toBeLessThan(500 * 6);
    await record(entries);
    const again = world.takeUsage();
    expect([again.trips, again.rowsWritten]).toEqual([1, 0]);
    await record(entries.map((entry) => ({ ...entry, event: "refund" })));
    const refunds = world.takeUsage();
    expect(refunds.trips).toBe(2);
    // The refund, the order and its entry among the reversed ones; the sums as before.
    expect(refunds.rowsWritten).toBe(500 * 3 + 10 * 2 + 2);
    expect(refunds.rowsRead).toBeLessThan(500 * 12);
  });

  it("are looked up by keys alone", async () => {
    const entry = anOrder({ campaignId, code: await aLink(world, campaignId), value: "5" });
    await one({ orderId: "C", value: "5" });
    const plans = await plansOf(world, () => record([entry, { ...entry, event: "refund" }]));
    const later = await plansOf(world, () =>
      record([
        { ...entry, orderId: "B" },
        { ...entry, event: "refund" },
        { ...entry, orderId: "C" },
      ]),
    );
    for (const table of ["c", "l", "o", "r", "t", "campaigns", "conversions", "conversion_refunds"]) {
      expect(fullScans([...plans, ...later], table)).toEqual([]);
    }
  });
});

describe("from when on having no conversion is 0", () => {
  const from = () =>
    row<{ conversions_from: number | null; updated_at: number }>(
      "select conversions_from, updated_at from campaigns where id = ?",
      campaignId,
    );

  it("is the earliest order by click or code of the first that are recorded, and moves the campaign's version", async () => {
    const code = await aLink(world, campaignId);
    const before = await from();
    const times = [START - HOUR, START - DAY, START];
    await record([
      anOrder({ campaignId, occurredAt: START - 9 * DAY }),
      ...times.map((occurredAt, i) => anOrder({ campaignId, orderId: `B-${i}`, occurredAt, code })),
    ]);
    expect(await from()).toEqual({
      conversions_from: START - DAY,
      updated_at: (before?.updated_at ?? 0) + 1,
    });
    await one({ orderId: "C", occurredAt: START - 2 * DAY, code });
    expect(await from()).toEqual({ conversions_from: START - DAY, updated_at: START + 1 });
  });

  it("stays unknown while orders name no click or code: the shop may not pass them on", async () => {
    await record([
      anOrder({ campaignId, occurredAt: Date.UTC(2015, 0, 2) }),
      anOrder({ campaignId, orderId: "B", code: "SUMMER-10" }),
    ]);
    expect(await from()).toMatchObject({ conversions_from: null });
    await one({ orderId: "C", code: await aLink(world, campaignId) });
    expect(await from()).toMatchObject({ conversions_from: START });
  });

  it("is not before the campaign begins", async () => {
    await rows("update campaigns set starts_at = ? where id = ?", START - HOUR, campaignId);
    await one({ code: await aLink(world, campaignId), occurredAt: START - DAY });
    expect(await from()).toMatchObject({ conversions_from: START - HOUR });
  });

  it("stays unknown if the campaign says so after its first order", async () => {
    const code = await aLink(world, campaignId);
    await one({ code });
    const body = { conversions_from: null };
    expect(
      (await world.request("PATCH", `/api/v1/campaigns/${campaignId}`, { key: advertiser.key, body })).status,
    ).toBe(200);
    await one({ orderId: "B", code });
    expect(await from()).toMatchObject({ conversions_from: null });
  });

  it("stays as the campaign says it, and is not set by what is refused", async () => {
    await one({ orderId: "" });
    expect(await from()).toMatchObject({ conversions_from: null });
    await rows("update campaigns set conversions_from = ?", START - 9 * DAY);
    await one();
    expect(await from()).toMatchObject({ conversions_from: START - 9 * DAY });
  });
});
