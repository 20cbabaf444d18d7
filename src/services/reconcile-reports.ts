import type { Ctx } from "../context.ts";
import { recordCommitFailure, releaseLeases } from "../db/queries/commit-failures.ts";
import { commitRefusal, commitRun, type RunRecord } from "../db/queries/commit-run.ts";
import { type FailedReport, type Lease, leaseReports, reloadLeased } from "../db/queries/lease-reports.ts";
import { planCommit } from "../domain/commit-plan.ts";
import type { OpenReport } from "../domain/open-report.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import type { Settlement, SettlementRules } from "../domain/settled.ts";
import { settleReport } from "../domain/settlement.ts";
import { needsObservation } from "../domain/sighting.ts";
import type { TrustDeltas } from "../domain/trust.ts";
import { verdictNews } from "../domain/verdict-news.ts";
import { platformFacts } from "../platforms/facts.ts";
import { displayNameOf } from "../platforms/lookup.ts";
import { type Answers, askPlatforms } from "./ask-platforms.ts";
import { firstLook, toPostUpdate, toSighting } from "./post-updates.ts";
import { countBy, countersOf } from "./run-figures.ts";
import { wakeOutbox } from "./wake-outbox.ts";

/** A batch to judge. */
export interface ReconcileJob {
  reportIds: readonly string[];
  lane: string;
  /** Asked for by a person. */
  manual: boolean;
  /** The requests that led to it. */
  origins: readonly Origin[];
}

/** How often a commit that lost a race is settled again from the newer state. */
const COMMIT_TRIES = 3;

/** A verdict on a claim from Discord waits so long, so that it does not overtake the answer to the claim. */
const ANSWERED_FIRST_SECONDS = 1;

export const trustDeltas = (config: Ctx["config"]): TrustDeltas => ({
  perfect_match: config.TRUST_PERFECT_MATCH,
  minor_discrepancy: config.TRUST_MINOR_DISCREPANCY,
  medium_discrepancy: config.TRUST_MEDIUM_DISCREPANCY,
  high_discrepancy: config.TRUST_HIGH_DISCREPANCY,
  overclaim: config.TRUST_OVERCLAIM,
  impossible_submission: config.TRUST_IMPOSSIBLE_SUBMISSION,
});

/**
 * Judges a batch of reports: lease and load in one D1 batch, ask the platforms in their own batches, judge in memory,
 * write everything in one D1 batch. Safe to run twice or by two consumers at once: what is not due, not free or already
 * final is left alone, and a commit without the lease is refused as a whole.
 *
 * @returns the settlements that were committed
 * @throws if D1 fails; the leases are given back, and the caller has the messages delivered again
 */
export async function reconcileReports(ctx: Ctx, job: ReconcileJob): Promise<Settlement[]> {
  const startedAt = ctx.now();
  const lease = {
    runId: ctx.ids("run"),
    now: startedAt,
    until: startedAt + ctx.config.LEASE_SECONDS * 1_000,
  };
  const run = new Run(ctx, job, lease);
  try {
    const { reports, unreadable } = await leaseReports(
      ctx.db,
      [...new Set(job.reportIds)],
      lease,
      platformFacts(),
    );
    await run.bury(unreadable);
    const unknown = reports.filter(
      (report) => !report.affiliateSuspended && needsObservation(report, startedAt),
    );
    const posts = new Map(unknown.map(({ post }) => [post.id, post]));
    const answers = await askPlatforms(ctx, [...posts.values()]);
    return await run.settleAndCommit(reports, answers);
  } catch (error) {
    await releaseLeases(ctx.db, job.reportIds, lease.runId).catch(() => undefined);
    throw error;
  }
}

/** One run's leased reports on their way into the database. */
class Run {
  readonly #ctx: Ctx;
  readonly #job: ReconcileJob;
  readonly #lease: Lease;
  #commits = 0;

  constructor(ctx: Ctx, job: ReconcileJob, lease: Lease) {
    this.#ctx = ctx;
    this.#job = job;
    this.#lease = lease;
  }

  /**
   * Settles and commits. A lost race is settled again from what is stored now, with the same answers. A commit that
   * cannot be written is tried again in halves, so that one bad report does not hold up the others.
   */
  async settleAndCommit(reports: OpenReport[], answers: Answers): Promise<Settlement[]> {
    let current = reports;
    for (let attempt = 1; current.length > 0; attempt++) {
      const { settlements, failed } = this.#settle(current, answers);
      await this.bury(failed);
      try {
        await this.#commit(settlements, answers);
        return settlements;
      } catch (error) {
        const refusal = commitRefusal(error);
        if (refusal === null) throw error;
        if (refusal === "refused") return await this.#commitInHalves(current, answers, error);
        if (attempt >= COMMIT_TRIES) throw error;
        this.#ctx.log.warn("commit_raced", { run_id: this.#lease.runId, refusal, attempt });
        current = await this.#reload(current);
      }
    }
    return [];
  }

