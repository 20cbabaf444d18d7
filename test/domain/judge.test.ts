import { describe, expect, it } from "vitest";
import { type JudgeInput, judge, type MetricsAt } from "../../src/domain/judge.ts";
import type { Metric } from "../../src/domain/metrics.ts";
import type { Verdict } from "../../src/domain/verdict.ts";

const HOUR = 3_600_000;
const CLAIMED_AT = Date.UTC(2026, 5, 1, 12);

type Counts = MetricsAt["metrics"];

/** An observation some hours after the claim (before it, if negative). */
function seen(hours: number, metrics: Counts): MetricsAt {
  return { at: CLAIMED_AT + hours * HOUR, metrics };
}

/** Judges a claim; unless said otherwise, five minutes after it and with further attempts to come. */
function judged(
  claimed: Counts,
  observations: MetricsAt[],
  rest: Partial<Omit<JudgeInput, "claim" | "observations">> = {},
): Verdict {
  const claim = { at: CLAIMED_AT, metrics: claimed };
  return judge({ claim, observations, now: CLAIMED_AT + 5 * 60_000, ...rest });
}

describe("the truth at the claim's instant", () => {
  const cases: { why: string; observations: MetricsAt[]; low: number; high: number }[] = [
    {
      why: "an observation at the claim's instant is the truth, whatever is beside it",
      observations: [seen(-1, { views: 10 }), seen(0, { views: 1000 }), seen(1, { views: 5000 })],
      low: 1000,
      high: 1000,
    },
    {
      why: "one a millisecond after it leaves room for that millisecond of growth",
      observations: [{ at: CLAIMED_AT + 1, metrics: { views: 1000 } }],
      low: 1000 / (1 + 0.1 * (1 / HOUR)),
      high: 1000,
    },
    {
      why: "the neighbours bracket it, not what lies farther away",
      observations: [9, 2, -3, -8].map((hours) => seen(hours, { views: 1000 + hours })),
      low: 997,
      high: 1002,
    },
    {
      why: "a bracket may fall",
      observations: [seen(-1, { views: 2000 }), seen(1, { views: 1500 })],
      low: 1500,
      high: 2000,
    },
    {
      why: "later numbers are brought back by growth",
      observations: [seen(5, { views: 1500 })],
      low: 1000,
      high: 1500,
    },
    {
      why: "at the cap growth is whole",
      observations: [seen(24, { views: 3400 })],
      low: 3400 / (1 + 0.1 * 24),
      high: 3400,
    },
    {
      why: "past the cap it is no more",
      observations: [seen(25, { views: 3400 })],
      low: 3400 / (1 + 0.1 * 24),
      high: 3400,
    },
    {
      why: "an unknown number is no observation",
      observations: [seen(0, { views: null }), seen(-1, { likes: 7 }), seen(10, { views: 4000 })],
      low: 2000,
      high: 4000,
    },
    {
      why: "of two at one instant the last given counts, before the claim",
      observations: [seen(-1, { views: 900 }), seen(-1, { views: 950 }), seen(1, { views: 1000 })],
      low: 950,
      high: 1000,
    },
    {
      why: "and after it",
      observations: [seen(-1, { views: 900 }), seen(1, { views: 1100 }), seen(1, { views: 1000 })],
      low: 900,
      high: 1000,
    },
  ];

  it.each(cases)("is [$low, $high]: $why", ({ observations, low, high }) => {
    expect(judged({ views: 1000 }, observations).metrics.views).toMatchObject({ low, high });
  });

  it("waits for newer numbers until the last attempt, then allows the older ones growth and calls them weak", () => {
    const observations = [seen(-5, { views: 1000 })];
    expect(judged({ views: 1200 }, observations)).toMatchObject({
      missing: ["views"],
      weak: false,
      metrics: {},
    });
    expect(judged({ views: 1200 }, observations, { lastAttempt: true })).toMatchObject({
      missing: [],
      weak: true,
      metrics: { views: { low: 1000, high: 1500 } },
    });
  });

  it.each([
    { why: "a bracket", observations: [seen(-1, { views: 1000 }), seen(1, { views: 1000 })] },
    { why: "an exact number", observations: [seen(0, { views: 1000 })] },
    { why: "a later number", observations: [seen(1, { views: 1000 })] },
  ])("is not weak on the last attempt with $why", ({ observations }) => {
    expect(judged({ views: 1000 }, observations, { lastAttempt: true }).weak).toBe(false);
  });
});

