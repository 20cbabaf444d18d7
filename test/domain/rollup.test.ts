import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import type { ReportStatus } from "../../src/domain/open-report.ts";
import {
  grainsOf,
  isVerdict,
  metricGains,
  ROLLUP_COLUMNS,
  RollupSums,
  STATUS_COLUMNS,
} from "../../src/domain/rollup.ts";

const DAY = 86_400_000;
const SUBJECT = { campaignId: "cmp_1", affiliateId: "aff_1", platform: "youtube" };

describe("the grains of a campaign", () => {
  it("are its total, its platform, the platform's day and its affiliate", () => {
    expect(grainsOf(SUBJECT, 20_605)).toEqual([
      { campaignId: "cmp_1", affiliateId: "", day: 0, platform: "" },
      { campaignId: "cmp_1", affiliateId: "", day: 0, platform: "youtube" },
      { campaignId: "cmp_1", affiliateId: "", day: 20_605, platform: "youtube" },
      { campaignId: "cmp_1", affiliateId: "aff_1", day: 0, platform: "" },
    ]);
  });
});

describe("the gains of an observation", () => {
  const cases: { before: Partial<Metrics>; now: Partial<Metrics>; gains: object; why: string }[] = [
    {
      before: {},
      now: { views: 100 },
      gains: { views: 100, known_views: 1 },
      why: "the first number is gained whole, and known from now on",
    },
    {
      before: { views: 100 },
      now: { views: 130 },
      gains: { views: 30 },
      why: "a later one by what it added",
    },
    { before: { views: 100 }, now: { views: 90 }, gains: { views: -10 }, why: "platforms take counts away" },
    { before: { views: 100 }, now: { views: 100 }, gains: { views: 0 }, why: "nothing changed" },
    { before: { views: 100 }, now: {}, gains: {}, why: "a hidden number takes nothing back" },
    { before: {}, now: { likes: 0 }, gains: { likes: 0, known_likes: 1 }, why: "a zero is known" },
    { before: { likes: 0 }, now: { likes: 2 }, gains: { likes: 2 }, why: "it was known before" },
  ];
  it.each(cases)("from $before to $now are $gains: $why", ({ before, now, gains }) => {
    expect(metricGains(metricsOf(before), metricsOf(now))).toEqual(gains);
  });

  it("add up to the last number that was shown, however often it was hidden", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(1_000_000))), (shown) => {
        let known: number | null = null;
        let total = 0;
        for (const views of shown) {
          total += metricGains(metricsOf({ views: known }), metricsOf({ views })).views ?? 0;
          known = views ?? known;
        }
        expect(total).toBe(known ?? 0);
      }),
    );
  });
});

describe("a status", () => {
  it.each(["SKIPPED_SUSPENDED", "SUPERSEDED"] as const)("%s is no verdict", (status) => {
    expect(isVerdict(status)).toBe(false);
  });

  const unjudged = ["SKIPPED_SUSPENDED", "SUPERSEDED"];
  // safe: STATUS_COLUMNS has exactly the statuses as keys.
  const statuses = Object.keys(STATUS_COLUMNS) as ReportStatus[];
  it.each(statuses.filter((status) => !unjudged.includes(status)))("%s is a verdict", (status) => {
    expect(isVerdict(status)).toBe(true);
  });

  it("has a column of its own", () => {
    expect(new Set(Object.values(STATUS_COLUMNS)).size).toBe(statuses.length);
    expect(ROLLUP_COLUMNS).toEqual(expect.arrayContaining(Object.values(STATUS_COLUMNS)));
  });
});

describe("the columns", () => {
  it("are named once each", () => {
    expect(new Set(ROLLUP_COLUMNS).size).toBe(ROLLUP_COLUMNS.length);
  });
});

describe("sums", () => {
  /** The counts by grain, each grain as `affiliate|day|platform`. */
  const tableOf = (sums: RollupSums) =>
    Object.fromEntries(
      sums
        .deltas()
        .map(({ affiliateId, day, platform, counts }) => [`${affiliateId}|${day}|${platform}`, counts]),
    );

  it("write each grain once, however much was counted in it", () => {
    const sums = new RollupSums();
    sums.add(SUBJECT, 5 * DAY, { views: 10, known_views: 1 });
    sums.add({ ...SUBJECT, affiliateId: "aff_2" }, 5 * DAY + DAY - 1, { views: 5 });
    sums.add({ ...SUBJECT, platform: "x" }, 6 * DAY, { views: 1, likes: 3 });
    expect(tableOf(sums)).toEqual({
      "|0|": { views: 16, known_views: 1, likes: 3 },
      "|0|youtube": { views: 15, known_views: 1 },
      "|5|youtube": { views: 15, known_views: 1 },
      "aff_1|0|": { views: 11, known_views: 1, likes: 3 },
      "aff_2|0|": { views: 5 },
      "|0|x": { views: 1, likes: 3 },
      "|6|x": { views: 1, likes: 3 },
    });
  });

  it("count a verdict as final and an unjudged end beside", () => {
    const sums = new RollupSums();
    sums.addStatus(SUBJECT, { status: "MATCHED", at: 5 * DAY }, 1);
    sums.addStatus(SUBJECT, { status: "SUPERSEDED", at: 5 * DAY }, 1);
    expect(tableOf(sums)["|0|"]).toEqual({ matched: 1, final: 1, superseded: 1 });
  });

  it("leave out the grains in which everything was taken back", () => {
    const sums = new RollupSums();
    sums.addStatus(SUBJECT, { status: "MATCHED", at: 5 * DAY }, -1);
    sums.addStatus(SUBJECT, { status: "MATCHED", at: 6 * DAY }, 1);
    expect(tableOf(sums)).toEqual({
      "|5|youtube": { matched: -1, final: -1 },
      "|6|youtube": { matched: 1, final: 1 },
    });
  });

  it("tell campaigns apart", () => {
    const sums = new RollupSums();
    sums.add(SUBJECT, 0, { views: 1 });
    sums.add({ ...SUBJECT, campaignId: "cmp_2" }, 0, { views: 2 });
    const totals = sums.deltas().filter(({ affiliateId, platform }) => affiliateId === "" && platform === "");
    expect(totals.map(({ campaignId, counts }) => [campaignId, counts.views])).toEqual([
      ["cmp_1", 1],
      ["cmp_2", 2],
    ]);
  });
});
