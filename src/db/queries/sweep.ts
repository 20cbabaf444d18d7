import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { alertsAreDue } from "./alert-announcements.ts";
import { oldestClickMessage } from "./click-messages.ts";
import { forgetDoneEntries } from "./outbox.ts";

/** A connected account whose tokens want looking after. */
export interface DueAccount {
  id: string;
  platform: string;
  state: string;
  /** Of its tokens. */
  version: number;
}

/** What is due. Nothing is taken yet: another tick may see the same. */
export interface DueWork {
  reports: boolean;
  posts: boolean;
  accounts: DueAccount[];
  /** Entries of the outbox. They stay due: who says them takes them one by one. */
  outbox: string[];
  /** Whether there are alerts to announce, and a channel that takes them now. */
  alerts: boolean;
  /** When the oldest message of clicks that is remembered was counted, ms UTC; null if there is none. */
  oldestClicksAt: number | null;
}

/** Most entries of the outbox that one sweep wakes. */
const OUTBOX_CAP = 50;

/** Looks for what is due, at the cost of one row each where nothing is. One D1 batch. */
export async function findDue(db: Db, now: number, accountsCap: number): Promise<DueWork> {
  const [reports, posts, accounts, outbox, alerts, clicks] = await runBatch(db, [
    sql`select 1 from reconciliations where sweep_at <= ${now} limit 1`,
    sql`select 1 from posts where observe_due_at <= ${now} limit 1`,
    sql`
      select id, platform, state, token_version as version from connected_accounts
      where tend_at <= ${now} order by tend_at limit ${accountsCap}`,
    sql`select id from outbox where due_at <= ${now} order by due_at limit ${sql.raw(String(OUTBOX_CAP))}`,
    alertsAreDue(now),
    oldestClickMessage(),
  ]);
  return {
    reports: reports?.length === 1,
    posts: posts?.length === 1,
    // safe: the columns of the third statement.
    accounts: (accounts ?? []) as DueAccount[],
    // safe: the column of the fourth.
    outbox: ((outbox ?? []) as { id: string }[]).map(({ id }) => id),
    alerts: alerts?.length === 1,
    // safe: the column of the last.
    oldestClicksAt: ((clicks ?? []) as { at: number }[])[0]?.at ?? null,
  };
}

export interface SweepLimits {
  now: number;
  /** When what is taken now is looked at again, ms UTC. */
  againAt: number;
  reportsCap: number;
  postsCap: number;
  /** Entries of the outbox that were done before this are deleted, ms UTC. */
  forgetBefore: number;
}

/** Ids that are asked for together stand in one group. */
export interface TakenWork {
  reports: string[][];
  posts: string[][];
}

/**
 * Takes what was found due, oldest first, and pushes it forward in the same statement: a report or post is handed out
 * once until `againAt`, also when two ticks overlap. One D1 batch.
 */
export async function takeDue(db: Db, due: DueWork, limits: SweepLimits): Promise<TakenWork> {
  const { now, againAt, reportsCap, postsCap, forgetBefore } = limits;
  const some = (wanted: boolean, statement: () => SQL): SQL =>
    wanted ? statement() : sql`select 1 where false`;
  const [reports, posts] = await runBatch(db, [
    some(
      due.reports,
      () => sql`
        update reconciliations set sweep_at = ${againAt} where report_id in (
          select report_id from reconciliations where sweep_at <= ${now} order by sweep_at limit ${reportsCap})
        returning report_id as id, platform, affiliate_id as who`,
    ),
    some(
      due.posts,
      () => sql`
        update posts set observe_due_at = ${againAt} where id in (
          select id from posts where observe_due_at <= ${now} order by observe_due_at limit ${postsCap})
        returning id, platform, coalesce(account_id, '') as who`,
    ),
    ...(due.accounts.length === 0 ? [] : [pushAccounts(due.accounts, againAt)]),
    forgetDoneEntries(forgetBefore),
  ]);
  return { reports: grouped(reports), posts: grouped(posts) };
}

// A second tick that found them meanwhile does no harm, since tokens are renewed by version.
function pushAccounts(accounts: readonly DueAccount[], againAt: number): SQL {
  const ids = JSON.stringify(accounts.map(({ id }) => id));
  return sql`
    update connected_accounts set tend_at = ${againAt} where id in (select value from json_each(${ids}))`;
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
