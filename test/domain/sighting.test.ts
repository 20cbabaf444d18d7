import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askedOfPlatform } from "../../src/domain/choose-source.ts";
import { METRICS } from "../../src/domain/metrics.ts";
import { needsObservation, observationsFor } from "../../src/domain/sighting.ts";
import {
  CLAIMED_AT,
  observed,
  openReport,
  type ReportOverrides,
  reading,
  readings,
  trackedCounts,
} from "../support/open-report.ts";

const MINUTE = 60_000;
const SETTLES_AT = CLAIMED_AT + 48 * 60 * MINUTE;

describe("what can be verified of a claim", () => {
  it("is what is claimed and can be supplied, in the usual order", () => {
    const report = openReport({
      claimed: { comments: 1, clicks: 2, views: 0 },
      supports: ["comments", "views", "likes"],
    });
    expect(askedOfPlatform(report)).toEqual(["views", "comments"]);
  });
});

describe("a report needs an observation", () => {
  const settling = { policy: { settle_hours: 48 } };
  const seenAfter = readings({ after: reading(5, 1_000) });
  const cases: { needed: boolean; why: string; report: ReportOverrides; now?: number }[] = [
    { needed: true, why: "nothing is stored", report: {} },
    {
      needed: true,
      why: "only numbers from before the claim are",
      report: { readings: { views: readings({ before: reading(-1, 900) }) } },
    },
    {
      needed: false,
      why: "one made at the claim's instant is",
      report: { readings: { views: readings({ before: reading(0, 1_000) }) } },
    },
    { needed: false, why: "one made after the claim is", report: { readings: { views: seenAfter } } },
    {
      needed: true,
      why: "another claimed metric was not seen since",
      report: { claimed: { views: 1_000, likes: 10 }, readings: { views: seenAfter } },
    },
    {
      needed: false,
      why: "the other claimed metric cannot be supplied",
      report: { claimed: { views: 1_000, clicks: 10 }, readings: { views: seenAfter } },
    },
    {
      needed: false,
      why: "nothing claimed can be supplied, so that no answer could change anything",
      report: { claimed: { clicks: 10 } },
    },
    {
      needed: true,
      why: "the post was gone when last looked at",
      report: { missingReason: "gone", readings: { views: seenAfter } },
    },
    {
      needed: true,
      why: "the post was private when last looked at",
      report: { missingReason: "private", readings: { views: seenAfter } },
    },
    {
      needed: false,
      why: "numbers that were lacking have been seen since",
      report: { missingReason: "no_data", readings: { views: seenAfter } },
    },
    {
      needed: false,
      why: "the settled number cannot be there yet",
      report: { ...settling, readings: { views: seenAfter } },
      now: SETTLES_AT - 1,
    },
    {
      needed: true,
      why: "the settled number is wanted now",
      report: { ...settling, readings: { views: seenAfter } },
      now: SETTLES_AT,
    },
    {
      needed: false,
      why: "the settled number is stored",
      report: { ...settling, readings: { views: { ...seenAfter, settled: reading(48 * 60, 1_100) } } },
      now: SETTLES_AT,
    },
  ];
  it.each(cases)("$needed, because $why", ({ needed, report, now = CLAIMED_AT + 10 * MINUTE }) => {
    expect(needsObservation(openReport({ post: { state: "live" }, ...report }), now)).toBe(needed);
  });

  const counted = { status: "MATCHED", at: CLAIMED_AT, accurate: true } as const;
  it.each([
    { needed: true, state: "unknown", seen: null, why: "nobody has seen the post" },
    {
      needed: false,
      state: "live",
      seen: CLAIMED_AT - 1,
      why: "the post was seen once, and by others than the judge",
    },
    { needed: true, state: "gone", seen: CLAIMED_AT - 1, why: "the post went before the claim" },
    { needed: true, state: "private", seen: null, why: "the post was never seen" },
    { needed: false, state: "gone", seen: CLAIMED_AT, why: "the post was there at the claim's instant" },
    {
      needed: false,
      state: "gone",
      seen: CLAIMED_AT - 1,
      counted,
      why: "it was judged before the post went",
    },
  ] as const)("of clicks that links counted: $needed, because $why", ({ needed, state, seen, ...rest }) => {
    const report = openReport({
      claimed: { clicks: 5 },
      tracked: trackedCounts({ clicks: { before: 5, through: 5 } }),
      post: { state, observedAt: seen },
      counted: "counted" in rest ? rest.counted : null,
    });
    expect(needsObservation(report, CLAIMED_AT + MINUTE)).toBe(needed);
  });
});

