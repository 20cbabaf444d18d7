import { describe, expect, it } from "vitest";
import { readShopTime } from "../../src/domain/shop-time.ts";

const NOON = Date.parse("2026-10-01T12:00:00.000Z");

describe("a shop's time", () => {
  it.each([
    { text: "2026-10-01T12:00:00Z", why: "ISO 8601" },
    { text: "2026-10-01T12:00:00.000Z", why: "with milliseconds" },
    { text: "2026-10-01T14:00:00+02:00", why: "with an offset" },
    { text: "2026-10-01 14:00:00 +0200", why: "as Shopify exports it" },
    { text: "2026-10-01 12:00:00 UTC", why: "as other shops do" },
    { text: "2026-10-01T12:00Z", why: "without seconds" },
  ])("is the instant it names: $why", ({ text }) => {
    expect(readShopTime(text)).toBe(NOON);
  });

  it.each([
    { text: "2026-10-01 12:00:00", why: "it would name another instant on every machine" },
    { text: "2026-02-30T12:00:00Z", why: "there is no such day" },
    { text: "2026-10-01T24:30:00Z", why: "there is no such hour" },
    { text: "2026-10-01", why: "a day is no instant" },
    { text: "01/10/2026 12:00:00 +0000", why: "day and month could be either" },
    { text: "1790856000", why: "a number could be seconds or milliseconds" },
    { text: " 2026-10-01T12:00:00Z", why: "nothing is trimmed here" },
    { text: "", why: "it is empty" },
  ])("is refused if it is $text: $why", ({ text }) => {
    expect(readShopTime(text)).toBeNull();
  });

  it("without a zone is read in the one that is said to be the file's, and else keeps its own", () => {
    expect(readShopTime("2026-10-01 14:00:00", "+02:00")).toBe(NOON);
    expect(readShopTime("2026-10-01 12:00:00 Z", "+02:00")).toBe(NOON);
    expect(readShopTime("2026-10-01 05:00:00 -0700", "+02:00")).toBe(NOON);
  });
});
