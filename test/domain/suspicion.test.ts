import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { type Metrics, metricsOf } from "../../src/domain/metrics.ts";
import { DEFAULT_POLICY } from "../../src/domain/policy.ts";
import {
  isImpossible,
  SUSPICION_FLAGS,
  type SuspectClaim,
  suspicionFlags,
  TRAFFIC_FLAGS,
} from "../../src/domain/suspicion.ts";

type Counts = Partial<Metrics>;

function flagsOf(
  claimed: Counts,
  previous: Counts | null = null,
  rest: Partial<Pick<SuspectClaim, "hasEvidence" | "aheadOfTime">> = {},
  limits: Partial<typeof DEFAULT_CONFIG> = {},
) {
  const before = previous === null ? null : metricsOf(previous);
  const claim = {
    claimed: metricsOf(claimed),
    previous: before,
    hasEvidence: false,
    aheadOfTime: false,
    ...rest,
  };
  return suspicionFlags(claim, { ...DEFAULT_CONFIG, ...limits });
}

describe("a funnel", () => {
  const cases: { claimed: Counts; flags: string[]; why: string }[] = [
    { claimed: {}, flags: [], why: "nothing claimed is nothing odd" },
    { claimed: { views: 100, clicks: 35 }, flags: [], why: "a click rate of exactly 35 %" },
    { claimed: { views: 100, clicks: 36 }, flags: ["high_ctr"], why: "more than 35 %" },
    { claimed: { views: 99, clicks: 99 }, flags: [], why: "too few views for a rate" },
    {
      claimed: { views: 180, clicks: 63 },
      flags: [],
      why: "63 of 180 is 35 %, although 0.35 * 180 is less than 63",
    },
    { claimed: { views: 180, clicks: 64 }, flags: ["high_ctr"], why: "one click more" },
    { claimed: { clicks: 20, conversions: 12 }, flags: [], why: "a conversion rate of exactly 60 %" },
    { claimed: { clicks: 20, conversions: 13 }, flags: ["high_cvr"], why: "more than 60 %" },
    { claimed: { clicks: 19, conversions: 19 }, flags: [], why: "too few clicks for a rate" },
    { claimed: { views: 50, clicks: 50 }, flags: [], why: "as many clicks as views" },
    { claimed: { views: 50, clicks: 51 }, flags: ["clicks_exceed_views"], why: "more clicks than views" },
    { claimed: { clicks: 10, conversions: 10 }, flags: [], why: "as many conversions as clicks" },
    {
      claimed: { clicks: 10, conversions: 11 },
      flags: ["conversions_exceed_clicks"],
      why: "more conversions than clicks",
    },
    { claimed: { views: 0, clicks: 0, conversions: 0 }, flags: [], why: "a post that nobody saw" },
    { claimed: { views: 0, clicks: 1 }, flags: ["clicks_exceed_views"], why: "a click without a view" },
    { claimed: { clicks: 90, conversions: 10 }, flags: [], why: "unknown views exceed nothing" },
    { claimed: { views: 10, conversions: 9 }, flags: [], why: "without clicks there is no rate to take" },
  ];
  it.each(cases)("of $claimed is flagged $flags: $why", ({ claimed, flags }) => {
    expect(flagsOf(claimed)).toEqual(flags);
  });

  it("has no rate where nothing was seen, even if every number of views is enough for one", () => {
    expect(flagsOf({ views: 0, clicks: 0 }, null, {}, { SUSPICION_CTR_MIN_VIEWS: 0 })).toEqual([]);
  });
});

describe("a large claim", () => {
  it.each([
    { views: 49_999, hasEvidence: false, flags: [], why: "not large yet" },
    { views: 50_000, hasEvidence: false, flags: ["large_claim_without_evidence"], why: "large and bare" },
    { views: 50_000, hasEvidence: true, flags: [], why: "large and evident" },
  ])(
    "of $views views with evidence $hasEvidence is flagged $flags: $why",
    ({ views, hasEvidence, flags }) => {
      expect(flagsOf({ views }, null, { hasEvidence })).toEqual(flags);
    },
  );

  it("is one of views: so many likes need no evidence", () => {
    expect(flagsOf({ likes: 50_000 })).toEqual([]);
  });
});

