import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JudgeInput, judge, type MetricsAt } from "../../src/domain/judge.ts";
import { knownMetrics, METRICS, type Metric } from "../../src/domain/metrics.ts";
import { type PolicyOverrides, resolvePolicy } from "../../src/domain/policy.ts";
import type { Level, Verdict } from "../../src/domain/verdict.ts";

const HOUR = 3_600_000;
const CLAIMED_AT = Date.UTC(2026, 5, 1, 12);
const SEVERITY = ["none", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
const NEGATIVE_EVENTS = ["minor_discrepancy", "medium_discrepancy", "high_discrepancy", "overclaim"];

/** The narrow middle range makes claim and truth meet at every level. */
const count = fc.oneof(fc.nat(30), fc.integer({ min: 900, max: 1600 }), fc.nat(1_000_000_000));

/** Whole hours make instants coincide; milliseconds make gaps fractional. */
const instant = fc.oneof(
  fc.integer({ min: -40, max: 80 }).map((hours) => CLAIMED_AT + hours * HOUR),
  fc.integer({ min: -40 * HOUR, max: 80 * HOUR }).map((ms) => CLAIMED_AT + ms),
);

function perMetric<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Partial<Record<Metric, Value>>> {
  const fields = {
    views: value,
    clicks: value,
    conversions: value,
    likes: value,
    comments: value,
    shares: value,
  };
  return fc.record(fields, { requiredKeys: [] });
}

function observationOf(value: fc.Arbitrary<number | null>, at = instant): fc.Arbitrary<MetricsAt> {
  return fc.record({ at, metrics: perMetric(value) });
}

const fraction = fc.oneof(
  fc.constantFrom(0, 0.01, 0.05, 0.2, 0.5),
  fc.double({ min: 0, max: 2, noNaN: true }),
);
const thresholds = {
  match_tolerance: fraction,
  low_max: fraction,
  medium_max: fraction,
  overclaim_min: fraction,
  critical_over: fraction,
  settle_hours: fc.constantFrom(0, 0.5, 24, 48),
};
const growth = { growth_per_hour: fraction, growth_cap_hours: fc.nat(48) };
const policy: fc.Arbitrary<PolicyOverrides> = fc.record(
  { ...thresholds, ...growth, slack: perMetric(fc.nat(20)) },
  { requiredKeys: [] },
);

const input: fc.Arbitrary<JudgeInput> = fc.record(
  {
    claim: observationOf(fc.option(count), fc.constant(CLAIMED_AT)),
    observations: fc.array(observationOf(fc.option(count)), { maxLength: 8 }),
    supports: fc.subarray([...METRICS]),
    policy,
    now: instant,
    lastAttempt: fc.boolean(),
  },
  { requiredKeys: ["claim", "observations", "now"] },
);

/** Checks a property of the judge on many generated inputs. */
function holds<Values extends [unknown, ...unknown[]]>(
  arbitraries: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  property: (...values: Values) => void,
): void {
  fc.assert(fc.property(...arbitraries, property), { numRuns: 500 });
}

function severity(level: Level | "none" | null | undefined): number {
  return SEVERITY.indexOf(level ?? "none");
}

function settlesAt(given: JudgeInput): number {
  return given.claim.at + resolvePolicy(given.policy).settle_hours * HOUR;
}

function judgedMetrics(verdict: Verdict): Metric[] {
  return METRICS.filter((metric) => verdict.metrics[metric] !== undefined);
}

function mapMetrics<Value>(
  record: Readonly<Partial<Record<Metric, Value>>>,
  change: (value: Value) => Value,
): Partial<Record<Metric, Value>> {
  const changed: Partial<Record<Metric, Value>> = {};
  for (const metric of METRICS) {
    const value = record[metric];
    if (value !== undefined) changed[metric] = change(value);
  }
  return changed;
}

function freezeDeeply<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) freezeDeeply(part);
    Object.freeze(value);
  }
  return value;
}

