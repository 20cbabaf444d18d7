import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OpenReport } from "../../src/domain/open-report.ts";
import type { Settlement } from "../../src/domain/settled.ts";
import { settleReport } from "../../src/domain/settlement.ts";
import type { Sighting } from "../../src/domain/sighting.ts";
import {
  CLAIMED_AT,
  observed,
  openReport,
  type ReportOverrides,
  RULES,
  reading,
  readings,
} from "../support/open-report.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** Five minutes after the claim, when most looks happen. */
const NOW = CLAIMED_AT + 5 * MINUTE;

function settle(
  report: OpenReport,
  sighting: Sighting,
  { now = NOW, random = 0.5 }: { now?: number; random?: number } = {},
): Settlement {
  return settleReport(report, sighting, { now, random }, RULES);
}

/** The report as it is loaded for the look after this one. */
function nextLook({ report, ...settled }: Settlement): OpenReport {
  const { state, status, level, missingReason, attempts, incompleteSeen, firstAttemptAt, putOff, log } =
    settled;
  return {
    ...report,
    state,
    status,
    level,
    missingReason,
    attempts,
    incompleteSeen,
    firstAttemptAt,
    putOffSince: putOff?.since ?? null,
    logs: report.logs + (log === null ? 0 : 1),
  };
}

/** The post was observed as asked for, without a single number. */
const HIDDEN = observed({}, NOW);

describe("a report of a suspended affiliate", () => {
  const report = openReport({ affiliateSuspended: true, attempts: 2, missingReason: "gone" });

  it("ends unjudged, with nothing held against anybody", () => {
    const settled = settle(report, observed({ views: 1 }, NOW));
    expect(settled).toMatchObject({
      state: "final",
      status: "SKIPPED_SUSPENDED",
      level: null,
      nextAttemptAt: null,
      attempts: 2,
      trust: null,
      alerts: [],
      accurate: false,
      log: { outcome: "skipped", verdict: null, errorCode: null },
    });
    expect(settled.log?.reasons).toEqual([
      "The account was suspended when this report was due, so it was not judged.",
    ]);
  });

  it("is not missing anything: after reinstatement a post that is gone is looked at twice again", () => {
    const settled = settle(report, { kind: "gone" });
    expect(settled.missingReason).toBe(null);
    const reinstated = { ...nextLook(settled), affiliateSuspended: false, state: "open" as const };
    expect(settle(reinstated, { kind: "gone" }).state).toBe("open");
  });
});

describe("a report whose platform could not be asked", () => {
  const putOff = (retryAt: number): Sighting => ({ kind: "put_off", reason: "breaker_open", retryAt });

  it("waits until then and up to a tenth more, without a log line or an attempt", () => {
    const settled = settle(openReport({ attempts: 1 }), putOff(NOW + HOUR));
    expect(settled).toMatchObject({
      state: "open",
      status: null,
      nextAttemptAt: NOW + HOUR + 3 * MINUTE,
      putOff: { since: NOW, reason: "breaker_open" },
      log: null,
      attempts: 1,
      firstAttemptAt: null,
      trust: null,
      alerts: [],
    });
  });

  it("waits a second at least, even if it could be asked at once", () => {
    expect(settle(openReport(), putOff(NOW - HOUR), { random: 0 }).nextAttemptAt).toBe(NOW + SECOND);
  });

  it("remembers since when, and what was shown before", () => {
    const report = openReport({
      putOffSince: NOW - HOUR,
      state: "provisional",
      status: "DISCREPANCY_LOW",
      level: "LOW",
    });
    expect(settle(report, putOff(NOW + HOUR))).toMatchObject({
      state: "provisional",
      status: "DISCREPANCY_LOW",
      level: "LOW",
      putOff: { since: NOW - HOUR },
    });
  });

  it.each([
    { waited: 120 * MINUTE, alert: null, why: "two hours are patience" },
    { waited: 120 * MINUTE + 1, alert: "platform:youtube", why: "more are an alert" },
    { waited: 7 * DAY - 1, alert: "platform:youtube", why: "to the end" },
  ])("raises $alert after $waited ms: $why", ({ waited, alert }) => {
    const settled = settle(openReport({ putOffSince: NOW - waited }), putOff(NOW + HOUR));
    expect(settled.alerts.map(({ cause }) => cause)).toEqual(alert === null ? [] : [alert]);
    expect(settled.state).toBe("open");
  });

  it("ends without data after seven days", () => {
    const settled = settle(openReport({ putOffSince: NOW - 7 * DAY, attempts: 1 }), putOff(NOW + HOUR));
    expect(settled).toMatchObject({
      state: "final",
      status: "MISSING_PLATFORM_DATA",
      missingReason: "not_admitted",
      nextAttemptAt: null,
      putOff: null,
      attempts: 1,
      trust: null,
      log: { outcome: "not_admitted", errorCode: "not_admitted" },
      alerts: [{ cause: "missing:rep_1", category: "SYSTEM_HEALTH", severity: "MEDIUM" }],
    });
  });

  it("is judged all the same if what is stored suffices", () => {
    const report = openReport({
      post: { state: "live" },
      putOffSince: NOW - 7 * DAY,
      readings: { views: readings({ after: reading(5, 1_000) }) },
    });
    expect(settle(report, putOff(NOW + HOUR))).toMatchObject({
      state: "final",
      status: "MATCHED",
      putOff: null,
    });
  });

  it("is no longer put off once the platform answers", () => {
    const waiting = nextLook(settle(openReport(), putOff(NOW + HOUR)));
    expect(waiting.putOffSince).toBe(NOW);
    expect(settle(waiting, HIDDEN, { now: NOW + HOUR }).putOff).toBe(null);
  });
});

