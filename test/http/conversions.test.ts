import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { aClick, aLink, aShop } from "../support/conversions.ts";
import { anAffiliate, refusalOf, row, submit } from "../support/fixtures.ts";
import { plansOf } from "../support/query-plans.ts";
import { createWorld, issueKey, START } from "../support/world.ts";

afterEach(() => reset());

const CONVERSIONS = "/api/v1/conversions";
const NOON = "2026-06-01T12:00:00.000Z";
const NOWHERE = `cmp_${"Z".repeat(26)}`;

interface Page {
  data: Record<string, unknown>[];
  next_cursor: string | null;
}

async function aStage() {
  const world = createWorld();
  const { campaignId, advertiser } = await aShop(world);
  const { key } = advertiser;
  const report = (body: Record<string, unknown>, as = key) =>
    world.request("POST", CONVERSIONS, { key: as, body });
  const one = (given: Record<string, unknown> = {}) =>
    report({ campaign_id: campaignId, order_id: "A-1", ...given });
  const get = (path: string, as = key) => world.request("GET", path, { key: as });
  const list = async (query = "", as = key) => {
    const response = await get(`${CONVERSIONS}?campaign_id=${campaignId}${query}`, as);
    const page: Page = await response.json();
    return { ...page, ids: page.data.map(({ order_id }) => order_id), link: response.headers.get("link") };
  };
  const detail = (orderId: string, as = key) =>
    get(`/api/v1/campaigns/${campaignId}/conversions/${encodeURIComponent(orderId)}`, as);
  return { world, campaignId, advertiser, key, report, one, get, list, detail };
}

describe("who may report and read conversions", () => {
  it("the advertiser of the campaign and an admin, and nobody else", async () => {
    const { world, campaignId, key, report, list, detail } = await aStage();
    const admin = await issueKey(world, "admin", null);
    const { key: affiliate } = await anAffiliate(world);
    const { advertiser: other } = await aShop(world);
    const order = { campaign_id: campaignId, order_id: "A-1" };
    expect((await report(order, affiliate)).status).toBe(403);
    expect((await detail("A-1", affiliate)).status).toBe(403);
    expect(
      (await world.request("GET", `${CONVERSIONS}?campaign_id=${campaignId}`, { key: affiliate })).status,
    ).toBe(403);
    const foreign = await refusalOf(await report(order, other.key));
    expect(foreign).toEqual({ status: 422, code: "validation_failed", pointers: ["#/campaign_id"] });
    expect(await refusalOf(await report({ ...order, campaign_id: NOWHERE }, other.key))).toEqual(foreign);
    expect((await report(order, admin)).status).toBe(201);
    for (const as of [key, admin]) {
      expect((await list("", as)).ids).toEqual(["A-1"]);
      expect((await detail("A-1", as)).status).toBe(200);
    }
    for (const path of [
      `${CONVERSIONS}?campaign_id=${campaignId}`,
      `/api/v1/campaigns/${campaignId}/conversions/A-1`,
    ]) {
      expect(await refusalOf(await world.request("GET", path, { key: other.key }))).toMatchObject({
        status: 404,
      });
    }
  });
});

