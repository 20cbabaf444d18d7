import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  askedOfPlatform,
  chooseSource,
  type ReadingsBySource,
  suppliedByPlatform,
} from "../../src/domain/choose-source.ts";
import { METRIC_SOURCES, type MetricSource } from "../../src/domain/metric-source.ts";
import { needsObservation, observationsFor } from "../../src/domain/sighting.ts";
import {
  CLAIMED_AT,
  observed,
  openReport,
  type ReportOverrides,
  reading,
  readings,
  trackedCounts,
} from "../support/open-report.ts";

const DEFAULT: MetricSource[] = ["tracking_link", "advertiser", "platform_api"];

describe("the source of a metric", () => {
  const told = (given: Partial<Record<MetricSource, number[]>>): ReadingsBySource => {
    const of = (source: MetricSource) => (given[source] ?? []).map((minutes) => reading(minutes, 1));
    return {
      tracking_link: of("tracking_link"),
      advertiser: of("advertiser"),
      platform_api: of("platform_api"),
    };
  };
  const cases: {
    order?: MetricSource[];
    given: Partial<Record<MetricSource, number[]>>;
    source: MetricSource | null;
    why: string;
  }[] = [
    { given: {}, source: null, why: "nobody has said anything" },
    {
      given: { tracking_link: [0], advertiser: [5], platform_api: [5] },
      source: "tracking_link",
      why: "it is the first that reaches the claim",
    },
    {
      given: { advertiser: [0], platform_api: [5] },
      source: "advertiser",
      why: "a reading at the claim's instant reaches it",
    },
    {
      given: { advertiser: [-1], platform_api: [5] },
      source: "platform_api",
      why: "the advertiser's is older than the claim",
    },
    {
      given: { advertiser: [-1, 5], platform_api: [5] },
      source: "advertiser",
      why: "one of the advertiser's is not",
    },
    {
      given: { advertiser: [-1], platform_api: [-5] },
      source: "advertiser",
      why: "none reaches the claim, and it is the first with any",
    },
    {
      order: ["platform_api", "tracking_link"],
      given: { tracking_link: [0], platform_api: [5] },
      source: "platform_api",
      why: "the campaign takes its word first",
    },
    {
      order: ["advertiser"],
      given: { platform_api: [5], tracking_link: [0] },
      source: null,
      why: "the campaign takes nobody else's word",
    },
  ];
  it.each(cases)("is $source, because $why", ({ order = DEFAULT, given, source }) => {
    expect(chooseSource(order, told(given), CLAIMED_AT)).toBe(source);
  });
});

describe("the platform is asked", () => {
  const counted = { tracked: trackedCounts(), claimed: { clicks: 5 } };
  const cases: { asked: boolean; why: string; report: ReportOverrides }[] = [
    { asked: false, why: "the link tells, and goes before", report: { ...counted, supports: ["clicks"] } },
    {
      asked: true,
      why: "its word goes before the link's",
      report: { ...counted, supports: ["clicks"], sources: { clicks: ["platform_api", "tracking_link"] } },
    },
    {
      asked: false,
      why: "it never tells, whatever its rank",
      report: { ...counted, sources: { clicks: ["platform_api", "tracking_link"] } },
    },
    {
      asked: true,
      why: "the link is younger than the claim",
      report: { ...counted, supports: ["clicks"], tracked: trackedCounts({ linkedFrom: CLAIMED_AT }) },
    },
    {
      asked: true,
      why: "some posts have the number",
      report: { claimed: { clicks: 5 }, sometimes: ["clicks"] },
    },
    {
      asked: false,
      why: "its word is not taken",
      report: { claimed: { views: 5 }, sources: { views: ["advertiser"] } },
    },
    {
      asked: false,
      why: "the advertiser has measured since",
      report: {
        claimed: { clicks: 5 },
        supports: ["clicks"],
        advertiserReadings: { clicks: readings({ after: reading(5, 5) }) },
      },
    },
    {
      asked: true,
      why: "the advertiser has not measured since",
      report: {
        claimed: { clicks: 5 },
        supports: ["clicks"],
        advertiserReadings: { clicks: readings({ before: reading(-5, 5) }) },
      },
    },
  ];
  it.each(cases)("$asked, because $why", ({ asked, report }) => {
    expect(needsObservation(openReport({ post: { state: "live" }, ...report }), CLAIMED_AT + 1)).toBe(asked);
  });

  it("about the metrics that only it can tell, and none else", () => {
    const report = openReport({ ...counted, claimed: { views: 1, clicks: 5, likes: 2, shares: 3 } });
    expect(askedOfPlatform(report)).toEqual(["views", "likes"]);
    expect(suppliedByPlatform(openReport({ sources: { likes: ["advertiser"] } }))).toEqual([
      "views",
      "comments",
    ]);
  });
});

describe("what a report is judged by", () => {
  it("holds no count of links of what is not claimed", () => {
    const report = openReport({ claimed: { clicks: 5 }, tracked: trackedCounts() });
    const used = observationsFor(report, { kind: "stored" });
    expect(used.map(({ metrics }) => metrics)).toEqual([{ clicks: 0 }]);
  });

  it("never holds a metric's numbers of two sources, nor those of one that the campaign does not name", () => {
    const order = fc.shuffledSubarray([...METRIC_SOURCES], { minLength: 1 });
    const readingAt = fc.option(fc.integer({ min: -60, max: 60 }).map((minutes) => reading(minutes, 5)));
    const given = fc.record({
      order,
      linkedFrom: fc.constantFrom(CLAIMED_AT - 1, CLAIMED_AT),
      stored: readingAt,
      measured: readingAt,
      seen: fc.option(fc.nat(9)),
    });
    const side = (known: ReturnType<typeof reading> | null) =>
      readings(known !== null && known.at > CLAIMED_AT ? { after: known } : { before: known });
    fc.assert(
      fc.property(given, ({ order: clicks, linkedFrom, stored, measured, seen }) => {
        const report = openReport({
          claimed: { clicks: 5 },
          sources: { clicks },
          tracked: trackedCounts({ linkedFrom }),
          readings: { clicks: side(stored) },
          advertiserReadings: { clicks: side(measured) },
        });
        const used = observationsFor(report, observed({ clicks: seen }, CLAIMED_AT + 1));
        const sources = new Set(used.map(({ source }) => source));
        expect(sources.size).toBeLessThanOrEqual(1);
        for (const source of sources) expect(clicks).toContain(source);
      }),
    );
  });
});
