import { describe, expect, it } from "vitest";
import {
  advanceBreaker,
  type Breaker,
  type BreakerSettings,
  breakerAllowance,
  type CallResult,
  CLOSED_BREAKER,
  callsInFlight,
  checkBreakerSettings,
  issuePermit,
  nextExpiry,
  type Permit,
  returnPermit,
  type Transition,
} from "../../src/domain/breaker.ts";

/*
 * What the suites of other breakers check (opossum, cockatiel, resilience4j, Polly), and where it is here.
 *
 * | behaviour                                            | here                                              |
 * |------------------------------------------------------|---------------------------------------------------|
 * | starts closed; opens exactly at the threshold        | "closed"                                          |
 * | a big jump of the clock                              | "time"                                            |
 * | a timeout counts, its late success does not          | "permits"                                         |
 * | ignored results neither fail nor succeed, free slot  | "closed", "half-open"                             |
 * | open rejects and says until when                     | "open"                                            |
 * | open to half-open by elapsed time, without timers    | "open"                                            |
 * | exactly N probes at once; success closes and resets  | "half-open"                                       |
 * | a failed probe reopens                               | "half-open"                                       |
 * | a probe that never returns does not hold its slot    | "permits"                                         |
 * | each transition emitted once; none that is illegal   | "transitions", and the state machine of gate.test |
 * | invalid configuration rejected                       | "settings"                                        |
 * | manual stop wins; per credential; survives storage   | gate.test, platform-gate.test                     |
 * | minimum calls, sliding window, failure rate,         | do not apply: failures in a row need no window,   |
 * |   mixed probes decided by rate                       |   one failed probe reopens                        |
 * | slow calls counted                                   | does not apply: an adapter's timeout is an outage |
 * | longer backoff at each reopening, reset by closing   | does not apply: the wait is flat                  |
 * | disabled or metrics-only mode                        | does not apply: there is none                     |
 * | fallback errors, abort listeners                     | do not apply: it counts calls, it makes none      |
 * | two isolates with stale state converge               | does not apply: one object holds the state        |
 */

const SETTINGS: BreakerSettings = {
  failureThreshold: 5,
  openSeconds: 300,
  halfOpenProbes: 3,
  permitSeconds: 60,
};
const T0 = Date.UTC(2026, 10, 1);
const at = (seconds: number) => T0 + seconds * 1000;

/** A breaker with a memory of its transitions, driven in seconds since T0. */
function drive(settings = SETTINGS) {
  let breaker: Breaker = CLOSED_BREAKER;
  const transitions: Transition[] = [];
  const advance = (seconds: number) => {
    const step = advanceBreaker(breaker, settings, at(seconds));
    breaker = step.breaker;
    transitions.push(...step.transitions);
    return step;
  };
  return {
    transitions,
    advance,
    get breaker() {
      return breaker;
    },
    allowance(seconds: number) {
      advance(seconds);
      return breakerAllowance(breaker, settings);
    },
    issue(calls: number, seconds: number): Permit {
      advance(seconds);
      const issued = issuePermit(breaker, { credential: "app", calls }, settings, at(seconds));
      if (issued.permit === null) throw new Error("no permit was issued");
      breaker = issued.breaker;
      return issued.permit;
    },
    report(permit: Permit, results: CallResult[], seconds: number) {
      advance(seconds);
      // The breaker's own copy knows whether it lapsed.
      const held = breaker.permits.find(({ id }) => id === permit.id);
      if (held === undefined) return;
      const step = returnPermit(breaker, { permit: held, results }, settings, at(seconds));
      breaker = step.breaker;
      transitions.push(...step.transitions);
    },
    run(results: CallResult[], seconds: number) {
      this.report(this.issue(results.length, seconds), results, seconds);
    },
  };
}

const times = (count: number, result: CallResult): CallResult[] => Array(count).fill(result);

/** Opened at second 0 by five failures, half-open from second 300. */
function opened(settings = SETTINGS) {
  const driven = drive(settings);
  driven.run(times(settings.failureThreshold, "failure"), 0);
  return driven;
}