describe("the observations to judge by", () => {
  const stored = openReport({
    claimed: { views: 1_000, likes: 10 },
    readings: {
      views: readings({
        before: reading(-10, 900),
        after: reading(5, 1_000),
        settled: reading(3_000, 1_100),
      }),
      likes: readings({ before: reading(-10, 9) }),
    },
  });

  it("are the stored ones where the platform was not asked", () => {
    const { before, after, settled } = stored.readings.views ?? readings({});
    const seen = observationsFor(stored, { kind: "stored" });
    expect(seen.map(({ at, metrics }) => [at, metrics])).toEqual([
      [before?.at, { views: 900 }],
      [after?.at, { views: 1_000 }],
      [settled?.at, { views: 1_100 }],
      [before?.at, { likes: 9 }],
    ]);
  });

  it.each([{ kind: "gone" }, { kind: "unreadable", detail: "" }] as const)(
    "gain nothing from an answer without numbers: $kind",
    (sighting) => {
      expect(observationsFor(stored, sighting)).toEqual(observationsFor(stored, { kind: "stored" }));
    },
  );

  it("gain what the platform says now, and nothing where it hides a number", () => {
    const at = CLAIMED_AT + MINUTE;
    const seen = observationsFor(openReport(), observed({ views: 0, likes: null, comments: 4 }, at));
    expect(seen.map(({ metrics }) => metrics)).toEqual([{ views: 0 }, { comments: 4 }]);
    expect(seen.every((observation) => observation.at === at)).toBe(true);
  });

  it("follow one definition of a count, the newest", () => {
    const report = openReport({
      readings: { views: readings({ before: reading(-10, 900, "v1"), after: reading(5, 1_000, "v1") }) },
    });
    const seen = observationsFor(report, observed({ views: 5_000 }, CLAIMED_AT + 6 * MINUTE, "v2"));
    expect(seen).toEqual([
      {
        at: CLAIMED_AT + 6 * MINUTE,
        source: "platform_api",
        metrics: { views: 5_000 },
        definitionVersion: "v2",
      },
    ]);
  });

  it("keep the definition of another metric, which has not changed", () => {
    const report = openReport({
      readings: {
        views: readings({ after: reading(5, 1_000, "v1") }),
        likes: readings({ after: reading(5, 10, "v1") }),
      },
    });
    const seen = observationsFor(report, observed({ views: 5_000 }, CLAIMED_AT + 6 * MINUTE, "v2"));
    expect(seen.map(({ metrics, definitionVersion }) => [metrics, definitionVersion])).toEqual([
      [{ views: 5_000 }, "v2"],
      [{ likes: 10 }, "v1"],
    ]);
  });

  it("never mix definitions within a metric, and hold the newest number of each", () => {
    const anyReading = (from: number, to: number) =>
      fc.option(
        fc
          .tuple(fc.integer({ min: from, max: to }), fc.nat(5_000), fc.constantFrom("v1", "v2", "v3"))
          .map(([minutes, value, version]) => reading(minutes, value, version)),
      );
    const anyReadings = fc.record({
      before: anyReading(-60, 0),
      after: anyReading(1, 60),
      settled: anyReading(120, 180),
    });
    const definition = fc.constantFrom("v1", "v2", "v3");
    fc.assert(
      fc.property(anyReadings, fc.option(fc.nat(5_000)), definition, (views, value, version) => {
        const report = openReport({ readings: { views } });
        const seen = observationsFor(report, observed({ views: value }, CLAIMED_AT + 90 * MINUTE, version));
        const given = [views.before, views.after, views.settled].flatMap((known) => known?.at ?? []);
        if (value !== null) given.push(CLAIMED_AT + 90 * MINUTE);
        expect(new Set(seen.map(({ definitionVersion }) => definitionVersion)).size).toBeLessThanOrEqual(1);
        expect(Math.max(...seen.map(({ at }) => at))).toBe(Math.max(...given));
        expect(seen.flatMap(({ metrics }) => METRICS.filter((metric) => metric in metrics))).toEqual(
          seen.map(() => "views"),
        );
      }),
    );
  });
});
