import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

export interface SweepLimits {
  now: number;
  /** When what is taken now is looked at again, ms UTC. */
  againAt: number;
  reportsCap: number;
  postsCap: number;
  accountsCap: number;
}

/** What is due; ids that are asked for together stand in one group. */
export interface DueWork {
  reports: string[][];
  posts: string[][];
  accounts: DueAccount[];
}

/** A connected account whose tokens want looking after. */
export interface DueAccount {
  id: string;
  platform: string;
  state: string;
  /** Of its tokens. */
  version: number;
}

/**
 * Takes what is due, oldest first, and pushes it forward in the same statement: a report or post is handed out once
 * until `againAt`, also when two ticks overlap. One D1 batch, and next to nothing read when nothing is due.
 */
export async function takeDue(db: Db, limits: SweepLimits): Promise<DueWork> {
  const { now, againAt, reportsCap, postsCap, accountsCap } = limits;
  const [reports, posts, accounts] = await runBatch(db, [
    sql`
      update reconciliations set sweep_at = ${againAt} where report_id in (
        select report_id from reconciliations where sweep_at <= ${now} order by sweep_at limit ${reportsCap})
      returning report_id as id, platform, affiliate_id as who`,
    sql`
      update posts set observe_due_at = ${againAt} where id in (
        select id from posts where observe_due_at <= ${now} order by observe_due_at limit ${postsCap})
      returning id, platform, coalesce(account_id, '') as who`,
    sql`
      select id, platform, state, token_version as version from connected_accounts
      where tend_at <= ${now} order by tend_at limit ${accountsCap}`,
  ]);
  // safe: the columns the last statement selects.
  const due = (accounts ?? []) as DueAccount[];
  // Read before it is pushed forward: an update that finds nothing costs more than a look, and a second tick meanwhile
  // does no harm, since tokens are renewed by version.
  if (due.length > 0) await pushAccounts(db, due, againAt);
  return { reports: grouped(reports), posts: grouped(posts), accounts: due };
}

async function pushAccounts(db: Db, accounts: readonly DueAccount[], againAt: number): Promise<void> {
  const ids = JSON.stringify(accounts.map(({ id }) => id));
  await db.run(sql`
    update connected_accounts set tend_at = ${againAt} where id in (select value from json_each(${ids}))`);
}

/** The ids of each platform, those of one affiliate or account beside each other. */
function grouped(rows: unknown[] | undefined): string[][] {
  // safe: both statements return these three text columns.
  const due = (rows ?? []) as { id: string; platform: string; who: string }[];
  const sorted = due.toSorted((a, b) => (a.who < b.who ? -1 : Number(a.who > b.who)));
  return [...Map.groupBy(sorted, ({ platform }) => platform).values()].map((group) =>
    group.map(({ id }) => id),
  );
}