describe("settling", () => {
  const policy = { settle_hours: 48 };
  const lastMoment = { at: CLAIMED_AT + 48 * HOUR - 1, metrics: { views: 900 } };

  it.each([
    { why: "a millisecond too early", late: [lastMoment], high: 100 },
    { why: "on the hour", late: [seen(48, { views: 900 })], high: 900 },
    {
      why: "later, the earliest of them",
      late: [seen(60, { views: 999 }), seen(50, { views: 900 })],
      high: 900,
    },
    {
      why: "of two at once, the last given",
      late: [seen(48, { views: 999 }), seen(48, { views: 900 })],
      high: 900,
    },
    {
      why: "of two at once, even the lower one",
      late: [seen(48, { views: 900 }), seen(48, { views: 50 })],
      high: 100,
    },
    { why: "unknown when settled", late: [seen(48, { views: null, likes: 900 })], high: 100 },
  ])("raises the upper bound to $high: $why", ({ late, high }) => {
    const bracket = [seen(-1, { views: 80 }), seen(1, { views: 100 })];
    expect(judged({ views: 90 }, [...bracket, ...late], { policy }).metrics.views).toMatchObject({
      low: 80,
      high,
    });
    const exact = [seen(0, { views: 100 })];
    expect(judged({ views: 90 }, [...exact, ...late], { policy }).metrics.views).toMatchObject({
      low: 100,
      high,
    });
  });

  it("can be the only number there is", () => {
    const verdict = judged({ views: 3000 }, [seen(48, { views: 3400 })], { policy });
    expect(verdict.metrics.views).toMatchObject({ low: 3400 / (1 + 0.1 * 24), high: 3400 });
  });

  it("asks for nothing when the platform is near live", () => {
    const observations = [seen(0, { views: 100 }), seen(48, { views: 900 })];
    expect(judged({ views: 100 }, observations, { policy: { settle_hours: 0 } }).metrics.views?.high).toBe(
      100,
    );
  });

  it("counts fractional hours", () => {
    const observations = [seen(0, { views: 100 }), seen(0.5, { views: 900 })];
    expect(judged({ views: 100 }, observations, { policy: { settle_hours: 0.5 } }).metrics.views?.high).toBe(
      900,
    );
    expect(judged({ views: 100 }, observations, { policy: { settle_hours: 0.51 } }).metrics.views?.high).toBe(
      100,
    );
  });
});

describe("the distance of a claim", () => {
  const bracket = [seen(-1, { views: 1000 }), seen(1, { views: 2000 })];

  it.each([
    { claimed: 999, direction: "under", difference: 1, ratio: 1 / 1000 },
    { claimed: 1000, direction: "none", difference: 0, ratio: 0 },
    { claimed: 2000, direction: "none", difference: 0, ratio: 0 },
    { claimed: 2001, direction: "over", difference: 1, ratio: 1 / 2000 },
  ])("of $claimed from [1000, 2000] is $difference $direction", ({ claimed, ...expected }) => {
    expect(judged({ views: claimed }, bracket).metrics.views).toMatchObject({
      claimed,
      level: "none",
      ...expected,
    });
  });

  it.each([
    { truth: 0, ratio: 20, why: "nothing there counts as one" },
    { truth: 1, ratio: 19, why: "so does one" },
    { truth: 2, ratio: 9, why: "two count as two" },
  ])("is $ratio times a truth of $truth: $why", ({ truth, ratio }) => {
    expect(judged({ views: 20 }, [seen(0, { views: truth })]).metrics.views?.ratio).toBe(ratio);
  });

  it("divides by one below the truth too, where growth makes a bound a fraction", () => {
    const verdict = judged({ views: 0 }, [seen(10, { views: 1 })], { policy: { slack: { views: 0 } } });
    expect(verdict.metrics.views).toMatchObject({
      direction: "under",
      difference: 0.5,
      ratio: 0.5,
      level: "HIGH",
    });
  });
});

