import { describe, expect, it } from "vitest";
import {
  advanceLedger,
  bookCall,
  type CallReport,
  checkQuota,
  credentialSnapshot,
  emptyLedger,
  type Ledger,
  type LimitReading,
  quotaAllowance,
  spend,
  underQuota,
} from "../../src/domain/quota.ts";

const T0 = Date.UTC(2026, 10, 1);
const at = (seconds: number) => T0 + seconds * 1000;
const ENDLESS = { calls: Number.POSITIVE_INFINITY, retryAt: null, reason: null };

const reading = (remaining: number, resetSeconds = 900, limit = 100): LimitReading => ({
  limit,
  remaining,
  resetAt: at(resetSeconds),
});
const answered = (limits: LimitReading | null = null): CallReport => ({
  kind: "answered",
  limits,
  retryAt: null,
});
const rateLimited = (retryAt: number | null = null): CallReport => ({
  kind: "rate_limited",
  limits: null,
  retryAt,
});
const UNAUTHORISED: CallReport = { kind: "unauthorised", limits: null, retryAt: null };

function book(ledger: Ledger, calls: CallReport[], seconds = 0, spent = false): Ledger {
  const terms = { spent, unauthorisedSeconds: 300 };
  return calls.reduce((booked, call) => bookCall(booked, call, terms, at(seconds)), ledger);
}

const fresh = () => emptyLedger("app");
const learnt = (limits: LimitReading) => book(fresh(), [answered(limits)]);

describe("a window learnt from headers", () => {
  it("does not exist until an answer tells of one", () => {
    expect(quotaAllowance(fresh(), 1_000, T0)).toEqual(ENDLESS);
    expect(quotaAllowance(book(fresh(), [answered()]), 1_000, T0)).toEqual(ENDLESS);
  });

  it.each([
    { remaining: 10, inFlight: 0, calls: 10, why: "all that is left" },
    { remaining: 10, inFlight: 9, calls: 1, why: "calls in flight count as spent" },
    { remaining: 10, inFlight: 10, calls: 0, why: "the last ones are on their way" },
    { remaining: 10, inFlight: 11, calls: 0, why: "never below none" },
    { remaining: 1.9, inFlight: 0, calls: 1, why: "a part of a call is no call" },
    { remaining: 0, inFlight: 0, calls: 0, why: "nothing left" },
  ])("allows $calls with $remaining left and $inFlight in flight: $why", ({ remaining, inFlight, calls }) => {
    const allowance = quotaAllowance(learnt(reading(remaining)), inFlight, T0);
    expect(allowance).toEqual({ calls, retryAt: at(900), reason: "quota" });
  });

  it.each([
    { seconds: 899.999, calls: 0, retryAt: at(900) },
    { seconds: 900, calls: 60, retryAt: null },
  ])(
    "allows $calls calls $seconds s in, 40 being in flight: after its end the next is presumed full",
    ({ seconds, calls, retryAt }) => {
      const allowance = quotaAllowance(learnt(reading(0)), 40, at(seconds));
      expect(allowance).toEqual({ calls, retryAt, reason: "quota" });
    },
  );

  it.each([
    { next: reading(7), left: 7, why: "a later answer of the same window" },
    { next: reading(12), left: 10, why: "an earlier answer that came late" },
    { next: reading(12, 901.5), left: 10, why: "the same reset, named a little later" },
    { next: reading(12, 898.5), left: 10, why: "the same reset, named a little earlier" },
    { next: reading(99, 1800), left: 99, why: "a new window" },
    { next: reading(50, 60), left: 50, why: "a shorter window: the last word of the vendor counts" },
  ])("has $left left when 10 left is followed by: $why", ({ next, left }) => {
    const ledger = book(learnt(reading(10)), [answered(next)]);
    expect(quotaAllowance(ledger, 0, T0).calls).toBe(left);
  });

  it("keeps the end that its first reading named, so that a sliding reset cannot prolong it", () => {
    const slides = [0, 1, 2, 3].map((second) => answered(reading(0, 900 + second)));
    expect(quotaAllowance(book(fresh(), slides.slice(0, 3)), 0, T0).retryAt).toBe(at(900));
    expect(quotaAllowance(book(fresh(), slides), 0, T0).retryAt).toBe(at(903));
  });

  it.each([
    { wrong: reading(Number.NaN), why: "no number" },
    { wrong: reading(-1), why: "less than nothing left" },
    { wrong: reading(101), why: "more left than there is" },
    { wrong: reading(0, 900, 0), why: "a window of no calls" },
    { wrong: reading(5, 900, Number.POSITIVE_INFINITY), why: "an endless limit" },
    { wrong: reading(5, 900, Number.NaN), why: "a limit that is no number" },
    { wrong: { ...reading(5), resetAt: Number.NaN }, why: "no time" },
    { wrong: reading(5, 0), why: "a window that just ended" },
  ])("learns nothing from a reading that cannot be: $why", ({ wrong }) => {
    expect(quotaAllowance(learnt(wrong), 0, T0)).toEqual(ENDLESS);
    const ledger = book(learnt(reading(10)), [answered(wrong)]);
    expect(ledger.learnt).toEqual(reading(9));
  });

  it.each([
    { kind: "answered" as const },
    { kind: "outage" as const },
    { kind: "unreadable" as const },
    { kind: "rate_limited" as const },
    { kind: "unauthorised" as const },
  ])("counts a call that ended as $kind without a reading as spent", ({ kind }) => {
    const ledger = book(learnt(reading(10)), [{ kind, limits: null, retryAt: null }]);
    expect(ledger.learnt?.remaining).toBe(9);
  });

  it("reads the headers of a failed call too", () => {
    const ledger = book(fresh(), [{ kind: "outage", limits: reading(3), retryAt: null }]);
    expect(quotaAllowance(ledger, 0, T0).calls).toBe(3);
  });

  it("does not spend a call twice that was counted when its permit lapsed", () => {
    const ledger = book(learnt(reading(10)), [answered(), answered(reading(8))], 0, true);
    expect(ledger.learnt?.remaining).toBe(8);
  });

  it("is believed for a day at most", () => {
    const far = learnt({ limit: 100, remaining: 0, resetAt: Number.MAX_VALUE });
    expect(quotaAllowance(far, 0, T0).retryAt).toBe(at(86_400));
    expect(quotaAllowance(far, 0, at(86_400)).calls).toBe(100);
  });

  it("spends no more than is left", () => {
    expect(spend(learnt(reading(3)), 5, T0).learnt?.remaining).toBe(0);
  });
});

