import { type SQL, sql } from "drizzle-orm";
import { METRICS, type Metric } from "../../domain/metrics.ts";
import type { OpenReport } from "../../domain/open-report.ts";
import type { Platform } from "../../domain/platform.ts";
import type { StoredReading, StoredReadings } from "../../domain/stored-reading.ts";

/** What each platform supplies and when its numbers settle, unless an operator says otherwise. */
export type PlatformFacts = ReadonlyMap<
  Platform,
  Pick<OpenReport, "supports" | "sometimes" | "ownersOnly"> & { settleHours: number }
>;

/** The settle window in ms: the campaign's policy, else the operator's, else the platform's own. */
export function settleMs(facts: PlatformFacts): SQL {
  const defaults = [...facts].map(([platform, { settleHours }]) => [platform, settleHours] as const);
  const json = JSON.stringify(Object.fromEntries(defaults));
  return sql`cast(3600000 * coalesce(pol.body ->> '$.settle_hours', pl.settle_hours, ${json} ->> r.platform) as integer)`;
}

/**
 * The readings around a claim, per claimed metric: latest at or before it, earliest after it, earliest settled.
 * One seek each, skipped where the metric was never known. test/db/lease-reports.test.ts proves that judging these
 * equals judging every stored observation.
 */
function readingColumns(metric: Metric, settle: SQL): SQL[] {
  const column = sql.raw(metric);
  const known = sql`a.${column} is not null and ${sql.raw(`p.peak_${metric}`)} is not null`;
  const reading = (wanted: SQL, where: SQL, order: SQL) => sql`json(case when ${wanted} then (
    select json_array(o.observed_at, o.${column}, o.definition_version) from platform_reports o
    where o.post_id = r.post_id and o.source = 'platform_api' and ${where} and o.${column} is not null
    order by o.observed_at ${order} limit 1) end)`;
  return [
    reading(known, sql`o.observed_at <= a.claimed_at`, sql`desc`),
    reading(known, sql`o.observed_at > a.claimed_at`, sql`asc`),
    reading(sql`${known} and ${settle} > 0`, sql`o.observed_at >= a.claimed_at + ${settle}`, sql`asc`),
  ];
}

/** All of them as one JSON array, three a metric in the order of METRICS. */
export function platformReadings(settle: SQL): SQL {
  const columns = METRICS.flatMap((metric) => readingColumns(metric, settle));
  return sql`json_array(${sql.join(columns, sql`, `)})`;
}

type ReadingTuple = [at: number, value: number, definitionVersion: string];

function toReading(tuple: ReadingTuple | null | undefined): StoredReading | null {
  return tuple ? { at: tuple[0], value: tuple[1], definitionVersion: tuple[2] } : null;
}

/** Readings of every metric from a JSON array of tuples, three a metric in the order of METRICS; none of null. */
export function toReadings(json: string | null): Partial<Record<Metric, StoredReadings>> {
  if (json === null) return {};
  // safe: written by json_array over columns of readings.
  const tuples = JSON.parse(json) as (ReadingTuple | null)[];
  return Object.fromEntries(
    METRICS.map((metric, i) => [
      metric,
      {
        before: toReading(tuples[3 * i]),
        after: toReading(tuples[3 * i + 1]),
        settled: toReading(tuples[3 * i + 2]),
      },
    ]),
  );
}