describe("the level of one metric", () => {
  it.each([
    { claimed: 10_100, level: "none", status: "MATCHED", why: "1 % matches" },
    { claimed: 10_101, level: "LOW", status: "DISCREPANCY_LOW", why: "past it no more" },
    { claimed: 10_499, level: "LOW", status: "DISCREPANCY_LOW", why: "below 5 %" },
    { claimed: 10_500, level: "MEDIUM", status: "DISCREPANCY_MEDIUM", why: "5 %" },
    { claimed: 12_000, level: "MEDIUM", status: "DISCREPANCY_MEDIUM", why: "20 %" },
    { claimed: 12_001, level: "HIGH", status: "AFFILIATE_OVERCLAIMED", why: "past 20 %" },
    { claimed: 15_000, level: "HIGH", status: "AFFILIATE_OVERCLAIMED", why: "50 %" },
    { claimed: 15_001, level: "CRITICAL", status: "AFFILIATE_OVERCLAIMED", why: "past 50 %" },
    { claimed: 9900, level: "none", status: "MATCHED", why: "1 % below matches" },
    { claimed: 9899, level: "LOW", status: "DISCREPANCY_LOW", why: "past it no more" },
    { claimed: 9501, level: "LOW", status: "DISCREPANCY_LOW", why: "less than 5 % below" },
    { claimed: 9500, level: "MEDIUM", status: "DISCREPANCY_MEDIUM", why: "5 % below" },
    { claimed: 8000, level: "MEDIUM", status: "DISCREPANCY_MEDIUM", why: "20 % below" },
    { claimed: 7999, level: "HIGH", status: "DISCREPANCY_HIGH", why: "past 20 % below is no overclaim" },
    { claimed: 0, level: "HIGH", status: "DISCREPANCY_HIGH", why: "nothing is CRITICAL below the truth" },
  ])("of $claimed against 10000 is $level: $why", ({ claimed, level, status }) => {
    const verdict = judged({ views: claimed }, [seen(0, { views: 10_000 })]);
    expect(verdict.metrics.views?.level).toBe(level);
    expect(verdict).toMatchObject({ status, level: level === "none" ? null : level });
  });

  const slack: [Metric, number][] = [
    ["views", 10],
    ["clicks", 3],
    ["conversions", 1],
    ["likes", 5],
    ["comments", 3],
    ["shares", 3],
  ];
  it.each(slack)("of %s forgives a difference of %i and not one more", (metric, forgiven) => {
    const observations = [seen(0, { [metric]: 20 })];
    const levelAt = (difference: number) =>
      judged({ [metric]: 20 + difference }, observations).metrics[metric]?.level;
    expect(levelAt(forgiven)).toBe("none");
    expect(levelAt(forgiven + 1)).not.toBe("none");
    expect(levelAt(-forgiven)).toBe("none");
    expect(levelAt(-forgiven - 1)).not.toBe("none");
  });

  it("keeps the direction of a difference that is forgiven, which the verdict does not", () => {
    const verdict = judged({ views: 1005, likes: 98 }, [seen(0, { views: 1000, likes: 100 })]);
    expect(verdict.metrics.views).toMatchObject({ direction: "over", level: "none" });
    expect(verdict.metrics.likes).toMatchObject({ direction: "under", level: "none" });
    expect(verdict).toMatchObject({ status: "MATCHED", level: null, direction: "none" });
  });

  it.each([
    { claimed: 1150, level: "MEDIUM", why: "what is not HIGH is not promoted" },
    { claimed: 1201, level: "CRITICAL", why: "what is HIGH is" },
    { claimed: 700, level: "HIGH", why: "but not below the truth" },
  ])("of $claimed against 1000 is $level with a critical_over of 10 %: $why", ({ claimed, level }) => {
    const policy = { critical_over: 0.1 };
    expect(judged({ views: claimed }, [seen(0, { views: 1000 })], { policy }).level).toBe(level);
  });

  it.each([
    { claimed: 1350, overclaim_min: 0.35, status: "DISCREPANCY_HIGH", why: "on it" },
    { claimed: 1351, overclaim_min: 0.35, status: "AFFILIATE_OVERCLAIMED", why: "past it" },
    { claimed: 649, overclaim_min: 0.35, status: "DISCREPANCY_HIGH", why: "past it, but below the truth" },
    { claimed: 1600, overclaim_min: 0.6, status: "DISCREPANCY_HIGH", why: "CRITICAL, but on it" },
    { claimed: 1150, overclaim_min: 0, status: "DISCREPANCY_MEDIUM", why: "past it, but only MEDIUM" },
  ])("of $claimed against 1000 with an overclaim_min of $overclaim_min means $status: $why", (row) => {
    const policy = { overclaim_min: row.overclaim_min };
    const verdict = judged({ views: row.claimed }, [seen(0, { views: 1000 })], { policy });
    expect(verdict.status).toBe(row.status);
  });

  it("of a high claim that is no overclaim still costs trust, above the truth", () => {
    const policy = { overclaim_min: 0.35 };
    const eventOf = (views: number) => judged({ views }, [seen(0, { views: 1000 })], { policy }).trust_event;
    expect(eventOf(1350)).toBe("high_discrepancy");
    expect(eventOf(650)).toBeNull();
  });
});

