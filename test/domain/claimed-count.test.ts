import { describe, expect, it } from "vitest";
import { claimedMetricsOf, countTyped, wholeCount } from "../../src/domain/claimed-count.ts";
import { ClaimcheckError } from "../../src/domain/errors.ts";

/** The code of a refusal and where it points; anything else fails the test. */
function refusalOf(action: () => unknown): [string, ...string[]] {
  try {
    const value = action();
    throw new Error(`not refused but ${JSON.stringify(value)}`);
  } catch (error) {
    if (!(error instanceof ClaimcheckError)) throw error;
    return [error.code, ...error.errors.map(({ pointer }) => pointer)];
  }
}

describe("a count that somebody typed", () => {
  it.each([
    { text: "0", count: 0, why: "nothing is a number too" },
    { text: "12000", count: 12_000, why: "plain digits" },
    { text: " 12000\t", count: 12_000, why: "blanks around it" },
    { text: "007", count: 7, why: "zeros in front" },
    { text: "12,000", count: 12_000, why: "English groups" },
    { text: "12.000", count: 12_000, why: "German groups" },
    { text: "12 000", count: 12_000, why: "groups by blanks" },
    { text: "12'000", count: 12_000, why: "Swiss groups" },
    { text: "12’000", count: 12_000, why: "Swiss groups, as phones type them" },
    { text: "12\u00a0000", count: 12_000, why: "blanks that do not break" },
    { text: "12\u202f000", count: 12_000, why: "French groups" },
    { text: "1,234,567", count: 1_234_567, why: "several groups" },
    { text: "999,999,999,999,999", count: 999_999_999_999_999, why: "many groups" },
    { text: "9007199254740991", count: Number.MAX_SAFE_INTEGER, why: "the largest that is exact" },
    { text: "9,007,199,254,740,991", count: Number.MAX_SAFE_INTEGER, why: "the same in groups" },
  ])("$text is $count: $why", ({ text, count }) => {
    expect(countTyped(text, "views")).toBe(count);
  });

  it.each(["", " ", "\n"])("is nothing claimed where nothing stands: %o", (text) => {
    expect(countTyped(text, "views")).toBeNull();
  });

  it.each([
    { text: "1.2k", why: "a letter" },
    { text: "12,5", why: "a decimal in one country, nothing in another" },
    { text: "12.50", why: "a decimal" },
    { text: "1,23,456", why: "groups of two, which could be a slip" },
    { text: "1,234,56", why: "a group that is short" },
    { text: "1234,567", why: "a group that is long" },
    { text: "1,234.567", why: "two separators" },
    { text: ",123", why: "a group in front of nothing" },
    { text: "12,000,", why: "a separator at the end" },
    { text: "-5", why: "below zero" },
    { text: "+5", why: "a sign" },
    { text: "1e3", why: "an exponent" },
    { text: "0x10", why: "hex" },
    { text: "１２", why: "digits of another script" },
    { text: "twelve", why: "words" },
    { text: "12 views", why: "words after it" },
    { text: "12\n000", why: "two lines" },
    { text: "NaN", why: "no number" },
    { text: "Infinity", why: "no end" },
    { text: "9007199254740992", why: "one more than is exact" },
    { text: "99999999999999999", why: "17 digits" },
    { text: "9".repeat(400), why: "far too many digits" },
  ])("$text is refused: $why", ({ text }) => {
    expect(refusalOf(() => countTyped(text, "clicks"))).toEqual(["validation_failed", "#/claimed_clicks"]);
  });
});

describe("a count that came as a number", () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])("%d is taken", (count) => {
    expect(wholeCount(count, "views")).toBe(count);
  });

  it.each([-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    "%d is refused",
    (count) => {
      expect(refusalOf(() => wholeCount(count, "conversions"))).toEqual([
        "validation_failed",
        "#/claimed_conversions",
      ]);
    },
  );
});

describe("the metrics of a claim", () => {
  const UNKNOWN = {
    views: null,
    clicks: null,
    conversions: null,
    likes: null,
    comments: null,
    shares: null,
  };

  it("are unknown where nothing is claimed, and 0 where 0 is", () => {
    expect(claimedMetricsOf({ views: 0, clicks: null })).toEqual({ ...UNKNOWN, views: 0 });
  });

  it.each([{}, { views: null }, UNKNOWN])("are refused for %o", (counts) => {
    expect(refusalOf(() => claimedMetricsOf(counts))).toEqual(["validation_failed", "#/claimed_views"]);
  });
});
