import { sql } from "drizzle-orm";
import type { Db } from "../client.ts";

/** A report that could not be committed, and waits for an operator until it is closed. */
export interface DeadLetterRow {
  id: string;
  report_id: string;
  cause: string;
  detail: string;
  created_at: number;
  closed_at: number | null;
}

/**
 * Dead letters, newest first: those still open, or those closed. The index of the open ones holds only them, and they
 * are few: somebody has to look at each.
 */
export async function listDeadLetters(
  db: Db,
  { open }: { open: boolean },
  { before, limit }: { before: string | null; limit: number },
): Promise<DeadLetterRow[]> {
  const source = open
    ? sql`dead_letters indexed by dead_letters_open where closed_at is null`
    : sql`dead_letters where closed_at is not null`;
  const below = before === null ? sql`true` : sql`id < ${before}`;
  return db.all<DeadLetterRow>(sql`
    select id, report_id, cause, detail, created_at, closed_at from ${source} and ${below}
    order by id desc limit ${limit + 1}`);
}