describe("the deciding metric", () => {
  const truth = { views: 10_000, clicks: 1000, conversions: 1000, likes: 1000, comments: 1000, shares: 1000 };

  it.each([
    { claim: { views: 10_300, likes: 1150 }, level: "MEDIUM", direction: "over", why: "the worse level" },
    { claim: { views: 11_000, likes: 500 }, level: "HIGH", direction: "under", why: "even below the truth" },
    { claim: { views: 8500, likes: 1100 }, level: "MEDIUM", direction: "over", why: "at one level, over" },
    {
      claim: { likes: 1100, shares: 850 },
      level: "MEDIUM",
      direction: "over",
      why: "also when it comes first",
    },
    {
      claim: { views: 10_050, likes: 900 },
      level: "MEDIUM",
      direction: "under",
      why: "what matches does not decide",
    },
  ])("gives $level $direction: $why", ({ claim, level, direction }) => {
    expect(judged(claim, [seen(0, truth)])).toMatchObject({ level, direction });
  });

  // Which metric decided shows in the status, since only its own ratio is held against overclaim_min.
  it.each([
    {
      claim: { views: 13_000, likes: 1400 },
      status: "AFFILIATE_OVERCLAIMED",
      why: "the larger ratio comes later",
    },
    { claim: { views: 14_000, likes: 1300 }, status: "AFFILIATE_OVERCLAIMED", why: "it comes first" },
    { claim: { views: 13_000, likes: 1300 }, status: "DISCREPANCY_HIGH", why: "neither is large enough" },
  ])("at one level and direction is the one of the larger ratio: $why", ({ claim, status }) => {
    expect(judged(claim, [seen(0, truth)], { policy: { overclaim_min: 0.35 } }).status).toBe(status);
  });

  // Views rest on a bracket and likes on old numbers, so the status tells which of two equals decided.
  it.each([
    { observed: { strong: "views", old: "likes" }, status: "AFFILIATE_OVERCLAIMED" },
    { observed: { strong: "likes", old: "views" }, status: "UNVERIFIABLE" },
  ] as const)("of two equals is views before likes: $observed.old are old", ({ observed, status }) => {
    const policy = { growth_per_hour: 0 };
    const observations = [seen(0, { [observed.strong]: 1000 }), seen(-1, { [observed.old]: 1000 })];
    const verdict = judged({ likes: 1600, views: 1600 }, observations, { policy, lastAttempt: true });
    expect(verdict).toMatchObject({ status, level: "CRITICAL", direction: "over" });
  });
});