describe("reporting one conversion", () => {
  it("answers 201, then 200 to the same, and 409 to other content", async () => {
    const { campaignId, world, one } = await aStage();
    const code = await aLink(world, campaignId);
    const order = { value: 19.99, currency: "USD", code, time: "2026-06-01T13:00:00+02:00" };
    const first = await one(order);
    expect(first.status).toBe(201);
    expect(await first.json()).toEqual({ order_id: "A-1", result: "recorded", attribution: "code" });
    const again = await one({ ...order, value: "19.99" });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual({ order_id: "A-1", result: "duplicate", attribution: "code" });
    const refusal = await refusalOf(await one({ ...order, value: "20" }));
    expect(refusal).toEqual({ status: 409, code: "conflict", pointers: ["#/value"] });
  });

  it("answers 503 while the database is busy, and the retry is recorded", async () => {
    const { world, one } = await aStage();
    world.failBatch(2, "before");
    expect((await one()).status).toBe(503);
    expect((await one()).status).toBe(201);
  });

  it("costs three round trips, the key's included", async () => {
    const { world, one } = await aStage();
    world.takeUsage();
    await one();
    expect(world.takeUsage().trips).toBe(3);
  });

  it.each([
    { given: { value: -1 }, pointers: ["#/value"] },
    { given: { value: 1e21 }, pointers: ["#/value"] },
    { given: { value: 1e-7 }, pointers: ["#/value"] },
    { given: { value: 0.1 + 0.2 }, pointers: ["#/value"] },
    { given: { value: true }, pointers: ["#/value"] },
    { given: { value: null }, pointers: ["#/value"] },
    { given: { value: "1", currency: "EUR" }, pointers: ["#/currency"] },
    { given: { order_id: "A\u0007" }, pointers: ["#/order_id"] },
    { given: { order_id: 7 }, pointers: ["#/order_id"] },
    { given: { order_id: undefined }, pointers: ["#/order_id"] },
    { given: { order_id: undefined, campaign_id: undefined }, pointers: ["#/campaign_id", "#/order_id"] },
    { given: { campaign_id: "1" }, pointers: ["#/campaign_id"] },
    { given: { event: "sale" }, pointers: ["#/event"] },
    { given: { time: "yesterday" }, pointers: ["#/time"] },
    { given: { time: "2026-06-01T12:05:00.001Z" }, pointers: ["#/time"] },
    { given: { quantity: 1 }, pointers: ["#/quantity"] },
    { given: { conversions: [] }, pointers: ["#/conversions"] },
    { given: { event: "refund" }, pointers: ["#/order_id"] },
  ])("refuses $given at $pointers", async ({ given, pointers }) => {
    const { one, list } = await aStage();
    expect(await refusalOf(await one(given))).toEqual({ status: 422, code: "validation_failed", pointers });
    expect((await list()).data).toEqual([]);
  });
});

describe("reporting several conversions", () => {
  it("answers each for itself, and points into the body", async () => {
    const { campaignId, report } = await aStage();
    const entry = (given: object) => ({ campaign_id: campaignId, order_id: "A-1", ...given });
    const conversions = [
      entry({ value: "30" }),
      entry({ value: "30" }),
      entry({ value: "31" }),
      entry({ event: "refund", refund_id: "R-1", value: "10" }),
      entry({ order_id: "B", value: "1.001" }),
    ];
    const response = await report({ conversions });
    expect(response.status).toBe(200);
    const fine = { order_id: "A-1", attribution: "none_given", error: null };
    const refused = { result: "refused", attribution: null };
    expect(await response.json()).toEqual({
      recorded: 2,
      duplicates: 1,
      refused: 2,
      results: [
        { index: 0, result: "recorded", ...fine },
        { index: 1, result: "duplicate", ...fine },
        {
          index: 2,
          order_id: "A-1",
          ...refused,
          error: {
            code: "conflict",
            pointer: "#/conversions/2/value",
            detail: "differs from what is recorded of this order",
          },
        },
        { index: 3, result: "recorded", ...fine },
        {
          index: 4,
          order_id: "B",
          ...refused,
          error: {
            code: "validation_failed",
            pointer: "#/conversions/4/value",
            detail: "has at most 2 decimals in USD",
          },
        },
      ],
    });
  });

  it("takes 500 and refuses 501, and a body of another shape as a whole", async () => {
    const { campaignId, report } = await aStage();
    const entries = Array.from({ length: 501 }, (_, i) => ({ campaign_id: campaignId, order_id: `A-${i}` }));
    const full = await report({ conversions: entries.slice(1) });
    expect(await full.json()).toMatchObject({ recorded: 500, duplicates: 0, refused: 0 });
    for (const [body, pointers] of [
      [{ conversions: entries }, ["#/conversions"]],
      [{ conversions: [] }, ["#/conversions"]],
      [{ conversions: entries.slice(0, 1), campaign_id: campaignId }, ["#/campaign_id"]],
      [{ conversions: [{ campaign_id: campaignId }] }, ["#/conversions/0/order_id"]],
      [{ conversions: [{ ...entries[0], total: 1 }] }, ["#/conversions/0/total"]],
    ] as const) {
      expect(await refusalOf(await report(body))).toEqual({
        status: 422,
        code: "validation_failed",
        pointers,
      });
    }
    expect(await row("select count(*) as n from conversions")).toEqual({ n: 500 });
  });
});

