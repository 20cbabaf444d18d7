import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPacificMidnight } from "../../src/platforms/pacific-midnight.ts";

describe("the next midnight in California", () => {
  it.each([
    ["2026-11-21T12:00:00Z", "2026-11-22T08:00:00Z", "winter: eight hours behind UTC"],
    ["2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z", "summer: seven hours behind"],
    ["2026-11-22T07:59:59.999Z", "2026-11-22T08:00:00Z", "a moment before it"],
    ["2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z", "exactly at it, the one after"],
    ["2026-03-08T07:59:00Z", "2026-03-08T08:00:00Z", "the eve of the day that loses an hour"],
    ["2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", "a day of 23 hours"],
    ["2026-03-08T09:59:59Z", "2026-03-09T07:00:00Z", "just before the clocks go forward"],
    ["2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", "a day of 25 hours"],
    ["2026-11-01T08:30:00Z", "2026-11-02T08:00:00Z", "within the hour that happens twice"],
    ["2026-12-31T23:00:00Z", "2027-01-01T08:00:00Z", "the end of the year"],
    ["2028-02-28T12:00:00Z", "2028-02-29T08:00:00Z", "a leap day"],
  ])("after %s is %s: %s", (now, midnight) => {
    expect(new Date(nextPacificMidnight(Date.parse(now))).toISOString()).toBe(
      new Date(midnight).toISOString(),
    );
  });

  it("is always ahead, at most 25 hours, and shows 00:00 on a clock there", () => {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "America/Los_Angeles", timeStyle: "medium" });
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) }), (now) => {
        const midnight = nextPacificMidnight(now);
        expect(midnight).toBeGreaterThan(now);
        expect(midnight - now).toBeLessThanOrEqual(25 * 3_600_000);
        expect(clock.format(midnight)).toBe("00:00:00");
      }),
    );
  });
});
