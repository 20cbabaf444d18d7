import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BreakerPhase, Transition } from "../../src/domain/breaker.ts";
import {
  admit,
  checkGateSettings,
  DEFAULT_GATE_SETTINGS,
  emptyGate,
  type GateSettings,
  type GateState,
  type Grant,
  hold,
  release,
  restoreGate,
  settle,
  snapshot,
} from "../../src/domain/gate.ts";
import type { CallReport, LimitReading, Quota } from "../../src/domain/quota.ts";

const SETTINGS = DEFAULT_GATE_SETTINGS;
const T0 = Date.UTC(2026, 10, 1);
const at = (seconds: number) => T0 + seconds * 1000;

const call = (kind: CallReport["kind"], more: Partial<CallReport> = {}): CallReport => ({
  kind,
  limits: null,
  retryAt: null,
  ...more,
});
const calls = (count: number, kind: CallReport["kind"]) => Array.from({ length: count }, () => call(kind));
const reading = (remaining: number, resetSeconds = 900): LimitReading => ({
  limit: 100,
  remaining,
  resetAt: at(resetSeconds),
});

/** A gate and its clock. The state goes through JSON at every step, as through storage. */
class Drive {
  state: GateState = emptyGate();
  now = T0;
  transitions: Transition[] = [];
  readonly settings: GateSettings;

  constructor(settings = SETTINGS) {
    this.settings = settings;
  }

  at(seconds: number): this {
    this.now = at(seconds);
    return this;
  }

  admit(wanted: number, credential = "app", quota: Quota | null = null): Grant {
    const step = admit(this.state, { calls: wanted, credential, quota }, this.settings, this.now);
    this.keep(step.state, step.transitions);
    return step.grant;
  }

  settle(
    permit: string | null,
    outcomes: CallReport[],
    more: { unused?: number; extra?: number; credential?: string } = {},
  ) {
    const { unused = 0, extra = 0, credential = "app" } = more;
    const report = { permit: String(permit), credential, outcomes, unused, extra };
    const step = settle(this.state, report, this.settings, this.now);
    this.keep(step.state, step.transitions);
    return step.transitions;
  }

  run(outcomes: CallReport[], credential = "app"): Transition[] {
    return this.settle(this.admit(outcomes.length, credential).permit, outcomes, { credential });
  }

  view() {
    return snapshot(this.state, this.settings, this.now);
  }

  keep(state: GateState, transitions: Transition[] = []) {
    const stored = JSON.parse(JSON.stringify(state));
    expect(stored).toEqual(state);
    this.state = restoreGate(stored);
    this.transitions.push(...transitions);
  }
}

/** A gate whose breaker opened at second 0. */
function opened(): Drive {
  const gate = new Drive();
  gate.run(calls(5, "outage"));
  return gate;
}

