import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, utcDay } from "../../src/domain/time.ts";
import { dateOf, daysTouched, INTERVALS, rowsByBucket, timeBuckets } from "../../src/domain/time-buckets.ts";

const day = (date: string) => utcDay(Date.parse(date));

/** Buckets of `[from, to)` as `label from to`, dates spelt out. */
const cut = (from: string, to: string, interval: (typeof INTERVALS)[number]) =>
  timeBuckets({ from: day(from), to: day(to) }, interval).map(
    (bucket) => `${bucket.label} ${dateOf(bucket.from)} ${dateOf(bucket.to)}`,
  );

describe("the days a range touches", () => {
  it.each([
    {
      from: "2026-06-01T00:00:00Z",
      to: "2026-06-02T00:00:00Z",
      days: ["2026-06-01", "2026-06-02"],
      why: "the end itself is not covered",
    },
    {
      from: "2026-06-01T00:00:00Z",
      to: "2026-06-02T00:00:00.001Z",
      days: ["2026-06-01", "2026-06-03"],
      why: "one ms of a day touches it",
    },
    {
      from: "2026-06-01T23:59:59.999Z",
      to: "2026-06-02T00:00:00Z",
      days: ["2026-06-01", "2026-06-02"],
      why: "so does the last ms",
    },
    {
      from: "2026-06-01T12:00:00Z",
      to: "2026-06-01T13:00:00Z",
      days: ["2026-06-01", "2026-06-02"],
      why: "an hour stands for its day",
    },
  ])("$from to $to: $why", ({ from, to, days }) => {
    const range = daysTouched(Date.parse(from), Date.parse(to));
    expect([dateOf(range.from), dateOf(range.to)]).toEqual(days);
  });
});

describe("cutting a range", () => {
  it("into days gives one bucket a day, over the end of a month and a leap day", () => {
    expect(cut("2028-02-28", "2028-03-02", "day")).toEqual([
      "2028-02-28 2028-02-28 2028-02-29",
      "2028-02-29 2028-02-29 2028-03-01",
      "2028-03-01 2028-03-01 2028-03-02",
    ]);
  });

  it.each([
    {
      why: "a Monday begins a week, the Sunday before it ends one",
      range: ["2026-05-31", "2026-06-02"],
      weeks: ["2026-W22 2026-05-31 2026-06-01", "2026-W23 2026-06-01 2026-06-02"],
    },
    {
      why: "a whole week is one bucket",
      range: ["2026-06-01", "2026-06-08"],
      weeks: ["2026-W23 2026-06-01 2026-06-08"],
    },
    {
      why: "the last days of December can be in week 1 of the next year",
      range: ["2025-12-28", "2026-01-06"],
      weeks: [
        "2025-W52 2025-12-28 2025-12-29",
        "2026-W01 2025-12-29 2026-01-05",
        "2026-W02 2026-01-05 2026-01-06",
      ],
    },
    {
      why: "the first days of January can be in week 53 of the year before",
      range: ["2026-12-31", "2027-01-05"],
      weeks: ["2026-W53 2026-12-31 2027-01-04", "2027-W01 2027-01-04 2027-01-05"],
    },
  ])("into weeks: $why", ({ range: [from = "", to = ""], weeks }) => {
    expect(cut(from, to, "week")).toEqual(weeks);
  });

  it("into months cuts at the first of each, whatever their length", () => {
    expect(cut("2025-12-15", "2026-03-02", "month")).toEqual([
      "2025-12 2025-12-15 2026-01-01",
      "2026-01 2026-01-01 2026-02-01",
      "2026-02 2026-02-01 2026-03-01",
      "2026-03 2026-03-01 2026-03-02",
    ]);
  });

  it("of no days gives no bucket", () => {
    for (const interval of INTERVALS) expect(cut("2026-06-01", "2026-06-01", interval)).toEqual([]);
  });

  it("covers every day exactly once, in order, for any range", () => {
    const anyDay = fc.integer({ min: day("2000-01-01"), max: day("2100-01-01") });
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(...INTERVALS),
        (from, length, interval) => {
          const range = { from, to: from + length };
          const buckets = timeBuckets(range, interval);
          expect(buckets[0]?.from).toBe(range.from);
          expect(buckets.at(-1)?.to).toBe(range.to);
          expect(buckets.slice(1).map((bucket) => bucket.from)).toEqual(
            buckets.slice(0, -1).map(({ to }) => to),
          );
          expect(buckets.every((bucket) => bucket.from < bucket.to)).toBe(true);
          expect(new Set(buckets.map(({ label }) => label)).size).toBe(buckets.length);
          const inner = buckets.slice(1).map((bucket) => new Date(bucket.from * DAY_MS));
          if (interval === "week") expect(inner.every((date) => date.getUTCDay() === 1)).toBe(true);
          if (interval === "month") expect(inner.every((date) => date.getUTCDate() === 1)).toBe(true);
        },
      ),
    );
  });
});

describe("rows by bucket", () => {
  it("fall into the bucket whose half-open range has their day, and nowhere else", () => {
    const buckets = [
      { from: 10, to: 12 },
      { from: 12, to: 13 },
      { from: 13, to: 20 },
    ];
    const rows = [9, 10, 10, 11, 12, 19, 20].map((at, i) => ({ day: at, i }));
    expect(rowsByBucket(buckets, rows).map((group) => group.map((row) => row.i))).toEqual([
      [1, 2, 3],
      [4],
      [5],
    ]);
  });
});
