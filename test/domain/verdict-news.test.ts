import { describe, expect, it } from "vitest";
import type { ReportState, ReportStatus } from "../../src/domain/open-report.ts";
import type { LogLine } from "../../src/domain/settled.ts";
import { verdictEntryId, verdictNews } from "../../src/domain/verdict-news.ts";
import { openReport, type ReportOverrides, settlementOf } from "../support/open-report.ts";

const LOG: LogLine = {
  outcome: "judged",
  errorCode: null,
  verdict: null,
  observations: [],
  reasons: [],
  signals: null,
};

const counted = (status: ReportStatus) => ({ status, at: 1, accurate: false });

function newsOf(
  report: ReportOverrides,
  next: { state: ReportState; status: ReportStatus | null; log?: LogLine | null },
) {
  const settlement = settlementOf(openReport({ method: "DISCORD", ...report }), { log: LOG, ...next });
  return verdictNews([settlement]);
}

describe("a verdict on a claim from Discord", () => {
  it("has an entry of its own for each way in which the report can stand", () => {
    expect(newsOf({}, { state: "final", status: "MATCHED" })).toEqual([
      { entryId: "verdict:rep_1:final:MATCHED", reportId: "rep_1" },
    ]);
    expect(verdictEntryId({ reportId: "rep_1", state: "open", status: null })).toBe(
      "verdict:rep_1:open:null",
    );
  });

  it.each<{ report: ReportOverrides; state: ReportState; status: ReportStatus; news: number; why: string }>([
    { report: {}, state: "final", status: "MATCHED", news: 1, why: "it is the first" },
    { report: {}, state: "provisional", status: "DISCREPANCY_HIGH", news: 1, why: "it is the first" },
    { report: {}, state: "final", status: "SKIPPED_SUSPENDED", news: 1, why: "it is an end too" },
    { report: {}, state: "open", status: "INCOMPLETE_PLATFORM_DATA", news: 0, why: "nothing is decided" },
    { report: {}, state: "dead", status: "MATCHED", news: 0, why: "nothing is decided" },
    { report: {}, state: "final", status: "SUPERSEDED", news: 0, why: "whoever claimed replaced it" },
    { report: { method: "API" }, state: "final", status: "MATCHED", news: 0, why: "it came by the API" },
    { report: { method: "IMPORT" }, state: "final", status: "MATCHED", news: 0, why: "it was imported" },
    {
      report: { state: "provisional", status: "DISCREPANCY_HIGH" },
      state: "provisional",
      status: "DISCREPANCY_HIGH",
      news: 0,
      why: "it was told",
    },
    {
      report: { state: "provisional", status: "DISCREPANCY_HIGH" },
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
      news: 1,
      why: "it changed",
    },
    {
      report: { state: "provisional", status: "DISCREPANCY_HIGH" },
      state: "final",
      status: "DISCREPANCY_HIGH",
      news: 1,
      why: "it is final now",
    },
    {
      report: { state: "provisional", status: "DISCREPANCY_HIGH", counted: counted("MATCHED") },
      state: "final",
      status: "MATCHED",
      news: 1,
      why: "another one was told in between",
    },
    {
      report: { status: "DISCREPANCY_HIGH" },
      state: "provisional",
      status: "DISCREPANCY_HIGH",
      news: 0,
      why: "it was told, and another look found the same",
    },
    {
      report: { status: "DISCREPANCY_HIGH" },
      state: "provisional",
      status: "AFFILIATE_OVERCLAIMED",
      news: 1,
      why: "it was told, and another look found something else",
    },
    {
      report: { status: "DISCREPANCY_HIGH" },
      state: "final",
      status: "DISCREPANCY_HIGH",
      news: 1,
      why: "another look made it final",
    },
    {
      report: { status: "DISCREPANCY_HIGH", counted: counted("DISCREPANCY_HIGH") },
      state: "provisional",
      status: "DISCREPANCY_HIGH",
      news: 1,
      why: "it was told as final",
    },
    {
      report: { status: "DISCREPANCY_HIGH", counted: counted("MATCHED") },
      state: "provisional",
      status: "DISCREPANCY_HIGH",
      news: 0,
      why: "it was told after the final one",
    },
    {
      report: { status: "MATCHED", counted: counted("MATCHED") },
      state: "final",
      status: "MATCHED",
      news: 0,
      why: "another look found the same",
    },
    {
      report: { status: "MATCHED", counted: counted("MATCHED") },
      state: "final",
      status: "DISCREPANCY_LOW",
      news: 1,
      why: "another look found something else",
    },
  ])("$state $status after $report is news: $news, since $why", ({ report, state, status, news }) => {
    expect(newsOf(report, { state, status })).toHaveLength(news);
  });

  it("is no news without a look at the post", () => {
    expect(newsOf({}, { state: "final", status: "MATCHED", log: null })).toEqual([]);
  });
});