describe("the status when numbers lack", () => {
  it("is MISSING_PLATFORM_DATA when nothing could be judged and a source owes something", () => {
    const verdict = judged({ views: 10, clicks: 1 }, [], { supports: ["views"] });
    expect(verdict).toMatchObject({
      status: "MISSING_PLATFORM_DATA",
      missing: ["views"],
      unavailable: ["clicks"],
    });
    expect(judged({ views: 10 }, [], { lastAttempt: true }).status).toBe("MISSING_PLATFORM_DATA");
  });

  it.each([
    { why: "no source supplies what is claimed", claim: { clicks: 1 }, unavailable: ["clicks"] },
    { why: "nothing is claimed", claim: {}, unavailable: [] },
    { why: "only unknowns are claimed", claim: { views: null, clicks: undefined }, unavailable: [] },
  ])("is UNVERIFIABLE when $why", ({ claim, unavailable }) => {
    expect(judged(claim, [seen(0, { views: 10 })], { supports: ["views"] })).toEqual({
      status: "UNVERIFIABLE",
      level: null,
      direction: "none",
      confidence: 0,
      provisional: false,
      weak: false,
      trust_event: null,
      missing: [],
      unavailable,
      metrics: {},
    });
  });

  it("is UNVERIFIABLE when the sources supply nothing at all, and missing when they are not named", () => {
    expect(judged({ views: 10 }, [], { supports: [] })).toMatchObject({
      unavailable: ["views"],
      missing: [],
    });
    expect(judged({ views: 10 }, [])).toMatchObject({ unavailable: [], missing: ["views"] });
  });

  it.each([
    { claimed: 1000, level: null, direction: "none" },
    { claimed: 1030, level: "LOW", direction: "over" },
    { claimed: 9000, level: "CRITICAL", direction: "over" },
    { claimed: 500, level: "HIGH", direction: "under" },
  ])("is INCOMPLETE_PLATFORM_DATA while clicks may come: $claimed views are shown as $level", (expected) => {
    const { claimed, ...shown } = expected;
    const verdict = judged({ views: claimed, clicks: 50 }, [seen(0, { views: 1000 })]);
    expect(verdict).toMatchObject({ status: "INCOMPLETE_PLATFORM_DATA", trust_event: null, ...shown });
    expect(verdict).toMatchObject({ confidence: 0.5, missing: ["clicks"] });
  });

  it.each([
    { claimed: 1000, status: "MATCHED", trust_event: "perfect_match" },
    { claimed: 9000, status: "AFFILIATE_OVERCLAIMED", trust_event: "overclaim" },
  ])(
    "is judged on what there is on the last attempt: $claimed views are $status",
    ({ claimed, ...expected }) => {
      const verdict = judged({ views: claimed, clicks: 50 }, [seen(0, { views: 1000 })], {
        lastAttempt: true,
      });
      expect(verdict).toMatchObject({ ...expected, confidence: 0.5, missing: ["clicks"] });
    },
  );

  it("does not wait for what no source can supply, and judges what came all the same", () => {
    const claim = { views: 1000, clicks: 40, shares: 9 };
    const verdict = judged(claim, [seen(0, { views: 1000, clicks: 40 })], { supports: ["views"] });
    expect(verdict).toMatchObject({ status: "MATCHED", unavailable: ["shares"], confidence: 2 / 3 });
    expect(Object.keys(verdict.metrics)).toEqual(["views", "clicks"]);
  });

  it("lists metrics in their fixed order, however they are given", () => {
    const claim = { shares: 1, comments: 1, likes: 1, conversions: 1, clicks: 1, views: 1 };
    expect(judged(claim, []).missing).toEqual([
      "views",
      "clicks",
      "conversions",
      "likes",
      "comments",
      "shares",
    ]);
    const observation = seen(0, { shares: 1, likes: 1, clicks: 1 });
    expect(Object.keys(judged(claim, [observation]).metrics)).toEqual(["clicks", "likes", "shares"]);
    expect(judged(claim, [], { supports: ["likes", "views"] })).toMatchObject({
      missing: ["views", "likes"],
    });
  });
});

