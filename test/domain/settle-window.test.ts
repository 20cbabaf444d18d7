import { describe, expect, it } from "vitest";
import type { MetricSource } from "../../src/domain/metric-source.ts";
import { settleHoursOf, verdictSettlesAt } from "../../src/domain/settle-window.ts";
import { CLAIMED_AT, openReport } from "../support/open-report.ts";

const HOUR = 3_600_000;
const report = openReport({ policy: { settle_hours: 48, conversion_settle_hours: 24 } });

const windowsOf = (source: MetricSource, metric: "clicks" | "conversions", now: number) =>
  settleHoursOf(report, [{ at: CLAIMED_AT, source, metrics: { [metric]: 1 }, definitionVersion: "v1" }], {
    now,
    clickSettleSeconds: 90,
  });

describe("the settle window of a metric", () => {
  it.each([
    {
      source: "platform_api",
      metric: "clicks",
      after: 0,
      hours: undefined,
      why: "the policy has the platform's",
    },
    { source: "advertiser", metric: "clicks", after: 0, hours: 0, why: "what is measured is measured" },
    {
      source: "tracking_link",
      metric: "clicks",
      after: 89_999,
      hours: 0.025,
      why: "clicks may be on their way",
    },
    { source: "tracking_link", metric: "clicks", after: 90_000, hours: 0, why: "all clicks are counted" },
    {
      source: "tracking_link",
      metric: "conversions",
      after: 24 * HOUR - 1,
      hours: 24,
      why: "orders come late",
    },
    {
      source: "tracking_link",
      metric: "conversions",
      after: 24 * HOUR,
      hours: 0,
      why: "the campaign waits no longer",
    },
  ] as const)(
    "is $hours h for $metric of $source after $after ms: $why",
    ({ source, metric, after, hours }) => {
      expect(windowsOf(source, metric, CLAIMED_AT + after)[metric]).toBe(hours);
    },
  );
});

describe("a verdict settles", () => {
  it.each([
    { deciding: "views", hours: 48, why: "with the platform" },
    { deciding: null, hours: 48, why: "with the platform if nothing decides" },
    { deciding: "clicks", hours: 0.025, why: "with the metric that decides" },
  ] as const)("$hours h after the claim: $why", ({ deciding, hours }) => {
    const windows = windowsOf("tracking_link", "clicks", CLAIMED_AT);
    expect(verdictSettlesAt(report, deciding, windows)).toBe(CLAIMED_AT + hours * HOUR);
  });

  it("at a whole millisecond that is not before", () => {
    expect(verdictSettlesAt(report, "clicks", { clicks: 1 / HOUR / 3 })).toBe(CLAIMED_AT + 1);
  });
});
