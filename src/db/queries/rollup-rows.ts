import { sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import { ROLLUP_COLUMNS, type RollupCounts } from "../../domain/rollup.ts";

/** The counts of rollup `r`, by the names of their columns. */
export const ROLLUP_COUNTS = sql.raw(ROLLUP_COLUMNS.map((column) => `r.${column}`).join(", "));

/** The same, summed over the rows of a group; 0 where it has none. */
export const SUMMED_COUNTS = sql.raw(
  ROLLUP_COLUMNS.map((column) => `coalesce(sum(r.${column}), 0) as ${column}`).join(", "),
);

/** A row of the grain day × platform. */
export interface DayRow extends RollupCounts {
  /** UTC day number. */
  day: number;
  platform: Platform;
}