describe("closed", () => {
  it("starts closed and lets any number of calls start", () => {
    expect(drive().allowance(0)).toEqual({ calls: Number.POSITIVE_INFINITY, retryAt: null, reason: null });
  });

  it.each([
    { results: times(4, "failure"), phase: "closed", why: "one failure short" },
    { results: times(5, "failure"), phase: "open", why: "exactly at the threshold" },
    {
      results: [...times(4, "failure"), "success", ...times(4, "failure")],
      phase: "closed",
      why: "a success between them starts the count anew",
    },
    {
      results: [...times(4, "failure"), "ignored", "failure"],
      phase: "open",
      why: "an ignored result is no success",
    },
    {
      results: [...times(4, "failure"), ...times(9, "ignored")],
      phase: "closed",
      why: "an ignored result is no failure",
    },
    {
      results: [...times(5, "failure"), ...times(9, "success")],
      phase: "open",
      why: "what finished after the opening no longer counts",
    },
  ] satisfies { results: CallResult[]; phase: string; why: string }[])(
    "is $phase after $results: $why",
    ({ results, phase }) => {
      const driven = drive();
      driven.run(results, 0);
      expect(driven.breaker.phase).toBe(phase);
    },
  );

  it("counts failures across permits, however far apart", () => {
    const driven = drive();
    for (const hour of [1, 2, 3, 4]) driven.run(["failure"], hour * 3600);
    expect(driven.breaker).toMatchObject({ phase: "closed", failures: 4 });
    driven.run(["failure"], 5 * 3600);
    expect(driven.breaker.phase).toBe("open");
  });
});

describe("open", () => {
  it("rejects every call and says when it probes", () => {
    expect(opened().allowance(1)).toEqual({ calls: 0, retryAt: at(300), reason: "breaker_open" });
  });

  it.each([
    { seconds: 299.999, phase: "open", calls: 0 },
    { seconds: 300, phase: "half_open", calls: 3 },
    { seconds: 9e6, phase: "half_open", calls: 3 },
  ])("is $phase $seconds s after it opened, by the time alone", ({ seconds, phase, calls }) => {
    const driven = opened();
    expect(driven.allowance(seconds).calls).toBe(calls);
    expect(driven.breaker.phase).toBe(phase);
  });

  it("does not hear permits from before it opened", () => {
    const driven = drive();
    const straggler = driven.issue(2, 0);
    driven.run(times(5, "failure"), 10);
    driven.report(straggler, ["failure", "success"], 20);
    expect(driven.breaker).toMatchObject({ phase: "open", failures: 5, openedAt: at(10) });
  });
});

