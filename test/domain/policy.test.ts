import { describe, expect, it } from "vitest";
import { METRICS } from "../../src/domain/metrics.ts";
import { DEFAULT_POLICY, POLICY_NUMBERS, resolvePolicy } from "../../src/domain/policy.ts";

describe("resolvePolicy", () => {
  it("is the documented default when nothing is overridden", () => {
    expect(resolvePolicy()).toEqual({
      match_tolerance: 0.01,
      low_max: 0.05,
      medium_max: 0.2,
      overclaim_min: 0.2,
      critical_over: 0.5,
      slack: { views: 10, clicks: 3, conversions: 1, likes: 5, comments: 3, shares: 3 },
      growth_per_hour: 0.1,
      growth_cap_hours: 24,
      settle_hours: 0,
    });
  });

  it("has every number of a policy among the keys it resolves", () => {
    expect([...POLICY_NUMBERS, "slack"].sort()).toEqual(Object.keys(DEFAULT_POLICY).sort());
  });

  it.each(POLICY_NUMBERS)("overrides %s alone, with zero too", (key) => {
    expect(resolvePolicy({ [key]: 7 })).toEqual({ ...DEFAULT_POLICY, [key]: 7 });
    expect(resolvePolicy({ [key]: 0 })).toEqual({ ...DEFAULT_POLICY, [key]: 0 });
  });

  it.each(METRICS)("overrides the slack of %s and keeps that of the others", (metric) => {
    expect(resolvePolicy({ slack: { [metric]: 0 } })).toEqual({
      ...DEFAULT_POLICY,
      slack: { ...DEFAULT_POLICY.slack, [metric]: 0 },
    });
  });

  it("takes an undefined field as not named", () => {
    expect(resolvePolicy({ low_max: undefined, slack: { views: undefined } })).toEqual(DEFAULT_POLICY);
    expect(resolvePolicy({ slack: undefined })).toEqual(DEFAULT_POLICY);
  });

  it("hands out a policy that can be changed without changing the default", () => {
    const policy = resolvePolicy();
    policy.slack.views = 999;
    policy.low_max = 999;
    expect(resolvePolicy().slack.views).toBe(10);
    expect(resolvePolicy().low_max).toBe(0.05);
  });
});
