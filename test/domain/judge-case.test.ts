import { describe, expect, it } from "vitest";
import { parseJudgeCase } from "../../src/domain/judge-case.ts";

const AT = "2026-06-01T12:00:00.000Z";
const AT_MS = Date.UTC(2026, 5, 1, 12);

const minimal = {
  claim: { at: AT, metrics: { views: 10 } },
  observations: [{ at: AT, metrics: { views: 9, clicks: null } }],
  now: AT,
};

/** The case as a line, with some fields changed; a field set to undefined is left out. */
function line(changes: object = {}): string {
  return JSON.stringify({ ...minimal, ...changes });
}

describe("parseJudgeCase", () => {
  it("reads the least a case may hold", () => {
    expect(parseJudgeCase(line())).toEqual({
      claim: { at: AT_MS, metrics: { views: 10 } },
      observations: [{ at: AT_MS, metrics: { views: 9 } }],
      now: AT_MS,
    });
  });

  it("reads everything a case can hold", () => {
    const policy = {
      match_tolerance: 0,
      low_max: 0.1,
      medium_max: 0.2,
      overclaim_min: 0.3,
      critical_over: 0.4,
      growth_per_hour: 0.5,
      growth_cap_hours: 6,
      settle_hours: 7,
      slack: { views: 0, shares: 8 },
    };
    const parsed = parseJudgeCase(line({ supports: ["likes", "views"], policy, last_attempt: true }));
    expect(parsed).toMatchObject({ supports: ["views", "likes"], policy, lastAttempt: true });
  });

  it("reads the case of a line that carries one beside its id", () => {
    const carried = JSON.stringify({ id: "exact", why: "…", case: minimal, verdict: {} });
    expect(parseJudgeCase(carried)).toEqual(parseJudgeCase(line()));
  });

  it("keeps no source apart from every source", () => {
    expect(parseJudgeCase(line({ supports: [] })).supports).toEqual([]);
    expect(parseJudgeCase(line()).supports).toBeUndefined();
  });

  it("lets remarks stand beside the fields it knows", () => {
    const remarked = line({ id: 7, claim: { ...minimal.claim, by: "aff_1" } });
    expect(parseJudgeCase(remarked)).toEqual(parseJudgeCase(line()));
  });

  it.each([
    { instant: "2026-06-01T12:00:00Z", ms: AT_MS },
    { instant: "2026-06-01T12:00Z", ms: AT_MS },
    { instant: "2026-06-01T14:00:00.5+02:00", ms: AT_MS + 500 },
    { instant: "2026-06-01T07:30:00-04:30", ms: AT_MS },
    { instant: "2026-06-01T12:00:00.123999Z", ms: AT_MS + 123 },
    { instant: "2024-02-29T00:00:00Z", ms: Date.UTC(2024, 1, 29) },
  ])("reads the instant $instant", ({ instant, ms }) => {
    expect(parseJudgeCase(line({ now: instant })).now).toBe(ms);
  });

  it.each([
    { now: "2026-06-01", why: "a day" },
    { now: "2026-06-01T12:00:00", why: "no zone" },
    { now: "2026-06-01 12:00:00Z", why: "no T" },
    { now: "2026-02-29T12:00:00Z", why: "no such day" },
    { now: "2026-13-01T12:00:00Z", why: "no such month" },
    { now: "2026-06-01T25:00:00Z", why: "no such hour" },
    { now: "2026-06-01T12:00:60Z", why: "no such second" },
    { now: "yesterday", why: "a word" },
    { now: "", why: "nothing" },
    { now: AT_MS, why: "a number" },
    { now: null, why: "null" },
  ])("refuses $now for an instant: $why", ({ now }) => {
    expect(() => parseJudgeCase(line({ now }))).toThrow("now must be an ISO 8601 instant");
  });

  it.each([
    ["{", "the line is not JSON"],
    ["", "the line is not JSON"],
    ["null", "the line must be an object"],
    ["[]", "the line must be an object"],
    ["1", "the line must be an object"],
    [JSON.stringify({ id: "x", case: [] }), "case must be an object"],
    [JSON.stringify({ ...minimal, case: {} }), "claim is missing"],
  ])("refuses the line %s", (text, message) => {
    expect(() => parseJudgeCase(text)).toThrow(message);
  });

  it.each([
    [{ claim: undefined }, "claim is missing"],
    [{ claim: null }, "claim must be an object"],
    [{ claim: { metrics: {} } }, "claim.at is missing"],
    [{ claim: { at: AT } }, "claim.metrics is missing"],
    [{ claim: { at: AT, metrics: [] } }, "claim.metrics must be an object"],
    [{ claim: { at: AT, metrics: { views: -1 } } }, "claim.metrics.views must be a number of at least 0"],
    [{ observations: undefined }, "observations is missing"],
    [{ observations: {} }, "observations must be an array"],
    [{ observations: [minimal.claim, 1] }, "observations[1] must be an object"],
    [{ observations: [{ at: AT }] }, "observations[0].metrics is missing"],
    [{ observations: [{ metrics: {} }] }, "observations[0].at is missing"],
    [{ now: undefined }, "now is missing"],
    [{ supports: "views" }, "supports must be an array"],
    [{ policy: [] }, "policy must be an object"],
    [{ policy: { lowmax: 1 } }, 'policy has no field "lowmax"'],
    [{ policy: { low_max: "1" } }, "policy.low_max must be a number of at least 0"],
    [{ policy: { low_max: null } }, "policy.low_max must be a number of at least 0"],
    [{ policy: { slack: 3 } }, "policy.slack must be an object"],
    [{ policy: { slack: { saves: 3 } } }, 'policy.slack has no field "saves"'],
    [{ policy: { slack: { views: -1 } } }, "policy.slack.views must be a number of at least 0"],
    [{ last_attempt: 1 }, "last_attempt must be true or false"],
  ])("refuses %j", (changes, message) => {
    expect(() => parseJudgeCase(line(changes))).toThrow(message);
  });

  it.each(["10", null, true, [10], {}])("takes a metric of %j for not claimed: it is no number", (views) => {
    const { claim } = parseJudgeCase(line({ claim: { at: AT, metrics: { views, clicks: 3, saves: 4 } } }));
    expect(claim.metrics).toEqual({ clicks: 3 });
  });

  it("takes null for a part that is left out", () => {
    const given = parseJudgeCase(line({ supports: null, policy: null, last_attempt: null }));
    expect(given).toMatchObject({ supports: undefined, policy: undefined, lastAttempt: undefined });
  });

  it("refuses a number too large to hold", () => {
    const tooLarge = line().replace('"views":10', '"views":1e400');
    expect(() => parseJudgeCase(tooLarge)).toThrow("claim.metrics.views must be a number of at least 0");
  });
});
