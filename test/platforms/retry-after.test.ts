import { describe, expect, it } from "vitest";
import { clampRetryAt, MAX_RETRY_AFTER_MS, parseRetryAfter } from "../../src/platforms/retry-after.ts";
import { NOW } from "./canned.ts";

const IN_A_DAY = NOW + MAX_RETRY_AFTER_MS;

describe("a Retry-After header", () => {
  it.each([
    ["0", NOW, "at once"],
    ["120", NOW + 120_000, "seconds"],
    [" 7 ", NOW + 7_000, "seconds in spaces"],
    ["86400", IN_A_DAY, "a day"],
    ["86401", IN_A_DAY, "more than a day"],
    ["99999999", IN_A_DAY, "three years"],
    ["9".repeat(400), IN_A_DAY, "more than a number holds"],
    ["Sat, 21 Nov 2026 12:05:00 GMT", NOW + 300_000, "a date"],
    ["Sat, 21 Nov 2026 11:00:00 GMT", NOW, "a date that has passed"],
    ["Fri, 31 Dec 2027 12:00:00 GMT", IN_A_DAY, "a date far away"],
  ])("of %j is understood: %s", (header, at) => {
    expect(parseRetryAfter(header, NOW)).toBe(at);
  });

  it.each([
    null,
    "",
    "-1",
    "1.5",
    "1e3",
    "soon",
    "0x10",
    "12 s",
    "2026-11-21T12:05:00Z",
    "Xxx, 99 Nov 2026 12:00:00 GMT",
  ])("of %j says nothing", (header) => {
    expect(parseRetryAfter(header, NOW)).toBeNull();
  });
});

it("an instant a vendor names is brought into the next 24 hours", () => {
  expect(clampRetryAt(NOW - 1, NOW)).toBe(NOW);
  expect(clampRetryAt(NOW + 1, NOW)).toBe(NOW + 1);
  expect(clampRetryAt(IN_A_DAY, NOW)).toBe(IN_A_DAY);
  expect(clampRetryAt(IN_A_DAY + 1, NOW)).toBe(IN_A_DAY);
});
