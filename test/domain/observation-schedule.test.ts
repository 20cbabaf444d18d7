import { describe, expect, it } from "vitest";
import { nextObservation, type Watcher } from "../../src/domain/observation-schedule.ts";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 5, 1, 12);
const FACTORS = { high: 2, normal: 1, low: 0.5, critical: 0.25 };

const watcher = (overrides: Partial<Watcher> = {}): Watcher => ({
  everyMinutes: 360,
  closesAt: null,
  bucket: "normal",
  ...overrides,
});

/** Minutes until the next observation. */
function minutesFor(...watchers: Watcher[]): number | null {
  const next = nextObservation(watchers, NOW, FACTORS);
  return next === null ? null : (next - NOW) / MINUTE;
}

describe("a post is observed again", () => {
  it.each([
    { bucket: "high", minutes: 720 },
    { bucket: "normal", minutes: 360 },
    { bucket: "low", minutes: 180 },
    { bucket: "critical", minutes: 90 },
  ] as const)(
    "every $minutes minutes for $bucket trust where a campaign asks for 360",
    ({ bucket, minutes }) => {
      expect(minutesFor(watcher({ bucket }))).toBe(minutes);
    },
  );

  it.each([
    {
      watchers: [watcher({ everyMinutes: 60 }), watcher({ everyMinutes: 45 }), watcher({ everyMinutes: 50 })],
      minutes: 45,
      why: "the shortest interval wins",
    },
    {
      watchers: [watcher({ everyMinutes: 60, bucket: "high" }), watcher({ everyMinutes: 100 })],
      minutes: 100,
      why: "it is the shortest after trust was taken into account",
    },
    {
      watchers: [watcher({ everyMinutes: 5, closesAt: NOW }), watcher()],
      minutes: 360,
      why: "a campaign that closes at this very instant has no say",
    },
    {
      watchers: [watcher({ everyMinutes: 5, closesAt: NOW + 1 }), watcher()],
      minutes: 5,
      why: "one that closes a millisecond later has",
    },
    { watchers: [watcher({ closesAt: NOW })], minutes: null, why: "nobody watches any more" },
    { watchers: [], minutes: null, why: "nobody ever did" },
  ])("in $minutes minutes: $why", ({ watchers, minutes }) => {
    expect(minutesFor(...watchers)).toBe(minutes);
  });

  it("at a whole millisecond, whatever the factor", () => {
    const next = nextObservation([watcher({ everyMinutes: 7 })], NOW, { ...FACTORS, normal: 1 / 3 });
    expect(next).toBe(NOW + 140_000);
  });
});