describe("old numbers", () => {
  const lastAttempt = true;

  it.each([
    { claimed: 1500, status: "MATCHED", level: null, why: "within growth" },
    { claimed: 1530, status: "UNVERIFIABLE", level: "LOW", why: "past it, however little" },
    { claimed: 9000, status: "UNVERIFIABLE", level: "CRITICAL", why: "past it, however far" },
    { claimed: 960, status: "DISCREPANCY_LOW", level: "LOW", why: "below even the old number" },
    { claimed: 500, status: "DISCREPANCY_HIGH", level: "HIGH", why: "far below it" },
  ])(
    "make $claimed against 1000 five hours earlier $status without trust: $why",
    ({ claimed, status, level }) => {
      const verdict = judged({ views: claimed }, [seen(-5, { views: 1000 })], { lastAttempt });
      expect(verdict).toMatchObject({ status, level, weak: true, trust_event: null, provisional: false });
    },
  );

  it("of one metric do not excuse another, but stop its trust event", () => {
    const observations = [seen(-5, { likes: 50 }), seen(0, { views: 1000 })];
    const overclaim = judged({ views: 1300, likes: 50 }, observations, { lastAttempt });
    expect(overclaim).toMatchObject({ status: "AFFILIATE_OVERCLAIMED", weak: true, trust_event: null });
    const match = judged({ views: 1000, likes: 50 }, observations, { lastAttempt });
    expect(match).toMatchObject({ status: "MATCHED", weak: true, trust_event: null });
  });

  it("are never provisional: there is nothing of the platform's to settle", () => {
    const policy = { settle_hours: 48 };
    const verdict = judged({ views: 9000 }, [seen(-5, { views: 1000 })], { lastAttempt, policy });
    expect(verdict).toMatchObject({ status: "UNVERIFIABLE", provisional: false });
  });
});