describe("half-open", () => {
  it("lets exactly three probes out at once, whether in one permit or in three", () => {
    const driven = opened();
    expect(driven.allowance(300)).toEqual({ calls: 3, retryAt: null, reason: "breaker_half_open" });
    driven.issue(1, 300);
    expect(driven.allowance(300).calls).toBe(2);
    driven.issue(2, 300);
    expect(driven.allowance(300).calls).toBe(0);
  });

  it("closes when all three probes succeeded, and has forgotten the failures", () => {
    const driven = opened();
    driven.run(["success"], 300);
    driven.run(["success"], 301);
    expect(driven.breaker).toMatchObject({ phase: "half_open", successes: 2 });
    expect(driven.allowance(301).calls).toBe(1);
    driven.run(["success"], 302);
    expect(driven.breaker).toMatchObject({ phase: "closed", failures: 0, successes: 0, openedAt: null });
    driven.run(times(4, "failure"), 303);
    expect(driven.breaker.phase).toBe("closed");
  });

  it("opens again for as long as before when one probe fails, even after two that succeeded", () => {
    const driven = opened();
    driven.run(["success", "success", "failure"], 310);
    expect(driven.allowance(311)).toEqual({ calls: 0, retryAt: at(610), reason: "breaker_open" });
    driven.run(["failure"], 610);
    expect(driven.allowance(611).retryAt).toBe(at(910));
  });

  it("needs three new successes after it opened again", () => {
    const driven = opened();
    driven.run(["success", "success", "failure"], 300);
    driven.run(["success", "success"], 600);
    expect(driven.breaker.phase).toBe("half_open");
    driven.run(["success"], 601);
    expect(driven.breaker.phase).toBe("closed");
  });

  it("gives back the slot of an ignored probe, which neither closes nor opens it", () => {
    const driven = opened();
    const probes = driven.issue(3, 300);
    expect(driven.allowance(300).calls).toBe(0);
    driven.report(probes, ["ignored", "ignored", "ignored"], 301);
    expect(driven.allowance(301).calls).toBe(3);
    expect(driven.breaker.phase).toBe("half_open");
  });

  it("gives back the slot of a probe that was not made", () => {
    const driven = opened();
    driven.report(driven.issue(3, 300), ["success"], 301);
    expect(driven.allowance(301).calls).toBe(2);
  });

  it("takes no success of a call that was admitted while it was closed for a probe", () => {
    const driven = drive();
    const straggler = driven.issue(9, 0);
    driven.run(times(5, "failure"), 0);
    driven.advance(300);
    const held = { ...straggler, lapsed: false };
    const step = returnPermit(
      driven.breaker,
      { permit: held, results: times(9, "success") },
      SETTINGS,
      at(300),
    );
    expect(step.breaker).toMatchObject({ phase: "half_open", successes: 0 });
  });

  it("keeps its slots from calls that were admitted while it was closed", () => {
    const driven = drive({ ...SETTINGS, openSeconds: 10 });
    driven.issue(9, 0);
    driven.run(times(5, "failure"), 0);
    expect(driven.allowance(10).calls).toBe(3);
    expect(callsInFlight(driven.breaker.permits)).toBe(9);
  });

  it("opens again at one failed probe, even if more failures are needed by now to open a closed one", () => {
    const driven = opened();
    const probe = driven.issue(1, 300);
    const tolerant = { ...SETTINGS, failureThreshold: 50 };
    const step = returnPermit(driven.breaker, { permit: probe, results: ["failure"] }, tolerant, at(301));
    expect(step.breaker.phase).toBe("open");
  });

  it("closes when fewer probes are configured than already succeeded", () => {
    const driven = opened();
    driven.run(["success", "success"], 300);
    const fewer = { ...SETTINGS, halfOpenProbes: 2 };
    const { breaker, transitions } = advanceBreaker(driven.breaker, fewer, at(301));
    expect(breaker.phase).toBe("closed");
    expect(transitions).toEqual([{ from: "half_open", to: "closed", at: at(301) }]);
  });
});

