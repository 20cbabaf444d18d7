import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { signClickId } from "../../src/lib/click-ids.ts";
import { signHex } from "../../src/lib/hmac.ts";
import { createSecretBox } from "../../src/lib/secret-box.ts";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  everyRow,
  refusalOf,
  row,
  rows,
  submit,
} from "../support/fixtures.ts";
import { createWorld, START, type World } from "../support/world.ts";

afterEach(() => reset());

const PATH = "/api/v1/conversions/postback";
const MINUTE = 60_000;

interface Answer {
  result: string;
  stored: boolean;
  order_id: string;
  attribution: string;
  message: string;
}

async function aSecret(world: World, key: string, campaignId: string, body?: object): Promise<string> {
  const path = `/api/v1/campaigns/${campaignId}/postback/rotate`;
  const response = await world.request("POST", path, { key, body });
  expect(response.status).toBe(201);
  return (await response.json<{ secret: string }>()).secret;
}

/** A campaign in euros with a secret, and one submission with its tracked link. */
async function aShop() {
  const world = createWorld();
  const advertiser = await anAdvertiser(world);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  await rows("update campaigns set currency = 'EUR' where id = ?", campaignId);
  const secret = await aSecret(world, advertiser.key, campaignId);
  await submit(world, { key: affiliate.key, campaignId });
  const code = (await row<{ code: string }>("select code from tracked_links"))?.code ?? "";
  const parameters = (more: Record<string, string> = {}) => ({
    campaign_id: campaignId,
    order_id: "A-1",
    code,
    value: "59.90",
    ts: String(Math.floor(world.now / 1_000)),
    ...more,
  });
  /** Signs what is given, whatever it is. */
  const signed = async (query: string, by = secret) => `${PATH}?${query}&sig=${await signHex(by, query)}`;
  const call = async (more: Record<string, string> = {}, method = "GET") =>
    world.request(method, await signed(String(new URLSearchParams(parameters(more)))));
  const answered = async (more: Record<string, string> = {}): Promise<Answer> => {
    const response = await call(more);
    expect(response.status).toBe(200);
    return response.json();
  };
  return { world, advertiser, affiliate, campaignId, secret, code, parameters, signed, call, answered };
}

/** Refused in this way, with nothing changed. */
async function expectRefusal(
  action: () => Promise<Response>,
  expected: { status: number; code: string; pointers?: string[] },
) {
  const before = await everyRow();
  const response = await action();
  expect(await refusalOf(response)).toEqual({ pointers: [], ...expected });
  expect(await everyRow()).toBe(before);
}

