import { describe, expect, it } from "vitest";
import { figures } from "../../../src/discord/cards/figures.ts";
import { metricsOf } from "../../../src/domain/metrics.ts";
import { metricVerdict } from "./samples.ts";

const over = (difference: number, ratio: number, high = 12_000) =>
  metricVerdict({ direction: "over", difference, ratio, low: high, high });

describe("figures", () => {
  it("puts claim and truth side by side", () => {
    const claimed = metricsOf({ views: 12_400, likes: 0 });
    const truth = { views: over(400, 0.0333), likes: metricVerdict({ claimed: 0, low: 0, high: 0 }) };
    expect(figures({ claimed, truth })).toBe(
      [
        "```",
        "       claimed  actual",
        "views   12,400  12,000  +3.3%",
        "likes        0       0   fits",
        "```",
      ].join("\n"),
    );
  });

  it("says unknown, never 0, of what is not known", () => {
    const table = figures({ claimed: metricsOf({ views: 12_000 }), truth: { likes: metricVerdict({}) } });
    expect(table).toMatch(/views\s+12,000\s+unknown\n/);
    expect(table).toMatch(/likes\s+unknown\s+12,000\s+fits/);
  });

  it("is not there where nothing was claimed", () => {
    expect(figures({ claimed: metricsOf({}), truth: {} })).toBeNull();
  });

  it.each([
    [11_950, 12_010, "11,950–12,010"],
    [11_949.2, 12_010.9, "11,950–12,010"],
    [11_980, 11_980, "11,980"],
    [11_979.4, 11_980.3, "11,980"],
  ])("shows a truth between %d and %d as %s", (low, high, shown) => {
    const truth = { views: metricVerdict({ low, high }) };
    expect(figures({ claimed: metricsOf({ views: 12_000 }), truth })).toContain(` ${shown} `);
  });

  it.each([
    [over(12, 0.001), "+0.1%"],
    [over(11, 0.00099), "<0.1%"],
    [over(12, 12, 0), "+12"],
    [over(12, 12, 1), "+1,200%"],
    [metricVerdict({ direction: "under", difference: 1_200, ratio: 0.1 }), "−10%"],
  ])("shows the distance of %j as %s", (views, shown) => {
    expect(figures({ claimed: metricsOf({ views: 12_000 }), truth: { views } })).toContain(` ${shown}\n`);
  });

  it("stands one under the other where a phone has no room beside each other", () => {
    const claimed = metricsOf({ views: 1_200_000, clicks: 3 });
    const views = metricVerdict({
      low: 1_100_000,
      high: 1_150_000,
      direction: "over",
      difference: 50_000,
      ratio: 0.043,
    });
    expect(figures({ claimed, truth: { views } })).toBe(
      [
        "```",
        "views",
        "  claimed  1,200,000",
        "  actual   1,100,000–1,150,000",
        "  apart    +4.3%",
        "clicks",
        "  claimed  3",
        "  actual   unknown",
        "```",
      ].join("\n"),
    );
  });
});
