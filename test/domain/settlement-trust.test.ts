import { describe, expect, it } from "vitest";
import type { ReportStatus } from "../../src/domain/open-report.ts";
import type { Settlement } from "../../src/domain/settled.ts";
import { settleReport } from "../../src/domain/settlement.ts";
import type { Sighting } from "../../src/domain/sighting.ts";
import { utcDay } from "../../src/domain/time.ts";
import {
  CLAIMED_AT,
  observed,
  openReport,
  type ReportOverrides,
  RULES,
  reading,
  readings,
} from "../support/open-report.ts";

const NOW = CLAIMED_AT + 5 * 60_000;
const TODAY = utcDay(NOW);

/** Settles a report of a post that shows 10,000 views, unless the sighting says otherwise. */
function settle(report: ReportOverrides, sighting: Sighting = observed({ views: 10_000 }, NOW)): Settlement {
  return settleReport(openReport(report), sighting, { now: NOW, random: 0.5 }, RULES);
}

const views = (claimed: number): ReportOverrides => ({ claimed: { views: claimed } });

describe("a claim of a post with 10,000 views", () => {
  const FRAUD = "overclaim:rep_1 FRAUD";
  it.each([
    { claimed: 10_000, status: "MATCHED", level: null, delta: 10_000, alert: null },
    { claimed: 10_100, status: "MATCHED", level: null, delta: 10_000, alert: null },
    { claimed: 10_101, status: "DISCREPANCY_LOW", level: "LOW", delta: -10_000, alert: null },
    { claimed: 10_499, status: "DISCREPANCY_LOW", level: "LOW", delta: -10_000, alert: null },
    { claimed: 10_500, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", delta: -30_000, alert: null },
    { claimed: 12_000, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", delta: -30_000, alert: null },
    {
      claimed: 12_001,
      status: "AFFILIATE_OVERCLAIMED",
      level: "HIGH",
      delta: -100_000,
      alert: `${FRAUD} HIGH`,
    },
    {
      claimed: 15_000,
      status: "AFFILIATE_OVERCLAIMED",
      level: "HIGH",
      delta: -100_000,
      alert: `${FRAUD} HIGH`,
    },
    {
      claimed: 15_001,
      status: "AFFILIATE_OVERCLAIMED",
      level: "CRITICAL",
      delta: -100_000,
      alert: `${FRAUD} CRITICAL`,
    },
    { claimed: 9_501, status: "DISCREPANCY_LOW", level: "LOW", delta: null, alert: null },
    { claimed: 9_500, status: "DISCREPANCY_MEDIUM", level: "MEDIUM", delta: null, alert: null },
    {
      claimed: 5_000,
      status: "DISCREPANCY_HIGH",
      level: "HIGH",
      delta: null,
      alert: "high:aff_1:youtube:adv_1 DATA_QUALITY HIGH",
    },
  ])("of $claimed is $status $level, moves trust by $delta and alerts $alert", (expected) => {
    const settled = settle(views(expected.claimed), observed({ views: 10_000 }, CLAIMED_AT));
    const { alerts, trust } = settled;
    expect(settled).toMatchObject({ state: "final", status: expected.status, level: expected.level });
    expect(trust?.delta ?? null).toBe(expected.delta);
    const said = alerts.map(({ cause, category, severity }) => `${cause} ${category} ${severity}`);
    expect(said).toEqual(expected.alert === null ? [] : [expected.alert]);
    expect(settled.accurate).toBe(expected.status === "MATCHED");
  });

  it("costs less where the policy does not call a high discrepancy an overclaim", () => {
    const settled = settle({ ...views(13_000), policy: { overclaim_min: 0.3 } });
    expect(settled).toMatchObject({
      status: "DISCREPANCY_HIGH",
      trust: { kind: "high_discrepancy", delta: -50_000 },
      alerts: [{ category: "DATA_QUALITY" }],
    });
  });
});

describe("a match", () => {
  it("earns its reward for the day, whole if everything claimed was judged", () => {
    expect(settle(views(10_000)).trust).toEqual({
      cause: "verdict",
      kind: "perfect_match",
      asked: 10_000,
      delta: 10_000,
      rewardDay: TODAY,
    });
  });

  it("earns the share of what was judged, and does not count as accurate then", () => {
    const settled = settle({ claimed: { views: 10_000, clicks: 5, conversions: 1 } });
    expect(settled).toMatchObject({ status: "MATCHED", accurate: false, trust: { delta: 3_333 } });
  });

  it("earns nothing on a day that has rewarded another report of the submission", () => {
    expect(settle({ ...views(10_000), rewardHolder: "rep_0" })).toMatchObject({
      state: "final",
      accurate: true,
      trust: null,
    });
  });
});

describe("a penalty", () => {
  it("is taken whether or not the day has rewarded another report", () => {
    expect(settle({ ...views(12_001), rewardHolder: "rep_0" }).trust).toEqual({
      cause: "verdict",
      kind: "overclaim",
      asked: -100_000,
      delta: -100_000,
      rewardDay: null,
    });
  });
});

describe("an impossible claim", () => {
  const cases: { claimed: ReportOverrides["claimed"]; event: string | null; why: string }[] = [
    {
      claimed: { views: 12_001, clicks: 12_004 },
      event: "overclaim",
      why: "clicks above views within slack",
    },
    {
      claimed: { views: 12_001, clicks: 12_005 },
      event: "impossible_submission",
      why: "beyond slack, and it does not match",
    },
    {
      claimed: { views: 10_101, clicks: 11_000 },
      event: "impossible_submission",
      why: "however small the discrepancy that was measured",
    },
    {
      claimed: { views: 5_000, clicks: 6_000 },
      event: "impossible_submission",
      why: "even if it lies below the truth",
    },
    { claimed: { views: 10_000, clicks: 11_000 }, event: "perfect_match", why: "what was judged matches" },
    { claimed: { clicks: 10, conversions: 20 }, event: null, why: "nothing was judged" },
  ];
  it.each(cases)("of $claimed is $event: $why", ({ claimed, event }) => {
    const { trust } = settle({ claimed: claimed ?? {} });
    expect(trust?.kind ?? null).toBe(event);
    if (event === "impossible_submission") expect(trust?.delta).toBe(-150_000);
  });

  it("is not held against anybody by old numbers alone", () => {
    const report: ReportOverrides = {
      claimed: { views: 5_000, clicks: 6_000 },
      attempts: 4,
      readings: { views: readings({ before: reading(-60, 10_000) }) },
    };
    const settled = settle(report, observed({}, NOW));
    expect(settled).toMatchObject({ state: "final", status: "DISCREPANCY_HIGH", trust: null });
  });
});

describe("a report that is judged again", () => {
  const judgedAs = (status: ReportStatus, asked: number | null, applied = asked): ReportOverrides => ({
    logs: 3,
    counted: { status, at: NOW - 86_400_000, accurate: status === "MATCHED" },
    trustLedger: asked === null || applied === null ? null : { applied, asked },
  });

  it.each([
    { claimed: 10_000, earlier: judgedAs("MATCHED", 10_000), why: "a match stays a match" },
    { claimed: 12_001, earlier: judgedAs("AFFILIATE_OVERCLAIMED", -100_000), why: "an overclaim stays one" },
    { claimed: 9_000, earlier: judgedAs("DISCREPANCY_MEDIUM", null), why: "what cost nothing still does" },
    { claimed: 9_000, earlier: judgedAs("DISCREPANCY_MEDIUM", 0), why: "also if that took a compensation" },
  ])("adds no line to the ledger if its outcome is the same: $why", ({ claimed, earlier }) => {
    expect(settle({ ...views(claimed), ...earlier })).toMatchObject({ state: "final", trust: null });
  });

  it.each([
    {
      claimed: 12_001,
      earlier: judgedAs("MATCHED", 10_000),
      line: { kind: "overclaim", asked: -110_000, delta: -110_000 },
      why: "the reward is taken back with the penalty",
    },
    {
      claimed: 10_000,
      earlier: judgedAs("AFFILIATE_OVERCLAIMED", -100_000),
      line: { kind: "perfect_match", asked: 110_000, delta: 110_000, rewardDay: TODAY },
      why: "the penalty is given back with the reward",
    },
    {
      claimed: 9_000,
      earlier: judgedAs("AFFILIATE_OVERCLAIMED", -100_000),
      line: { kind: "compensation", asked: 100_000, delta: 100_000 },
      why: "nothing is left to be held against it",
    },
    {
      claimed: 9_000,
      earlier: judgedAs("MATCHED", 10_000),
      line: { kind: "compensation", asked: -10_000, delta: -10_000 },
      why: "nothing is left to reward",
    },
  ])("compensates in one line what changed: $why", ({ claimed, earlier, line }) => {
    const { trust } = settle({ ...views(claimed), ...earlier });
    expect(trust).toEqual({ cause: "rerun:4", rewardDay: null, ...line });
  });

  it.each([
    {
      claimed: 12_001,
      earlier: judgedAs("AFFILIATE_OVERCLAIMED", -100_000, -50_000),
      why: "a score of 0.05 could not lose more",
    },
    { claimed: 10_000, earlier: judgedAs("MATCHED", 10_000, 0), why: "a score of 1 could not gain" },
  ])("does not ask again for what the bounds of the score left out: $why", ({ claimed, earlier }) => {
    expect(settle({ ...views(claimed), ...earlier }).trust).toBe(null);
  });

  it("gives back what was applied, not what was asked", () => {
    const overclaimed = judgedAs("AFFILIATE_OVERCLAIMED", -100_000, -50_000);
    const { trust } = settle({ ...views(10_000), ...overclaimed });
    expect(trust).toMatchObject({ kind: "perfect_match", asked: 110_000, delta: 60_000 });
  });

  it("keeps the reward of an earlier day although another report has today's", () => {
    const matched = { ...views(10_000), ...judgedAs("MATCHED", 10_000), rewardHolder: "rep_2" };
    expect(settle(matched).trust).toBe(null);
  });

  it("earns the rest of its reward without taking another day's", () => {
    const half = { ...views(10_000), ...judgedAs("MATCHED", 5_000) };
    expect(settle(half).trust).toEqual({
      cause: "rerun:4",
      kind: "perfect_match",
      asked: 5_000,
      delta: 5_000,
      rewardDay: null,
    });
  });

  it("earns its own reward of today again after it was compensated", () => {
    const again = { ...views(10_000), ...judgedAs("DISCREPANCY_HIGH", 0), rewardHolder: "rep_1" };
    expect(settle(again).trust).toMatchObject({ cause: "rerun:4", delta: 10_000, rewardDay: null });
  });

  it("alerts again only if its status is another one", () => {
    const overclaimed = { ...views(15_001), ...judgedAs("AFFILIATE_OVERCLAIMED", -100_000) };
    expect(settle(overclaimed).alerts).toEqual([]);
    const matched = { ...views(15_001), ...judgedAs("MATCHED", 10_000) };
    expect(settle(matched).alerts).toMatchObject([{ cause: "overclaim:rep_1" }]);
  });

  it.each([
    { sighting: { kind: "gone" }, more: { missingReason: "gone" } },
    { sighting: { kind: "put_off", reason: "quota", retryAt: NOW }, more: { putOffSince: 0 } },
  ] as const)(
    "does not alert again of a platform that still says nothing: $sighting.kind",
    ({ sighting, more }) => {
      const first = settle({ ...views(10_000), ...more }, sighting);
      expect(first).toMatchObject({ state: "final", alerts: [{ cause: "missing:rep_1" }] });
      const again = settle(
        { ...views(10_000), ...more, ...judgedAs("MISSING_PLATFORM_DATA", null) },
        sighting,
      );
      expect(again).toMatchObject({ state: "final", alerts: [] });
    },
  );
});
