import { describe, expect, it } from "vitest";
import { observationError, saysTheSame } from "../../src/domain/advertiser-observation.ts";
import { metricsOf } from "../../src/domain/metrics.ts";

const WINDOW = { from: 1_000, through: 2_000 };
const ENTRY = {
  submissionId: "sub_1",
  url: null,
  observedAt: 1_500,
  metrics: metricsOf({ clicks: 0 }),
  note: null,
};

describe("an advertiser's observation", () => {
  it.each([
    { change: {}, pointer: undefined, why: "all is there" },
    { change: { observedAt: 1_000 }, pointer: undefined, why: "the first instant" },
    { change: { observedAt: 999 }, pointer: "#/observed_at", why: "before it" },
    { change: { observedAt: 2_000 }, pointer: undefined, why: "the last instant" },
    { change: { observedAt: 2_001 }, pointer: "#/observed_at", why: "after it" },
    { change: { submissionId: null }, pointer: "#/submission_id", why: "of nothing" },
    { change: { url: "https://youtu.be/x" }, pointer: "#/submission_id", why: "named twice" },
    { change: { submissionId: null, url: "https://youtu.be/x" }, pointer: undefined, why: "by address" },
    { change: { metrics: metricsOf({}) }, pointer: "#/clicks", why: "without a number" },
  ])("is refused at $pointer: $why", ({ change, pointer }) => {
    expect(observationError({ ...ENTRY, ...change }, WINDOW)?.pointer).toBe(pointer);
  });

  it("says the same only if every number is the same, and unknown is not 0", () => {
    expect(saysTheSame(metricsOf({ clicks: 1 }), metricsOf({ clicks: 1 }))).toBe(true);
    expect(saysTheSame(metricsOf({ clicks: 1 }), metricsOf({ clicks: 2 }))).toBe(false);
    expect(saysTheSame(metricsOf({ clicks: 1 }), metricsOf({ clicks: 1, views: 0 }))).toBe(false);
  });
});