describe("admit", () => {
  it("grants everything while nothing is known against it", () => {
    const grant = new Drive().admit(7);
    expect(grant).toEqual({ granted: 7, retryAt: null, reason: null, permit: expect.any(String) });
  });

  it("grants none of no calls, without a reason", () => {
    const nothing = { granted: 0, retryAt: null, reason: null, permit: null };
    expect(new Drive().admit(0)).toEqual(nothing);
    expect(opened().admit(0)).toEqual(nothing);
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a request for %s calls", (wanted) => {
    expect(() => new Drive().admit(wanted)).toThrow(RangeError);
  });

  it("refuses a quota and settings that cannot be", () => {
    expect(() => new Drive().admit(1, "app", { limit: 0, window_seconds: 60 })).toThrow("limit");
    const request = { calls: 1, credential: "app", quota: null };
    const broken = { ...SETTINGS, openSeconds: Number.NaN };
    expect(() => admit(emptyGate(), request, broken, T0)).toThrow("openSeconds");
    expect(() => checkGateSettings({ ...SETTINGS, unauthorisedSeconds: 0 })).toThrow("unauthorisedSeconds");
    expect(() => checkGateSettings(SETTINGS)).not.toThrow();
  });

  it("grants a part when the quota has only a part, and says when to ask for the rest", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    expect(gate.admit(25)).toMatchObject({ granted: 10, retryAt: at(900), reason: "quota" });
    expect(gate.admit(1)).toEqual({ granted: 0, retryAt: at(900), reason: "quota", permit: null });
  });

  it("does not let two consumers spend the same last ten calls", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    expect([gate.admit(7), gate.admit(7)].map(({ granted }) => granted)).toEqual([7, 3]);
  });

  it("gives back what was not used, and spends what was", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    const { permit } = gate.admit(10);
    gate.settle(permit, [call("answered", { limits: reading(9) })], { unused: 9 });
    expect(gate.admit(25).granted).toBe(9);
  });

  it("counts a call that is neither reported nor unused as spent", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    gate.settle(gate.admit(10).permit, [call("answered", { limits: reading(9) })], { unused: 4 });
    expect(gate.admit(25).granted).toBe(4);
  });

  it("spends the calls that were made beside those granted", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    gate.settle(gate.admit(2).permit, [call("answered"), call("answered")], { extra: 3 });
    expect(gate.admit(25).granted).toBe(5);
  });

  it("refuses a number of extra calls that is none, and keeps the permit", () => {
    const gate = new Drive();
    const { permit } = gate.admit(1);
    for (const extra of [-1, 0.5, Number.NaN]) {
      expect(() => gate.settle(permit, [call("answered")], { extra })).toThrow(RangeError);
    }
    expect(gate.view().calls_in_flight).toBe(1);
  });

  it("counts the calls of a consumer that never came back as spent once its permit expired", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })]);
    const { permit } = gate.admit(6);
    expect(gate.at(60).view()).toMatchObject({ calls_in_flight: 0, credentials: [{ remaining: 4 }] });
    expect(gate.admit(25).granted).toBe(4);
    gate.settle(permit, calls(6, "answered"));
    expect(gate.view().credentials).toMatchObject([{ remaining: 0 }]);
  });

  it("counts the calls of an expired permit once, and against its own credential", () => {
    const gate = new Drive();
    for (const credential of ["app", "other"]) {
      gate.run([call("answered", { limits: reading(10) })], credential);
    }
    const { permit } = gate.admit(6);
    expect(gate.admit(25, "other").granted).toBe(10);
    gate.at(61).settle(permit, [call("answered", { limits: reading(9) })]);
    expect(gate.admit(25).granted).toBe(4);
    expect(gate.view().credentials).toContainEqual(
      expect.objectContaining({ credential: "other", remaining: 0 }),
    );
  });

  it("leaves one credential's quota alone when another's permit expires", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10) })], "other");
    gate.admit(6);
    expect(gate.at(60).admit(25, "other").granted).toBe(10);
  });

  it("waits no longer than a day when the clock went back", () => {
    const gate = new Drive();
    gate.at(30 * 86_400).run([call("rate_limited")]);
    expect(gate.at(0).admit(1).retryAt).toBe(at(86_400));
    expect(gate.at(86_400).admit(1).granted).toBe(1);
  });

  it("presumes a new window full, and waits for a permit when all of it is in flight", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(10, 30) })]);
    gate.at(30);
    expect(gate.admit(90).granted).toBe(90);
    expect(gate.at(40).admit(20)).toMatchObject({ granted: 10, reason: "quota", retryAt: at(90) });
    expect(gate.admit(1)).toMatchObject({ granted: 0, reason: "quota", retryAt: at(90) });
  });

  it("counts a configured quota from its first granted call", () => {
    const gate = opened();
    const quota = { limit: 4, window_seconds: 3600 };
    expect(gate.at(100).admit(9, "app", quota)).toMatchObject({ granted: 0, reason: "breaker_open" });
    gate.at(300).run(calls(3, "answered"));
    const { permit, granted } = gate.at(400).admit(9, "app", quota);
    expect(granted).toBe(4);
    gate.settle(permit, calls(4, "answered"));
    const refused = { granted: 0, retryAt: at(4000), reason: "quota" };
    expect(gate.at(3999).admit(9, "app", quota)).toMatchObject(refused);
    expect(gate.at(4000).admit(9, "app", quota).granted).toBe(4);
  });

  it("keeps one credential's refusal and quota from the others", () => {
    const gate = new Drive();
    gate.run([call("rate_limited")], "key-a");
    gate.run([call("answered", { limits: reading(3) })], "key-b");
    expect(gate.admit(5, "key-a")).toMatchObject({ granted: 0, reason: "rate_limited" });
    expect(gate.admit(5, "key-b")).toMatchObject({ granted: 3, reason: "quota" });
    expect(gate.admit(5, "key-c")).toMatchObject({ granted: 5, reason: null });
    expect(gate.admit(5, "__proto__")).toMatchObject({ granted: 5, reason: null });
  });

  it("names the limit that lasts longest when several allow nothing", () => {
    const gate = new Drive();
    gate.run([call("rate_limited", { retryAt: at(500) })]);
    gate.run(calls(5, "outage"), "other");
    expect(gate.admit(1)).toMatchObject({ reason: "rate_limited", retryAt: at(500) });
    expect(gate.admit(1, "other")).toMatchObject({ reason: "breaker_open", retryAt: at(300) });
  });
});

