import { describe, expect, it } from "vitest";
import { isTooOften, oneMoreVisit, type Visits } from "../../src/domain/click-rate.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/time.ts";

const DAY = 20_000 * DAY_MS;
const LIMITS = { perMinute: 3, perDay: 5 };

/** Which of the visits at these instants came too often. */
const judged = (instants: readonly number[]) => {
  let visits: Visits | undefined;
  return instants.map((at) => {
    visits = oneMoreVisit(visits, at);
    return isTooOften(visits, LIMITS);
  });
};

describe("visits", () => {
  it.each([
    { at: [0, 0, 0], often: [false, false, false], why: "as many as a minute may have" },
    { at: [0, 0, 0, MINUTE_MS - 1], often: [false, false, false, true], why: "one more in the same minute" },
    { at: [0, 0, 0, MINUTE_MS], often: [false, false, false, false], why: "one more in the next" },
    {
      at: [0, 1, 2, 3, 4, 5].map((n) => n * MINUTE_MS),
      often: [false, false, false, false, false, true],
      why: "one more than a day may have, slowly",
    },
    {
      at: [0, 0, 0, MINUTE_MS, MINUTE_MS, DAY_MS],
      often: [false, false, false, false, false, false],
      why: "a new day",
    },
    { at: [0, 0, 0, 0, DAY_MS], often: [false, false, false, true, false], why: "a new day after too many" },
  ])("are judged one by one: $why", ({ at, often }) => {
    expect(judged(at.map((ms) => DAY + ms))).toEqual(often);
  });
});
