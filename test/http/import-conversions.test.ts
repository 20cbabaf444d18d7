import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
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
import { createWorld } from "../support/world.ts";

afterEach(() => reset());

interface Imported {
  rows: number;
  recorded: number;
  unattributed: number;
  duplicates: number;
  further_lines: number;
  refused: number;
  refusals: { line: number; column: string | null; detail: string }[];
  refusals_left_out: number;
}

async function aShop() {
  const world = createWorld();
  const advertiser = await anAdvertiser(world);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  await rows("update campaigns set currency = 'EUR' where id = ?", campaignId);
  await submit(world, { key: affiliate.key, campaignId });
  // The orders of these files are older than the submission.
  await rows("update tracked_links set created_at = 0");
  const code = (await row<{ code: string }>("select code from tracked_links"))?.code ?? "";
  const send = (
    file: string,
    { query = "", type = "text/csv", key = advertiser.key, id = campaignId, headers = {} } = {},
  ) =>
    world.request("POST", `/api/v1/campaigns/${id}/conversions/import${query}`, {
      key,
      body: file,
      headers: { "content-type": type, ...headers },
    });
  const imported = async (file: string, query = ""): Promise<Imported> => {
    const response = await send(file, { query });
    expect(response.status).toBe(200);
    return response.json();
  };
  return { world, advertiser, affiliate, campaignId, code, send, imported };
}

const NOTHING = {
  recorded: 0,
  unattributed: 0,
  duplicates: 0,
  further_lines: 0,
  refused: 0,
  refusals: [],
  refusals_left_out: 0,
};

const orders = () =>
  rows("select order_id, value_minor, occurred_at, method from conversions order by order_id");

