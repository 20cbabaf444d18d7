import type { Ctx } from "../context.ts";
import { loadConversions } from "../db/queries/load-conversions.ts";
import { commitConversions, isLostRace } from "../db/queries/record-conversions.ts";
import type { ReadEntry } from "../domain/attribute-order.ts";
import {
  CONVERSIONS_PER_CALL,
  type ConversionEntry,
  type ConversionMethod,
  type ConversionOutcome,
} from "../domain/conversion.ts";
import { sumConversions } from "../domain/conversion-sums.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { lateConversions } from "../domain/late-conversions.ts";
import { planConversions } from "../domain/plan-conversions.ts";
import { reportingStarts } from "../domain/reporting-start.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { readClickId } from "../lib/click-ids.ts";
import { rejudgeLate } from "./rejudge-late.ts";

/** How often what lost a race is planned again: of several at once, one is written each time. */
const COMMIT_TRIES = 8;

/**
 * Records orders and refunds with all that is counted of them: two D1 round trips, whatever their number, and those that
 * have reports judged again which were decided without them. An entry that is refused holds up no other; one that was recorded before is a duplicate and counts nothing, so that a caller may send
 * everything again after any failure.
 *
 * @param scope whose campaigns may be named; null for those of every advertiser
 * @param entries at most {@link CONVERSIONS_PER_CALL}
 * @returns an outcome an entry, in their order; pointers are relative to the entry: `#/order_id`
 * @throws {ClaimcheckError} temporarily_unavailable if the same orders are changed by many at once
 */
export async function recordConversions(
  ctx: Ctx,
  scope: { advertiserId: string | null },
  entries: readonly ConversionEntry[],
  method: ConversionMethod,
): Promise<ConversionOutcome[]> {
  if (entries.length > CONVERSIONS_PER_CALL) throw new RangeError(`too many entries: ${entries.length}`);
  const reads = await Promise.all(entries.map((entry) => readEntry(ctx, entry)));
  for (let attempt = 1; attempt <= COMMIT_TRIES; attempt++) {
    const outcomes = await tryToRecord(ctx, scope, { reads, method, attempt });
    if (outcomes !== null) return outcomes;
  }
  throw new ClaimcheckError(
    "temporarily_unavailable",
    "These orders are being changed by many requests at once. Nothing was recorded; try again.",
  );
}

/** An entry with what its click id says: nothing, if we did not sign it. */
export async function readEntry({ box }: Ctx, entry: ConversionEntry): Promise<ReadEntry> {
  const { clickId } = entry;
  return { entry, click: clickId === null || box === null ? null : await readClickId(box, clickId) };
}

/** Null if what the plan was made from changed before it was written. */
async function tryToRecord(
  ctx: Ctx,
  { advertiserId }: { advertiserId: string | null },
  { reads, method, attempt }: { reads: readonly ReadEntry[]; method: ConversionMethod; attempt: number },
): Promise<ConversionOutcome[] | null> {
  const { config, db, log } = ctx;
  const now = ctx.now();
  const known = await loadConversions(db, advertiserId, reads);
  const plan = planConversions(reads, known, { now, skewMs: config.CLOCK_SKEW_MINUTES * MINUTE_MS });
  const sums = sumConversions(plan, config.SIGNAL_FAST_SECONDS * 1_000);
  const starts = reportingStarts(plan, known.campaigns);
  try {
    await commitConversions(db, { plan, sums, starts, method, now });
  } catch (error) {
    if (!isLostRace(error)) throw error;
    log.warn("conversions_raced", { attempt });
    return null;
  }
  const { orders, refunds, outcomes } = plan;
  const refused = outcomes.filter(({ result }) => result === "refused").length;
  log.info("conversions_recorded", { method, orders: orders.length, refunds: refunds.length, refused });
  const late = lateConversions(plan, now);
  await rejudgeLate(ctx, { metric: "conversions", events: late.orders, takenBack: false });
  await rejudgeLate(ctx, { metric: "conversions", events: late.reversals, takenBack: true });
  return outcomes;
}
