import { describe, expect, it } from "vitest";
import { knownMetrics, METRICS, metricsOf, UNKNOWN_METRICS } from "../../src/domain/metrics.ts";

describe("a full record of metrics", () => {
  it("holds null for what is not known, and zero for what is zero", () => {
    expect(metricsOf({ views: 0, likes: null, shares: undefined, comments: 7 })).toEqual({
      views: 0,
      clicks: null,
      conversions: null,
      likes: null,
      comments: 7,
      shares: null,
    });
  });

  it("of nothing is unknown throughout, and may be written without harm to others", () => {
    const metrics = metricsOf({});
    expect(metrics).toEqual(UNKNOWN_METRICS);
    metrics.views = 1;
    expect(UNKNOWN_METRICS.views).toBe(null);
  });

  it("has its keys in the usual order, whatever order they came in", () => {
    expect(Object.keys(metricsOf({ shares: 1, views: 2 }))).toEqual([...METRICS]);
  });
});

describe("the known metrics", () => {
  it("are those with a number, zero too, in the usual order", () => {
    expect(knownMetrics({ comments: 3, likes: null, views: 0, shares: undefined })).toEqual([
      "views",
      "comments",
    ]);
  });
});