describe("importing conversions", () => {
  it("takes a file with our columns; the same file again changes nothing", async () => {
    const { code, imported } = await aShop();
    const file = [
      "order_id,event,refund_id,code,value,currency,time",
      `A-1,order,,${code},59.90,EUR,2026-05-31T10:00:00Z`,
      "A-2,,,,5,,2026-05-31 12:00:00 +0200",
      "A-1,refund,R-1,,9.90,EUR,2026-06-01T10:00:00Z",
    ].join("\r\n");
    expect(await imported(file)).toEqual({ ...NOTHING, rows: 3, recorded: 3, unattributed: 1 });
    const at = Date.parse("2026-05-31T10:00:00Z");
    expect(await orders()).toEqual([
      { order_id: "A-1", value_minor: 5_990, occurred_at: at, method: "IMPORT" },
      { order_id: "A-2", value_minor: 500, occurred_at: at, method: "IMPORT" },
    ]);
    const before = await everyRow();
    expect(await imported(file)).toEqual({ ...NOTHING, rows: 3, duplicates: 3 });
    expect(await everyRow()).toBe(before);
  });

  it("takes Shopify's export as it is: an order of several items is one", async () => {
    const { imported } = await aShop();
    const file = [
      "Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Discount Code,Created at,Lineitem name",
      '#1001,a@example.com,paid,2026-05-30 12:33:25 +0200,EUR,50.00,59.90,,2026-05-30 12:33:21 +0200,"Lamp, large"',
      '#1001,a@example.com,,,,,,,2026-05-30 12:33:21 +0200,"Bulb ""warm"""',
      "#1002,b@example.com,paid,2026-05-30 13:00:00 +0200,EUR,20.00,24.90,,2026-05-30 13:00:00 +0200,Lamp",
      "",
    ].join("\n");
    const query = "?order_id=Name&value=Total&currency=Currency&time=Created+at";
    expect(await imported(file, query)).toEqual({
      ...NOTHING,
      rows: 3,
      recorded: 2,
      unattributed: 2,
      further_lines: 1,
    });
    expect(await orders()).toMatchObject([
      { order_id: "#1001", value_minor: 5_990, occurred_at: Date.parse("2026-05-30T10:33:21Z") },
      { order_id: "#1002", value_minor: 2_490 },
    ]);
  });

  it("takes WooCommerce's, whose times have no zone", async () => {
    const { imported, send } = await aShop();
    const file = '"Date";"Order #";"Net Sales"\n"2026-05-30 12:00:00";"77";"59.90"\n';
    const query = "?order_id=Order+%23&value=Net+Sales&time=Date";
    expect(await imported(file, query)).toMatchObject({ refusals: [{ line: 2, column: "Date" }] });
    expect(await imported(file, `${query}&utc_offset=%2B02:00`)).toMatchObject({ recorded: 1 });
    expect(await orders()).toMatchObject([{ occurred_at: Date.parse("2026-05-30T10:00:00Z") }]);
    const plus = await send(file, { query: `${query}&utc_offset=+02:00` });
    expect(await refusalOf(plus)).toMatchObject({ status: 422, pointers: ["#query/utc_offset"] });
  });

  it("refuses what cannot be taken row by row, by line and column, and records the others", async () => {
    const { imported } = await aShop();
    const file = [
      "Name,Total,Currency",
      "A-1,1.00,EUR",
      ",2.00,EUR",
      'A-3,"1,234.50",EUR',
      "A-4,1.00,USD",
      "A-5,1.00",
      "A-6,99999999999,EUR",
      '"A-\n7",1.00,EUR',
      "A-8,8.00,EUR",
      '"A-9,9.00,EUR',
    ].join("\n");
    const result = await imported(file, "?order_id=Name&value=Total&currency=Currency");
    expect(result.refusals.map(({ line, column }) => [line, column])).toEqual([
      [3, "Name"],
      [4, "Total"],
      [5, "Currency"],
      [6, null],
      [7, "Total"],
      [8, "Name"],
      [11, null],
    ]);
    expect(result).toMatchObject({ rows: 9, recorded: 2, refused: 7, refusals_left_out: 0 });
    expect(await orders()).toMatchObject([{ order_id: "A-1" }, { order_id: "A-8" }]);
  });

  it("refuses an order that is recorded with other content, and refunds of none", async () => {
    const { imported } = await aShop();
    await imported("order_id,value\nA-1,1.00\n");
    const before = await everyRow();
    const result = await imported("order_id,event,value\nA-1,order,2.00\nB-1,refund,\n");
    expect(result).toMatchObject({ refused: 2, recorded: 0 });
    expect(result.refusals.map(({ column }) => column)).toEqual(["value", "order_id"]);
    expect(await everyRow()).toBe(before);
  });

  it("shows the first 200 refusals and says how many there are more", async () => {
    const { imported } = await aShop();
    const many = await imported(`order_id,value\n${",1\n".repeat(201)}`);
    expect(many.refusals).toHaveLength(200);
    expect(many).toMatchObject({ refused: 201, refusals_left_out: 1 });
  });

  it("takes 5,000 rows in sets, two round trips each, and not one row more", async () => {
    const { world, imported, send } = await aShop();
    const file = (count: number) =>
      `order_id,value\n${Array.from({ length: count }, (_, i) => `A-${i},1.00\n`).join("")}`;
    world.takeUsage();
    expect(await imported(file(5_000))).toMatchObject({ recorded: 5_000 });
    // The key, the campaign, and ten sets.
    expect(world.takeUsage().trips).toBe(22);
    expect(await row("select count(*) as n from conversions")).toEqual({ n: 5_000 });
    const before = await everyRow();
    expect(await refusalOf(await send(file(5_001)))).toMatchObject({ status: 422, pointers: ["#"] });
    expect(await everyRow()).toBe(before);
  });

  it("goes on where it broke off when the file is sent again", async () => {
    const { world, imported, send } = await aShop();
    const file = `order_id\n${Array.from({ length: 600 }, (_, i) => `A-${i}\n`).join("")}`;
    // Loading and writing the first set, then loading and writing the second.
    world.failBatch(4, "before");
    expect((await send(file)).status).toBe(503);
    expect(await row("select count(*) as n from conversions")).toEqual({ n: 500 });
    expect(await imported(file)).toMatchObject({ recorded: 100, duplicates: 500 });
  });

  it.each([
    { file: "Name\nA-1\n", query: "", pointers: ["#query/order_id"], why: "no column of the order" },
    {
      file: "order_id\nA-1\n",
      query: "?value=Total",
      pointers: ["#query/value"],
      why: "a column that is not there",
    },
    { file: "order_id\nA-1\n", query: "?total=x", pointers: ["#query/total"], why: "an unknown field" },
    { file: "\n", query: "", pointers: ["#"], why: "an empty file" },
  ])("refuses a file as a whole: $why", async ({ file, query, pointers }) => {
    const { send } = await aShop();
    const before = await everyRow();
    expect(await refusalOf(await send(file, { query }))).toEqual({
      status: 422,
      code: "validation_failed",
      pointers,
    });
    expect(await everyRow()).toBe(before);
  });

  it.each([
    { type: "application/json", body: "{}", status: 415, why: "JSON" },
    { type: "text/plain", body: "order_id\nA", status: 415, why: "plain text" },
    { type: "text/csv; charset=utf-16", body: "order_id\nA", status: 415, why: "another character set" },
    { type: "text/csv", body: `order_id\n${"a".repeat(1_048_576)}`, status: 413, why: "over 1 MiB" },
  ])("refuses what is no CSV in UTF-8 of at most 1 MiB: $why", async ({ type, body, status }) => {
    const { send } = await aShop();
    expect((await send(body, { type })).status).toBe(status);
    expect(await rows("select * from conversions")).toEqual([]);
  });

  it("refuses what is compressed or not well-formed", async () => {
    const { send } = await aShop();
    expect((await send("order_id\nA", { headers: { "content-encoding": "gzip" } })).status).toBe(415);
    // Half a character, which has no bytes in UTF-8.
    const broken = await send("order_id\n\ud800");
    expect(await refusalOf(broken)).toMatchObject({ status: 400, code: "bad_request" });
    expect(await rows("select * from conversions")).toEqual([]);
  });

  it("does not open other operations to files", async () => {
    const { world, advertiser, campaignId } = await aShop();
    const options = { key: advertiser.key, headers: { "content-type": "text/csv" }, body: "order_id\nA" };
    for (const path of ["/conversions", `/campaigns/${campaignId}/postback/rotate`]) {
      expect((await world.request("POST", `/api/v1${path}`, options)).status).toBe(415);
    }
  });

  it("is for the campaign's advertiser and admins alone", async () => {
    const { world, affiliate, send } = await aShop();
    const stranger = await anAdvertiser(world);
    expect((await send("order_id\nA", { key: stranger.key })).status).toBe(404);
    expect((await send("order_id\nA", { key: affiliate.key })).status).toBe(403);
    expect(await rows("select * from conversions")).toEqual([]);
  });
});
