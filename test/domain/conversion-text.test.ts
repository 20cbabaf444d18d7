import { describe, expect, it } from "vitest";
import { type ConversionTexts, entryOfTexts } from "../../src/domain/conversion-text.ts";

const read = (texts: ConversionTexts, utcOffset: string | null = null) =>
  entryOfTexts(texts, { campaignId: "cmp_1", utcOffset });

const NOTHING = { refundId: null, clickId: null, code: null, value: null, currency: null, occurredAt: null };

describe("an order in texts", () => {
  it("is an order unless it says otherwise, and what is empty is not given", () => {
    const entry = { campaignId: "cmp_1", event: "order", orderId: "A-1", ...NOTHING };
    expect(read({ order_id: "A-1" })).toEqual(entry);
    expect(read({ order_id: "A-1", event: "", value: "", time: "" })).toEqual(entry);
  });

  it("keeps every text as it is", () => {
    const texts = { order_id: "A-1", event: "refund", refund_id: "R", click_id: "c", code: "k" } as const;
    const value = { value: "059.90", currency: "EUR", time: "2026-10-01 14:00:00 +0200" };
    expect(read({ ...texts, ...value })).toEqual({
      campaignId: "cmp_1",
      event: "refund",
      orderId: "A-1",
      refundId: "R",
      clickId: "c",
      code: "k",
      value: "059.90",
      currency: "EUR",
      occurredAt: Date.parse("2026-10-01T12:00:00Z"),
    });
  });

  it.each([
    { texts: {}, pointers: ["#/order_id"] },
    { texts: { order_id: "A", event: "Order" }, pointers: ["#/event"] },
    { texts: { order_id: "A", time: "2026-10-01 12:00:00" }, pointers: ["#/time"] },
    { texts: { event: "sale", time: "now" }, pointers: ["#/order_id", "#/event", "#/time"] },
  ])("is refused at every field that cannot be read: $pointers", ({ texts, pointers }) => {
    const errors = read(texts);
    expect(Array.isArray(errors) && errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it("has its time in the zone of its file", () => {
    const entry = read({ order_id: "A", time: "2026-10-01 12:00:00" }, "-05:00");
    expect(entry).toMatchObject({ occurredAt: Date.parse("2026-10-01T17:00:00Z") });
  });
});