describe("the platform's health", () => {
  it.each([
    { kind: "outage" as const, breaker: "open" },
    { kind: "unreadable" as const, breaker: "open" },
    { kind: "rate_limited" as const, breaker: "closed" },
    { kind: "unauthorised" as const, breaker: "closed" },
    { kind: "answered" as const, breaker: "closed" },
  ])("is $breaker after five calls that ended as $kind", ({ kind, breaker }) => {
    const gate = new Drive();
    gate.run(calls(5, kind));
    expect(gate.view().breaker).toBe(breaker);
  });

  it.each(["rate_limited", "unauthorised"] as const)("is not proven by a call that ended as %s", (kind) => {
    const gate = new Drive();
    gate.run([...calls(4, "outage"), call(kind), call("outage")]);
    expect(gate.view().breaker).toBe("open");
  });

  it("defers calls with a reason and a time while it is open, and lets the backlog drain after", () => {
    const gate = opened();
    expect(gate.at(299).admit(50)).toEqual({
      granted: 0,
      retryAt: at(300),
      reason: "breaker_open",
      permit: null,
    });
    const probes = gate.at(300).admit(50);
    expect(probes).toMatchObject({ granted: 3, retryAt: at(360), reason: "breaker_half_open" });
    expect(gate.at(310).admit(50)).toMatchObject({
      granted: 0,
      retryAt: at(360),
      reason: "breaker_half_open",
    });
    gate.settle(probes.permit, calls(3, "answered"));
    expect(gate.admit(47)).toMatchObject({ granted: 47, reason: null });
  });

  it.each(["rate_limited", "unauthorised"] as const)(
    "frees a probe that ended as %s for another credential",
    (kind) => {
      const gate = opened();
      gate.at(300).run(calls(3, kind), "dead-key");
      expect(gate.admit(9, "app")).toMatchObject({ granted: 3, reason: "breaker_half_open" });
      expect(gate.admit(9, "dead-key")).toMatchObject({ granted: 0 });
    },
  );

  it("takes no probe for a call that the quota forbids", () => {
    const gate = opened();
    gate.at(300).run(calls(1, "unauthorised"), "dead-key");
    expect(gate.admit(3, "dead-key")).toMatchObject({ granted: 0, reason: "unauthorised", retryAt: at(600) });
    expect(gate.admit(3).granted).toBe(3);
  });

  it("returns each transition from exactly one call", () => {
    const gate = new Drive();
    expect(gate.run(calls(4, "outage"))).toEqual([]);
    expect(gate.run(calls(3, "outage"))).toEqual([{ from: "closed", to: "open", at: at(0) }]);
    gate.at(300).view();
    gate.admit(0);
    expect(gate.transitions.at(-1)).toEqual({ from: "open", to: "half_open", at: at(300) });
    gate.at(301).run(calls(3, "answered"));
    expect(gate.transitions.map(({ to }) => to)).toEqual(["open", "half_open", "closed"]);
  });

  it("returns a transition by time from a report too, if that comes first", () => {
    const gate = new Drive({ ...SETTINGS, openSeconds: 10 });
    const { permit } = gate.admit(1);
    gate.run(calls(5, "outage"));
    const halfOpens = { from: "open", to: "half_open", at: at(10) };
    expect(gate.at(10).settle(permit, calls(1, "answered"))).toEqual([halfOpens]);
    expect(gate.settle(permit, calls(1, "answered"))).toEqual([]);
  });
});

