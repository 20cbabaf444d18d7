import { describe, expect, it } from "vitest";
import { alertDraft } from "../../src/domain/alert.ts";
import {
  countedSubjects,
  isAdvance,
  metricValues,
  type PostUpdate,
  planCommit,
} from "../../src/domain/commit-plan.ts";
import { type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import type { Claimant, KnownPost } from "../../src/domain/open-report.ts";
import type { RollupDelta } from "../../src/domain/rollup.ts";
import type { Settlement } from "../../src/domain/settled.ts";
import { applyTo } from "../../src/domain/trust.ts";
import type { TrustLine } from "../../src/domain/trust-line.ts";
import { knownPost, openReport, type ReportOverrides, settlementOf } from "../support/open-report.ts";

const DAY = 86_400_000;
/** Noon of day 100. */
const NOW = 100 * DAY + DAY / 2;

function update(
  post: Partial<KnownPost>,
  metrics: Partial<Metrics> | null,
  rest: Partial<PostUpdate> = {},
): PostUpdate {
  const numbers =
    metrics === null
      ? null
      : {
          metrics: metricsOf(metrics),
          definitionVersion: "v1",
          authorId: null,
          authorName: null,
          publishedAt: null,
          nativeId: null,
          accountId: null,
          spend: null,
          raw: "{}",
        };
  return { post: knownPost(post), at: NOW, state: "live", numbers, dueAt: null, ...rest };
}

const claimant = (campaignId: string, affiliateId: string): Claimant => ({
  campaignId,
  affiliateId,
  bucket: "normal",
  everyMinutes: 360,
  closesAt: null,
});

/** A report that ended as said. */
function ended(
  status: Settlement["status"],
  report: ReportOverrides = {},
  rest: Partial<Settlement> = {},
): Settlement {
  return settlementOf(openReport(report), { state: "final", status, ...rest });
}

const trust = (delta: number): { trust: TrustLine } => ({
  trust: { cause: "verdict", kind: "perfect_match", asked: delta, delta, rewardDay: null },
});

/** Counts by grain, `campaign|affiliate|day|platform`. */
function tableOf(rollups: readonly RollupDelta[]) {
  return Object.fromEntries(
    rollups.map(({ campaignId, affiliateId, day, platform, counts }) => [
      `${campaignId}|${affiliateId}|${day}|${platform}`,
      counts,
    ]),
  );
}

describe("an observation", () => {
  it.each([
    { observedAt: null, advances: true, why: "the post was never observed" },
    { observedAt: NOW - 1, advances: true, why: "it is a millisecond newer" },
    { observedAt: NOW, advances: false, why: "it is of the same instant" },
    { observedAt: NOW + 1, advances: false, why: "it comes late" },
  ])("advances its post: $advances, because $why", ({ observedAt, advances }) => {
    expect(isAdvance(update({ observedAt }, {}))).toBe(advances);
  });

  it("counts in every grain of the campaign, on its own day, and the post with it the first time", () => {
    const plan = planCommit([], [update({}, { views: 100, likes: 0 })], NOW + DAY);
    const counts = { posts: 1, views: 100, likes: 0, known_views: 1, known_likes: 1 };
    expect(tableOf(plan.rollups)).toEqual({
      "cmp_1||0|": counts,
      "cmp_1||0|youtube": counts,
      "cmp_1||100|youtube": counts,
      "cmp_1|aff_1|0|": counts,
    });
  });

  const known = { observedAt: NOW - DAY, metrics: metricsOf({ views: 100, likes: 5 }) };
  const cases: { why: string; update: PostUpdate; counts: object | undefined }[] = [
    {
      why: "only what it added",
      update: update(known, { views: 130, likes: 5 }),
      counts: { views: 30, likes: 0 },
    },
    {
      why: "less where the platform took counts away",
      update: update(known, { views: 90 }),
      counts: { views: -10 },
    },
    { why: "nothing where every number is hidden", update: update(known, {}), counts: undefined },
    { why: "nothing if the post is gone", update: update(known, null, { state: "gone" }), counts: undefined },
    {
      why: "nothing if it comes out of order",
      update: update({ ...known, observedAt: NOW }, { views: 500 }),
      counts: undefined,
    },
  ];
  it.each(cases)("adds $why", ({ update: given, counts }) => {
    expect(tableOf(planCommit([], [given], NOW).rollups)["cmp_1||0|"]).toEqual(counts);
  });

  it("counts nowhere if nobody claims the post", () => {
    expect(planCommit([], [update({ claimants: [] }, { views: 100 })], NOW).rollups).toEqual([]);
  });

  it("adds to others of the same campaign and day in one row a grain", () => {
    const updates = [update({}, { views: 100 }), update({ id: "pst_2" }, { views: 11 })];
    expect(tableOf(planCommit([], updates, NOW).rollups)["cmp_1||100|youtube"]).toEqual({
      posts: 2,
      views: 111,
      known_views: 2,
    });
  });

  it("lists its counts in the order of the columns, unknown ones as null", () => {
    expect(metricValues(metricsOf({ shares: 6, views: 1 }))).toEqual([1, null, null, null, null, 6]);
  });
});

describe("a post that several affiliates claim", () => {
  const claimants = [claimant("cmp_1", "aff_1"), claimant("cmp_2", "aff_2")];

  it("counts once a campaign, for its first submitter", () => {
    expect(countedSubjects(knownPost({ claimants }))).toEqual([
      { campaignId: "cmp_1", affiliateId: "aff_1", platform: "youtube" },
      { campaignId: "cmp_2", affiliateId: "aff_2", platform: "youtube" },
    ]);
  });

  it("gives its numbers to both campaigns and to no second affiliate", () => {
    const table = tableOf(planCommit([], [update({ claimants }, { views: 100 })], NOW).rollups);
    expect(table["cmp_1|aff_1|0|"]).toMatchObject({ views: 100 });
    expect(table["cmp_2|aff_2|0|"]).toMatchObject({ views: 100 });
    expect(table["cmp_1|aff_3|0|"]).toBe(undefined);
    expect(table["cmp_1||0|"]).toMatchObject({ views: 100, posts: 1 });
  });
});

describe("a final verdict", () => {
  it("counts in every grain on the day of the commit", () => {
    expect(tableOf(planCommit([ended("MATCHED")], [], NOW).rollups)).toEqual({
      "cmp_1||0|": { matched: 1, final: 1 },
      "cmp_1||0|youtube": { matched: 1, final: 1 },
      "cmp_1||100|youtube": { matched: 1, final: 1 },
      "cmp_1|aff_1|0|": { matched: 1, final: 1 },
    });
  });

  it.each(["open", "provisional"] as const)("is none while the report is %s", (state) => {
    const plan = planCommit([ended("DISCREPANCY_LOW", {}, { state })], [], NOW);
    expect(plan.rollups).toEqual([]);
    expect(plan.affiliates).toEqual([]);
  });

  it("takes back the one it replaces, where and when that was counted", () => {
    const counted = { status: "MATCHED", at: NOW - DAY, accurate: true } as const;
    expect(tableOf(planCommit([ended("DISCREPANCY_LOW", { counted })], [], NOW).rollups)).toEqual({
      "cmp_1||0|": { matched: -1, discrepancy_low: 1, final: 0 },
      "cmp_1||0|youtube": { matched: -1, discrepancy_low: 1, final: 0 },
      "cmp_1||99|youtube": { matched: -1, final: -1 },
      "cmp_1||100|youtube": { discrepancy_low: 1, final: 1 },
      "cmp_1|aff_1|0|": { matched: -1, discrepancy_low: 1, final: 0 },
    });
  });

  it("stays counted while the report is looked at again", () => {
    const counted = { status: "MATCHED", at: NOW - DAY, accurate: true } as const;
    const plan = planCommit([ended("MISSING_PLATFORM_DATA", { counted }, { state: "open" })], [], NOW);
    expect(plan.rollups).toEqual([]);
    expect(plan.affiliates).toEqual([]);
  });
});

describe("what a commit adds to an affiliate", () => {
  const matched = { status: "MATCHED", at: NOW - DAY, accurate: true } as const;
  const skipped = { status: "SKIPPED_SUSPENDED", at: NOW - DAY, accurate: false } as const;
  const cases: { why: string; settled: Settlement; total: number; accurate: number }[] = [
    { why: "a first match", settled: ended("MATCHED", {}, { accurate: true }), total: 1, accurate: 1 },
    { why: "a match of half the claim", settled: ended("MATCHED"), total: 1, accurate: 0 },
    { why: "any other verdict", settled: ended("UNVERIFIABLE"), total: 1, accurate: 0 },
    {
      why: "a match that is none any more",
      settled: ended("DISCREPANCY_LOW", { counted: matched }),
      total: 0,
      accurate: -1,
    },
    {
      why: "a verdict instead of an unjudged end",
      settled: ended("MATCHED", { counted: skipped }, { accurate: true }),
      total: 1,
      accurate: 1,
    },
    {
      why: "an unjudged end instead of a verdict",
      settled: ended("SKIPPED_SUSPENDED", { counted: matched }),
      total: -1,
      accurate: -1,
    },
  ];
  it.each(cases)("is $total in total and $accurate accurate for $why", ({ settled, total, accurate }) => {
    const [delta] = planCommit([settled], [], NOW).affiliates;
    expect(delta).toMatchObject({ affiliateId: "aff_1", total, accurate });
  });

  it.each([
    { why: "an unjudged end", settled: ended("SKIPPED_SUSPENDED") },
    { why: "the same match again", settled: ended("MATCHED", { counted: matched }, { accurate: true }) },
  ])("is nothing to write for $why", ({ settled }) => {
    expect(planCommit([settled], [], NOW).affiliates).toEqual([]);
  });

  it("is summed over its reports, apart from everybody else's", () => {
    const other = { reportId: "rep_3", affiliateId: "aff_2" };
    const plan = planCommit(
      [
        ended("MATCHED", {}, { accurate: true, ...trust(10_000) }),
        ended("UNVERIFIABLE", { reportId: "rep_2" }),
        ended("DISCREPANCY_LOW", other, trust(-10_000)),
      ],
      [],
      NOW,
    );
    const sums = plan.affiliates.map(({ affiliateId, trust: change, total, accurate }) => [
      affiliateId,
      applyTo(500_000, change),
      total,
      accurate,
    ]);
    expect(sums).toEqual([
      ["aff_1", 510_000, 2, 1],
      ["aff_2", 490_000, 1, 0],
    ]);
  });
});

describe("the ledger lines of a commit", () => {
  const line = (reportId: string, claimedAt: number, delta: number) =>
    ended("MATCHED", { reportId, claimedAt }, trust(delta));

  it("stand in the order of the claims, then of the reports, and each begins where the last ended", () => {
    const plan = planCommit(
      [line("rep_3", 2, -30_000), line("rep_2", 1, 10_000), ended("MATCHED"), line("rep_1", 2, 20_000)],
      [],
      NOW,
    );
    expect(plan.trust.map(({ report }) => report.reportId)).toEqual(["rep_2", "rep_1", "rep_3"]);
    const scores = plan.trust.map(({ before, after }) => [applyTo(995_000, before), applyTo(995_000, after)]);
    expect(scores).toEqual([
      [995_000, 1_000_000],
      [1_000_000, 1_000_000],
      [1_000_000, 970_000],
    ]);
    expect(plan.affiliates.map(({ trust: change }) => applyTo(995_000, change))).toEqual([970_000]);
  });

  it("do not depend on the order in which the batch was settled", () => {
    const lines = [line("rep_1", 1, -100_000), line("rep_2", 2, 10_000), line("rep_3", 3, -10_000)];
    const forwards = planCommit(lines, [], NOW).trust;
    expect(planCommit(lines.toReversed(), [], NOW).trust).toEqual(forwards);
  });
});

describe("the alerts of a commit", () => {
  const alert = (cause: string, message: string) => ({
    alerts: [alertDraft({ cause, category: "DATA_QUALITY", severity: "HIGH", title: "t", message })],
  });

  it("are one per cause, as the last report of it says", () => {
    const plan = planCommit(
      [
        ended("DISCREPANCY_HIGH", {}, alert("high:aff_1:youtube", "first")),
        ended("MATCHED", { reportId: "rep_2" }),
        ended("DISCREPANCY_HIGH", { reportId: "rep_3" }, alert("high:aff_1:youtube", "last")),
        ended("DISCREPANCY_HIGH", { reportId: "rep_4" }, alert("high:aff_1:x", "other")),
      ],
      [],
      NOW,
    );
    expect(plan.alerts.map(({ cause, message }) => [cause, message])).toEqual([
      ["high:aff_1:youtube", "last"],
      ["high:aff_1:x", "other"],
    ]);
  });
});

describe("a post", () => {
  it.each([
    { before: "gone", now: "live", returned: true },
    { before: "private", now: "live", returned: true },
    { before: "live", now: "live", returned: false },
    { before: "unknown", now: "live", returned: false },
    { before: "gone", now: "private", returned: false },
    { before: "gone", now: "gone", returned: false },
  ] as const)("that was $before and is $now has returned: $returned", ({ before, now, returned }) => {
    const plan = planCommit([], [update({ state: before }, null, { state: now })], NOW);
    expect(plan.returnedPostIds).toEqual(returned ? ["pst_1"] : []);
  });
});
