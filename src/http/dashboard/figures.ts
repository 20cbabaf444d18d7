import { z } from "@hono/zod-openapi";
import type { ReportStatus } from "../../domain/open-report.ts";
import { type RollupCounts, STATUS_COLUMNS } from "../../domain/rollup.ts";
import { gainedMetrics, statusCounts, sumCounts, verifiedMetrics } from "../../domain/rollup-figures.ts";
import { successRate } from "../../domain/success-rate.ts";
import { MetricsSchema } from "../schemas.ts";

const StatusCounts = z
  .object(
    // safe: one entry for each status.
    Object.fromEntries(Object.keys(STATUS_COLUMNS).map((status) => [status, z.int()])) as Record<
      ReportStatus,
      z.ZodInt
    >,
  )
  .openapi("StatusCounts", { description: "Reports by the status they ended in." });

const COUNTED = {
  final: z.int().openapi({ description: "Reports with a verdict; skipped and superseded ones have none." }),
  statuses: StatusCounts,
  success_rate: z.number().nullable().openapi({
    description: "(MATCHED + DISCREPANCY_LOW) / final; null before the first verdict.",
    example: 0.92,
  }),
};

/** What counts up to now. */
export const VERIFIED_FIGURES = {
  posts: z.int().openapi({ description: "Posts observed at least once, each counted once a campaign." }),
  metrics: MetricsSchema.openapi("VerifiedMetrics", {
    description:
      "Sums of what each post's platform showed last; null where none knows the metric. What tracked links counted is in `traffic`.",
  }),
  ...COUNTED,
};

/** What was counted within some days. */
export const GAINED_FIGURES = {
  posts: z.int().openapi({ description: "Posts observed for the first time." }),
  metrics: MetricsSchema.openapi("GainedMetrics", {
    description:
      "How much the sums moved, negative where counts fell. Null where no observation moved them: that nothing was " +
      "seen does not say that nothing was gained.",
  }),
  ...COUNTED,
};

const countedFigures = (counts: RollupCounts) => ({
  final: counts.final,
  statuses: statusCounts(counts),
  success_rate: successRate(counts),
});

/** The wire's form of {@link VERIFIED_FIGURES}. */
export function verifiedFigures(counts: RollupCounts) {
  return { posts: counts.posts, metrics: verifiedMetrics(counts), ...countedFigures(counts) };
}

/** The wire's form of {@link GAINED_FIGURES}, of any number of rows of the day grain. */
export function gainedFigures(days: readonly RollupCounts[]) {
  const counts = sumCounts(days);
  return { posts: counts.posts, metrics: gainedMetrics(days), ...countedFigures(counts) };
}

/** The figures of what has no row yet. */
export const NOTHING_COUNTED: RollupCounts = sumCounts([]);