describe("settle", () => {
  it("counts a report once, however often it comes", () => {
    const gate = new Drive();
    const { permit } = gate.admit(4);
    for (let n = 0; n < 3; n++) gate.settle(permit, calls(4, "outage"));
    expect(gate.view()).toMatchObject({ breaker: "closed", consecutive_failures: 4 });
  });

  it("changes nothing for a permit that was never issued", () => {
    const gate = new Drive();
    gate.settle("pmt_0_1", calls(5, "outage"));
    expect(gate.state).toEqual(emptyGate());
  });

  it("refuses a report for another credential, and an impossible count of unused calls", () => {
    const gate = new Drive();
    const { permit } = gate.admit(1);
    expect(() => gate.settle(permit, [], { credential: "other" })).toThrow(RangeError);
    expect(() => gate.settle(permit, [], { unused: -1 })).toThrow(RangeError);
    expect(gate.view().calls_in_flight).toBe(1);
  });

  it("hears of limits and refusals from a permit that expired", () => {
    const gate = new Drive();
    const { permit } = gate.admit(2);
    const late = [call("answered", { limits: reading(5) }), call("rate_limited", { retryAt: at(200) })];
    gate.at(61).settle(permit, late);
    expect(gate.admit(1)).toMatchObject({ granted: 0, reason: "rate_limited", retryAt: at(200) });
    expect(gate.at(200).admit(9)).toMatchObject({ granted: 5, reason: "quota" });
  });

  it("remembers the most recently used credentials only", () => {
    const gate = new Drive();
    gate.run([call("rate_limited", { retryAt: at(9000) })], "first");
    for (let n = 0; n < 499; n++) gate.run([call("answered")], `key-${n}`);
    expect(gate.admit(1, "first").granted).toBe(0);
    gate.run([call("answered")], "one too many");
    expect(gate.admit(1, "first").granted).toBe(1);
    expect(gate.view().credentials).toHaveLength(500);
  });
});

describe("an operator's hold", () => {
  it("wins over everything until it is released", () => {
    const gate = new Drive();
    gate.keep(hold(gate.state, "contract ended", gate.now));
    const refused = { granted: 0, retryAt: null, reason: "held", permit: null };
    expect(gate.admit(1)).toEqual(refused);
    expect(gate.admit(0)).toEqual(refused);
    expect(gate.at(10 * 86_400).admit(1)).toEqual(refused);
    gate.keep(release(gate.state));
    expect(gate.admit(1).granted).toBe(1);
  });

  it("still takes permits back, and no success ends it", () => {
    const gate = new Drive();
    const { permit } = gate.admit(3);
    gate.keep(hold(gate.state, "maintenance", gate.now));
    gate.settle(permit, calls(3, "answered"));
    expect(gate.view()).toMatchObject({ calls_in_flight: 0, last_success_at: T0 });
    expect(gate.admit(1).reason).toBe("held");
  });

  it("names the last reason and the first instant, and leaves the breaker as it was", () => {
    const gate = opened();
    gate.keep(hold(gate.state, "first", at(1)));
    gate.keep(hold(gate.state, "second", at(2)));
    expect(gate.view().held).toEqual({ reason: "second", since: at(1) });
    gate.keep(release(gate.state));
    expect(gate.at(3).admit(1).reason).toBe("breaker_open");
  });
});

