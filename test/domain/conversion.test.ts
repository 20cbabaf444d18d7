import { describe, expect, it } from "vitest";
import type { Order } from "../../src/domain/conversion.ts";
import { sumConversions } from "../../src/domain/conversion-sums.ts";
import { parseOrderValue } from "../../src/domain/order-value.ts";
import type { NewRefund } from "../../src/domain/plan-conversions.ts";

const NO_NUMBER = [
  "",
  "-1",
  "+1",
  "1e3",
  "1E-2",
  "NaN",
  "Infinity",
  "0x10",
  "1,000",
  "1.",
  ".5",
  "007",
  " 1",
  "1\n",
  "١",
];

describe("the value of an order", () => {
  it.each([
    ["0", "USD", 0, "nothing"],
    ["0.01", "USD", 1, "one cent"],
    ["19.9", "USD", 1_990, "one decimal of two"],
    ["1000000000", "USD", 100_000_000_000, "the most there may be"],
    ["1000000000.00", "USD", 100_000_000_000, "the same with its decimals"],
    ["1000000000", "JPY", 1_000_000_000, "the most without decimals"],
    ["1000000000.000", "KWD", 1_000_000_000_000, "the most with three"],
  ])("%s %s is %i: %s", (text, currency, minor, _why) => {
    expect(parseOrderValue(text, currency)).toBe(minor);
  });

  it.each([
    ["1000000000.01", "USD", "must be at most 1000000000", "one cent too much"],
    ["1000000001", "JPY", "must be at most 1000000000", "one yen too much"],
    ["9".repeat(1_000), "USD", "must be at most 1000000000", "more than a number holds"],
    ["1.999", "USD", "has at most 2 decimals in USD", "a fraction of a cent"],
    ["1.990", "USD", "has at most 2 decimals in USD", "a decimal that is not there"],
    ["1.0", "JPY", "has no decimals in JPY", "no decimals"],
    ["1.2345", "KWD", "has at most 3 decimals in KWD", "four of three"],
  ])("%j %s is refused: %s (%s)", (text, currency, why, _what) => {
    expect(parseOrderValue(text, currency)).toBe(why);
  });

  it.each(NO_NUMBER)("%j is no plain number", (text) => {
    expect(parseOrderValue(text, "USD")).toBe("must be a plain decimal number such as 19.99");
  });
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const anOrder = (given: Partial<Order>): Order => ({
  campaignId: "cmp_1",
  orderId: "A-1",
  link: "link-one",
  attribution: "click",
  clickedAt: 0,
  automatedClick: false,
  occurredAt: DAY,
  valueMinor: 500,
  currency: "USD",
  refundedMinor: 0,
  refundedAt: null,
  reversedAt: null,
  ...given,
});

const NOTHING = { orders: 0, unattributed: 0, reversed: 0, valueMinor: 0, refundedMinor: 0, fast: 0 };

describe("what orders and refunds add to the counts", () => {
  it("is added by link and day, by link and hour, and by campaign and hour and in all", () => {
    const orders = [
      anOrder({}),
      anOrder({ occurredAt: DAY + HOUR - 1 }),
      anOrder({ occurredAt: DAY + HOUR, valueMinor: null }),
      anOrder({ link: null, attribution: "none_given", clickedAt: null }),
    ];
    const sums = sumConversions({ orders, references: [], refunds: [] }, 10_000);
    expect(sums.linkDays).toEqual([{ of: "link-one", at: 1, ...NOTHING, orders: 3, valueMinor: 1_000 }]);
    expect(sums.linkHours).toEqual([
      { of: "link-one", at: 24, ...NOTHING, orders: 2, valueMinor: 1_000 },
      { of: "link-one", at: 25, ...NOTHING, orders: 1 },
    ]);
    const unattributed = { unattributed: 1 };
    expect(sums.campaignHours).toEqual([
      { of: "cmp_1", at: 24, ...NOTHING, orders: 3, valueMinor: 1_500, ...unattributed },
      { of: "cmp_1", at: -1, ...NOTHING, orders: 4, valueMinor: 1_500, ...unattributed },
      { of: "cmp_1", at: 25, ...NOTHING, orders: 1 },
    ]);
  });

  it("counts a refund at its own time, and the end of its order at the latest one", () => {
    const refund: NewRefund = {
      campaignId: "cmp_1",
      orderId: "A-1",
      refundId: "R-1",
      amountMinor: 200,
      occurredAt: 2 * DAY,
      link: "link-one",
      reversesAt: 3 * DAY,
    };
    const sums = sumConversions({ orders: [], references: [], refunds: [refund] }, 10_000);
    expect(sums.linkDays).toEqual([
      { of: "link-one", at: 2, ...NOTHING, refundedMinor: 200 },
      { of: "link-one", at: 3, ...NOTHING, reversed: 1 },
    ]);
    const whole = { ...refund, link: null, amountMinor: null, reversesAt: null };
    expect(sumConversions({ orders: [], references: [], refunds: [whole] }, 10_000).linkDays).toEqual([]);
  });

  it.each([
    { given: { occurredAt: 9_999 }, fast: 1, why: "just before people could" },
    { given: { occurredAt: 10_000 }, fast: 0, why: "as soon as people can" },
    { given: { occurredAt: -1 }, fast: 1, why: "before its click, by the clocks" },
    { given: { occurredAt: 0, attribution: "code", clickedAt: null }, fast: 0, why: "without a click" },
  ] as const)("calls an order fast ($fast) $why", ({ given, fast }) => {
    const { linkDays } = sumConversions({ orders: [anOrder(given)], references: [], refunds: [] }, 10_000);
    expect(linkDays.map((sum) => sum.fast)).toEqual([fast]);
  });
});
