import { describe, expect, it } from "vitest";
import { decidingMetric } from "../../src/domain/deciding-metric.ts";
import type { MetricVerdict } from "../../src/domain/verdict.ts";

const verdict = (some: Partial<MetricVerdict>): MetricVerdict => ({
  claimed: 120,
  low: 100,
  high: 100,
  difference: 20,
  ratio: 0.2,
  direction: "over",
  level: "MEDIUM",
  ...some,
});

describe("the deciding metric", () => {
  it.each([
    { metrics: {}, metric: undefined, why: "nothing was judged" },
    { metrics: { views: verdict({ level: "none" }) }, metric: undefined, why: "everything matches" },
    {
      metrics: { views: verdict({}), likes: verdict({ level: "HIGH", ratio: 0.4 }) },
      metric: "likes",
      why: "the graver level decides",
    },
    {
      metrics: { views: verdict({ direction: "under", ratio: 0.9 }), likes: verdict({}) },
      metric: "likes",
      why: "over decides before under",
    },
    {
      metrics: { views: verdict({ ratio: 0.1 }), clicks: verdict({ ratio: 0.11 }) },
      metric: "clicks",
      why: "the larger ratio decides",
    },
    {
      metrics: { shares: verdict({}), views: verdict({}) },
      metric: "views",
      why: "among equals the usual order decides",
    },
  ])("$metric: $why", ({ metrics, metric }) => {
    expect(decidingMetric(metrics)?.metric).toBe(metric);
  });
});

describe("a metric that is counted in part", () => {
  const over = (level: "LOW" | "CRITICAL") =>
    ({ claimed: 2, low: 1, high: 1, difference: 1, ratio: 1, direction: "over", level }) as const;

  it("decides where no other is wrong, and else never", () => {
    expect(decidingMetric({ clicks: over("CRITICAL") }, ["clicks"])?.metric).toBe("clicks");
    const both = { views: over("LOW"), clicks: over("CRITICAL") };
    expect(decidingMetric(both, ["clicks"])?.metric).toBe("views");
    expect(decidingMetric(both)?.metric).toBe("clicks");
  });
});