describe("a configured quota", () => {
  const QUOTA = { limit: 10, window_seconds: 3600 };

  it("allows its limit in a window that begins with the first call", () => {
    const ledger = spend(underQuota(fresh(), QUOTA, T0), 4, at(10));
    const later = underQuota(ledger, QUOTA, at(20));
    expect(quotaAllowance(later, 0, at(20))).toEqual({ calls: 6, retryAt: at(3600), reason: "quota" });
    expect(quotaAllowance(later, 6, at(20)).calls).toBe(0);
  });

  it.each([
    { seconds: 3599.999, calls: 0 },
    { seconds: 3600, calls: 10 },
  ])("allows $calls calls $seconds s after the first of ten", ({ seconds, calls }) => {
    const spent = spend(underQuota(fresh(), QUOTA, T0), 10, at(10));
    expect(quotaAllowance(underQuota(spent, QUOTA, at(seconds)), 0, at(seconds)).calls).toBe(calls);
  });

  it("counts every reported call, with or without a reading, but none twice", () => {
    const ledger = underQuota(fresh(), QUOTA, T0);
    const booked = book(ledger, [answered(), answered(reading(90)), UNAUTHORISED]);
    expect(booked.configured?.used).toBe(3);
    expect(book(booked, [answered()], 0, true).configured?.used).toBe(3);
  });

  it("follows a change of the limit at once, without forgetting what was used", () => {
    const spent = spend(underQuota(fresh(), QUOTA, T0), 8, T0);
    expect(quotaAllowance(underQuota(spent, { ...QUOTA, limit: 5 }, at(1)), 0, at(1)).calls).toBe(0);
    expect(quotaAllowance(underQuota(spent, { ...QUOTA, limit: 20 }, at(1)), 0, at(1)).calls).toBe(12);
    expect(quotaAllowance(underQuota(spent, null, at(1)), 0, at(1))).toEqual(ENDLESS);
  });

  it("binds together with the learnt window: the tighter one decides", () => {
    const ledger = underQuota(learnt(reading(4)), QUOTA, T0);
    expect(quotaAllowance(ledger, 0, T0)).toMatchObject({ calls: 4, retryAt: at(900) });
    expect(quotaAllowance(spend(ledger, 7, T0), 0, T0)).toMatchObject({ calls: 0, retryAt: at(900) });
    const roomy = underQuota(learnt(reading(40)), QUOTA, T0);
    expect(quotaAllowance(roomy, 0, T0)).toMatchObject({ calls: 10, retryAt: at(3600) });
  });

  it.each([
    { limit: 0, window_seconds: 1, name: "limit" },
    { limit: 1.5, window_seconds: 1, name: "limit" },
    { limit: Number.NaN, window_seconds: 1, name: "limit" },
    { limit: 1, window_seconds: 0, name: "window_seconds" },
    { limit: 1, window_seconds: Number.NaN, name: "window_seconds" },
    { limit: 1, window_seconds: Number.POSITIVE_INFINITY, name: "window_seconds" },
  ])("refuses $limit calls in $window_seconds s, naming $name", ({ name, ...quota }) => {
    expect(() => checkQuota(quota)).toThrow(RangeError);
    expect(() => checkQuota(quota)).toThrow(name);
    expect(() => checkQuota({ limit: 1, window_seconds: 0.5 })).not.toThrow();
  });
});

