import { describe, expect, it } from "vitest";
import { resolvePolicy } from "../../src/domain/policy.ts";
import { settlesAt, truthInterval } from "../../src/domain/truth-interval.ts";

// What the interval is follows from the judge's own tests; here is what only its other callers see.
const HOUR = 3_600_000;
const CLAIMED_AT = Date.UTC(2026, 5, 1, 12);
const lastAttempt = true;

describe("settlesAt", () => {
  it.each([
    { settle_hours: 0, ms: 0 },
    { settle_hours: 48, ms: 48 * HOUR },
    { settle_hours: 0.25, ms: HOUR / 4 },
  ])("is $ms ms after the claim when numbers take $settle_hours hours", ({ settle_hours, ms }) => {
    expect(settlesAt(CLAIMED_AT, { settle_hours })).toBe(CLAIMED_AT + ms);
  });
});

describe("truthInterval", () => {
  const late = [
    { at: CLAIMED_AT, value: 100 },
    { at: CLAIMED_AT + 48 * HOUR, value: 900 },
  ];

  it.each([
    { settle_hours: 0, settled: false, high: 100, why: "nothing settles where numbers are near live" },
    { settle_hours: 48, settled: true, high: 900, why: "a number on the hour is settled" },
    { settle_hours: 48.001, settled: false, high: 100, why: "one before it is not" },
  ])("says whether the platform has settled: $why", ({ settle_hours, settled, high }) => {
    const policy = resolvePolicy({ settle_hours });
    const interval = truthInterval(late, CLAIMED_AT, { policy, lastAttempt });
    expect(interval).toEqual({ low: 100, high, weak: false, settled });
  });

  it("is settled by a number that raises nothing, too", () => {
    const policy = resolvePolicy({ settle_hours: 1 });
    const shrunk = [
      { at: CLAIMED_AT, value: 100 },
      { at: CLAIMED_AT + HOUR, value: 90 },
    ];
    const interval = truthInterval(shrunk, CLAIMED_AT, { policy, lastAttempt });
    expect(interval).toEqual({ low: 100, high: 100, weak: false, settled: true });
  });

  it("is unknown without a reading, even on the last attempt", () => {
    expect(truthInterval([], CLAIMED_AT, { policy: resolvePolicy(), lastAttempt })).toBeNull();
  });
});
