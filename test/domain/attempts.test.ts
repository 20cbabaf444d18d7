import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { type AttemptsSoFar, backoffMs, planAttempt, withJitter } from "../../src/domain/attempts.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12);

/** The greatest value below 1, as near as a random number comes to it. */
const ALMOST_ONE = 1 - 2 ** -53;
const random = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });

describe("the backoff", () => {
  it.each([
    { n: 0, random: ALMOST_ONE, wait: 30 * MINUTE, why: "it begins with half an hour" },
    { n: 1, random: ALMOST_ONE, wait: HOUR, why: "and doubles" },
    { n: 3, random: ALMOST_ONE, wait: 4 * HOUR, why: "until" },
    { n: 4, random: ALMOST_ONE, wait: 6 * HOUR, why: "the cap stops it" },
    {
      n: 1,
      random: 0.5,
      wait: 30 * MINUTE,
      why: "the jitter is full: half the random number, half the wait",
    },
    { n: 0, random: 0, wait: MINUTE, why: "it is a minute at least" },
    { n: 0, random: 60 / 1_800, wait: MINUTE, why: "where the jitter meets the least" },
    { n: 0, random: 61 / 1_800, wait: 61_000, why: "and where it has passed it" },
    { n: 10_000, random: ALMOST_ONE, wait: 6 * HOUR, why: "2^n is infinite and the wait is not" },
    { n: 10_000, random: 0, wait: MINUTE, why: "nor is it unknown" },
  ])("after $n retries at random $random is $wait ms: $why", ({ n, random, wait }) => {
    expect(backoffMs(n, random, DEFAULT_CONFIG)).toBe(wait);
  });

  it("is whole, a minute at least, and never above the cap", () => {
    fc.assert(
      fc.property(fc.nat(10_000), random, (n, drawn) => {
        const wait = backoffMs(n, drawn, DEFAULT_CONFIG);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(MINUTE);
        expect(wait).toBeLessThanOrEqual(6 * HOUR);
      }),
    );
  });
});

describe("an attempt", () => {
  const plan = (soFar: Partial<AttemptsSoFar>, drawn = 0) =>
    planAttempt(
      { attempts: 0, firstAttemptAt: null, incompleteSeen: false, ...soFar },
      { now: NOW, random: drawn },
      DEFAULT_CONFIG,
    );

  it.each([
    { soFar: {}, last: false, why: "it is the first" },
    { soFar: { attempts: 3, firstAttemptAt: NOW - HOUR }, last: false, why: "it is the fourth of five" },
    { soFar: { attempts: 4, firstAttemptAt: NOW - HOUR }, last: true, why: "it is the fifth" },
    {
      soFar: { attempts: 5, firstAttemptAt: NOW - HOUR },
      last: true,
      why: "the limit was lowered meanwhile",
    },
    { soFar: { attempts: 1, incompleteSeen: true }, last: true, why: "after INCOMPLETE there is one more" },
    {
      soFar: { attempts: 1, firstAttemptAt: NOW + MINUTE - 24 * HOUR },
      last: false,
      why: "the next would be at the very end of the window",
    },
    {
      soFar: { attempts: 1, firstAttemptAt: NOW + MINUTE - 24 * HOUR - 1 },
      last: true,
      why: "the next would be a millisecond past the window",
    },
  ])("is last: $last, because $why", ({ soFar, last }) => {
    expect(plan(soFar).last).toBe(last);
  });

  it("names when the next would be, by the retries already made", () => {
    expect(plan({ attempts: 2 }, 0.5).nextAt).toBe(NOW + HOUR);
  });

  it("ends after five, whatever the jitter", () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 5, maxLength: 5 }), (draws) => {
        const lasts = draws.map((drawn, attempts) => plan({ attempts, firstAttemptAt: NOW }, drawn).last);
        expect(lasts).toEqual([false, false, false, false, true]);
      }),
    );
  });
});

describe("what was put off", () => {
  it.each([
    { at: NOW + HOUR, random: 0, back: NOW + HOUR, why: "never before its time" },
    { at: NOW + HOUR, random: 0.5, back: NOW + HOUR + 3 * MINUTE, why: "spread over a tenth of the wait" },
    { at: NOW + HOUR, random: ALMOST_ONE, back: NOW + HOUR + 6 * MINUTE, why: "and no more than that" },
    { at: NOW, random: ALMOST_ONE, back: NOW, why: "no wait has no spread" },
    { at: NOW - HOUR, random: ALMOST_ONE, back: NOW - HOUR, why: "nor has an instant that has passed" },
  ])("comes back at $back: $why", ({ at, random, back }) => {
    expect(withJitter(NOW, at, random)).toBe(back);
  });
});