describe("a 429", () => {
  it("refuses the credential until the vendor's time, and not a moment longer", () => {
    const ledger = book(fresh(), [rateLimited(at(90))]);
    expect(quotaAllowance(ledger, 0, at(89.999))).toEqual({
      calls: 0,
      retryAt: at(90),
      reason: "rate_limited",
    });
    expect(quotaAllowance(ledger, 0, at(90))).toEqual(ENDLESS);
  });

  it.each([
    { retryAt: at(-1), until: 1, why: "in the past" },
    { retryAt: at(0.999), until: 1, why: "sooner than a second" },
    { retryAt: at(1.001), until: 1.001, why: "a little later than a second" },
    { retryAt: at(86_399), until: 86_399, why: "within a day" },
    { retryAt: at(99_999_999), until: 86_400, why: "three years ahead" },
    { retryAt: Number.NaN, until: 60, why: "garbage is no time" },
    { retryAt: Number.POSITIVE_INFINITY, until: 60, why: "never is no time" },
    { retryAt: null, until: 60, why: "the vendor did not say" },
  ])("waits $until s when the retry time is $retryAt: $why", ({ retryAt, until }) => {
    expect(quotaAllowance(book(fresh(), [rateLimited(retryAt)]), 0, T0).retryAt).toBe(at(until));
  });

  it("without a time waits 60 s, then twice as long each time, up to an hour, and never overflows", () => {
    let ledger = fresh();
    let now = 0;
    const waits: number[] = [];
    for (let n = 0; n < 2_000; n++) {
      ledger = book(ledger, [rateLimited()], now);
      const { retryAt } = quotaAllowance(ledger, 0, at(now));
      waits.push((Number(retryAt) - at(now)) / 1000);
      now += waits[n] ?? 0;
    }
    expect(waits.slice(0, 8)).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect(new Set(waits.slice(8))).toEqual(new Set([3600]));
  });

  it("is one wave with those that were on their way: ten at once wait 60 s, not ten times doubled", () => {
    const ledger = book(fresh(), Array(10).fill(rateLimited()));
    expect(quotaAllowance(ledger, 0, T0).retryAt).toBe(at(60));
    expect(quotaAllowance(book(ledger, [rateLimited()], 59), 0, at(59)).retryAt).toBe(at(60));
    expect(quotaAllowance(book(ledger, [rateLimited()], 60), 0, at(60)).retryAt).toBe(at(180));
  });

  it("starts again at 60 s after an answer", () => {
    const twice = book(book(fresh(), [rateLimited()]), [rateLimited()], 60);
    const ledger = book(book(twice, [answered()], 180), [rateLimited()], 181);
    expect(quotaAllowance(ledger, 0, at(181)).retryAt).toBe(at(241));
  });

  it("does not start again at 60 s after an outage", () => {
    const ledger = book(fresh(), [rateLimited(), { kind: "outage", limits: null, retryAt: null }]);
    expect(quotaAllowance(book(ledger, [rateLimited()], 60), 0, at(60)).retryAt).toBe(at(180));
  });

  it("never shortens a longer wait", () => {
    const ledger = book(fresh(), [rateLimited(at(500)), rateLimited(at(20)), rateLimited(), answered()]);
    expect(quotaAllowance(ledger, 0, T0).retryAt).toBe(at(500));
  });
});