describe("a signed postback", () => {
  it("records the order of its campaign, with no key and at most three round trips", async () => {
    const { world, campaignId, code, answered } = await aShop();
    world.takeUsage();
    expect(await answered()).toEqual({
      result: "recorded",
      stored: true,
      order_id: "A-1",
      attribution: "code",
      message: "Recorded.",
    });
    expect(world.takeUsage().trips).toBeLessThanOrEqual(3);
    expect(await rows("select * from conversions")).toMatchObject([
      { campaign_id: campaignId, order_id: "A-1", link: code, value_minor: 5_990, currency: "EUR" },
    ]);
    expect(await row("select method, occurred_at from conversions")).toEqual({
      method: "POSTBACK",
      occurred_at: START,
    });
  });

  it("counts for the click it names", async () => {
    const { world, code, answered } = await aShop();
    const { box } = world.ctx;
    const facts = { code, at: START - MINUTE, kind: "human" } as const;
    const clickId = box === null ? "" : await signClickId(box, facts, "abc123");
    expect(await answered({ click_id: clickId, code: "" })).toMatchObject({ attribution: "click" });
    expect(await row("select clicked_at from conversions")).toEqual({ clicked_at: START - MINUTE });
  });

  it("may be repeated: within its minutes it is a duplicate, and nothing is counted", async () => {
    const { world, call, answered } = await aShop();
    await answered();
    const before = await everyRow();
    world.advance(14 * MINUTE);
    expect(await answered({ ts: String(START / 1_000) })).toMatchObject({
      result: "duplicate",
      stored: false,
      message: "This was recorded before; nothing is counted again.",
    });
    expect(await answered()).toMatchObject({ result: "duplicate" });
    expect(await everyRow()).toBe(before);
    expect((await call({ value: "1.00" })).status).toBe(409);
    expect(await everyRow()).toBe(before);
  });

  it("takes refunds, a part or all that is left", async () => {
    const { answered } = await aShop();
    await answered();
    const part = { event: "refund", refund_id: "R-1", value: "9.90" };
    expect(await answered(part)).toMatchObject({ result: "recorded", attribution: "code" });
    expect(await answered(part)).toMatchObject({ result: "duplicate" });
    expect(await answered({ event: "refund", value: "" })).toMatchObject({ result: "recorded" });
    expect(await row("select refunded_minor, reversed_at from conversions")).toEqual({
      refunded_minor: 5_990,
      reversed_at: START,
    });
  });

  it("keeps what it cannot attribute, and says why", async () => {
    const { answered } = await aShop();
    const nothing = { code: "", click_id: "" };
    expect(await answered(nothing)).toMatchObject({ result: "recorded", attribution: "none_given" });
    const forged = { ...nothing, order_id: "A-2", click_id: "x".repeat(69) };
    expect(await answered(forged)).toMatchObject({ attribution: "unknown_click" });
  });

  it.each([
    { write: (text: string) => text, why: "as encodeURIComponent leaves it" },
    { write: (text: string) => text.replaceAll("'", "%27"), why: "escaped, as addresses are read" },
  ])("may hold an apostrophe, signed $why", async ({ write }) => {
    const { world, parameters, signed } = await aShop();
    const query = Object.entries(parameters({ order_id: "O'Neil's 7" }))
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join("&");
    const path = await signed(write(query));
    const response = await world.request("GET", path);
    expect(await response.json()).toMatchObject({ result: "recorded", order_id: "O'Neil's 7" });
    const forged = path.replace("Neil", "Neal");
    expect((await world.request("GET", forged)).status).toBe(401);
  });

  it("as a test says what would be recorded, and stores nothing", async () => {
    const { answered, call } = await aShop();
    const before = await everyRow();
    expect(await answered({ test: "1" })).toMatchObject({
      result: "recorded",
      stored: false,
      attribution: "code",
      message: "Everything is right. This is a test, so nothing was stored.",
    });
    expect(await refusalOf(await call({ test: "1", currency: "USD" }))).toMatchObject({
      pointers: ["#query/currency"],
    });
    expect(await everyRow()).toBe(before);
    await answered();
    expect(await answered({ test: "1" })).toMatchObject({ result: "duplicate", stored: false });
  });

  it("records nothing when its head alone is asked for", async () => {
    const { call } = await aShop();
    const before = await everyRow();
    const response = await call({}, "HEAD");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(await everyRow()).toBe(before);
  });

  it("waits while nothing opens its secret", async () => {
    const { world, call } = await aShop();
    world.ctx.box = null;
    await expectRefusal(() => call(), { status: 503, code: "temporarily_unavailable" });
    world.ctx.box = createSecretBox(`t2:${btoa("another-key-of-thirty-two-bytes!")}`);
    await expectRefusal(() => call(), { status: 401, code: "bad_signature" });
  });
});

describe("a postback that is not the shop's, or not of now", () => {
  const FORGED = { status: 401, code: "bad_signature" };

  it("is refused if it is signed with another secret, or changed after it was signed", async () => {
    const { world, secret, parameters, signed } = await aShop();
    const query = String(new URLSearchParams(parameters()));
    const foreign = await signed(query, `${secret}x`);
    await expectRefusal(() => world.request("GET", foreign), FORGED);
    const good = await signed(query);
    await expectRefusal(() => world.request("GET", good.replace("59.90", "99.90")), FORGED);
    await expectRefusal(() => world.request("GET", good.replace("A-1", "A%2D1")), FORGED);
    await expectRefusal(() => world.request("GET", `${PATH}?${query}`), FORGED);
    await expectRefusal(() => world.request("GET", `${good}&test=1`), FORGED);
    expect((await world.request("GET", good)).status).toBe(200);
    expect(world.lines.filter((line) => line.includes("postback_refused"))).not.toEqual([]);
    expect(world.lines.filter((line) => line.includes(secret) || line.includes("A-1"))).toEqual([]);
  });

  it("is refused in the same words if its campaign is unknown, another's, or has no secret", async () => {
    const { world, advertiser, parameters, signed } = await aShop();
    const other = await aCampaign(world, { advertiserId: advertiser.id });
    const bare = await aCampaign(world);
    const otherSecret = await aSecret(world, advertiser.key, other);
    const detailOf = async (campaignId: string, by?: string) => {
      const query = String(new URLSearchParams(parameters({ campaign_id: campaignId })));
      const response = await world.request("GET", await signed(query, by));
      expect(response.status).toBe(401);
      return (await response.json<{ detail: string }>()).detail;
    };
    const details = [
      await detailOf(`cmp_${"Z".repeat(26)}`),
      await detailOf(other),
      await detailOf(bare),
      await detailOf(String(parameters().campaign_id), otherSecret),
    ];
    expect(new Set(details).size).toBe(1);
    expect(await rows("select * from conversions")).toEqual([]);
  });

  it.each([
    { by: 15 * MINUTE, accepted: true },
    { by: 15 * MINUTE + 1_000, accepted: false },
    { by: -15 * MINUTE, accepted: true },
    { by: -15 * MINUTE - 1_000, accepted: false },
  ])("is refused if its time is more than 15 minutes away: $by ms", async ({ by, accepted }) => {
    const { world, call } = await aShop();
    const ts = String(START / 1_000);
    world.advance(by);
    if (accepted) expect((await call({ ts })).status).toBe(200);
    else await expectRefusal(() => call({ ts }), FORGED);
  });

  it("is refused once the advertiser is archived", async () => {
    const { advertiser, call } = await aShop();
    await rows("update advertisers set status = 'archived' where id = ?", advertiser.id);
    await expectRefusal(() => call(), FORGED);
  });

  it("is told that it is too old only if its signature is right", async () => {
    const { world, parameters, signed } = await aShop();
    const query = String(new URLSearchParams(parameters({ ts: "1700000000" })));
    const detailOf = async (by?: string) =>
      (await (await world.request("GET", await signed(query, by))).json<{ detail: string }>()).detail;
    expect(await detailOf()).toContain("too old, or a replay");
    expect(await detailOf("other")).not.toContain("too old");
  });
});