describe("a claim beside the one before it", () => {
  const cases: { previous: Counts; claimed: Counts; flags: string[]; why: string }[] = [
    { previous: { views: 1_000 }, claimed: { views: 990 }, flags: [], why: "a fall of exactly 1 %" },
    { previous: { views: 1_000 }, claimed: { views: 989 }, flags: ["metric_fell"], why: "a fall of more" },
    { previous: { views: 1_000 }, claimed: { views: 6_000 }, flags: [], why: "a rise of exactly 500 %" },
    {
      previous: { views: 1_000 },
      claimed: { views: 6_001 },
      flags: ["metric_spiked"],
      why: "a rise of more",
    },
    { previous: { views: 1_000 }, claimed: { views: 1_000 }, flags: [], why: "the same number" },
    { previous: { views: 0 }, claimed: { views: 40_000 }, flags: [], why: "from nothing there is no rate" },
    { previous: { views: 0 }, claimed: { views: 0 }, flags: [], why: "still nothing" },
    { previous: { views: 1 }, claimed: { views: 0 }, flags: ["metric_fell"], why: "a fall to nothing" },
    { previous: { views: 1_000 }, claimed: { likes: 1 }, flags: [], why: "what is not claimed did not fall" },
    { previous: { likes: 1 }, claimed: { views: 9_000 }, flags: [], why: "what was unknown did not rise" },
    {
      previous: { views: 1_000, likes: 10 },
      claimed: { views: 500, likes: 100 },
      flags: ["metric_fell", "metric_spiked"],
      why: "every metric is looked at",
    },
    {
      previous: { likes: 100, comments: 100 },
      claimed: { likes: 10, comments: 10 },
      flags: ["metric_fell"],
      why: "a flag is given once",
    },
  ];
  it.each(cases)("is flagged $flags: $why", ({ previous, claimed, flags }) => {
    expect(flagsOf(claimed, previous)).toEqual(flags);
  });

  it("takes a rate of exactly the threshold for fine, whatever the threshold", () => {
    const limits = { SUSPICION_FALL: 0.29 };
    expect(flagsOf({ views: 71 }, { views: 100 }, {}, limits)).toEqual([]);
    expect(flagsOf({ views: 70 }, { views: 100 }, {}, limits)).toEqual(["metric_fell"]);
  });
});

describe("the flags of a claim", () => {
  it("say that it came from the future", () => {
    expect(flagsOf({ views: 1 }, null, { aheadOfTime: true })).toEqual(["claimed_ahead_of_time"]);
  });

  it("stand in their fixed order, without what only a look at the post or its traffic tells", () => {
    const claimed = { views: 60_000, clicks: 70_000, conversions: 80_000, likes: 1, comments: 600 };
    const previous = { likes: 100, comments: 1 };
    const learnt: readonly string[] = ["published_before_campaign", "not_own_post", ...TRAFFIC_FLAGS];
    const expected = SUSPICION_FLAGS.filter((flag) => !learnt.includes(flag));
    expect(flagsOf(claimed, previous, { aheadOfTime: true })).toEqual(expected);
  });
});

describe("a claim is impossible", () => {
  const cases: { claimed: Counts; impossible: boolean; why: string }[] = [
    { claimed: { views: 100, clicks: 103 }, impossible: false, why: "clicks within their slack of 3" },
    { claimed: { views: 100, clicks: 104 }, impossible: true, why: "clicks beyond it" },
    {
      claimed: { clicks: 100, conversions: 101 },
      impossible: false,
      why: "conversions within their slack of 1",
    },
    { claimed: { clicks: 100, conversions: 102 }, impossible: true, why: "conversions beyond it" },
    { claimed: { clicks: 1_000 }, impossible: false, why: "unknown views bound nothing" },
    { claimed: { views: 1, conversions: 1_000 }, impossible: false, why: "unknown clicks stand between" },
    { claimed: { views: 10, likes: 1_000 }, impossible: false, why: "likes are no part of the funnel" },
    { claimed: {}, impossible: false, why: "nothing is claimed" },
  ];
  it.each(cases)("$impossible for $claimed: $why", ({ claimed, impossible }) => {
    expect(isImpossible(metricsOf(claimed), DEFAULT_POLICY.slack)).toBe(impossible);
  });
});
