import { describe, expect, it } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { SUSPICION_FLAGS, TRAFFIC_FLAGS } from "../../src/domain/suspicion.ts";
import { signalsOf, type TrafficFacts, trafficAlert } from "../../src/domain/traffic-signals.ts";
import { openReport } from "../support/open-report.ts";

/** Traffic that nobody would look at twice. */
const QUIET: TrafficFacts = {
  views: 10_000,
  human: 100,
  automated: 10,
  uniqueHuman: 90,
  recentHuman: 100,
  peakMinute: 5,
  networks: { "64500": 20, "64501": 15, "?": 65 },
  orders: 5,
  fast: 0,
};

const flagsOf = (changes: Partial<TrafficFacts>) =>
  signalsOf({ ...QUIET, ...changes }, DEFAULT_CONFIG).map(({ flag }) => flag);

describe("signals of traffic", () => {
  it("are none where nothing stands out", () => {
    expect(flagsOf({})).toEqual([]);
  });

  it.each([
    { changes: { views: 100 }, flags: [], why: "as many clicks as views" },
    { changes: { views: 99 }, flags: ["clicks_without_views"], why: "one click more than views" },
    { changes: { views: 0 }, flags: ["clicks_without_views"], why: "clicks on what nobody saw" },
    { changes: { views: null }, flags: [], why: "views that nobody told" },
    { changes: { human: 50, views: 49 }, flags: ["clicks_without_views"], why: "just enough clicks" },
    { changes: { human: 49, views: 48 }, flags: [], why: "one click too few to say" },
    { changes: { human: 5, orders: 5 }, flags: [], why: "as many orders as clicks" },
    {
      changes: { human: 4, orders: 5 },
      flags: ["conversions_without_clicks"],
      why: "one order more than clicks",
    },
    { changes: { human: 0, orders: 3 }, flags: ["conversions_without_clicks"], why: "just enough orders" },
    { changes: { human: 0, orders: 2 }, flags: [], why: "one order too few to say" },
    { changes: { peakMinute: 50 }, flags: [], why: "half of the clicks in a minute" },
    { changes: { peakMinute: 51 }, flags: ["click_burst"], why: "more than half in a minute" },
    { changes: { recentHuman: 49, peakMinute: 49 }, flags: [], why: "a burst of too few" },
    { changes: { networks: { "1": 60 } }, flags: [], why: "60 % of the clicks from one network" },
    { changes: { networks: { "1": 61 } }, flags: ["one_network"], why: "more than 60 %" },
    { changes: { networks: { "?": 100 } }, flags: [], why: "networks that are not known" },
    { changes: { networks: {} }, flags: [], why: "no network at all" },
    { changes: { recentHuman: 49, networks: { "1": 49 } }, flags: [], why: "one network of too few" },
    { changes: { orders: 4, fast: 2 }, flags: [], why: "half of the orders at once" },
    { changes: { orders: 5, fast: 3 }, flags: ["fast_conversions"], why: "more than half at once" },
    { changes: { orders: 3, fast: 3 }, flags: ["fast_conversions"], why: "just enough orders at once" },
    { changes: { orders: 2, fast: 2 }, flags: [], why: "too few orders at once" },
    { changes: { automated: 100 }, flags: [], why: "half of all clicks automated" },
    { changes: { automated: 101 }, flags: ["automated_traffic"], why: "more than half automated" },
    { changes: { human: 0, orders: 0, automated: 50 }, flags: ["automated_traffic"], why: "only automats" },
    { changes: { human: 0, orders: 0, automated: 49 }, flags: [], why: "too few automats" },
  ])("are $flags for $why", ({ changes, flags }) => {
    expect(flagsOf(changes)).toEqual(flags);
  });

  it("come with their numbers and a sentence, in the order of the flags", () => {
    const facts = {
      views: 300,
      human: 1_000,
      recentHuman: 1_000,
      automated: 2_000,
      uniqueHuman: 120,
      peakMinute: 800,
      networks: { "64500": 200, "64501": 700, "?": 100 },
      orders: 1_001,
      fast: 900,
    };
    const signals = signalsOf(facts, DEFAULT_CONFIG);
    expect(signals.map(({ flag }) => flag)).toEqual(TRAFFIC_FLAGS);
    expect(signals.map(({ count, of, network }) => [count, of, network])).toEqual([
      [1_000, 300, null],
      [1_001, 1_000, null],
      [800, 1_000, null],
      [700, 1_000, "64501"],
      [900, 1_001, null],
      [2_000, 3_000, null],
    ]);
    expect(signals.map(({ sentence }) => sentence)).toEqual([
      "1,000 clicks by 120 visitors were counted, but 300 views.",
      "1,001 orders were reported, but 1,000 clicks counted.",
      "800 of 1,000 clicks came within one minute.",
      "700 of 1,000 clicks came from one network (AS64501).",
      "900 of 1,001 orders came less than 10 seconds after their click.",
      "2,000 of 3,000 clicks are suspected automation.",
    ]);
  });

  it("are flags like any other", () => {
    expect(SUSPICION_FLAGS).toEqual(expect.arrayContaining([...TRAFFIC_FLAGS]));
  });

  it("open one case a submission, which quotes them", () => {
    const report = openReport();
    const signals = signalsOf({ ...QUIET, views: 1, peakMinute: 100 }, DEFAULT_CONFIG);
    expect(trafficAlert(report, signals)).toMatchObject({
      cause: `traffic:${report.submissionId}`,
      category: "FRAUD",
      severity: "MEDIUM",
      message:
        "100 clicks by 90 visitors were counted, but 1 view. 100 of 100 clicks came within one minute.",
      advertiserId: report.advertiserId,
      campaignId: report.campaignId,
      affiliateId: report.affiliateId,
      reportId: report.reportId,
    });
  });
});
