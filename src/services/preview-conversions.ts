import type { Ctx } from "../context.ts";
import { loadConversions } from "../db/queries/load-conversions.ts";
import type { ConversionEntry, ConversionOutcome } from "../domain/conversion.ts";
import { planConversions } from "../domain/plan-conversions.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { readEntry } from "./record-conversions.ts";

/**
 * What recording these orders and refunds would come to now, without storing anything. One D1 round trip.
 *
 * @param scope whose campaigns may be named; null for those of every advertiser
 * @returns an outcome an entry, in their order
 */
export async function previewConversions(
  ctx: Ctx,
  { advertiserId }: { advertiserId: string | null },
  entries: readonly ConversionEntry[],
): Promise<ConversionOutcome[]> {
  const reads = await Promise.all(entries.map((entry) => readEntry(ctx, entry)));
  const known = await loadConversions(ctx.db, advertiserId, reads);
  const clock = { now: ctx.now(), skewMs: ctx.config.CLOCK_SKEW_MINUTES * MINUTE_MS };
  return planConversions(reads, known, clock).outcomes;
}