describe("a verdict", () => {
  it("follows from its input alone, and leaves that untouched", () => {
    holds([input], (given) => {
      const copy = structuredClone(given);
      expect(judge(freezeDeeply(given))).toEqual(judge(copy));
    });
  });

  it("survives JSON unchanged, because that is how it is stored and shown", () => {
    holds([input], (given) => {
      const verdict = judge(given);
      expect(JSON.parse(JSON.stringify(verdict))).toStrictEqual(verdict);
    });
  });

  it("puts every claimed metric in exactly one place, and confidence is the share of the judged", () => {
    holds([input], (given) => {
      const verdict = judge(given);
      const claimed = knownMetrics(given.claim.metrics);
      const placed = [...judgedMetrics(verdict), ...verdict.missing, ...verdict.unavailable];
      expect(METRICS.filter((metric) => placed.includes(metric))).toEqual(claimed);
      expect(placed).toHaveLength(claimed.length);
      const share = claimed.length === 0 ? 0 : judgedMetrics(verdict).length / claimed.length;
      expect(verdict.confidence).toBe(share);
    });
  });

  it("judges each metric as if it were the only one, and is as grave as the gravest", () => {
    holds([input], (given) => {
      const verdict = judge(given);
      for (const metric of judgedMetrics(verdict)) {
        const metrics = { [metric]: given.claim.metrics[metric] };
        const alone = judge({ ...given, claim: { at: given.claim.at, metrics } });
        expect(alone.metrics[metric]).toEqual(verdict.metrics[metric]);
      }
      const levels = Object.values(verdict.metrics).map(({ level }) => severity(level));
      expect(severity(verdict.level)).toBe(Math.max(0, ...levels));
    });
  });

  it("lies over only if some metric of its level lies over, and then it does", () => {
    holds([input], (given) => {
      const { level, direction, metrics } = judge(given);
      const directions = Object.values(metrics)
        .filter((metric) => metric.level === level)
        .map((metric) => metric.direction);
      expect(direction === "over").toBe(directions.includes("over"));
      expect(direction === "none").toBe(level === null);
    });
  });
});

describe("what the judge looks at", () => {
  it("does not depend on the order of observations at different instants", () => {
    const distinct = fc.uniqueArray(observationOf(fc.option(count)), {
      maxLength: 8,
      selector: ({ at }) => at,
    });
    const shuffled = distinct.chain((observations) =>
      fc.tuple(
        fc.constant(observations),
        fc.shuffledSubarray(observations, { minLength: observations.length }),
      ),
    );
    holds([input, shuffled], (given, [observations, reordered]) => {
      expect(judge({ ...given, observations: reordered })).toEqual(judge({ ...given, observations }));
    });
  });

  it("is the nearest before, the nearest after and the first settled of each metric, and nothing else", () => {
    holds([input], (given) => {
      const needed = new Set<MetricsAt>();
      for (const metric of METRICS) {
        // Of several at one instant the last given counts, so it is the first in the reversed list.
        const known = given.observations
          .filter(({ metrics }) => typeof metrics[metric] === "number")
          .reverse();
        const ascending = known.toSorted((a, b) => a.at - b.at);
        const before = known.toSorted((a, b) => b.at - a.at).find(({ at }) => at <= CLAIMED_AT);
        const after = ascending.find(({ at }) => at > CLAIMED_AT);
        const settled = ascending.find(({ at }) => at >= settlesAt(given));
        for (const nearest of [before, after, settled]) if (nearest !== undefined) needed.add(nearest);
      }
      const observations = given.observations.filter((observation) => needed.has(observation));
      expect(judge({ ...given, observations })).toEqual(judge(given));
    });
  });

  it("is not an unknown number, nor a number nobody claimed", () => {
    holds([input], (given) => {
      const claimed = knownMetrics(given.claim.metrics);
      const observations = given.observations.map(({ at, metrics }) => ({
        at,
        metrics: Object.fromEntries(
          claimed
            .filter((metric) => typeof metrics[metric] === "number")
            .map((metric) => [metric, metrics[metric]]),
        ),
      }));
      expect(judge({ ...given, observations })).toEqual(judge(given));
    });
  });

  it("is the time between instants, not the calendar", () => {
    holds([input, fc.integer({ min: -1e12, max: 1e12 })], (given, shift) => {
      const shifted = ({ at, metrics }: MetricsAt) => ({ at: at + shift, metrics });
      const elsewhere = {
        ...given,
        claim: shifted(given.claim),
        observations: given.observations.map(shifted),
        now: given.now + shift,
      };
      expect(judge(elsewhere)).toEqual(judge(given));
    });
  });

  it("is now for nothing but whether the verdict is provisional", () => {
    holds([input, instant], (given, now) => {
      const { provisional: before, trust_event: eventBefore, ...first } = judge(given);
      const { provisional: after, trust_event: eventAfter, ...second } = judge({ ...given, now });
      expect(second).toEqual(first);
      if (before === after) expect(eventAfter).toBe(eventBefore);
    });
  });

  it("is at least as much on the last attempt as on those before it", () => {
    holds([input], (given) => {
      const early = judge({ ...given, lastAttempt: false });
      const last = judge({ ...given, lastAttempt: true });
      expect(last.metrics).toMatchObject(early.metrics);
      expect(early.weak).toBe(false);
      expect(last.status).not.toBe("INCOMPLETE_PLATFORM_DATA");
    });
  });

  it("is a settled number only to raise the upper bound", () => {
    holds([input, fc.constantFrom(0.5, 24, 48)], (given, settle_hours) => {
      const near = judge({ ...given, policy: { ...given.policy, settle_hours: 0 } });
      const late = judge({ ...given, policy: { ...given.policy, settle_hours } });
      expect(judgedMetrics(late)).toEqual(judgedMetrics(near));
      for (const metric of judgedMetrics(near)) {
        expect(late.metrics[metric]?.low).toBe(near.metrics[metric]?.low);
        expect(late.metrics[metric]?.high).toBeGreaterThanOrEqual(near.metrics[metric]?.high ?? Number.NaN);
      }
    });
  });
});

