import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { type ScannedPage, scan, toScannedPage } from "./bounded-scan.ts";

/** One executed batch. */
export interface RunRow {
  id: string;
  trigger: "queue" | "manual";
  lane: string;
  started_at: number;
  duration_ms: number;
  asked: number;
  claimed: number;
  judged: number;
  put_off: number;
  vendor_calls: number;
  vendor_errors: number;
  /** JSON: how many reports ended in each status. */
  statuses: string;
}

export interface RunDetailRow extends RunRow {
  /** JSON arrays. */
  report_ids: string;
  request_ids: string;
  traceparent: string | null;
}

const RUN_COLUMNS = sql`
  t.id, t.trigger, t.lane, t.started_at, t.duration_ms, t.asked, t.claimed, t.judged, t.put_off, t.vendor_calls,
  t.vendor_errors, t.statuses`;

export interface RunFilters {
  trigger: string | null;
  lane: string | null;
}

/** Runs, newest first. One round trip. */
export async function listRuns(
  db: Db,
  filters: RunFilters,
  page: { before: string | null; limit: number },
): Promise<ScannedPage<RunRow>> {
  const equal = (["trigger", "lane"] as const).flatMap((column) => {
    const value = filters[column];
    return value === null ? [] : [sql`t.${sql.raw(column)} = ${value}`];
  });
  const list = { table: "reconciliation_runs", key: "id" } as const;
  const { from, where, order, floor } = scan(list, { by: "all" }, { ...page, filters: equal });
  const results = await runBatch(db, [
    sql`select ${RUN_COLUMNS} from ${from} where ${where} order by ${order} limit ${page.limit + 1}`,
    sql`select ${floor} as id`,
  ]);
  return toScannedPage<RunRow>(results);
}

/** The run, or null. */
export async function findRun(db: Db, id: string): Promise<RunDetailRow | null> {
  const [row] = await db.all<RunDetailRow>(sql`
    select ${RUN_COLUMNS}, t.report_ids, t.request_ids, t.traceparent from reconciliation_runs t where t.id = ${id}`);
  return row ?? null;
}
