import { describe, expect, it } from "vitest";
import { deadAlert, platformAlert, verdictAlert } from "../../src/domain/report-alerts.ts";
import { openReport } from "../support/open-report.ts";

const reasons = ["You claimed 12 views; YouTube showed 1 at 12:00 UTC.", "We looked twice."];

describe("the alert of a final verdict", () => {
  const alertOf = (ending: Pick<Parameters<typeof verdictAlert>[1], "status" | "level">) =>
    verdictAlert(openReport(), { ...ending, missingReason: null, reasons });

  it.each([
    {
      status: "AFFILIATE_OVERCLAIMED",
      level: "HIGH",
      cause: "overclaim:rep_1",
      category: "FRAUD",
      severity: "HIGH",
    },
    {
      status: "AFFILIATE_OVERCLAIMED",
      level: "CRITICAL",
      cause: "overclaim:rep_1",
      category: "FRAUD",
      severity: "CRITICAL",
    },
    {
      status: "DISCREPANCY_HIGH",
      level: "HIGH",
      cause: "high:aff_1:youtube:adv_1",
      category: "DATA_QUALITY",
      severity: "HIGH",
    },
    {
      status: "MISSING_PLATFORM_DATA",
      level: null,
      cause: "missing:rep_1",
      category: "SYSTEM_HEALTH",
      severity: "MEDIUM",
    },
  ] as const)(
    "of $status $level is $category $severity, once per $cause",
    ({ status, level, ...expected }) => {
      expect(alertOf({ status, level })).toEqual({
        ...expected,
        title: expect.stringMatching(/^A .*[a-z]$/),
        message: "You claimed 12 views; YouTube showed 1 at 12:00 UTC. We looked twice.",
        advertiserId: "adv_1",
        campaignId: "cmp_1",
        affiliateId: "aff_1",
        postId: "pst_1",
        reportId: "rep_1",
        platform: "youtube",
        times: 1,
      });
    },
  );

  it.each([
    "MATCHED",
    "DISCREPANCY_LOW",
    "DISCREPANCY_MEDIUM",
    "INCOMPLETE_PLATFORM_DATA",
    "UNVERIFIABLE",
    "SKIPPED_SUSPENDED",
    "SUPERSEDED",
  ] as const)("is none for %s", (status) => {
    expect(alertOf({ status, level: null })).toBe(null);
  });
});

describe("the alert of a platform", () => {
  it("says how long reports have waited, in whole minutes, and is about nobody's report", () => {
    expect(platformAlert("x", "X", 121 * 60_000 + 59_999)).toMatchObject({
      cause: "platform:x",
      category: "SYSTEM_HEALTH",
      severity: "HIGH",
      message: "Reports have waited 121 minutes for X. They are judged as soon as it answers.",
      platform: "x",
      reportId: null,
      affiliateId: null,
      advertiserId: null,
    });
  });
});

describe("the alert of a report that could not be written", () => {
  it("names it", () => {
    expect(deadAlert("rep_9")).toMatchObject({
      cause: "dead:rep_9",
      category: "SYSTEM_HEALTH",
      severity: "HIGH",
      reportId: "rep_9",
      platform: null,
    });
  });
});
