import { METRICS, type Metrics, metricsOf } from "./metrics.ts";
import type { ReportStatus } from "./open-report.ts";
import { ROLLUP_COLUMNS, type RollupCounts, STATUS_COLUMNS } from "./rollup.ts";

/** The counts of several rows as one. */
export function sumCounts(rows: readonly RollupCounts[]): RollupCounts {
  const sums = ROLLUP_COLUMNS.map((column) => [column, rows.reduce((sum, row) => sum + row[column], 0)]);
  // safe: one entry for each column.
  return Object.fromEntries(sums) as RollupCounts;
}

/** What the counted posts show now, by their latest observations; null where no post knows the metric. */
export function verifiedMetrics(counts: RollupCounts): Metrics {
  return metricsOf(
    Object.fromEntries(
      METRICS.map((metric) => [metric, counts[`known_${metric}`] > 0 ? counts[metric] : null]),
    ),
  );
}

/**
 * What the metrics gained within some days; negative where counts fell. Null where no row knows of a gain: a day on
 * which nothing was observed is not a day on which nothing was gained.
 *
 * @param days rows of the day grain
 */
export function gainedMetrics(days: readonly RollupCounts[]): Metrics {
  const gainOf = (metric: (typeof METRICS)[number]) => {
    const known = days.filter((day) => day[metric] !== 0 || day[`known_${metric}`] > 0);
    return known.length === 0 ? null : known.reduce((sum, day) => sum + day[metric], 0);
  };
  return metricsOf(Object.fromEntries(METRICS.map((metric) => [metric, gainOf(metric)])));
}

/** How many reports ended in each status. */
export function statusCounts(counts: RollupCounts): Record<ReportStatus, number> {
  const entries = Object.entries(STATUS_COLUMNS).map(([status, column]) => [status, counts[column]]);
  // safe: one entry for each status.
  return Object.fromEntries(entries) as Record<ReportStatus, number>;
}