describe("listing conversions", () => {
  it("shows everything that is known of an order", async () => {
    const { world, campaignId, one, list, detail } = await aStage();
    const affiliate = await anAffiliate(world);
    const { submission_id } = await submit(world, { key: affiliate.key, campaignId });
    const own = await row<{ code: string }>(
      "select code from tracked_links where submission_id = ?",
      submission_id,
    );
    const link_code = own?.code ?? "none";
    const clickId = await aClick(world, link_code, { at: START - 60_000, kind: "automated" });
    await one({ click_id: clickId, value: "30.5" });
    await one({ event: "refund", refund_id: "R-1", value: "0.5" });
    const order = {
      campaign_id: campaignId,
      order_id: "A-1",
      attribution: "click",
      link_code,
      submission_id,
      affiliate_id: affiliate.id,
      clicked_at: "2026-06-01T11:59:00.000Z",
      automated_click: true,
      occurred_at: NOON,
      received_at: NOON,
      value_minor: 3_050,
      currency: "USD",
      refunded_minor: 50,
      reversed_at: null,
      method: "API",
    };
    expect((await list()).data).toEqual([order]);
    expect(await (await detail("A-1")).json()).toEqual({
      ...order,
      refunds: [{ refund_id: "R-1", amount_minor: 50, occurred_at: NOON, received_at: NOON }],
    });
  });

  it("shows null for what is not known: no link, no click, a link without a submission", async () => {
    const { world, campaignId, one, list } = await aStage();
    const code = await aLink(world, campaignId, { affiliateId: "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E" });
    await one({ order_id: "A" });
    await one({ order_id: "B", code });
    expect((await list()).data).toMatchObject([
      { order_id: "B", link_code: code, submission_id: null, affiliate_id: "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E" },
      { order_id: "A", link_code: null, affiliate_id: null, clicked_at: null, automated_click: null },
    ]);
  });

  it("pages the latest first, orders of one instant by their id, without missing or repeating one", async () => {
    const { campaignId, report, list } = await aStage();
    const ids = ["A/1", "Ä 2", "B", "🛒", "x".repeat(100)];
    const entry = (order_id: string, time: string) => ({ campaign_id: campaignId, order_id, time });
    await report({
      conversions: [...ids.map((id) => entry(id, NOON)), entry("old", "2026-05-31T12:00:00Z")],
    });
    const whole = (await list()).ids;
    expect(whole.at(-1)).toBe("old");
    expect(whole.toSorted()).toEqual([...ids, "old"].toSorted());
    for (const filter of ["", "&attribution=unattributed"]) {
      const paged: unknown[] = [];
      let next: string | null = "";
      for (let pages = 0; next !== null && pages < 10; pages++) {
        const found = await list(`&limit=2${filter}${next === "" ? "" : `&cursor=${next}`}`);
        expect(found.link === null).toBe(found.next_cursor === null);
        paged.push(...found.ids);
        next = found.next_cursor;
      }
      expect(paged).toEqual(whole);
    }
  });

  it("filters by whether an order counts for a link", async () => {
    const { world, campaignId, one, list } = await aStage();
    await one({ order_id: "A" });
    await one({ order_id: "B", code: await aLink(world, campaignId) });
    expect((await list("&attribution=attributed")).ids).toEqual(["B"]);
    expect((await list("&attribution=unattributed")).ids).toEqual(["A"]);
  });

  it("looks at 1,000 orders a filtered page, and says where to go on", async () => {
    const { world, campaignId, one, list } = await aStage();
    const code = await aLink(world, campaignId, { createdAt: 0 });
    await one({ order_id: "found", code, time: "2020-01-01T00:00:00Z" });
    await env.DB.prepare(
      `insert into conversions (campaign_id, order_id, attribution, occurred_at, received_at, method)
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000)
        select ?, 'many-' || i, 'none_given', ? + i, 0, 'API' from n`,
    )
      .bind(campaignId, START)
      .run();
    const first = await list("&attribution=attributed");
    expect(first.ids).toEqual([]);
    expect(first.link).toContain('rel="next"');
    const second = await list(`&attribution=attributed&cursor=${first.next_cursor}`);
    expect([second.ids, second.next_cursor]).toEqual([["found"], null]);
    world.takeUsage();
    await list("&attribution=attributed");
    expect(world.takeUsage().rowsRead).toBeLessThan(2_050);
    await list("&limit=10");
    expect(world.takeUsage().rowsRead).toBeLessThan(60);
  });

  it("is answered from the index by time", async () => {
    const { world, campaignId, get } = await aStage();
    const plans = await plansOf(world, () =>
      get(`${CONVERSIONS}?campaign_id=${campaignId}&attribution=attributed&cursor=${btoa("v1:1:QQ")}`),
    );
    const reads = plans.filter((step) => step.includes("conversions_recent"));
    expect(reads).toHaveLength(2);
    for (const step of reads) {
      expect(step).toContain("(campaign_id=? AND (occurred_at,order_id)<(?,?))");
    }
  });

  it.each([
    { query: "", status: 422, pointers: ["#query/campaign_id"] },
    { query: "?campaign_id=1", status: 422, pointers: ["#query/campaign_id"] },
    { query: `?campaign_id=${NOWHERE}&attribution=click`, status: 422, pointers: ["#query/attribution"] },
    { query: `?campaign_id=${NOWHERE}&limit=201`, status: 422, pointers: ["#query/limit"] },
    { query: `?campaign_id=${NOWHERE}&cursor=x`, status: 422, pointers: ["#query/cursor"] },
    { query: `?campaign_id=${NOWHERE}&cursor=${btoa("v1:1:_w")}`, status: 422, pointers: ["#query/cursor"] },
    { query: `?campaign_id=${NOWHERE}`, status: 404, pointers: [] },
  ])("refuses '$query'", async ({ query, status, pointers }) => {
    const { get } = await aStage();
    expect(await refusalOf(await get(`${CONVERSIONS}${query}`))).toMatchObject({ status, pointers });
  });
});

