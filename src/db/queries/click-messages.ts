import { type SQL, sql } from "drizzle-orm";
import type { Db } from "../client.ts";

/** Most messages that are forgotten at once: one sweep a minute so keeps up with 33 messages a second. */
const FORGOTTEN_AT_ONCE = sql.raw("2000");

/** The oldest message of clicks, by when it was made; `at` is when it was counted. Reads one row. */
export function oldestClickMessage(): SQL {
  return sql`select counted_at as at from click_messages where id > '' order by id limit 1`;
}

/**
 * Forgets messages that were counted before an instant (ms UTC), the oldest of them. Their ids rise with time, so they
 * stand at the beginning of the table; one that was counted long after it was made stays until its own time.
 */
export async function forgetClickMessages(db: Db, before: number): Promise<void> {
  await db.run(sql`
    delete from click_messages where counted_at < ${before} and id <= (
      select max(id) from (select id from click_messages where id > '' order by id limit ${FORGOTTEN_AT_ONCE}))`);
}