describe.each([
  { kind: "gone", sentence: "YouTube says that this post does not exist." },
  { kind: "private", sentence: "YouTube says that this post is private, so its numbers cannot be seen." },
] as const)("a report whose post is $kind", ({ kind, sentence }) => {
  const first = settle(openReport({ attempts: 1 }), { kind });

  it("is looked at again ten minutes later before that is final", () => {
    expect(first).toMatchObject({
      state: "open",
      status: "MISSING_PLATFORM_DATA",
      level: null,
      missingReason: kind,
      nextAttemptAt: NOW + 10 * MINUTE,
      attempts: 1,
      trust: null,
      alerts: [],
      log: { outcome: "absent", errorCode: kind, verdict: null },
    });
    expect(first.log?.reasons).toEqual([sentence, "We look again at 12:15 UTC."]);
  });

  it("is final at the second look", () => {
    expect(settle(nextLook(first), { kind })).toMatchObject({
      state: "final",
      status: "MISSING_PLATFORM_DATA",
      missingReason: kind,
      nextAttemptAt: null,
      attempts: 1,
      trust: null,
      log: { outcome: "absent", reasons: [sentence] },
      alerts: [{ cause: "missing:rep_1", severity: "MEDIUM", message: sentence }],
    });
  });

  it("is final too if it was absent in the other way before", () => {
    const other = kind === "gone" ? "private" : "gone";
    expect(settle(nextLook(first), { kind: other })).toMatchObject({ state: "final", missingReason: other });
  });

  it("is judged if it is there again", () => {
    expect(settle(nextLook(first), observed({ views: 1_000 }, NOW))).toMatchObject({
      state: "final",
      status: "MATCHED",
      missingReason: null,
    });
  });

  it("gets its two looks anew after another kind of missing", () => {
    expect(settle(openReport({ missingReason: "no_data" }), { kind }).state).toBe("open");
  });
});

