import type { SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import * as schema from "./schema.ts";

/** drizzle over D1. Cheap to make, so one per request. */
export const createDb = (database: D1Database) => drizzle(database, { schema });

export type Db = ReturnType<typeof createDb>;

const dialect = new SQLiteAsyncDialect();

/**
 * Runs statements as one D1 batch: in order, one round trip, all or nothing. (drizzle's own `batch` cannot bind the
 * parameters of raw `sql`.) D1 has no other transaction.
 *
 * @returns the rows of each statement, in the order of the statements
 */
export async function runBatch(db: Db, statements: readonly SQL[]): Promise<unknown[][]> {
  if (statements.length === 0) return [];
  const prepared = statements.map((statement) => {
    const { sql: text, params } = dialect.sqlToQuery(statement);
    return db.$client.prepare(text).bind(...params);
  });
  const results = await db.$client.batch(prepared);
  return results.map(({ results: rows }) => rows);
}
