import { describe, expect, it } from "vitest";
import { UNKNOWN_METRICS } from "../../src/domain/metrics.ts";
import { ROLLUP_COLUMNS, type RollupCounts } from "../../src/domain/rollup.ts";
import { gainedMetrics, statusCounts, sumCounts, verifiedMetrics } from "../../src/domain/rollup-figures.ts";
import { pendingReports, successRate } from "../../src/domain/success-rate.ts";

const counts = (some: Partial<RollupCounts>): RollupCounts => ({ ...sumCounts([]), ...some });

describe("the success rate", () => {
  it.each([
    { matched: 0, discrepancy_low: 0, final: 0, rate: null, why: "no verdict is no failure" },
    { matched: 0, discrepancy_low: 0, final: 1, rate: 0, why: "one verdict that confirms nothing" },
    { matched: 1, discrepancy_low: 0, final: 1, rate: 1, why: "a match" },
    { matched: 0, discrepancy_low: 1, final: 1, rate: 1, why: "a low discrepancy confirms as well" },
    { matched: 2, discrepancy_low: 1, final: 4, rate: 0.75, why: "their share" },
  ])("of $matched + $discrepancy_low in $final is $rate: $why", ({ rate, ...given }) => {
    expect(successRate(given)).toBe(rate);
  });
});

it("pending reports are those that can still get a verdict", () => {
  expect(pendingReports(counts({ reports: 10, final: 4, skipped: 2, superseded: 1 }))).toBe(3);
  expect(pendingReports(counts({ reports: 1, superseded: 1 }))).toBe(0);
});

describe("verified metrics", () => {
  it("are null where no post knows the metric, and 0 where one knows that it is 0", () => {
    expect(verifiedMetrics(counts({ posts: 3, views: 900, known_views: 2, known_likes: 1 }))).toEqual({
      ...UNKNOWN_METRICS,
      views: 900,
      likes: 0,
    });
  });
});

describe("gained metrics", () => {
  it("of no rows, or of rows with verdicts alone, are unknown and not 0", () => {
    expect(gainedMetrics([])).toEqual(UNKNOWN_METRICS);
    expect(gainedMetrics([counts({ final: 2, matched: 2 })])).toEqual(UNKNOWN_METRICS);
  });

  it("are 0 where a metric became known as 0, and where growth and fall cancel out", () => {
    expect(gainedMetrics([counts({ known_views: 1 })]).views).toBe(0);
    expect(gainedMetrics([counts({ views: 5 }), counts({ views: -5 })]).views).toBe(0);
  });

  it("are negative where counts fell", () => {
    expect(gainedMetrics([counts({ views: 5 }), counts({ views: -8 }), counts({})])).toEqual({
      ...UNKNOWN_METRICS,
      views: -3,
    });
  });
});

it("sums are taken column by column", () => {
  const ones = counts(Object.fromEntries(ROLLUP_COLUMNS.map((column, i) => [column, i])));
  expect(sumCounts([ones, ones])).toEqual(
    Object.fromEntries(ROLLUP_COLUMNS.map((column, i) => [column, 2 * i])),
  );
});

it("statuses are counted under their own names", () => {
  expect(statusCounts(counts({ matched: 1, overclaimed: 2, missing: 3, skipped: 4 }))).toEqual({
    MATCHED: 1,
    DISCREPANCY_LOW: 0,
    DISCREPANCY_MEDIUM: 0,
    DISCREPANCY_HIGH: 0,
    AFFILIATE_OVERCLAIMED: 2,
    MISSING_PLATFORM_DATA: 3,
    INCOMPLETE_PLATFORM_DATA: 0,
    UNVERIFIABLE: 0,
    SKIPPED_SUSPENDED: 4,
    SUPERSEDED: 0,
  });
});
