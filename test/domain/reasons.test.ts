import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JudgeInput, judge } from "../../src/domain/judge.ts";
import type { MetricSource } from "../../src/domain/metric-source.ts";
import { METRICS, type Metric, type Metrics } from "../../src/domain/metrics.ts";
import type { PolicyOverrides } from "../../src/domain/policy.ts";
import { absentReasons, countOf, instantBeside, verdictReasons } from "../../src/domain/reasons.ts";
import type { SourcedObservation } from "../../src/domain/sighting.ts";

const HOUR = 3_600_000;
const CLAIMED_AT = Date.parse("2026-06-01T12:00:00.000Z");

type Counts = Partial<Metrics>;

/** The same by somebody else than the platform. */
const told = (source: MetricSource, hours: number, metrics: Counts): SourcedObservation => ({
  ...seen(hours, metrics),
  source,
});

/** An observation some hours after the claim (before it, if negative). */
const seen = (hours: number, metrics: Counts): SourcedObservation => ({
  at: CLAIMED_AT + hours * HOUR,
  source: "platform_api",
  metrics,
  definitionVersion: "v1",
});

interface Case {
  claimed: Counts;
  observations: SourcedObservation[];
  policy?: PolicyOverrides;
  lastAttempt?: boolean;
  nextLookAt?: number;
  settleHours?: JudgeInput["settleHours"];
  notTaken?: Metric[];
  countedLater?: Metric[];
}

function reasonsOf(given: Case): string[] {
  const { claimed, observations, policy, lastAttempt, settleHours, nextLookAt = Number.NaN } = given;
  const { notTaken = [], countedLater = [] } = given;
  const claim = { at: CLAIMED_AT, metrics: claimed };
  const supports = ["views", "likes", "comments"] as const;
  const now = CLAIMED_AT + HOUR;
  const verdict = judge({ claim, observations, supports, policy, settleHours, lastAttempt, now });
  const next = Number.isNaN(nextLookAt) ? null : nextLookAt;
  return verdictReasons(verdict, {
    platformName: "YouTube",
    claimedAt: CLAIMED_AT,
    observations,
    nextLookAt: next,
    notTaken,
    countedLater,
  });
}

