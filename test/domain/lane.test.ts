import { describe, expect, it } from "vitest";
import { laneFor } from "../../src/domain/lane.ts";

describe("the lane of a new report", () => {
  it.each([
    { trust: 500_000, flags: [], lane: "normal", why: "a score of 0.50 is looked at in turn" },
    { trust: 499_999, flags: [], lane: "urgent", why: "below it a report is looked at first" },
    { trust: 1_000_000, flags: ["high_ctr"], lane: "urgent", why: "a flag outweighs any trust" },
  ])("is $lane at $trust with flags $flags: $why", ({ trust, flags, lane }) => {
    expect(laneFor(trust, flags)).toBe(lane);
  });
});
