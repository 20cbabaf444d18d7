import { type SQL, sql } from "drizzle-orm";
import { ROLLUP_COLUMNS, type RollupDelta } from "../../domain/rollup.ts";

/** What a commit adds to one counter of /metrics. */
export interface CounterDelta {
  name: string;
  label: string;
  by: number;
}

/** Adds to rollups, one row a grain; `onlyIf` is asked in SQL. */
export function upsertRollups(deltas: readonly RollupDelta[], onlyIf: SQL = sql`true`): SQL {
  const rows = deltas.map(({ campaignId, affiliateId, day, platform, counts }) => [
    campaignId,
    affiliateId,
    day,
    platform,
    ...ROLLUP_COLUMNS.map((column) => counts[column] ?? 0),
  ]);
  const columns = ROLLUP_COLUMNS.map((column) => sql.raw(column));
  const values = ROLLUP_COLUMNS.map((_, i) => sql.raw(`value ->> ${4 + i}`));
  const sums = ROLLUP_COLUMNS.map((column) => sql.raw(`${column} = ${column} + excluded.${column}`));
  const list = (parts: SQL[]) => sql.join(parts, sql`, `);
  return sql`
    insert into rollups (campaign_id, affiliate_id, day, platform, ${list(columns)})
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, ${list(values)} from json_each(${JSON.stringify(rows)}) where ${onlyIf}
    on conflict (campaign_id, affiliate_id, day, platform) do update set ${list(sums)}`;
}

/** Adds to the counters of /metrics. */
export function upsertCounters(deltas: readonly CounterDelta[]): SQL {
  const rows = deltas.map(({ name, label, by }) => [name, label, by]);
  return sql`
    insert into counters (name, label, value)
    select value ->> 0, value ->> 1, value ->> 2 from json_each(${JSON.stringify(rows)}) where true
    on conflict (name, label) do update set value = value + excluded.value`;
}