  async #reload(reports: readonly OpenReport[]): Promise<OpenReport[]> {
    const ids = reports.map(({ reportId }) => reportId);
    return (await reloadLeased(this.#ctx.db, ids, this.#lease, platformFacts())).reports;
  }

  /** In the order of the claims: of two matches of one submission, the first takes the day's reward. */
  #settle(
    reports: readonly OpenReport[],
    answers: Answers,
  ): { settlements: Settlement[]; failed: FailedReport[] } {
    const rewarded = new Map<string, string>();
    const settlements: Settlement[] = [];
    const failed: FailedReport[] = [];
    for (const report of reports.toSorted((a, b) => a.claimedAt - b.claimedAt)) {
      try {
        const rewardHolder = report.rewardHolder ?? rewarded.get(report.submissionId) ?? null;
        const settlement = this.#settleOne({ ...report, rewardHolder }, answers);
        if (settlement.trust?.rewardDay != null) rewarded.set(report.submissionId, report.reportId);
        settlements.push(settlement);
      } catch (error) {
        failed.push({ reportId: report.reportId, error });
      }
    }
    return { settlements, failed };
  }

  #settleOne(report: OpenReport, answers: Answers): Settlement {
    const { now, random, config } = this.#ctx;
    const rules: SettlementRules = {
      limits: config,
      deltas: trustDeltas(config),
      platformName: displayNameOf(report.post.platform),
    };
    const sighting = toSighting(report.post, answers.byPost.get(report.post.id));
    return settleReport(report, sighting, { now: now(), random: random() }, rules);
  }

  async #commit(settlements: Settlement[], answers: Answers): Promise<void> {
    const { db, ids, config } = this.#ctx;
    const now = this.#ctx.now();
    const posts = new Map(settlements.map(({ report }) => [report.post.id, report.post]));
    const updates = [...posts.values()].flatMap((post) => {
      const answer = answers.byPost.get(post.id);
      return (answer === undefined ? firstLook(post, now, config) : toPostUpdate(post, answer, config)) ?? [];
    });
    const run = this.#record(settlements, answers, now);
    await commitRun(db, {
      plan: planCommit(settlements, updates, now),
      leaseRun: this.#lease.runId,
      run,
      counters: [...answers.counters, ...countersOf(settlements)],
      now,
      ids,
      alertRepeatMs: config.ALERT_REPEAT_HOURS * 3_600_000,
    });
    this.#commits += 1;
    this.#report(run, settlements);
    const entryIds = verdictNews(settlements).map(({ entryId }) => entryId);
    await wakeOutbox(this.#ctx, entryIds, ANSWERED_FIRST_SECONDS);
  }

  async #commitInHalves(reports: OpenReport[], answers: Answers, cause: unknown): Promise<Settlement[]> {
    const [only] = reports;
    if (only && reports.length === 1) {
      await this.bury([{ reportId: only.reportId, error: cause }]);
      return [];
    }
    const middle = Math.ceil(reports.length / 2);
    // The calls were counted once; what is left of the answers serves both halves.
    const uncounted = { ...answers, vendorCalls: 0, vendorErrors: 0, counters: [] };
    const first = await this.settleAndCommit(await this.#reload(reports.slice(0, middle)), answers);
    const second = await this.settleAndCommit(await this.#reload(reports.slice(middle)), uncounted);
    return [...first, ...second];
  }

  /** Takes reports that cannot be loaded, settled or written out of the run; each backs off, and at last is dead. */
  async bury(failed: readonly FailedReport[]): Promise<void> {
    const { db, ids, log, config } = this.#ctx;
    for (const { reportId, error } of failed) {
      const now = this.#ctx.now();
      log.error("report_failed", error, { report_id: reportId, run_id: this.#lease.runId });
      await recordCommitFailure(db, {
        reportId,
        runId: this.#lease.runId,
        now,
        retryAt: now + config.ATTEMPT_MIN_SECONDS * 1_000,
        detail: error instanceof Error ? error.message : String(error),
        ids,
      });
    }
  }

  #record(settlements: readonly Settlement[], answers: Answers, now: number): RunRecord {
    const judged = settlements.filter(({ log }) => log !== null);
    return {
      // The lease's own id; only a batch that had to be split has further ones.
      id: this.#commits === 0 ? this.#lease.runId : this.#ctx.ids("run"),
      trigger: this.#job.manual ? "manual" : "queue",
      lane: this.#job.lane,
      startedAt: this.#lease.now,
      finishedAt: now,
      asked: this.#commits === 0 ? this.#job.reportIds.length : 0,
      claimed: settlements.length,
      judged: judged.length,
      putOff: settlements.length - judged.length,
      vendorCalls: answers.vendorCalls,
      vendorErrors: answers.vendorErrors,
      statuses: countBy(judged, ({ status }) => status ?? "none"),
      reportIds: settlements.map(({ report }) => report.reportId),
      requestIds: [...new Set(this.#job.origins.map(({ requestId }) => requestId))],
      traceparent: this.#job.origins[0]?.traceparent ?? null,
    };
  }

  #report(run: RunRecord, settlements: readonly Settlement[]): void {
    const { id, lane, claimed, judged, putOff, vendorCalls, vendorErrors, requestIds, traceparent } = run;
    this.#ctx.log.info("reports_reconciled", {
      run_id: id,
      lane,
      claimed,
      judged,
      put_off: putOff,
      vendor_calls: vendorCalls,
      vendor_errors: vendorErrors,
      request_ids: requestIds,
      traceparent,
      report_ids: settlements.map(({ report }) => report.reportId),
    });
  }
}