describe("snapshot", () => {
  it("of a gate that was never asked is all unknown", () => {
    expect(new Drive().view()).toEqual({
      breaker: "closed",
      consecutive_failures: 0,
      opened_at: null,
      probe_at: null,
      held: null,
      credentials: [],
      calls_in_flight: 0,
      last_failure_at: null,
      last_success_at: null,
    });
  });

  it("shows the breaker, the calls in flight and each credential", () => {
    const gate = new Drive();
    gate.run([call("answered", { limits: reading(50) })]);
    gate.at(10).run(calls(2, "outage"), "other");
    gate.admit(8);
    expect(gate.view()).toMatchObject({
      breaker: "closed",
      consecutive_failures: 2,
      calls_in_flight: 8,
      last_success_at: at(0),
      last_failure_at: at(10),
    });
    expect(gate.view().credentials).toContainEqual({
      credential: "app",
      limit: 100,
      remaining: 42,
      reset_at: at(900),
      retry_at: null,
      reason: null,
    });
  });

  it.each([
    { seconds: 299, breaker: "open", probe_at: at(300) },
    { seconds: 300, breaker: "half_open", probe_at: null },
  ])(
    "shows $breaker $seconds s after the breaker opened, and changes nothing",
    ({ seconds, breaker, probe_at }) => {
      const gate = opened();
      expect(gate.at(seconds).view()).toMatchObject({ breaker, opened_at: T0, probe_at });
      expect(gate.at(1).view().breaker).toBe("open");
    },
  );
});

describe("restoreGate", () => {
  it.each([undefined, null, 0, "gate", [], {}, { v: 0 }, { v: 2, held: { reason: "x", since: 0 } }])(
    "starts empty from %j",
    (stored) => {
      expect(restoreGate(stored)).toEqual(emptyGate());
    },
  );

  it("takes up its own state", () => {
    const { state } = opened();
    expect(restoreGate(state)).toEqual(state);
  });
});

/** One step of a random history; what a command cannot do at that point, it does not do. */
type Command =
  | { do: "admit"; calls: number; credential: string; quota: Quota | null }
  | { do: "settle"; pick: number; outcomes: CallReport[]; unused: number }
  | { do: "wait"; seconds: number }
  | { do: "hold" }
  | { do: "release" };

const pick = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const nothing = fc.constant(null);

const outcome: fc.Arbitrary<CallReport> = fc.record({
  kind: fc.oneof(
    pick(6, fc.constantFrom("answered" as const, "outage" as const, "unreadable" as const)),
    pick(1, fc.constantFrom("rate_limited" as const, "unauthorised" as const)),
  ),
  limits: fc.oneof(
    pick(3, nothing),
    pick(
      1,
      fc.record({
        limit: fc.constant(40),
        remaining: fc.integer({ min: -1, max: 41 }),
        resetAt: fc.integer({ min: -100, max: 8_000 }).map(at),
      }),
    ),
  ),
  retryAt: fc.oneof(nothing, fc.integer({ min: -100, max: 8_000 }).map(at)),
});

// A platform mostly works or mostly does not: with independent outcomes a breaker hardly ever opens or closes.
const outcomes: fc.Arbitrary<CallReport[]> = fc.oneof(
  fc.constant(calls(8, "outage")),
  fc.constant(calls(8, "answered")),
  fc.array(outcome, { maxLength: 8 }),
);

const command: fc.Arbitrary<Command> = fc.oneof(
  pick(
    6,
    fc.record({
      do: fc.constant("admit" as const),
      calls: fc.integer({ min: 0, max: 8 }),
      credential: fc.constantFrom("a", "b", "c"),
      quota: fc.constantFrom(null, null, { limit: 20, window_seconds: 600 }),
    }),
  ),
  pick(6, fc.record({ do: fc.constant("settle" as const), pick: fc.nat(20), outcomes, unused: fc.nat(3) })),
  pick(
    3,
    fc.record({
      do: fc.constant("wait" as const),
      seconds: fc.oneof(
        fc.integer({ min: 0, max: 70 }),
        fc.constantFrom(60, 300, 600),
        fc.integer({ min: -30, max: 0 }),
        fc.integer({ min: -4_000, max: 4_000 }),
      ),
    }),
  ),
  pick(
    1,
    fc.constantFrom(...(["hold", "release", "release", "release"] as const).map((what) => ({ do: what }))),
  ),
);