describe("a verdict in words", () => {
  const cases: (Case & { why: string; reasons: string[] })[] = [
    {
      why: "an overclaim",
      claimed: { views: 12_001 },
      observations: [seen(0, { views: 10_000 })],
      reasons: ["You claimed 12,001 views; YouTube showed 10,000 at 12:00 UTC. That is 20.01 % more."],
    },
    {
      why: "a claim that fits exactly",
      claimed: { views: 10_000 },
      observations: [seen(0, { views: 10_000 })],
      reasons: ["You claimed 10,000 views; YouTube showed 10,000 at 12:00 UTC. That fits."],
    },
    {
      why: "a claim between what was shown before and after it",
      claimed: { views: 10_500 },
      observations: [seen(0.5, { views: 11_000 }), seen(-0.5, { views: 10_000 })],
      reasons: [
        "You claimed 10,500 views; YouTube showed 10,000 at 11:30 UTC and 11,000 at 12:30 UTC. That fits.",
      ],
    },
    {
      why: "a claim within the tolerance",
      claimed: { views: 10_050 },
      observations: [seen(0, { views: 10_000 })],
      reasons: [
        "You claimed 10,050 views; YouTube showed 10,000 at 12:00 UTC. That is 0.5 % more, within what is tolerated.",
      ],
    },
    {
      why: "a claim a little below",
      claimed: { views: 9_950 },
      observations: [seen(0, { views: 10_000 })],
      reasons: [
        "You claimed 9,950 views; YouTube showed 10,000 at 12:00 UTC. That is 0.5 % less, within what is tolerated.",
      ],
    },
    {
      why: "a claim far below",
      claimed: { views: 5_000 },
      observations: [seen(0, { views: 10_000 })],
      reasons: [
        "You claimed 5,000 views; YouTube showed 10,000 at 12:00 UTC. That is 50 % less. A claim below the truth costs you nothing.",
      ],
    },
    {
      why: "numbers of another day",
      claimed: { views: 10_000 },
      observations: [seen(13, { views: 10_000 })],
      reasons: [
        "You claimed 10,000 views; YouTube showed 10,000 at 01:00 UTC on 2 June 2026. " +
          "Between 4,348 and 10,000 is possible at the time of your claim. That fits.",
      ],
    },
    {
      why: "a single one",
      claimed: { likes: 1 },
      observations: [seen(0, { likes: 1 })],
      reasons: ["You claimed 1 like; YouTube showed 1 at 12:00 UTC. That fits."],
    },
    {
      why: "a truth of nothing",
      claimed: { views: 500 },
      observations: [seen(0, { views: 0 })],
      reasons: ["You claimed 500 views; YouTube showed 0 at 12:00 UTC. There were none."],
    },
    {
      why: "a truth of nothing within slack",
      claimed: { views: 10 },
      observations: [seen(0, { views: 0 })],
      reasons: ["You claimed 10 views; YouTube showed 0 at 12:00 UTC. That is tolerated."],
    },
    {
      why: "no views of no views",
      claimed: { views: 0 },
      observations: [seen(0, { views: 0 })],
      reasons: ["You claimed 0 views; YouTube showed 0 at 12:00 UTC. That fits."],
    },
    {
      why: "every metric in the usual order, then what could not be known",
      claimed: { comments: 3, conversions: 1, clicks: 2, likes: 5, views: 100 },
      observations: [seen(0, { comments: 3, views: 100 })],
      reasons: [
        "You claimed 100 views; YouTube showed 100 at 12:00 UTC. That fits.",
        "You claimed 3 comments; YouTube showed 3 at 12:00 UTC. That fits.",
        "YouTube gave no number for: likes.",
        "YouTube never publishes clicks, conversions, so these could not be checked.",
      ],
    },
    {
      why: "nothing known, and another look to come",
      claimed: { views: 100, likes: 5 },
      observations: [],
      nextLookAt: CLAIMED_AT + 12 * HOUR,
      reasons: ["YouTube gave no number for: views, likes.", "We look again at 00:00 UTC on 2 June 2026."],
    },
    {
      why: "a provisional verdict",
      claimed: { views: 12_001 },
      observations: [seen(0, { views: 10_000 })],
      policy: { settle_hours: 2 },
      nextLookAt: CLAIMED_AT + 2 * HOUR,
      reasons: [
        "You claimed 12,001 views; YouTube showed 10,000 at 12:00 UTC. That is 20.01 % more.",
        "YouTube publishes late, so nothing is counted against you yet. We look again at 14:00 UTC.",
      ],
    },
    {
      why: "a provisional verdict that nobody will look at again",
      claimed: { views: 12_001 },
      observations: [seen(0, { views: 10_000 })],
      policy: { settle_hours: 2 },
      reasons: [
        "You claimed 12,001 views; YouTube showed 10,000 at 12:00 UTC. That is 20.01 % more.",
        "YouTube publishes late, so nothing is counted against you yet.",
      ],
    },
    {
      why: "an overclaim by old numbers alone",
      claimed: { views: 50_000 },
      observations: [seen(-1, { views: 10_000 })],
      lastAttempt: true,
      reasons: [
        "You claimed 50,000 views; YouTube showed 10,000 at 11:00 UTC. That is 354.55 % more.",
        "Only numbers from before your claim are known. An overclaim is never concluded from old numbers.",
      ],
    },
    {
      why: "clicks that our own link counted",
      claimed: { clicks: 150 },
      observations: [told("tracking_link", 0, { clicks: 100 })],
      reasons: ["You claimed 150 clicks; your tracked link counted 100 by 12:00 UTC. That is 50 % more."],
    },
    {
      why: "clicks within the claim's second",
      claimed: { clicks: 150 },
      observations: [
        told("tracking_link", -1 / HOUR, { clicks: 149 }),
        told("tracking_link", 999 / HOUR, { clicks: 152 }),
      ],
      reasons: ["You claimed 150 clicks; your tracked link counted 149 to 152 by 12:00 UTC. That fits."],
    },
    {
      why: "what the advertiser measured",
      claimed: { clicks: 60 },
      observations: [told("advertiser", 1, { clicks: 40 })],
      reasons: ["You claimed 60 clicks; the advertiser reported 40 at 13:00 UTC. That is 50 % more."],
    },
    {
      why: "clicks that may still be on their way",
      claimed: { clicks: 150 },
      observations: [told("tracking_link", 0, { clicks: 100 })],
      settleHours: { clicks: 2 },
      nextLookAt: CLAIMED_AT + 2 * HOUR,
      reasons: [
        "You claimed 150 clicks; your tracked link counted 100 by 12:00 UTC. That is 50 % more.",
        "Clicks take a moment to be counted, so nothing is counted against you yet. We look again at 14:00 UTC.",
      ],
    },
    {
      why: "orders that may still be reported, although the platform has long settled",
      claimed: { views: 1_050, conversions: 15 },
      observations: [seen(0, { views: 1_000 }), told("tracking_link", 0, { conversions: 5 })],
      settleHours: { conversions: 24 },
      nextLookAt: CLAIMED_AT + 24 * HOUR,
      reasons: [
        "You claimed 1,050 views; YouTube showed 1,000 at 12:00 UTC. That is 5 % more.",
        "You claimed 15 conversions; your tracked link counted 5 by 12:00 UTC. That is 200 % more.",
        "Orders may be reported late, so nothing is counted against you yet. We look again at 12:00 UTC on 2 June 2026.",
      ],
    },
    {
      why: "clicks from before there was a link, and what to do about them",
      claimed: { clicks: 150 },
      observations: [],
      countedLater: ["clicks"],
      reasons: [
        "YouTube never publishes clicks, so these could not be checked.",
        "What the submission's tracked link counts is known from when it was made: clicks.",
      ],
    },
    {
      why: "a metric of which the platform's word is not taken",
      claimed: { likes: 5, clicks: 3 },
      observations: [],
      notTaken: ["likes"],
      lastAttempt: true,
      reasons: [
        "YouTube gave no number for: likes.",
        "YouTube never publishes clicks, so these could not be checked.",
      ],
    },
    {
      why: "one number stored twice",
      claimed: { views: 10_000 },
      observations: [seen(0, { views: 10_000 }), seen(0, { views: 10_000 })],
      reasons: ["You claimed 10,000 views; YouTube showed 10,000 at 12:00 UTC. That fits."],
    },
  ];
  it.each(cases)("tells of $why", ({ reasons, ...given }) => {
    expect(reasonsOf(given)).toEqual(reasons);
  });

  it("never shows what only a program would say, and always what was seen", () => {
    const count = fc.oneof(fc.nat(3), fc.integer({ min: 900, max: 1_100 }), fc.nat(Number.MAX_SAFE_INTEGER));
    const counts = fc.record(Object.fromEntries(METRICS.map((metric) => [metric, fc.option(count)])), {
      requiredKeys: [],
    });
    const hours = fc.double({ min: -60, max: 60, noNaN: true });
    const given = fc.record({
      claimed: counts,
      observations: fc.array(
        fc.tuple(hours, counts).map(([at, metrics]) => seen(at, metrics)),
        { maxLength: 4 },
      ),
      policy: fc.record({ settle_hours: fc.constantFrom(0, 24), growth_per_hour: fc.constantFrom(0, 0.1) }),
      lastAttempt: fc.boolean(),
      nextLookAt: fc.constantFrom(Number.NaN, CLAIMED_AT + HOUR, CLAIMED_AT + 24 * HOUR),
    });
    fc.assert(
      fc.property(given, (input) => {
        for (const sentence of reasonsOf(input)) {
          expect(sentence).not.toMatch(/null|undefined|NaN|Infinity|∞|\[object| {2}/);
          expect(sentence).toMatch(/^[A-Z].*\.$/);
          if (sentence.includes("showed")) expect(sentence).toMatch(/showed [\d,]+ at \d\d:\d\d UTC/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("why a report was not judged", () => {
  const context = { platformName: "X", claimedAt: CLAIMED_AT, nextLookAt: null };

  it.each([
    ["gone", "X says that this post does not exist."],
    ["private", "X says that this post is private, so its numbers cannot be seen."],
    ["no_data", "X gave no numbers for this post."],
    ["unreadable", "X gave an answer for this post that could not be read."],
    ["not_admitted", "X could not be asked for too long."],
    ["suspended", "The account was suspended when this report was due, so it was not judged."],
  ] as const)("is said for %s", (reason, sentence) => {
    expect(absentReasons(reason, context)).toEqual([sentence]);
  });

  it("comes with the next look, if there is one", () => {
    expect(absentReasons("gone", { ...context, nextLookAt: CLAIMED_AT + HOUR }).at(1)).toBe(
      "We look again at 13:00 UTC.",
    );
  });
});

describe("a count", () => {
  it.each([
    [0, "0 shares"],
    [1, "1 share"],
    [2, "2 shares"],
    [1_234_567, "1,234,567 shares"],
    [Number.MAX_SAFE_INTEGER, "9,007,199,254,740,991 shares"],
  ])("of %d reads %s", (value, text) => {
    expect(countOf(value, "shares")).toBe(text);
  });
});

describe("an instant beside the claim's", () => {
  it.each([
    { at: "2026-06-01T00:00:00.000Z", text: "00:00 UTC", why: "the first minute of the claim's day" },
    { at: "2026-06-01T23:59:59.999Z", text: "23:59 UTC", why: "its last" },
    { at: "2026-05-31T23:59:59.999Z", text: "23:59 UTC on 31 May 2026", why: "the day before" },
    { at: "2026-06-02T00:00:00.000Z", text: "00:00 UTC on 2 June 2026", why: "the day after" },
    { at: "2027-06-01T12:00:00.000Z", text: "12:00 UTC on 1 June 2027", why: "the same day of another year" },
  ])("is $text at $at: $why", ({ at, text }) => {
    expect(instantBeside(Date.parse(at), CLAIMED_AT)).toBe(text);
  });

  it("speaks of the affiliate to others", () => {
    const verdict = judge({
      claim: { at: CLAIMED_AT, metrics: { views: 9_000 } },
      observations: [{ at: CLAIMED_AT, metrics: { views: 10_000 } }],
      now: CLAIMED_AT,
    });
    const observations = [seen(0, { views: 10_000 })];
    const context = { platformName: "YouTube", claimedAt: CLAIMED_AT, observations, nextLookAt: null };
    const [sentence] = verdictReasons(verdict, context, "others");
    expect(sentence).toBe(
      "The affiliate claimed 9,000 views; YouTube showed 10,000 at 12:00 UTC. " +
        "That is 10 % less. A claim below the truth costs the affiliate nothing.",
    );
  });
});