describe("a report without the numbers it needs", () => {
  it("is attempted again after the backoff", () => {
    expect(settle(openReport(), HIDDEN)).toMatchObject({
      state: "open",
      status: "MISSING_PLATFORM_DATA",
      missingReason: "no_data",
      attempts: 1,
      firstAttemptAt: NOW,
      nextAttemptAt: NOW + 15 * MINUTE,
      incompleteSeen: false,
      trust: null,
      alerts: [],
      log: { outcome: "judged", errorCode: null, verdict: { status: "MISSING_PLATFORM_DATA" } },
    });
  });

  it("says so where the answer could not be read", () => {
    expect(settle(openReport(), { kind: "unreadable", detail: '"viewCount": "1,234"' })).toMatchObject({
      missingReason: "unreadable",
      attempts: 1,
      log: { errorCode: "unreadable" },
    });
  });

  it("ends at the fifth attempt, with an alert", () => {
    const looks: Settlement[] = [];
    let report = openReport();
    let now = NOW;
    for (let n = 0; n < 5; n++) {
      const settled = settle(report, observed({}, now), { now, random: 0 });
      looks.push(settled);
      report = nextLook(settled);
      now = settled.nextAttemptAt ?? now;
    }
    expect(looks.map(({ state }) => state)).toEqual(["open", "open", "open", "open", "final"]);
    expect(looks.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(looks.map(({ firstAttemptAt }) => firstAttemptAt))).toEqual(new Set([NOW]));
    expect(looks.map(({ alerts }) => alerts.map(({ cause }) => cause))).toEqual([
      [],
      [],
      [],
      [],
      ["missing:rep_1"],
    ]);
    expect(looks.at(-1)).toMatchObject({ status: "MISSING_PLATFORM_DATA", missingReason: "no_data" });
  });

  it("ends earlier if the next attempt would fall outside the window", () => {
    const report = openReport({ attempts: 1, firstAttemptAt: NOW + HOUR / 2 - DAY });
    expect(settle(report, HIDDEN, { random: 0.5 }).state).toBe("open");
    expect(settle(report, HIDDEN, { random: 0.51 })).toMatchObject({ state: "final", attempts: 2 });
  });

  const both = { claimed: { views: 1_000, likes: 10 } };

  it("is attempted once more after an incomplete answer, then judged by what there is", () => {
    const first = settle(openReport(both), observed({ views: 1_000 }, NOW));
    expect(first).toMatchObject({
      state: "open",
      status: "INCOMPLETE_PLATFORM_DATA",
      incompleteSeen: true,
      attempts: 1,
      trust: null,
    });
    expect(settle(nextLook(first), observed({ views: 1_000 }, NOW))).toMatchObject({
      state: "final",
      status: "MATCHED",
      missingReason: null,
      attempts: 2,
      accurate: false,
      trust: { kind: "perfect_match", delta: 5_000 },
      log: { verdict: { confidence: 0.5, missing: ["likes"] } },
    });
  });

  it("still knows of the incomplete answer after another kind of look", () => {
    const incomplete = openReport({ ...both, incompleteSeen: true, attempts: 1, firstAttemptAt: NOW });
    expect(settle(incomplete, { kind: "gone" }).incompleteSeen).toBe(true);
  });

  it("is judged by older numbers at the last attempt, which cost nobody trust", () => {
    const old = { attempts: 4, readings: { views: readings({ before: reading(-60, 1_000) }) } };
    const over = settle(openReport({ ...old, claimed: { views: 9_000 } }), HIDDEN);
    expect(over).toMatchObject({
      state: "final",
      status: "UNVERIFIABLE",
      level: "CRITICAL",
      direction: "over",
      trust: null,
      alerts: [],
    });
    expect(settle(openReport(old), HIDDEN)).toMatchObject({ state: "final", status: "MATCHED", trust: null });
  });

  it("is closed at once where nobody can supply them", () => {
    expect(settle(openReport({ claimed: { clicks: 5 } }), { kind: "stored" })).toMatchObject({
      state: "final",
      status: "UNVERIFIABLE",
      attempts: 0,
      firstAttemptAt: null,
      trust: null,
      alerts: [],
      accurate: false,
    });
  });
});