describe("reading one order", () => {
  it.each(["A/1", "50%", "?#&=", "%2F", "Ä 🛒"])("finds %s", async (orderId) => {
    const { one, detail } = await aStage();
    await one({ order_id: orderId });
    expect(await (await detail(orderId)).json()).toMatchObject({ order_id: orderId, refunds: [] });
  });

  it("knows none that was not recorded", async () => {
    const { one, detail } = await aStage();
    await one();
    expect(await refusalOf(await detail("A-2"))).toMatchObject({ status: 404, code: "not_found" });
  });

  it("shows its refunds, the earliest first", async () => {
    const { one, detail } = await aStage();
    await one({ value: "30", time: "2026-06-01T10:00:00Z" });
    await one({ event: "refund", refund_id: "R-1", value: "1" });
    await one({ event: "refund", refund_id: "R-2", value: "2", time: "2026-06-01T11:00:00Z" });
    await one({ event: "refund", time: "2026-06-01T11:30:00Z" });
    expect(await (await detail("A-1")).json()).toMatchObject({
      refunded_minor: 3_000,
      reversed_at: NOON,
      refunds: [
        { refund_id: "R-2", amount_minor: 200 },
        { refund_id: "full", amount_minor: 2_700 },
        { refund_id: "R-1", amount_minor: 100 },
      ],
    });
  });
});
