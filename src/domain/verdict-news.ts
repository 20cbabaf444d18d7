import type { OpenReport, ReportState, ReportStatus } from "./open-report.ts";
import type { Settlement } from "./settled.ts";

/** A verdict that is told to whoever claimed. */
export interface VerdictNews {
  /** Of its outbox entry. */
  entryId: string;
  reportId: string;
}

interface Standing {
  reportId: string;
  state: ReportState;
  status: ReportStatus | null;
}

/** The outbox entry of a verdict: each way in which a report can stand has one. */
export function verdictEntryId({ reportId, state, status }: Standing): string {
  return `verdict:${reportId}:${state}:${status}`;
}

/** The verdicts on reports from Discord that say something else than what was told of them last. */
export function verdictNews(settlements: readonly Settlement[]): VerdictNews[] {
  return settlements.filter(isNews).map(({ report: { reportId }, state, status }) => ({
    entryId: verdictEntryId({ reportId, state, status }),
    reportId,
  }));
}

function isNews({ report, state, status, log }: Settlement): boolean {
  if (report.method !== "DISCORD" || log === null || status === "SUPERSEDED") return false;
  return (state === "provisional" || state === "final") && !wasTold(report, state, status);
}

/**
 * Reopening a report leaves its status and what it counts as, which only a final verdict changes: a status that it does not
 * count as was told as provisional.
 */
function wasTold(report: OpenReport, state: ReportState, status: ReportStatus | null): boolean {
  const { counted } = report;
  if (state === "provisional") {
    return status === report.status && (report.state === "provisional" || status !== counted?.status);
  }
  return state === "final" && report.state !== "provisional" && status === counted?.status;
}
