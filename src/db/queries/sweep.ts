import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

export interface SweepLimits {
  now: number;
  /** When what is taken now is looked at again, ms UTC. */
  againAt: number;
  reportsCap: number;
  postsCap: number;
}

/**
 * Takes what is due, oldest first, and pushes it forward in the same statement: a report or post is handed out once
 * until `againAt`, also when two ticks overlap. One D1 batch, and next to nothing read when nothing is due.
 */
export async function takeDue(
  db: Db,
  limits: SweepLimits,
): Promise<{ reportIds: string[]; postIds: string[] }> {
  const { now, againAt, reportsCap, postsCap } = limits;
  const [reports, posts] = await runBatch(db, [
    sql`
      update reconciliations set sweep_at = ${againAt} where report_id in (
        select report_id from reconciliations where sweep_at <= ${now} order by sweep_at limit ${reportsCap})
      returning report_id as id`,
    sql`
      update posts set observe_due_at = ${againAt} where id in (
        select id from posts where observe_due_at <= ${now} order by observe_due_at limit ${postsCap})
      returning id`,
  ]);
  return { reportIds: idsOf(reports), postIds: idsOf(posts) };
}

// safe: both statements return one text column named id.
const idsOf = (rows: unknown[] | undefined) => (rows as { id: string }[]).map(({ id }) => id);
