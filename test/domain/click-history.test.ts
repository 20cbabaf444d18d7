import { describe, expect, it } from "vitest";
import {
  busiestMinute,
  clicksThrough,
  type Seconds,
  secondOfHour,
  utcHour,
  withClicks,
} from "../../src/domain/click-history.ts";

const SECONDS: Seconds = [
  [0, 2],
  [59, 1],
  [60, 4],
  [3_599, 1],
];

describe("clicks of an hour up to a second", () => {
  it.each([
    { second: -1, clicks: 0, why: "before the hour" },
    { second: 0, clicks: 2, why: "the second itself counts" },
    { second: 58, clicks: 2, why: "just before the next" },
    { second: 59, clicks: 3, why: "at the next" },
    { second: 60, clicks: 7, why: "one second later" },
    { second: 3_598, clicks: 7, why: "before the last" },
    { second: 3_599, clicks: 8, why: "the whole hour" },
  ])("are $clicks through second $second: $why", ({ second, clicks }) => {
    expect(clicksThrough(SECONDS, second)).toBe(clicks);
  });

  it("are none where no click was", () => {
    expect(clicksThrough([], 3_599)).toBe(0);
  });
});

describe("more clicks", () => {
  it("raise the seconds they fall into and open others, which stay in order", () => {
    expect(withClicks(SECONDS, [61, 0, 7, 7])).toEqual([
      [0, 3],
      [7, 2],
      [59, 1],
      [60, 4],
      [61, 1],
      [3_599, 1],
    ]);
  });

  it("leave the history they are added to as it is", () => {
    const history: Seconds = [[5, 1]];
    withClicks(history, [5]);
    expect(history).toEqual([[5, 1]]);
  });
});

describe("the busiest minute", () => {
  it.each([
    { seconds: [], most: 0, why: "no click" },
    {
      seconds: [
        [0, 1],
        [59, 2],
      ] satisfies Seconds,
      most: 3,
      why: "first and last second of one minute",
    },
    {
      seconds: [
        [59, 2],
        [60, 3],
      ] satisfies Seconds,
      most: 3,
      why: "two minutes",
    },
  ])("has $most clicks: $why", ({ seconds, most }) => {
    expect(busiestMinute(seconds)).toBe(most);
  });
});

describe("an instant", () => {
  const MIDNIGHT = Date.UTC(2026, 5, 1);

  it.each([
    { at: MIDNIGHT - 1, hour: -1, second: 3_599 },
    { at: MIDNIGHT, hour: 0, second: 0 },
    { at: MIDNIGHT + 999, hour: 0, second: 0 },
    { at: MIDNIGHT + 1_000, hour: 0, second: 1 },
    { at: MIDNIGHT + 3_599_999, hour: 0, second: 3_599 },
    { at: MIDNIGHT + 3_600_000, hour: 1, second: 0 },
  ])("lies in hour $hour of the day, second $second", ({ at, hour, second }) => {
    expect(utcHour(at) - utcHour(MIDNIGHT)).toBe(hour);
    expect(secondOfHour(at)).toBe(second);
  });
});
