import { describe, expect, it } from "vitest";
import { type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import type { RollupDelta } from "../../src/domain/rollup.ts";
import { type CampaignFacts, rebuildRollupRows, rollupDrift } from "../../src/domain/rollup-rebuild.ts";
import { DAY_MS } from "../../src/domain/time.ts";

const CAMPAIGN = "cmp_a";
const entry = { counted: true, postId: "pst_1", affiliateId: "aff_1", platform: "x", baseObservedAt: null };

function seen(day: number, metrics: Partial<Metrics>, postId = "pst_1") {
  return { postId, at: day * DAY_MS, metrics: metricsOf(metrics) };
}

function rebuild(facts: Partial<CampaignFacts>): RollupDelta[] {
  return rebuildRollupRows({
    campaignId: CAMPAIGN,
    submissions: [],
    observations: [],
    reports: [],
    ...facts,
  });
}

/** The counts of the grain day × platform, by day. */
function days(rows: readonly RollupDelta[]): Record<number, RollupDelta["counts"]> {
  return Object.fromEntries(rows.filter(({ day }) => day > 0).map(({ day, counts }) => [day, counts]));
}

describe("a post", () => {
  it("counts its first observation, then its growth, each on its own day, in whatever order they are given", () => {
    const rows = rebuild({
      submissions: [entry],
      observations: [seen(12, { views: 130 }), seen(10, { views: 100 }), seen(11, { views: 90 })],
    });
    expect(days(rows)).toEqual({
      10: { posts: 1, views: 100, known_views: 1 },
      11: { views: -10 },
      12: { views: 40 },
    });
    expect(
      rows
        .filter(({ day }) => day === 0)
        .map(({ affiliateId, platform, counts }) => [affiliateId, platform, counts.views]),
    ).toEqual([
      ["", "", 130],
      ["", "x", 130],
      ["aff_1", "", 130],
    ]);
  });

  it("keeps what was last known of a metric that is hidden for a while", () => {
    const rows = rebuild({
      submissions: [entry],
      observations: [seen(10, { views: 100 }), seen(11, { likes: 4 }), seen(12, { views: 103, likes: 5 })],
    });
    expect(days(rows)).toEqual({
      10: { posts: 1, views: 100, known_views: 1 },
      11: { likes: 4, known_likes: 1 },
      12: { views: 3, likes: 1 },
    });
  });

  it("that entered late brings what was known of it on the day it was last observed before", () => {
    const rows = rebuild({
      submissions: [{ ...entry, baseObservedAt: 11 * DAY_MS }],
      observations: [seen(10, { views: 100, likes: 3 }), seen(11, { views: 110 }), seen(13, { views: 115 })],
    });
    expect(days(rows)).toEqual({
      11: { posts: 1, views: 110, known_views: 1, likes: 3, known_likes: 1 },
      13: { views: 5 },
    });
  });

  it("counts once, for the first who submitted it", () => {
    const rows = rebuild({
      submissions: [
        { ...entry, counted: false, affiliateId: "aff_3", baseObservedAt: 10 * DAY_MS },
        entry,
        { ...entry, counted: false, affiliateId: "aff_4" },
      ],
      observations: [seen(10, { views: 100 })],
    });
    expect(rows.find(({ affiliateId }) => affiliateId === "aff_1")?.counts.views).toBe(100);
    expect(rows.some(({ affiliateId }) => affiliateId === "aff_3" || affiliateId === "aff_4")).toBe(false);
    expect(rows.find(({ day, platform }) => day === 0 && platform === "")?.counts).toMatchObject({
      submissions: 3,
      posts: 1,
    });
  });

  it("that nobody has observed counts as a submission alone", () => {
    expect(rebuild({ submissions: [entry] }).map(({ counts }) => counts)).toEqual([
      { submissions: 1, reports: 0 },
    ]);
  });
});

describe("a report", () => {
  const report = { affiliateId: "aff_1", platform: "x" };

  it("counts for who made it on the day of its verdict, and as final", () => {
    const rows = rebuild({ reports: [{ ...report, counted: { status: "MATCHED", at: 20 * DAY_MS } }] });
    expect(days(rows)).toEqual({ 20: { final: 1, matched: 1 } });
    expect(rows.find(({ affiliateId }) => affiliateId === "aff_1")?.counts).toEqual({ final: 1, matched: 1 });
  });

  it.each(["SKIPPED_SUSPENDED", "SUPERSEDED"] as const)("that ended %s is no verdict", (status) => {
    const [total] = rebuild({ reports: [{ ...report, counted: { status, at: DAY_MS } }] });
    expect(total?.counts.final ?? 0).toBe(0);
    expect(total?.counts[status === "SUPERSEDED" ? "superseded" : "skipped"]).toBe(1);
  });

  it("without an end counts as a report in the campaign's total and nowhere else", () => {
    const rows = rebuild({ reports: [{ ...report, counted: null }] });
    expect(rows).toEqual([
      { campaignId: CAMPAIGN, affiliateId: "", day: 0, platform: "", counts: { submissions: 0, reports: 1 } },
    ]);
  });
});

describe("drift", () => {
  const rowOf = (counts: RollupDelta["counts"], day = 0): RollupDelta => ({
    campaignId: CAMPAIGN,
    affiliateId: "",
    day,
    platform: "",
    counts,
  });

  it.each([
    { stored: [], rebuilt: [], days: [], why: "nothing is nothing" },
    { stored: [rowOf({ views: 0 })], rebuilt: [], days: [], why: "a row of zeros is no row" },
    {
      stored: [rowOf({ views: 1, clicks: 0 })],
      rebuilt: [rowOf({ views: 1 })],
      days: [],
      why: "an unnamed count is 0",
    },
    { stored: [rowOf({ views: 1 })], rebuilt: [rowOf({ views: 2 })], days: [0], why: "another count" },
    { stored: [rowOf({ views: 1 }, 5)], rebuilt: [], days: [5], why: "an invented row" },
    { stored: [], rebuilt: [rowOf({ views: 1 }, 6)], days: [6], why: "a missing row" },
  ])("$why", ({ stored, rebuilt, days: expected }) => {
    expect(rollupDrift(stored, rebuilt).map(({ day }) => day)).toEqual(expected);
  });
});
