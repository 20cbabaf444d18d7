import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** Reports that /metrics counts at most: more than this is "many". */
export const REPORTS_CAP = 10_000;

export interface CounterRow {
  name: string;
  label: string;
  value: number;
}

/** Some reports, counted up to {@link REPORTS_CAP}, and since when the first of them is among them (ms UTC). */
export interface Backlog {
  reports: number;
  oldest: number | null;
}

export interface Operations {
  counters: CounterRow[];
  /** Reports that are due: nobody works on them although it is time. */
  due: Backlog;
  /** Reports that wait because their platform cannot be asked. */
  putOff: Backlog;
}

const dueReports = (now: number): SQL => sql`
  select count(*) as reports, min(sweep_at) as oldest
  from (select sweep_at from reconciliations where sweep_at <= ${now} order by sweep_at limit ${REPORTS_CAP})`;

const putOffReports = (): SQL => sql`
  select count(*) as reports, min(put_off_since) as oldest
  from (select put_off_since from reconciliations
    where put_off_since is not null order by put_off_since limit ${REPORTS_CAP})`;

/** What /metrics shows of the database, in one round trip. */
export async function readOperations(db: Db, now: number): Promise<Operations> {
  const [counters, due, putOff] = await runBatch(db, [
    // A few dozen rows, and all of them are wanted.
    sql`select name, label, value from counters order by name, label`,
    dueReports(now),
    putOffReports(),
  ]);
  // safe: the columns named in each statement; an aggregate always has one row.
  const [dueRow, putOffRow] = [due, putOff].map((rows) => (rows as Backlog[] | undefined)?.[0]);
  const none: Backlog = { reports: 0, oldest: null };
  return { counters: (counters ?? []) as CounterRow[], due: dueRow ?? none, putOff: putOffRow ?? none };
}

/** When the report that is due for longest became due, ms UTC; null if none is due. Reads one row. */
export async function oldestDue(db: Db, now: number): Promise<number | null> {
  const [row] = await db.all<{ sweep_at: number }>(
    sql`select sweep_at from reconciliations where sweep_at <= ${now} order by sweep_at limit 1`,
  );
  return row?.sweep_at ?? null;
}