describe("a refused credential", () => {
  it("is not used for the time that is set", () => {
    const ledger = book(fresh(), [UNAUTHORISED]);
    expect(quotaAllowance(ledger, 0, at(299.999))).toEqual({
      calls: 0,
      retryAt: at(300),
      reason: "unauthorised",
    });
    expect(quotaAllowance(ledger, 0, at(300))).toEqual(ENDLESS);
  });

  it("does not count as a 429", () => {
    const ledger = book(fresh(), [UNAUTHORISED]);
    expect(quotaAllowance(book(ledger, [rateLimited()], 300), 0, at(300)).retryAt).toBe(at(360));
  });

  it.each([
    { calls: [UNAUTHORISED, rateLimited(at(500))], retryAt: at(500), reason: "rate_limited" },
    { calls: [rateLimited(at(500)), UNAUTHORISED], retryAt: at(500), reason: "rate_limited" },
    { calls: [UNAUTHORISED, rateLimited(at(20))], retryAt: at(300), reason: "unauthorised" },
  ])("of two refusals the longer one stands: $reason", ({ calls, retryAt, reason }) => {
    expect(quotaAllowance(book(fresh(), calls), 0, T0)).toEqual({ calls: 0, retryAt, reason });
  });
});

describe("a clock that goes back", () => {
  it("leaves a wait of a day at most", () => {
    const ledger = book(book(fresh(), [rateLimited(at(10 * 86_400))], 9 * 86_400), [answered()], 9 * 86_400);
    const back = advanceLedger(ledger, T0);
    expect(quotaAllowance(back, 0, T0).retryAt).toBe(at(86_400));
    const window = advanceLedger(book(fresh(), [answered(reading(0, 9.5 * 86_400))], 9 * 86_400), T0);
    expect(quotaAllowance(window, 0, T0).retryAt).toBe(at(86_400));
  });

  it("leaves a configured window no longer than it is", () => {
    const quota = { limit: 1, window_seconds: 60 };
    const spent = spend(underQuota(fresh(), quota, at(500)), 1, at(500));
    const back = underQuota(advanceLedger(spent, T0), quota, T0);
    expect(quotaAllowance(back, 0, T0)).toEqual({ calls: 0, retryAt: at(60), reason: "quota" });
  });

  it("changes nothing while it goes forward", () => {
    const ledger = underQuota(
      book(learnt(reading(5)), [rateLimited(at(90))]),
      { limit: 9, window_seconds: 60 },
      T0,
    );
    expect(advanceLedger(ledger, at(1))).toEqual(ledger);
  });
});

describe("the operator's view of a credential", () => {
  it("knows nothing of a credential that no answer told of", () => {
    expect(credentialSnapshot(fresh(), 0, T0)).toEqual({
      credential: "app",
      limit: null,
      remaining: null,
      reset_at: null,
      retry_at: null,
      reason: null,
    });
  });

  it("shows the tighter window without the calls in flight", () => {
    const ledger = underQuota(learnt(reading(40)), { limit: 10, window_seconds: 3600 }, T0);
    expect(credentialSnapshot(ledger, 3, T0)).toMatchObject({ limit: 10, remaining: 7, reset_at: at(3600) });
    expect(credentialSnapshot(ledger, 10, T0)).toMatchObject({
      remaining: 0,
      retry_at: at(3600),
      reason: "quota",
    });
  });

  it("shows what is left of a window that has ended as unknown, not as none", () => {
    const view = credentialSnapshot(learnt(reading(0)), 0, at(900));
    expect(view).toMatchObject({ limit: 100, remaining: null, reset_at: null, retry_at: null, reason: null });
  });

  it("shows a refusal beside what would be left", () => {
    const ledger = book(learnt(reading(40)), [rateLimited(at(90))]);
    expect(credentialSnapshot(ledger, 0, T0)).toMatchObject({
      remaining: 39,
      retry_at: at(90),
      reason: "rate_limited",
    });
  });
});
