import { describe, expect, it } from "vitest";
import { countedFrom, countedThen, countsAll, trackedReadings } from "../../src/domain/tracked-counts.ts";
import { CLAIMED_AT, trackedCounts } from "../support/open-report.ts";

describe("a metric was counted at the claim's instant", () => {
  it.each([
    { metric: "clicks", given: {}, counted: true, why: "by links that lead somewhere" },
    {
      metric: "clicks",
      given: { linkedFrom: CLAIMED_AT - 1 },
      counted: true,
      why: "by a link made just before",
    },
    {
      metric: "clicks",
      given: { linkedFrom: CLAIMED_AT },
      counted: false,
      why: "the link came with the claim",
    },
    {
      metric: "clicks",
      given: { landingFrom: CLAIMED_AT - 1 },
      counted: true,
      why: "they have led there just before",
    },
    { metric: "clicks", given: { landingFrom: CLAIMED_AT }, counted: false, why: "they led nowhere before" },
    { metric: "clicks", given: { landingFrom: null }, counted: false, why: "they lead nowhere" },
    { metric: "clicks", given: { ordersFrom: null }, counted: true, why: "orders are another matter" },
    { metric: "conversions", given: {}, counted: true, why: "as all are reported" },
    {
      metric: "conversions",
      given: { ordersFrom: CLAIMED_AT },
      counted: true,
      why: "all of this instant are reported",
    },
    {
      metric: "conversions",
      given: { ordersFrom: CLAIMED_AT + 1 },
      counted: false,
      why: "the first are later",
    },
    { metric: "conversions", given: { ordersFrom: null }, counted: false, why: "nobody says that all are" },
    {
      metric: "conversions",
      given: { linkedFrom: CLAIMED_AT },
      counted: false,
      why: "no order can be the link's yet",
    },
    {
      metric: "conversions",
      given: { landingFrom: null },
      counted: true,
      why: "a code can be told without a page",
    },
    { metric: "views", given: {}, counted: false, why: "no link counts them" },
  ] as const)("$metric: $counted, because $why", ({ metric, given, counted }) => {
    const tracked = trackedCounts({ ...given, clicks: { before: 7, through: 7 }, orders: 2 });
    expect(countedThen(tracked, metric, CLAIMED_AT)).toBe(counted);
    expect(trackedReadings(tracked, metric, CLAIMED_AT).length > 0).toBe(counted);
  });

  it.each([
    ["clicks", { landingFrom: CLAIMED_AT }, CLAIMED_AT],
    ["clicks", { landingFrom: 0, linkedFrom: 7 }, 7],
    ["clicks", { landingFrom: null }, null],
    ["conversions", { ordersFrom: CLAIMED_AT + 1 }, CLAIMED_AT + 1],
    ["conversions", { ordersFrom: 0, linkedFrom: 7 }, 7],
    ["conversions", { ordersFrom: null }, null],
    ["likes", {}, null],
  ] as const)("and %s with %j are counted from %s on", (metric, given, from) => {
    expect(countedFrom(trackedCounts(given), metric)).toBe(from);
  });
});

describe("the count covers the whole life of a submission", () => {
  const born = CLAIMED_AT - 1_000;
  const whole = { submittedAt: born, linkedFrom: born, landingFrom: born, ordersFrom: born };
  it.each([
    { given: {}, clicks: true, conversions: true, why: "all began with it" },
    { given: { linkedFrom: born + 1 }, clicks: false, conversions: false, why: "its link is younger" },
    {
      given: { landingFrom: born + 1 },
      clicks: false,
      conversions: false,
      why: "its link led nowhere at first",
    },
    { given: { landingFrom: null }, clicks: false, conversions: false, why: "its link leads nowhere" },
    {
      given: { ordersFrom: born + 1 },
      clicks: true,
      conversions: false,
      why: "not all orders were reported",
    },
    { given: { ordersFrom: null }, clicks: true, conversions: false, why: "orders are not reported" },
    { given: { claimedEarlier: ["clicks"] }, clicks: false, conversions: true, why: "it came with clicks" },
    {
      given: { claimedEarlier: ["conversions"] },
      clicks: true,
      conversions: false,
      why: "it came with orders",
    },
  ] as const)("clicks $clicks, conversions $conversions: $why", ({ given, clicks, conversions }) => {
    const tracked = trackedCounts({ ...whole, ...given });
    expect([countsAll(tracked, "clicks"), countsAll(tracked, "conversions")]).toEqual([clicks, conversions]);
  });
});

describe("the count at the claim's instant", () => {
  const clicksAt = (clicks: { before: number; through: number }, at: number) =>
    trackedReadings(trackedCounts({ clicks }), "clicks", at).map((reading) => [
      reading.at - CLAIMED_AT,
      reading.value,
    ]);

  it("is exact where no click fell into the claim's second, and else lies between its ends", () => {
    expect(clicksAt({ before: 7, through: 7 }, CLAIMED_AT + 400)).toEqual([[400, 7]]);
    expect(clicksAt({ before: 7, through: 9 }, CLAIMED_AT + 400)).toEqual([
      [-1, 7],
      [999, 9],
    ]);
  });

  it("is nothing, not unknown, where nobody followed the links", () => {
    expect(clicksAt({ before: 0, through: 0 }, CLAIMED_AT)).toEqual([[0, 0]]);
    expect(trackedReadings(null, "clicks", CLAIMED_AT)).toEqual([]);
  });
});