describe("a claim above numbers that have not settled", () => {
  const SETTLES_AT = CLAIMED_AT + 48 * HOUR;
  const over: ReportOverrides = { claimed: { views: 12_001 }, policy: { settle_hours: 48 } };
  const seen = { views: readings({ after: reading(5, 10_000) }) };

  it("is provisional until they do: nothing is counted and nobody alerted", () => {
    expect(settle(openReport(over), observed({ views: 10_000 }, NOW))).toMatchObject({
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
      level: "HIGH",
      nextAttemptAt: SETTLES_AT,
      attempts: 0,
      firstAttemptAt: null,
      trust: null,
      alerts: [],
      accurate: false,
    });
  });

  it("comes back at the same instant if it is looked at before", () => {
    const settled = settle(
      openReport({ ...over, readings: seen }),
      { kind: "stored" },
      { now: SETTLES_AT - 1 },
    );
    expect(settled).toMatchObject({ state: "provisional", attempts: 0, nextAttemptAt: SETTLES_AT });
  });

  it("is an attempt when they should have settled and are not shown", () => {
    const settled = settle(openReport({ ...over, readings: seen }), observed({}, SETTLES_AT), {
      now: SETTLES_AT,
    });
    expect(settled).toMatchObject({
      state: "provisional",
      attempts: 1,
      firstAttemptAt: SETTLES_AT,
      nextAttemptAt: SETTLES_AT + 15 * MINUTE,
      trust: null,
      alerts: [],
    });
  });

  it("stays one attempt from its end after an incomplete answer", () => {
    const incomplete = {
      claimed: { views: 12_001, likes: 10 },
      incompleteSeen: true,
      attempts: 1,
      firstAttemptAt: NOW,
    };
    const waiting = settle(openReport({ ...over, ...incomplete }), observed({ views: 10_000 }, NOW));
    expect(waiting).toMatchObject({
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
      incompleteSeen: true,
      nextAttemptAt: SETTLES_AT,
      trust: null,
    });
    const settled = settle({ ...nextLook(waiting), readings: seen }, observed({}, SETTLES_AT), {
      now: SETTLES_AT,
    });
    expect(settled).toMatchObject({ state: "final", status: "AFFILIATE_OVERCLAIMED" });
  });

  it("is final without them at the last attempt", () => {
    const last = openReport({ ...over, readings: seen, attempts: 4, firstAttemptAt: SETTLES_AT });
    expect(settle(last, observed({}, SETTLES_AT + HOUR), { now: SETTLES_AT + HOUR })).toMatchObject({
      state: "final",
      status: "AFFILIATE_OVERCLAIMED",
      trust: { kind: "overclaim", delta: -100_000 },
      alerts: [{ cause: "overclaim:rep_1" }],
    });
  });

  it.each([
    {
      views: 12_001,
      status: "MATCHED",
      event: "perfect_match",
      why: "the platform was late, not the affiliate",
    },
    { views: 10_000, status: "AFFILIATE_OVERCLAIMED", event: "overclaim", why: "it was not" },
  ])("ends $status if they settle at $views: $why", ({ views, status, event }) => {
    const settled = settle(openReport({ ...over, readings: seen }), observed({ views }, SETTLES_AT), {
      now: SETTLES_AT,
    });
    expect(settled).toMatchObject({ state: "final", status, attempts: 0, trust: { kind: event } });
  });
});

describe("what a look learns beside the verdict", () => {
  it.each([
    { publishedAt: CLAIMED_AT - 1, flags: ["published_before_campaign"], why: "a millisecond too early" },
    { publishedAt: CLAIMED_AT, flags: [], why: "with the campaign" },
    { publishedAt: null, flags: [], why: "nobody knows when" },
  ])("flags $flags a post published at $publishedAt: $why", ({ publishedAt, flags }) => {
    const report = openReport({ campaignStartsAt: CLAIMED_AT, post: { publishedAt } });
    expect(settle(report, HIDDEN).learntFlags).toEqual(flags);
    expect(settle(report, { kind: "gone" }).learntFlags).toEqual(flags);
  });

  it("flags a post by the very observation that says when it was published", () => {
    const report = openReport({ campaignStartsAt: CLAIMED_AT });
    const early = { ...observed({ views: 1_000 }, NOW), publishedAt: CLAIMED_AT - 1 };
    expect(settle(report, early).learntFlags).toEqual(["published_before_campaign"]);
  });

  it("keeps what it judged by and why", () => {
    const { log } = settle(openReport(), observed({ views: 1_000 }, NOW));
    expect(log?.observations).toEqual([
      { at: NOW, metrics: { views: 1_000 }, source: "platform_api", definitionVersion: "youtube-2025-03" },
    ]);
    expect(log?.reasons).toEqual(["You claimed 1,000 views; YouTube showed 1,000 at 12:05 UTC. That fits."]);
  });
});