describe("a provisional verdict", () => {
  const policy = { settle_hours: 48 };
  const settles = CLAIMED_AT + 48 * HOUR;
  const unsettled = [seen(1, { views: 1000 })];

  it.each([
    { now: settles - 1, lastAttempt: false, provisional: true, why: "within the window" },
    { now: settles - 1, lastAttempt: true, provisional: true, why: "within it, even on the last attempt" },
    {
      now: settles,
      lastAttempt: false,
      provisional: true,
      why: "the window is over, but nobody has looked again",
    },
    {
      now: settles,
      lastAttempt: true,
      provisional: false,
      why: "the window is over and nobody will look again",
    },
  ])("is $provisional: $why", ({ provisional, ...moment }) => {
    expect(judged({ views: 9000 }, unsettled, { policy, ...moment })).toMatchObject({
      status: "AFFILIATE_OVERCLAIMED",
      provisional,
      trust_event: provisional ? null : "overclaim",
    });
  });

  it.each([
    { claimed: 1010, trust_event: "perfect_match", why: "a forgiven difference is a match at once" },
    { claimed: 100, trust_event: null, why: "a claim below the truth is judged at once" },
  ])("is not given to $claimed against 1000: $why", ({ claimed, trust_event }) => {
    expect(judged({ views: claimed }, unsettled, { policy })).toMatchObject({
      provisional: false,
      trust_event,
    });
  });

  it("ends when the deciding metric has settled, not when another has", () => {
    const claim = { views: 9000, likes: 50 };
    const first = seen(0, { views: 1000, likes: 50 });
    const likesSettled = judged(claim, [first, seen(48, { likes: 50 })], { policy });
    expect(likesSettled).toMatchObject({ provisional: true, trust_event: null });
    const viewsSettled = judged(claim, [first, seen(48, { views: 1000 })], { policy });
    expect(viewsSettled).toMatchObject({ provisional: false, trust_event: "overclaim" });
  });

  it("can be incomplete as well", () => {
    const verdict = judged({ views: 9000, clicks: 50 }, unsettled, { policy });
    expect(verdict).toMatchObject({ status: "INCOMPLETE_PLATFORM_DATA", provisional: true });
  });

  it.each([
    { claimed: 1030, status: "DISCREPANCY_LOW" },
    { claimed: 1150, status: "DISCREPANCY_MEDIUM" },
  ])("is given to $status too", ({ claimed, status }) => {
    const verdict = judged({ views: claimed }, unsettled, { policy });
    expect(verdict).toMatchObject({ status, provisional: true, trust_event: null });
  });

  it("is not known where numbers are near live", () => {
    expect(judged({ views: 9000 }, unsettled, { now: 0 })).toMatchObject({ provisional: false });
  });
});

describe("the trust event", () => {
  it.each([
    { claimed: 1000, trust_event: "perfect_match" },
    { claimed: 1030, trust_event: "minor_discrepancy" },
    { claimed: 1150, trust_event: "medium_discrepancy" },
    { claimed: 1250, trust_event: "overclaim" },
    { claimed: 2000, trust_event: "overclaim" },
    { claimed: 970, trust_event: null },
    { claimed: 850, trust_event: null },
    { claimed: 100, trust_event: null },
  ])("of $claimed against 1000 is $trust_event", ({ claimed, trust_event }) => {
    expect(judged({ views: claimed }, [seen(0, { views: 1000 })]).trust_event).toBe(trust_event);
  });
});

describe("a metric with a settle window of its own", () => {
  const AT = Date.parse("2026-06-01T12:00:00.000Z");
  const HOUR = 3_600_000;
  const over = {
    claim: { at: AT, metrics: { views: 1_000, clicks: 150 } },
    observations: [{ at: AT, metrics: { views: 1_000, clicks: 100 } }],
    policy: { settle_hours: 48 },
  };

  it.each([
    { settleHours: undefined, hours: 47, provisional: true, why: "the policy's window is open" },
    { settleHours: { views: 0 }, hours: 47, provisional: true, why: "another metric's does not matter" },
    { settleHours: { clicks: 2 }, hours: 1.9, provisional: true, why: "its own is open" },
    {
      settleHours: { clicks: 2 },
      hours: 2,
      provisional: false,
      why: "its own is over, and nobody looks again",
    },
    { settleHours: { clicks: 0 }, hours: 0, provisional: false, why: "it has none" },
  ])("is provisional: $provisional, because $why", ({ settleHours, hours, provisional }) => {
    const verdict = judge({ ...over, settleHours, now: AT + hours * HOUR, lastAttempt: true });
    expect(verdict).toMatchObject({ status: "AFFILIATE_OVERCLAIMED", provisional });
  });

  it("takes what settled within it into the interval, and the other metrics do not", () => {
    const later = { at: AT + 2 * HOUR, metrics: { views: 1_200, clicks: 150 } };
    const given = { ...over, observations: [...over.observations, later], settleHours: { clicks: 2 } };
    expect(judge({ ...given, now: AT + 2 * HOUR }).metrics).toMatchObject({
      views: { low: 1_000, high: 1_000 },
      clicks: { low: 100, high: 150 },
    });
  });
});
