import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../src/domain/time.ts";
import {
  slotMs,
  slotsTouched,
  sumBuckets,
  totalOf,
  trafficBuckets,
} from "../../src/domain/traffic-series.ts";

const NOON = Date.UTC(2026, 5, 1, 12);
const noon = NOON / HOUR_MS;
const today = Math.floor(NOON / DAY_MS);

describe("the slots of a range", () => {
  it.each([
    { from: 0, to: HOUR_MS, slots: [noon, noon + 1], why: "a whole hour" },
    { from: 0, to: HOUR_MS + 1, slots: [noon, noon + 2], why: "a millisecond of the next" },
    { from: HOUR_MS - 1, to: HOUR_MS, slots: [noon, noon + 1], why: "the last millisecond of an hour" },
    { from: -1, to: 1, slots: [noon - 1, noon + 1], why: "both sides of a border" },
  ])("by the hour cover $why", ({ from, to, slots }) => {
    const touched = slotsTouched("hour", NOON + from, NOON + to);
    expect([touched.from, touched.to]).toEqual(slots);
  });

  it("by anything longer are UTC days", () => {
    expect(slotsTouched("month", NOON, NOON + 1)).toEqual({ from: today, to: today + 1 });
    expect([slotMs("hour"), slotMs("day"), slotMs("week"), slotMs("month")]).toEqual([
      HOUR_MS,
      DAY_MS,
      DAY_MS,
      DAY_MS,
    ]);
  });
});

describe("the buckets of a range", () => {
  it("are hours without a gap", () => {
    expect(trafficBuckets({ from: 5, to: 8 }, "hour")).toEqual([
      { from: 5, to: 6 },
      { from: 6, to: 7 },
      { from: 7, to: 8 },
    ]);
  });

  it("are days, ISO weeks or months, cut at the ends of the range", () => {
    const range = { from: today, to: today + 9 };
    expect(trafficBuckets(range, "day")).toHaveLength(9);
    // 2026-06-01 is a Monday.
    expect(trafficBuckets(range, "week")).toEqual([
      { from: today, to: today + 7 },
      { from: today + 7, to: today + 9 },
    ]);
    expect(trafficBuckets(range, "month")).toEqual([range]);
  });
});

describe("sums in buckets", () => {
  const figures = ["human"] as const;
  const buckets = [
    { from: 0, to: 2 },
    { from: 2, to: 4 },
    { from: 4, to: 6 },
  ];
  const sumsOf = (counted: [slot: number, human: number][], known: { from: number | null; to: number }) =>
    sumBuckets(
      buckets,
      counted.map(([slot, human]) => ({ slot, human })),
      { figures, known },
    ).map((sum) => sum?.human ?? null);

  it("hold every slot once, and what lies in no bucket not at all", () => {
    const counted: [number, number][] = [
      [-1, 1],
      [0, 10],
      [1, 20],
      [2, 40],
      [5, 80],
      [6, 160],
    ];
    expect(sumsOf(counted, { from: null, to: 6 })).toEqual([30, 40, 80]);
  });

  it.each([
    { known: { from: null, to: 6 }, sums: [null, null, null], why: "nothing is known" },
    { known: { from: 0, to: 6 }, sums: [0, 0, 0], why: "all is known" },
    { known: { from: 1.99, to: 6 }, sums: [0, 0, 0], why: "something of the first bucket is known" },
    { known: { from: 2, to: 6 }, sums: [null, 0, 0], why: "it is known from a border on" },
    { known: { from: 0, to: 4 }, sums: [0, 0, null], why: "the last bucket is still to come" },
    { known: { from: 0, to: 4.01 }, sums: [0, 0, 0], why: "the last bucket has begun" },
  ])("of nothing are $sums where $why", ({ known, sums }) => {
    expect(sumsOf([], known)).toEqual(sums);
  });

  it("show what was counted although none would not have been known", () => {
    expect(sumsOf([[3, 7]], { from: null, to: 6 })).toEqual([null, 7, null]);
  });

  it("add up to a total of what is known, and to none of nothing", () => {
    expect(totalOf([null, { human: 2 }, { human: 3 }], figures)).toEqual({ human: 5 });
    expect(totalOf([null, null], figures)).toBeNull();
    expect(totalOf<"human">([], figures)).toBeNull();
  });
});