const history = fc.array(command, { maxLength: 120, size: "max" });

interface Issued {
  id: string;
  credential: string;
  calls: number;
  expiresAt: number;
  /** How many transitions there were when it was issued. */
  era: number;
}

const LEGAL = new Set(["closed>open", "open>half_open", "half_open>open", "half_open>closed"]);

/** Runs a history against the gate and keeps its own books of the permits, to check the gate against. */
class Checked extends Drive {
  out: Issued[] = [];
  /** Whether a probe was ever granted. */
  probed = false;

  obey(step: Command) {
    if (step.do === "wait") this.now += step.seconds * 1000;
    else if (step.do === "hold") this.keep(hold(this.state, "check", this.now));
    else if (step.do === "release") this.keep(release(this.state));
    else if (step.do === "settle") this.settlePicked(step);
    else this.admitChecked(step);
    this.out = this.out
      .map((issued) => ({ ...issued, expiresAt: Math.min(issued.expiresAt, this.now + 60_000) }))
      .filter((issued) => this.now < issued.expiresAt);
    this.checkTransitions();
  }

  settlePicked({ pick, outcomes, unused }: Command & { do: "settle" }) {
    const issued = this.out[pick % Math.max(1, this.out.length)];
    if (issued === undefined) return;
    this.out = this.out.filter(({ id }) => id !== issued.id);
    this.settle(issued.id, outcomes.slice(0, issued.calls), { unused, credential: issued.credential });
  }

  admitChecked({ calls: wanted, credential, quota }: Command & { do: "admit" }) {
    const before = this.view();
    const grant = this.admit(wanted, credential, quota);
    expect(grant.granted).toBeLessThanOrEqual(wanted);
    expect(grant.permit === null).toBe(grant.granted === 0);
    if (grant.retryAt !== null) expect(grant.retryAt).toBeGreaterThan(this.now);
    if (grant.granted < wanted && before.held === null) expect(grant.retryAt).not.toBeNull();
    if (grant.granted < wanted) expect(grant.reason).not.toBeNull();
    if (grant.permit === null) return;
    expect(before.held).toBeNull();
    const era = this.transitions.length;
    this.out.push({
      id: grant.permit,
      credential,
      calls: grant.granted,
      expiresAt: this.now + 60_000,
      era,
    });
    this.checkGranted(before.breaker, credential);
  }

  checkGranted(phase: BreakerPhase, credential: string) {
    expect(phase).not.toBe("open");
    const sum = (issued: Issued[]) => issued.reduce((total, { calls: granted }) => total + granted, 0);
    if (phase === "half_open") {
      this.probed = true;
      expect(sum(this.out.filter(({ era }) => era === this.transitions.length))).toBeLessThanOrEqual(3);
    }
    const learnt = this.state.ledgers.find((ledger) => ledger.credential === credential)?.learnt;
    if (learnt && this.now < learnt.resetAt) {
      expect(sum(this.out.filter((issued) => issued.credential === credential))).toBeLessThanOrEqual(
        learnt.remaining,
      );
    }
  }

  checkTransitions() {
    let phase: BreakerPhase = "closed";
    for (const { from, to } of this.transitions) {
      expect(from).toBe(phase);
      expect(LEGAL).toContain(`${from}>${to}`);
      phase = to;
    }
    expect(this.state.breaker.phase).toBe(phase);
  }
}

/** Consumers that share a gate, and a vendor that counts their calls and says in each answer what is left. */
class Market {
  static readonly LIMIT = 30;
  static readonly WINDOW_MS = 900_000;
  gate = new Drive();
  used = new Map<number, number>();
  jobs = new Map<number, { grant: Grant; since: number; outcomes: CallReport[] }>();