describe("permits", () => {
  it.each([
    { seconds: 359.999, free: 0 },
    { seconds: 360, free: 3 },
  ])(
    "leaves $free slots free $seconds s in, after three probes at 300 s were never reported",
    ({ seconds, free }) => {
      const driven = opened();
      driven.issue(3, 300);
      expect(driven.allowance(seconds).calls).toBe(free);
    },
  );

  it("does not take the late success of an expired probe for a success", () => {
    const driven = opened();
    const probes = driven.issue(3, 300);
    driven.report(probes, times(3, "success"), 360);
    expect(driven.breaker).toMatchObject({ phase: "half_open", successes: 0 });
  });

  it("takes the same success a moment earlier", () => {
    const driven = opened();
    const probes = driven.issue(3, 300);
    driven.report(probes, times(3, "success"), 359.999);
    expect(driven.breaker.phase).toBe("closed");
  });

  it("does not let a late success end a run of failures", () => {
    const driven = drive();
    const slow = driven.issue(1, 0);
    driven.run(times(4, "failure"), 50);
    driven.report(slow, ["success"], 60);
    driven.run(["failure"], 61);
    expect(driven.breaker.phase).toBe("open");
  });

  it.each([
    { seconds: 119.999, phase: "open", why: "a platform on which every call hangs must still open it" },
    { seconds: 120, phase: "closed", why: "a report twice the permit's life late is forgotten" },
  ])("is $phase when five failures come $seconds s after they were admitted: $why", ({ seconds, phase }) => {
    const driven = drive();
    const hung = driven.issue(5, 0);
    driven.report(hung, times(5, "failure"), seconds);
    expect(driven.breaker.phase).toBe(phase);
    expect(driven.breaker.permits).toEqual([]);
  });

  it("reports each permit as lapsed once, and forgets it later", () => {
    const driven = drive();
    const lost = driven.issue(2, 0);
    expect(driven.advance(59).lapsed).toEqual([]);
    expect(driven.advance(60).lapsed.map(({ id }) => id)).toEqual([lost.id]);
    expect(driven.advance(61).lapsed).toEqual([]);
    expect(driven.breaker.permits).toHaveLength(1);
    driven.advance(120);
    expect(driven.breaker.permits).toEqual([]);
  });

  it("reports a permit as lapsed even if nobody looked until it is long past", () => {
    const driven = drive();
    const lost = driven.issue(2, 0);
    expect(driven.advance(86_400).lapsed.map(({ id }) => id)).toEqual([lost.id]);
    expect(driven.breaker.permits).toEqual([]);
  });

  it("have ids of their own, count while they are out, and tell when the next expires", () => {
    const driven = drive();
    const first = driven.issue(2, 0);
    const second = driven.issue(5, 10);
    expect(first.id).not.toBe(second.id);
    expect(callsInFlight(driven.breaker.permits)).toBe(7);
    expect(nextExpiry(driven.breaker.permits)).toBe(at(60));
    driven.advance(60);
    expect(callsInFlight(driven.breaker.permits)).toBe(5);
    expect(nextExpiry(driven.breaker.permits)).toBe(at(70));
    driven.advance(70);
    expect(nextExpiry(driven.breaker.permits)).toBeNull();
  });

  it("are not issued for no call", () => {
    const issued = issuePermit(CLOSED_BREAKER, { credential: "app", calls: 0 }, SETTINGS, T0);
    expect(issued).toEqual({ breaker: CLOSED_BREAKER, permit: null });
  });
});

describe("time", () => {
  it("ends an opening openSeconds from now when the clock went back, not when it catches up", () => {
    const driven = opened();
    expect(driven.allowance(-3600).retryAt).toBe(at(-3300));
    expect(driven.allowance(-3301).calls).toBe(0);
    expect(driven.allowance(-3300).calls).toBe(3);
  });

  it("expires a permit permitSeconds from now when the clock went back", () => {
    const driven = opened();
    driven.issue(3, 300);
    expect(driven.allowance(-3600).calls).toBe(0);
    expect(driven.allowance(-3541).calls).toBe(0);
    expect(driven.allowance(-3540).calls).toBe(3);
  });
});

describe("transitions", () => {
  it("are returned once each, in their order, with their instant", () => {
    const driven = opened();
    for (const seconds of [1, 299, 300, 300, 301]) driven.advance(seconds);
    driven.run(["failure"], 302);
    for (const seconds of [303, 602, 603]) driven.advance(seconds);
    driven.run(times(3, "success"), 604);
    driven.advance(605);
    expect(driven.transitions).toEqual([
      { from: "closed", to: "open", at: at(0) },
      { from: "open", to: "half_open", at: at(300) },
      { from: "half_open", to: "open", at: at(302) },
      { from: "open", to: "half_open", at: at(602) },
      { from: "half_open", to: "closed", at: at(604) },
    ]);
  });
});

describe("settings", () => {
  it("accepts the smallest counts and a fraction of a second", () => {
    const smallest = { failureThreshold: 1, openSeconds: 0.5, halfOpenProbes: 1, permitSeconds: 0.5 };
    expect(() => checkBreakerSettings(smallest)).not.toThrow();
  });

  const names = ["failureThreshold", "openSeconds", "halfOpenProbes", "permitSeconds"] as const;
  const wrong = [Number.NaN, 0, -1, Number.POSITIVE_INFINITY];
  it.each([
    ...names.flatMap((name) => wrong.map((value) => ({ name, value }))),
    { name: "failureThreshold" as const, value: 1.5 },
    { name: "halfOpenProbes" as const, value: 2.5 },
  ])("refuses $name = $value by name", ({ name, value }) => {
    const refused = expect(() => checkBreakerSettings({ ...SETTINGS, [name]: value }));
    refused.toThrow(RangeError);
    refused.toThrow(name);
  });
});
