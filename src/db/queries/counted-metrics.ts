import { type SQL, sql } from "drizzle-orm";
import { TRACKABLE } from "../../domain/metric-source.ts";
import type { Metric, Metrics } from "../../domain/metrics.ts";

/** Which metrics the tracked links of a campaign `c` count by now: a JSON array in the order of TRACKABLE. */
export const COUNTED_METRICS: SQL = sql`json_array(c.landing_url is not null, c.conversions_from is not null)`;

/** The same of a campaign by its id; null for a claim of nothing that links count, so that it reads no campaign. */
export function countedMetricsFor(claim: { claimed: Metrics; campaignId: string }): SQL {
  if (TRACKABLE.every((metric) => claim.claimed[metric] === null)) return sql`null`;
  return sql`(select ${COUNTED_METRICS} from campaigns c where c.id = ${claim.campaignId})`;
}

/** The metrics that {@link COUNTED_METRICS} names; none of null. */
export function toCountedMetrics(json: string | null): Metric[] {
  // safe: written by COUNTED_METRICS.
  const counted = JSON.parse(json ?? "[]") as (0 | 1)[];
  return TRACKABLE.filter((_, i) => counted[i] === 1);
}
