import type { Ctx } from "../context.ts";
import { type LateEvents, lateReports } from "../db/queries/late-reports.ts";
import { childTraceparent } from "../domain/trace.ts";
import { RUN_LIMIT, rerunReports } from "./request-run.ts";

/** What a report may be in when something of its traffic becomes known; what was superseded is left alone. */
const STATES = ["open", "provisional", "final"] as const;

/**
 * Has reports judged again that were decided before all of these links' clicks or orders were known. Never throws: what
 * is counted stands already, and an operator can have the reports judged again.
 */
export async function rejudgeLate(ctx: Ctx, late: LateEvents): Promise<void> {
  const { metric, events } = late;
  if (events.length === 0) return;
  try {
    const traceparent = childTraceparent(undefined, (bytes) => crypto.getRandomValues(bytes));
    const origin = { requestId: ctx.ids("req"), traceparent };
    const found = await lateReports(ctx.db, late, RUN_LIMIT);
    // At most so many are reopened at once; there are more only if a thousand are being judged besides.
    const reopened = await rerunReports(ctx, found.slice(0, RUN_LIMIT), { states: STATES, origin });
    if (reopened.length === 0) return;
    ctx.log.info("late_reports_reopened", {
      request_id: origin.requestId,
      metric,
      links: events.length,
      reports: reopened.length,
    });
  } catch (error) {
    ctx.log.error("rejudge_late_failed", error, { metric, links: events.length });
  }
}
