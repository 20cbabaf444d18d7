import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyTo,
  INITIAL_TRUST,
  MAX_TRUST,
  NO_CHANGE,
  thenAdd,
  trustBucket,
  trustDelta,
} from "../../src/domain/trust.ts";
import { DELTAS } from "../support/open-report.ts";

describe("the bucket of a score", () => {
  it.each([
    { trust: 0, bucket: "critical", why: "nothing is left" },
    { trust: 249_999, bucket: "critical", why: "a millionth below 0.25" },
    { trust: 250_000, bucket: "low", why: "exactly 0.25" },
    { trust: 499_999, bucket: "low", why: "a millionth below 0.50" },
    { trust: 500_000, bucket: "normal", why: "exactly 0.50" },
    { trust: 749_999, bucket: "normal", why: "a millionth below 0.75" },
    { trust: 750_000, bucket: "high", why: "exactly 0.75" },
    { trust: MAX_TRUST, bucket: "high", why: "there is no more" },
  ])("of $trust millionths is $bucket: $why", ({ trust, bucket }) => {
    expect(trustBucket(trust)).toBe(bucket);
  });

  it("is normal for who begins", () => {
    expect(trustBucket(INITIAL_TRUST)).toBe("normal");
  });
});

describe("what an event asks for", () => {
  it.each([
    { confidence: 1, delta: 10_000, why: "everything claimed was judged" },
    { confidence: 0.5, delta: 5_000, why: "half of it was" },
    { confidence: 1 / 3, delta: 3_333, why: "millionths are whole, rounded down here" },
    { confidence: 2 / 3, delta: 6_667, why: "and up here" },
    { confidence: 0, delta: 0, why: "nothing was" },
  ])("is $delta for a match of confidence $confidence: $why", ({ confidence, delta }) => {
    expect(trustDelta("perfect_match", confidence, DELTAS)).toBe(delta);
  });

  it.each([
    ["minor_discrepancy", -10_000],
    ["medium_discrepancy", -30_000],
    ["high_discrepancy", -50_000],
    ["overclaim", -100_000],
    ["impossible_submission", -150_000],
  ] as const)("is the whole of a %s, however little was judged", (kind, delta) => {
    expect(trustDelta(kind, 0.5, DELTAS)).toBe(delta);
  });
});

describe("several events folded into one", () => {
  const fold = (deltas: readonly number[]) => deltas.reduce(thenAdd, NO_CHANGE);
  const clampToScore = (score: number) => Math.min(MAX_TRUST, Math.max(0, score));
  const oneByOne = (trust: number, deltas: readonly number[]) =>
    deltas.reduce((score, delta) => clampToScore(score + delta), trust);

  it.each([
    { trust: 500_000, deltas: [], after: 500_000, why: "nothing happened" },
    { trust: 995_000, deltas: [10_000], after: 1_000_000, why: "a score ends at 1" },
    { trust: 50_000, deltas: [-100_000], after: 0, why: "and at 0" },
    { trust: 995_000, deltas: [10_000, -10_000], after: 990_000, why: "what was cut off at 1 is not kept" },
    { trust: 5_000, deltas: [-10_000, 10_000], after: 10_000, why: "nor what was cut off at 0" },
    { trust: 500_000, deltas: [-100_000, 10_000], after: 410_000, why: "far from both it is the sum" },
  ])("turns $trust by $deltas into $after: $why", ({ trust, deltas, after }) => {
    expect(applyTo(trust, fold(deltas))).toBe(after);
  });

  it("gives exactly what adding and clamping one after the other gives, for every start", () => {
    const score = fc.integer({ min: 0, max: MAX_TRUST });
    const delta = fc.oneof(
      fc.constantFrom(...Object.values(DELTAS)),
      fc.integer({ min: -MAX_TRUST, max: MAX_TRUST }),
    );
    fc.assert(
      fc.property(score, fc.array(delta, { maxLength: 40 }), (trust, deltas) => {
        expect(applyTo(trust, fold(deltas))).toBe(oneByOne(trust, deltas));
      }),
      { numRuns: 1_000 },
    );
  });
});