describe("a discrepancy", () => {
  it("keeps its verdict when every count and slack is so many times larger", () => {
    // Powers of two scale doubles exactly; truths of 4 and more keep every bound above the floor of 1.
    const sizeable = fc.integer({ min: 4, max: 1_000_000 });
    const scalable = fc.record({
      claim: observationOf(fc.option(fc.nat(1_000_000)), fc.constant(CLAIMED_AT)),
      observations: fc.array(observationOf(fc.option(sizeable)), { maxLength: 6 }),
      policy: fc.record({ ...thresholds, slack: perMetric(fc.nat(20)) }, { requiredKeys: [] }),
      now: instant,
      lastAttempt: fc.boolean(),
    });
    holds([scalable, fc.constantFrom(2, 8, 1024)], (given, factor) => {
      const times = (n: number | null | undefined) => (typeof n === "number" ? n * factor : n);
      const larger = judge({
        ...given,
        claim: { at: CLAIMED_AT, metrics: mapMetrics(given.claim.metrics, times) },
        observations: given.observations.map(({ at, metrics }) => ({
          at,
          metrics: mapMetrics(metrics, times),
        })),
        policy: { ...given.policy, slack: mapMetrics(resolvePolicy(given.policy).slack, (n) => n * factor) },
      });
      const verdict = judge(given);
      const metrics = mapMetrics(verdict.metrics, (one) => ({
        ...one,
        claimed: one.claimed * factor,
        low: one.low * factor,
        high: one.high * factor,
        difference: one.difference * factor,
      }));
      expect(larger).toEqual({ ...verdict, metrics });
    });
  });

  it("never becomes less grave by claiming more above the truth, nor by claiming less below it", () => {
    holds([input, count], (given, step) => {
      const verdict = judge(given);
      for (const metric of judgedMetrics(verdict)) {
        const { claimed = 0, direction, level, ratio = 0 } = verdict.metrics[metric] ?? {};
        if (direction === "none") continue;
        const farther = direction === "over" ? claimed + step : claimed - step;
        const metrics = { ...given.claim.metrics, [metric]: farther };
        const worse = judge({ ...given, claim: { at: CLAIMED_AT, metrics } });
        expect(worse.metrics[metric]?.direction).toBe(direction);
        expect(worse.metrics[metric]?.ratio).toBeGreaterThanOrEqual(ratio);
        expect(severity(worse.metrics[metric]?.level)).toBeGreaterThanOrEqual(severity(level));
        expect(severity(worse.level)).toBeGreaterThanOrEqual(severity(verdict.level));
      }
    });
  });

  it("above the truth never comes of the platform having shown more", () => {
    holds([input, fc.nat(7), fc.constantFrom(...METRICS), count], (given, index, metric, more) => {
      const observations = given.observations.map((one, position) => {
        const shown = one.metrics[metric];
        if (position !== index || typeof shown !== "number") return one;
        return { at: one.at, metrics: { ...one.metrics, [metric]: shown + more } };
      });
      const before = judge(given);
      const after = judge({ ...given, observations });
      expect(judgedMetrics(after)).toEqual(judgedMetrics(before));
      for (const name of judgedMetrics(after)) {
        if (after.metrics[name]?.direction !== "over") continue;
        expect(before.metrics[name]?.direction).toBe("over");
        expect(severity(after.metrics[name]?.level)).toBeLessThanOrEqual(
          severity(before.metrics[name]?.level),
        );
      }
    });
  });

  it("does not exist for a claim between the observations around it", () => {
    const hours = fc.integer({ min: 1, max: 30 });
    holds([input, count, count, hours, hours, fc.double({ min: 0, max: 1, noNaN: true })], (...values) => {
      const [given, one, other, hoursBefore, hoursAfter, part] = values;
      const claimed = Math.min(one, other) + Math.floor(part * Math.abs(one - other));
      const around = [
        { at: CLAIMED_AT - hoursBefore * HOUR, metrics: { views: one } },
        { at: CLAIMED_AT + hoursAfter * HOUR, metrics: { views: other } },
      ];
      const farther = given.observations.filter(
        ({ at }) => at < CLAIMED_AT - 30 * HOUR || at > CLAIMED_AT + 30 * HOUR,
      );
      const verdict = judge({
        ...given,
        claim: { at: CLAIMED_AT, metrics: { views: claimed } },
        observations: [...farther, ...around],
      });
      expect(verdict).toMatchObject({ status: "MATCHED", trust_event: "perfect_match", weak: false });
      expect(verdict.metrics.views).toMatchObject({ direction: "none", difference: 0 });
    });
  });
});