describe("every settlement", () => {
  const count = fc.oneof(fc.nat(30), fc.integer({ min: 900, max: 1_600 }));
  const stored = fc.option(
    fc.tuple(fc.integer({ min: -60, max: 6_000 }), count).map(([minutes, value]) => reading(minutes, value)),
  );
  const metricReadings = fc
    .tuple(stored, stored)
    .map(([one, other]) => [one, other].flatMap((known) => known ?? []).toSorted((a, b) => a.at - b.at))
    .map((known) =>
      readings({
        before: known.findLast(({ at }) => at <= CLAIMED_AT) ?? null,
        after: known.find(({ at }) => at > CLAIMED_AT) ?? null,
        settled: known.find(({ at }) => at >= CLAIMED_AT + 48 * HOUR) ?? null,
      }),
    );
  const now = fc.integer({ min: 0, max: 6_000 }).map((minutes) => CLAIMED_AT + minutes * MINUTE);
  const hiddenOr = fc.option(count);
  const report = fc
    .record({
      affiliateSuspended: fc.boolean(),
      claimed: fc.record({ views: hiddenOr, clicks: hiddenOr, likes: hiddenOr }),
      policy: fc.record({ settle_hours: fc.constantFrom(0, 0.5, 48) }),
      readings: fc.record({ views: metricReadings, likes: metricReadings }),
      state: fc.constantFrom("open" as const, "provisional" as const),
      missingReason: fc.constantFrom(null, "gone" as const, "no_data" as const),
      attempts: fc.nat(5),
      incompleteSeen: fc.boolean(),
      firstAttemptAt: fc.option(now),
      putOffSince: fc.option(fc.nat(8 * DAY).map((ms) => CLAIMED_AT - ms)),
      rewardHolder: fc.constantFrom(null, "rep_1", "rep_2"),
      trustLedger: fc.constantFrom(
        null,
        { applied: 0, asked: 0 },
        { applied: 10_000, asked: 10_000 },
        { applied: -50_000, asked: -100_000 },
      ),
    })
    .map(openReport);
  const sighting = (at: number): fc.Arbitrary<Sighting> =>
    fc.oneof(
      fc.record({ views: hiddenOr, likes: hiddenOr }).map((metrics) => observed(metrics, at)),
      fc.constantFrom<Sighting>({ kind: "gone" }, { kind: "private" }, { kind: "stored" }),
      fc.constant<Sighting>({ kind: "unreadable", detail: "" }),
      fc.nat(HOUR).map((ms): Sighting => ({ kind: "put_off", reason: "quota", retryAt: at - MINUTE + ms })),
    );
  const look = now.chain((at) => fc.record({ now: fc.constant(at), sighting: sighting(at), report }));

  function always(check: (settled: Settlement, at: number) => void): void {
    fc.assert(
      fc.property(look, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, random) => {
        check(settle(given.report, given.sighting, { now: given.now, random }), given.now);
      }),
      { numRuns: 1_000 },
    );
  }

  it("is final exactly if nobody will look again, and looks again later, never now", () => {
    always(({ state, nextAttemptAt }, at) => {
      expect(state === "final").toBe(nextAttemptAt === null);
      if (nextAttemptAt !== null) expect(nextAttemptAt).toBeGreaterThan(at);
    });
  });

  it("moves trust only when final, and never by nothing", () => {
    always(({ state, trust }) => {
      if (trust === null) return;
      expect(state).toBe("final");
      expect(Number.isInteger(trust.delta)).toBe(true);
      expect(trust.delta).not.toBe(0);
    });
  });

  it("is a line of the log or a put-off, and a put-off is never an attempt", () => {
    always(({ log, putOff, attempts, report: before }) => {
      expect(log === null).toBe(putOff !== null);
      expect([before.attempts, before.attempts + Number(log !== null)]).toContain(attempts);
    });
  });

  it("alerts about a report only when it is final", () => {
    always(({ state, alerts }) => {
      if (alerts.some(({ reportId }) => reportId !== null)) expect(state).toBe("final");
    });
  });
});
