import { type AlertDraft, alertDraft } from "./alert.ts";
import type { Level } from "./judge.ts";
import type { MissingReason, OpenReport, ReportStatus } from "./open-report.ts";
import { MINUTE_MS } from "./time.ts";

/** How a report ended. */
export interface Ending {
  status: ReportStatus;
  level: Level | null;
  missingReason: MissingReason | null;
  /** The reasons in words, as the affiliate reads them; the alert quotes them. */
  reasons: readonly string[];
}

/** Whom and what an alert about a report concerns. */
export function subjectOf({ advertiserId, campaignId, affiliateId, post, reportId }: OpenReport) {
  return { advertiserId, campaignId, affiliateId, postId: post.id, reportId, platform: post.platform };
}

/** The alert a final verdict raises, if it raises one. Messages quote numbers and ids, never what a user typed. */
export function verdictAlert(report: OpenReport, ending: Ending): AlertDraft | null {
  const about = subjectOf(report);
  const message = ending.reasons.join(" ");
  if (ending.status === "AFFILIATE_OVERCLAIMED") {
    const severity = ending.level === "CRITICAL" ? "CRITICAL" : "HIGH";
    const title = "A claim exceeds what was measured";
    return alertDraft({
      ...about,
      cause: `overclaim:${report.reportId}`,
      category: "FRAUD",
      severity,
      title,
      message,
    });
  }
  if (ending.status === "DISCREPANCY_HIGH") {
    return alertDraft({
      ...about,
      // By advertiser: what one of them is told must not be about another.
      cause: `high:${report.affiliateId}:${report.post.platform}:${report.advertiserId}`,
      category: "DATA_QUALITY",
      severity: "HIGH",
      title: "A claim is far from what was measured",
      message,
    });
  }
  if (ending.status === "MISSING_PLATFORM_DATA") {
    return alertDraft({
      ...about,
      cause: `missing:${report.reportId}`,
      category: "SYSTEM_HEALTH",
      severity: "MEDIUM",
      title: "A report ended without platform data",
      message,
    });
  }
  return null;
}

/** An affiliate claims a post of an account that is not theirs. */
export function foreignPostAlert(report: OpenReport, platformName: string): AlertDraft {
  return alertDraft({
    ...subjectOf(report),
    cause: `author:${report.post.id}:${report.affiliateId}:${report.advertiserId}`,
    category: "FRAUD",
    severity: "HIGH",
    title: "A claim of somebody else's post",
    message: `${platformName} names another author than the accounts the affiliate has connected.`,
  });
}

/** Reports have waited too long for a platform: `waitedMs` is the wait of one of them. */
export function platformAlert(platform: string, platformName: string, waitedMs: number): AlertDraft {
  const minutes = Math.floor(waitedMs / MINUTE_MS);
  return alertDraft({
    cause: `platform:${platform}`,
    category: "SYSTEM_HEALTH",
    severity: "HIGH",
    title: `${platformName} cannot be asked`,
    message: `Reports have waited ${minutes} minutes for ${platformName}. They are judged as soon as it answers.`,
    platform,
  });
}

/** A report that could not be written three times; an operator replays it with a manual run. */
export function deadAlert(reportId: string): AlertDraft {
  return alertDraft({
    cause: `dead:${reportId}`,
    category: "SYSTEM_HEALTH",
    severity: "HIGH",
    title: "A report could not be judged",
    message:
      "Writing its verdict failed repeatedly. Its dead letter names the cause; a manual run tries again.",
    reportId,
  });
}