describe("trust", () => {
  it("is lost only above the truth, by numbers that are neither weak nor provisional nor missing", () => {
    holds([input], (given) => {
      const { status, direction, level, provisional, weak, trust_event } = judge(given);
      const settled = !provisional && !weak;
      const graded = ["DISCREPANCY_LOW", "DISCREPANCY_MEDIUM", "DISCREPANCY_HIGH", "AFFILIATE_OVERCLAIMED"];
      const negative = settled && direction === "over" && graded.includes(status);
      expect(NEGATIVE_EVENTS.includes(String(trust_event))).toBe(negative);
      expect(trust_event === "perfect_match").toBe(settled && status === "MATCHED");
      expect(trust_event === "overclaim").toBe(settled && status === "AFFILIATE_OVERCLAIMED");
      if (status === "MATCHED") expect(level).toBeNull();
    });
  });

  const HOURS_BEFORE = 40;
  /** Total views at each hour from 40 before the claim to 80 after: any curve that never falls. */
  const curve = fc
    .array(fc.oneof(fc.constant(0), fc.nat(10), fc.nat(2000)), { minLength: 121, maxLength: 121 })
    .map((gains) => {
      let total = 0;
      return gains.map((gain) => {
        total += gain;
        return total;
      });
    });
  const hour = fc.integer({ min: -HOURS_BEFORE, max: 80 });

  it("is never lost by who claims exactly the truth of a post that only grows, whenever it is looked at", () => {
    holds([input, curve, fc.array(hour, { maxLength: 8 })], (given, totals, lookedAt) => {
      const truthAt = (hours: number) => totals[hours + HOURS_BEFORE] ?? Number.NaN;
      const verdict = judge({
        ...given,
        claim: { at: CLAIMED_AT, metrics: { views: truthAt(0) } },
        observations: lookedAt.map((hours) => ({
          at: CLAIMED_AT + hours * HOUR,
          metrics: { views: truthAt(hours) },
        })),
      });
      expect(NEGATIVE_EVENTS).not.toContain(verdict.trust_event);
      expect(verdict.status).not.toBe("AFFILIATE_OVERCLAIMED");
      if (!verdict.weak) expect(verdict.direction).not.toBe("over");
    });
  });

  it("is never lost by them on a platform that publishes late, until it has settled or nobody looks again", () => {
    const looks = fc.array(fc.record({ hours: hour, shown: fc.double({ min: 0, max: 1, noNaN: true }) }));
    holds([input, curve, looks], (given, totals, seen) => {
      const truthAt = (hours: number) => totals[hours + HOURS_BEFORE] ?? Number.NaN;
      const late: JudgeInput = {
        ...given,
        claim: { at: CLAIMED_AT, metrics: { views: truthAt(0) } },
        observations: seen.map(({ hours, shown }) => ({
          at: CLAIMED_AT + hours * HOUR,
          metrics: { views: hours >= 48 ? truthAt(hours) : Math.floor(truthAt(hours) * shown) },
        })),
        policy: { ...given.policy, settle_hours: 48 },
      };
      const settled = seen.some(({ hours }) => hours >= 48);
      const givenUp = late.lastAttempt === true && late.now >= settlesAt(late) && !settled;
      if (!givenUp) expect(NEGATIVE_EVENTS).not.toContain(judge(late).trust_event);
      if (settled) expect(judge(late)).toMatchObject({ provisional: false });
    });
  });

  it("waits for nothing once a platform has settled every metric", () => {
    holds([input, perMetric(count)], (given, settled) => {
      const verdict = judge({
        ...given,
        observations: [...given.observations, { at: settlesAt(given), metrics: settled }],
      });
      const unsettled = judgedMetrics(verdict).filter((metric) => settled[metric] === undefined);
      if (unsettled.length === 0) expect(verdict.provisional).toBe(false);
    });
  });
});