  constructor() {
    // Before its first answer a vendor's limit is unknown.
    this.admit(0, 1);
    this.call(0);
    this.report(0);
  }

  admit(consumer: number, wanted: number) {
    if (this.jobs.has(consumer)) return;
    const grant = this.gate.admit(wanted);
    if (grant.permit !== null) this.jobs.set(consumer, { grant, since: this.gate.now, outcomes: [] });
  }

  call(consumer: number) {
    const job = this.jobs.get(consumer);
    if (job === undefined || job.outcomes.length === job.grant.granted) return;
    const window = Math.floor((this.gate.now - T0) / Market.WINDOW_MS);
    const count = (this.used.get(window) ?? 0) + 1;
    this.used.set(window, count);
    expect(count).toBeLessThanOrEqual(Market.LIMIT);
    const resetAt = T0 + (window + 1) * Market.WINDOW_MS;
    const limits = { limit: Market.LIMIT, remaining: Market.LIMIT - count, resetAt };
    job.outcomes.push(call("answered", { limits }));
  }

  callUpTo(consumer: number, count: number) {
    for (let n = 0; n < count; n++) this.call(consumer);
  }

  report(consumer: number) {
    const job = this.jobs.get(consumer);
    if (job === undefined) return;
    this.jobs.delete(consumer);
    this.gate.settle(job.grant.permit, job.outcomes, { unused: job.grant.granted - job.outcomes.length });
  }

  /** Consumers report within the life of their permit; a lost permit has its own test. */
  wait(seconds: number) {
    const then = this.gate.now + seconds * 1000;
    for (const [consumer, { since }] of this.jobs) {
      if (then >= since + SETTINGS.permitSeconds * 1000) this.report(consumer);
    }
    this.gate.now = then;
  }
}

/** What a history reached, each named once. */
function marksOf(steps: Command[]): string[] {
  const gate = new Checked();
  for (const step of steps) gate.obey(step);
  const reached = gate.transitions.map(({ from, to }) => `${from}>${to}`);
  return [...new Set(gate.probed ? [...reached, "probed"] : reached)];
}

describe("any history", () => {
  it("is a history worth checking: probes are granted, and every transition occurs often", () => {
    const marks = fc.sample(history, { seed: 1, numRuns: 200 }).flatMap(marksOf);
    for (const mark of [...LEGAL, "probed"]) {
      expect(marks.filter((seen) => seen === mark).length, mark).toBeGreaterThan(20);
    }
  });

  it("keeps the breaker's and the quota's promises at every step", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const gate = new Checked();
        for (const step of steps) gate.obey(step);
      }),
      { numRuns: 400 },
    );
  });

  it("ends with the breaker closed and the credential in use, once faults stop", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const gate = new Checked();
        for (const step of steps) gate.obey(step);
        gate.keep(release(gate.state));
        for (let tick = 0; tick < 8 && gate.view().breaker !== "closed"; tick++) {
          gate.now += 60_000;
          const { permit, granted } = gate.admit(3, "healthy");
          if (permit !== null) gate.settle(permit, calls(granted, "answered"), { credential: "healthy" });
        }
        expect(gate.view().breaker).toBe("closed");
        gate.now += 24 * 3_600_000;
        expect(gate.admit(1, "a").granted).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  it("never sends an honest vendor more calls in a window than it allows", () => {
    const step = fc.record({
      consumer: fc.nat(2),
      act: fc.constantFrom("admit", "admit", "call", "call", "report"),
      calls: fc.integer({ min: 1, max: 12 }),
      seconds: fc.constantFrom(0, 0, 0, 0, 1, 20, 200),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
        const market = new Market();
        for (const { consumer, act, calls: wanted, seconds } of steps) {
          market.wait(seconds);
          if (act === "admit") market.admit(consumer, wanted);
          else if (act === "call") market.callUpTo(consumer, wanted);
          else market.report(consumer);
        }
      }),
      { numRuns: 300 },
    );
  });
});
