import type { Ctx } from "../context.ts";
import { loadReports } from "../db/queries/lease-reports.ts";
import type { OpenReport } from "../domain/open-report.ts";
import type { Settlement } from "../domain/settled.ts";
import { settleReport } from "../domain/settlement.ts";
import { platformFacts } from "../platforms/facts.ts";
import { displayNameOf } from "../platforms/lookup.ts";
import { trustDeltas } from "./reconcile-reports.ts";
import { knownWindow, type RunRequest } from "./request-run.ts";

/** What a run resets of a report it takes up: see src/db/queries/reopen-reports.ts. */
const BEGUN_ANEW = {
  attempts: 0,
  incompleteSeen: false,
  firstAttemptAt: null,
  missingReason: null,
  putOffSince: null,
} as const satisfies Partial<OpenReport>;

/** Reports one preview judges. */
const PREVIEW_LIMIT = 100;

export interface PreviewedRun {
  /** What a run would settle, oldest first; `report` holds what is stored now. */
  settlements: Settlement[];
  /** `after` of the next call; null at the end of the set. */
  next: string | null;
}

/**
 * Judges reports from stored observations alone and writes nothing: no platform is asked, no lease taken.
 *
 * @throws {ClaimcheckError} not_found if there is nothing of that id
 */
export async function previewRun(ctx: Ctx, { set, states, after }: RunRequest): Promise<PreviewedRun> {
  const window = await knownWindow(ctx, set, { after, limit: PREVIEW_LIMIT });
  const now = ctx.now();
  const { reports } = await loadReports(ctx.db, window.reportIds, now, platformFacts());
  const chosen = reports.filter(({ state, status }) => states.includes(state) && status !== "SUPERSEDED");
  const deltas = trustDeltas(ctx.config);
  const settle = (report: OpenReport): Settlement => {
    const rules = { limits: ctx.config, deltas, platformName: displayNameOf(report.post.platform) };
    return settleReport(
      { ...report, ...BEGUN_ANEW },
      { kind: "stored" },
      { now, random: ctx.random() },
      rules,
    );
  };
  return { settlements: chosen.map(settle), next: window.next };
}
