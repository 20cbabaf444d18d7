import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_GATE_SETTINGS, emptyGate } from "../../src/domain/gate.ts";
import type { CallReport, LimitReading } from "../../src/domain/quota.ts";
import { gateSettings, PlatformGate } from "../../src/objects/platform-gate.ts";

// safe: wrangler.toml binds PLATFORM_GATE to this class.
const GATES = env.PLATFORM_GATE as DurableObjectNamespace<PlatformGate>;
const T0 = Date.UTC(2026, 10, 1);

/** A gate that no other test uses. */
const freshGate = () => GATES.getByName(crypto.randomUUID());
const request = (calls: number) => ({ calls, credential: "app", quota: null });
const calls = (count: number, kind: CallReport["kind"], limits: LimitReading | null = null): CallReport[] =>
  Array.from({ length: count }, () => ({ kind, limits, retryAt: null }));

/** What a gate grants one credential. */
async function admitted(gate: DurableObjectStub<PlatformGate>, wanted: number) {
  const { grants, transitions } = await gate.admit([request(wanted)]);
  return { grant: onlyOne(grants), transitions };
}

function onlyOne<T>([first, ...more]: readonly T[]): T {
  if (first === undefined || more.length > 0) throw new Error("one grant a request");
  return first;
}

async function run(gate: DurableObjectStub<PlatformGate>, outcomes: CallReport[]) {
  const { grant } = await admitted(gate, outcomes.length);
  return gate.settle([{ permit: String(grant.permit), credential: "app", outcomes, unused: 0 }]);
}

describe("the platform gate", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("admits and settles by remote call, and tells what the breaker did", async () => {
    const gate = freshGate();
    const { grant, transitions } = await admitted(gate, 5);
    expect(grant).toEqual({ granted: 5, retryAt: null, reason: null, permit: expect.any(String) });
    expect(transitions).toEqual([]);
    const settled = await gate.settle([
      { permit: String(grant.permit), credential: "app", outcomes: calls(5, "outage"), unused: 0 },
    ]);
    expect(settled).toEqual({ transitions: [{ from: "closed", to: "open", at: T0 }] });
    vi.setSystemTime(T0 + 300_000);
    const probing = await admitted(gate, 9);
    expect(probing.grant).toMatchObject({ granted: 3, reason: "breaker_half_open" });
    expect(probing.transitions).toEqual([{ from: "open", to: "half_open", at: T0 + 300_000 }]);
  });

  it("does not let two consumers that ask at once spend the same calls", async () => {
    const gate = freshGate();
    await run(gate, calls(1, "answered", { limit: 100, remaining: 10, resetAt: T0 + 900_000 }));
    const answers = await Promise.all([7, 7, 7].map((wanted) => admitted(gate, wanted)));
    expect(answers.map(({ grant }) => grant.granted).toSorted()).toEqual([0, 3, 7]);
  });

  it("remembers everything when its isolate is gone", async () => {
    const gate = freshGate();
    await run(gate, calls(5, "unreadable"));
    await gate.hold("maintenance");
    const before = await gate.snapshot();
    await evictDurableObject(gate);
    expect(await gate.snapshot()).toEqual(before);
    expect(before).toMatchObject({
      breaker: "open",
      opened_at: T0,
      held: { reason: "maintenance", since: T0 },
    });
  });

  it("settles a permit that was issued before its isolate was gone", async () => {
    const gate = freshGate();
    const { grant } = await admitted(gate, 2);
    await evictDurableObject(gate);
    const report = { permit: String(grant.permit), credential: "app", unused: 0 };
    await gate.settle([{ ...report, outcomes: calls(2, "outage") }]);
    expect(await gate.snapshot()).toMatchObject({ consecutive_failures: 2, calls_in_flight: 0 });
  });

  it("is held and released by an operator", async () => {
    const gate = freshGate();
    await gate.hold("contract ended");
    expect((await admitted(gate, 1)).grant).toMatchObject({ granted: 0, reason: "held" });
    await gate.release();
    expect((await admitted(gate, 1)).grant).toMatchObject({ granted: 1, reason: null });
  });

  it("knows nothing of another platform's troubles", async () => {
    await run(freshGate(), calls(5, "outage"));
    expect(await freshGate().snapshot()).toMatchObject({ breaker: "closed", last_failure_at: null });
  });

  it("starts empty over a state of another version", async () => {
    const gate = freshGate();
    await runInDurableObject(gate, (_object, { storage }) =>
      storage.kv.put("gate", { ...emptyGate(), v: 2, held: { reason: "x", since: 0 } }),
    );
    expect((await admitted(gate, 1)).grant.granted).toBe(1);
  });

  it("obeys the variables of its Worker", async () => {
    await runInDurableObject(freshGate(), (_object, state) => {
      const vars = { ...env, BREAKER_FAILURES: "1" };
      const strict = new PlatformGate(state, vars);
      const { permit } = onlyOne(strict.admit([request(1)]).grants);
      const report = { permit: String(permit), credential: "app", unused: 0 };
      expect(strict.settle([{ ...report, outcomes: calls(1, "outage") }]).transitions).toHaveLength(1);
    });
  });

  it("refuses a request that is wrong, and stays usable", async () => {
    const gate = freshGate();
    await runInDurableObject(gate, (object) => {
      expect(() => object.admit([request(-1)])).toThrow(RangeError);
    });
    expect((await admitted(gate, 1)).grant.granted).toBe(1);
  });
});

describe("its settings", () => {
  it("are the defaults of the domain when no variable is set", () => {
    expect(gateSettings({})).toEqual(DEFAULT_GATE_SETTINGS);
  });

  it("are read from the variables", () => {
    const vars = {
      BREAKER_FAILURES: "2",
      BREAKER_OPEN_SECONDS: "10",
      BREAKER_PROBES: "1",
      GATE_PERMIT_SECONDS: "5",
      GATE_UNAUTHORISED_SECONDS: "7",
    };
    expect(gateSettings(vars)).toEqual({
      failureThreshold: 2,
      openSeconds: 10,
      halfOpenProbes: 1,
      permitSeconds: 5,
      unauthorisedSeconds: 7,
    });
  });

  it.each(["BREAKER_FAILURES", "BREAKER_OPEN_SECONDS", "BREAKER_PROBES", "GATE_PERMIT_SECONDS"])(
    "refuse to start with a wrong %s, by name",
    (name) => {
      for (const wrong of ["0", "-1", "NaN", "soon"]) {
        expect(() => gateSettings({ [name]: wrong })).toThrow(name);
      }
    },
  );
});
