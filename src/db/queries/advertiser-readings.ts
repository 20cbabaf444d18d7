import { type SQL, sql } from "drizzle-orm";
import { DEFAULT_SOURCES } from "../../domain/metric-source.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";

/** What an advertiser measured follows one definition: the advertiser's own. */
const DEFINITION = "advertiser";

/** Whether the report claims a metric of which its campaign takes the advertiser's word. Reads nothing. */
function isWanted(metric: Metric): SQL {
  // The sources of a policy from before there were any are the default ones.
  const column = sql.raw(metric);
  const sources = sql.raw(`'$.sources.${metric}'`);
  const named = sql.raw(`'${DEFAULT_SOURCES[metric].join()}'`);
  return sql`(a.${column} is not null and instr(coalesce(pol.body ->> ${sources}, ${named}), 'advertiser') > 0)`;
}

/** The nearest of each metric: at or before the claim, after it, and none that settles later. One seek each. */
function readingColumns(metric: Metric): SQL[] {
  const column = sql.raw(metric);
  const reading = (where: SQL, order: SQL) => sql`json(case when ${isWanted(metric)} then (
    select json_array(v.observed_at, v.${column}, ${sql.raw(`'${DEFINITION}'`)}) from advertiser_observations v
    where v.submission_id = r.submission_id and ${where} and v.${column} is not null
    order by v.observed_at ${order} limit 1) end)`;
  return [
    reading(sql`v.observed_at <= a.claimed_at`, sql`desc`),
    reading(sql`v.observed_at > a.claimed_at`, sql`asc`),
    sql`null`,
  ];
}

/**
 * What the advertiser measured around the claim, per claimed metric, as toReadings reads it; null where nobody wants to
 * know it or nothing was measured, which costs one seek.
 */
export const ADVERTISER_READINGS: SQL = sql`
  case when (${sql.join(METRICS.map(isWanted), sql` or `)})
    and exists (select 1 from advertiser_observations v where v.submission_id = r.submission_id)
  then json_array(${sql.join(METRICS.flatMap(readingColumns), sql`, `)}) end`;
