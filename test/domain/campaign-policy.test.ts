import { describe, expect, it } from "vitest";
import {
  changePolicy,
  DEFAULT_CAMPAIGN_POLICY,
  type PolicyChange,
  policyConflicts,
} from "../../src/domain/campaign-policy.ts";

describe("changing a policy", () => {
  it("changes what is named, slack metric by metric, and nothing else", () => {
    const changed = changePolicy(DEFAULT_CAMPAIGN_POLICY, { low_max: 0, slack: { views: 0 } });
    expect(changed).toEqual({
      ...DEFAULT_CAMPAIGN_POLICY,
      low_max: 0,
      slack: { ...DEFAULT_CAMPAIGN_POLICY.slack, views: 0 },
    });
  });

  it("keeps settle hours, sets them to 0, or gives them back to the platform", () => {
    const hours = (from: PolicyChange, change: PolicyChange) =>
      changePolicy(changePolicy(DEFAULT_CAMPAIGN_POLICY, from), change).settle_hours;
    expect(hours({}, {})).toBeNull();
    expect(hours({ settle_hours: 48 }, {})).toBe(48);
    expect(hours({ settle_hours: 48 }, { settle_hours: 0 })).toBe(0);
    expect(hours({ settle_hours: 48 }, { settle_hours: null })).toBeNull();
  });

  it("shares nothing with the policy it came from, and is the same text if nothing changed", () => {
    const changed = changePolicy(DEFAULT_CAMPAIGN_POLICY, { low_max: DEFAULT_CAMPAIGN_POLICY.low_max });
    expect(changed.slack).not.toBe(DEFAULT_CAMPAIGN_POLICY.slack);
    expect(JSON.stringify(changed)).toBe(JSON.stringify(DEFAULT_CAMPAIGN_POLICY));
  });
});

describe("the bounds of a policy", () => {
  const pointers = (change: PolicyChange) =>
    policyConflicts(changePolicy(DEFAULT_CAMPAIGN_POLICY, change)).map(({ pointer }) => pointer);

  it.each<{ change: PolicyChange; at: string[] }>([
    { change: {}, at: [] },
    { change: { match_tolerance: 0.05 }, at: [] },
    { change: { match_tolerance: 0.0501 }, at: ["#/policy/low_max"] },
    { change: { low_max: 0.2 }, at: [] },
    { change: { low_max: 0.21 }, at: ["#/policy/medium_max"] },
    { change: { medium_max: 0.5 }, at: [] },
    { change: { medium_max: 0.51 }, at: ["#/policy/critical_over"] },
    { change: { overclaim_min: 0 }, at: [] },
    { change: { low_max: 0.001, medium_max: 0.0005 }, at: ["#/policy/low_max", "#/policy/medium_max"] },
  ])("of $change conflict at $at", ({ change, at }) => {
    expect(pointers(change)).toEqual(at);
  });
});