describe("a postback with bad parameters", () => {
  const INVALID = { status: 422, code: "validation_failed" };

  it.each([
    { more: { order_id: "" }, at: "order_id", why: "no order" },
    { more: { order_id: "a".repeat(101) }, at: "order_id", why: "a long id" },
    { more: { value: "1000000000000000" }, at: "value", why: "a huge value" },
    { more: { value: "-1" }, at: "value", why: "a negative value" },
    { more: { value: "1e3" }, at: "value", why: "an exponent" },
    { more: { value: "59,90" }, at: "value", why: "a decimal comma" },
    { more: { value: "NaN" }, at: "value", why: "no number" },
    { more: { currency: "USD" }, at: "currency", why: "another currency" },
    { more: { event: "refund", order_id: "B-1" }, at: "order_id", why: "a refund of no order of ours" },
    { more: { event: "sale" }, at: "event", why: "an unknown event" },
    { more: { time: "2026-06-01 12:00:00" }, at: "time", why: "a time without zone" },
    { more: { time: "2027-06-01T12:00:00Z" }, at: "time", why: "the future" },
    { more: { ts: "" }, at: "ts", why: "no time of signing" },
    { more: { test: "0" }, at: "test", why: "a test that is none" },
    { more: { url: "https://evil.example/" }, at: "url", why: "an address to go to" },
    { more: { redirect: "//evil.example" }, at: "redirect", why: "another" },
    { more: { code: "a\r\nLocation: https://evil.example" }, at: "code", why: "a header in a value" },
  ])("is refused at $at: $why", async ({ more, at }) => {
    const { call } = await aShop();
    await expectRefusal(() => call(more), { ...INVALID, pointers: [`#query/${at}`] });
  });

  it.each([
    { tail: "&order_id=A-2", at: "#query/order_id", why: "an order given twice" },
    { tail: "&value=%zz", at: "#query/value", why: "a broken escape" },
    { tail: `&click_id=${"a".repeat(4_096)}`, at: "#query", why: "more than 4 kB" },
  ])("is refused at $at: $why", async ({ tail, at }) => {
    const { world, campaignId, signed, parameters } = await aShop();
    const query = `campaign_id=${campaignId}&order_id=A-1&ts=${parameters().ts}${tail}`;
    const path = await signed(query);
    await expectRefusal(() => world.request("GET", path), { ...INVALID, pointers: [at] });
  });

  it("is refused at a link or a click of another campaign of its advertiser", async () => {
    const { world, advertiser, affiliate, call } = await aShop();
    const other = await aCampaign(world, { advertiserId: advertiser.id });
    const { submission_id } = await submit(world, { key: affiliate.key, campaignId: other });
    const foreign = await row<{ code: string }>(
      "select code from tracked_links where submission_id = ?",
      submission_id,
    );
    const code = foreign?.code ?? "";
    await expectRefusal(() => call({ code }), { ...INVALID, pointers: ["#query/code"] });
    const { box } = world.ctx;
    const clickId = box && (await signClickId(box, { code, at: START, kind: "human" }, "abc123"));
    const clicked = { code: "", click_id: clickId ?? "" };
    await expectRefusal(() => call(clicked), { ...INVALID, pointers: ["#query/click_id"] });
  });
});
