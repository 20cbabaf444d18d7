import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, isoOrNull, MINUTE_MS, utcDay } from "../../src/domain/time.ts";

describe("the UTC day", () => {
  it.each([
    { at: "1970-01-01T00:00:00.000Z", day: 0, why: "the first there is" },
    { at: "1970-01-01T23:59:59.999Z", day: 0, why: "to its last millisecond" },
    { at: "1970-01-02T00:00:00.000Z", day: 1, why: "and then the next" },
    { at: "1969-12-31T23:59:59.999Z", day: -1, why: "before it days count down" },
    { at: "2026-06-01T23:30:00.000-01:00", day: 20_606, why: "it is no day of a caller's zone" },
  ])("of $at is $day: $why", ({ at, day }) => {
    expect(utcDay(Date.parse(at))).toBe(day);
  });
});

describe("an instant on the wire", () => {
  it("is ISO 8601 in UTC, and null where there is none", () => {
    expect(isoOrNull(Date.UTC(2026, 5, 1, 12, 0, 0, 7))).toBe("2026-06-01T12:00:00.007Z");
    expect(isoOrNull(0)).toBe("1970-01-01T00:00:00.000Z");
    expect(isoOrNull(null)).toBe(null);
  });
});

describe("the units", () => {
  it("fit into each other", () => {
    expect([MINUTE_MS, HOUR_MS / MINUTE_MS, DAY_MS / HOUR_MS]).toEqual([60_000, 60, 24]);
  });
});
