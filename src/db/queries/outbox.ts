import { type SQL, sql } from "drizzle-orm";
import type { Outcome } from "../../domain/outbox-outcome.ts";
import type { VerdictNews } from "../../domain/verdict-news.ts";
import { type Db, runBatch } from "../client.ts";
import { type Delivery, recordDelivery } from "./channel-deliveries.ts";

/** An entry that is ours to say until `leasedUntil` (ms UTC). */
export interface OutboxEntry {
  id: string;
  kind: "answer" | "verdict" | "greeting";
  /** The interaction, report or channel it is about. */
  subject: string;
  /** Tries so far, this one included. */
  attempts: number;
  leasedUntil: number;
}

/**
 * Takes the entries that are due, until `until` (ms UTC). What another consumer holds, what waits for its next try and what is done are not
 * returned. If whoever took one dies, it is due again when the lease ends.
 */
export async function leaseEntries(
  db: Db,
  ids: readonly string[],
  { now, until }: { now: number; until: number },
): Promise<OutboxEntry[]> {
  // The plus keeps SQLite from reading all that is due for the few that are named.
  const [leased] = await runBatch(db, [
    sql`
      update outbox set due_at = ${until}, attempts = attempts + 1
      where id in (select value from json_each(${JSON.stringify(ids)})) and +due_at <= ${now}
      returning id, kind, subject, attempts, due_at as leasedUntil`,
  ]);
  // safe: the columns that are returned.
  return leased as OutboxEntry[];
}

/**
 * Gives an entry back that could not be worked on, so that the next delivery need not wait for the lease to end.
 *
 * @param release.tried whether that counts as one of its tries
 */
export async function releaseEntry(
  db: Db,
  { id, leasedUntil, attempts }: OutboxEntry,
  { now, tried }: { now: number; tried: boolean },
): Promise<void> {
  await runBatch(db, [
    sql`
      update outbox set due_at = ${now}, attempts = ${attempts - Number(!tried)}
      where id = ${id} and due_at = ${leasedUntil}`,
  ]);
}

/** What came of an entry. */
export interface Said {
  outcome: Outcome;
  /** Where it was said in a channel. */
  delivery?: Delivery;
  /** The claim's token turned out to be over: it is forgotten, and the tries that were made with it do not count. */
  tokenIsOver?: boolean;
}

/** Writes what came of an entry, in one D1 batch. */
export async function settleEntry(db: Db, entry: OutboxEntry, said: Said, now: number): Promise<void> {
  const { outcome, delivery, tokenIsOver = false } = said;
  const isDone = outcome.kind !== "again";
  await runBatch(db, [
    isDone ? close(entry, outcome, now) : putOff(triesOf(entry, tokenIsOver), outcome),
    ...(delivery === undefined ? [] : [recordDelivery(delivery, now)]),
    ...(tokenIsOver ? [forgetClaimToken(entry.subject)] : []),
    ...(isDone && entry.kind === "answer" ? [forgetInteraction(entry.subject)] : []),
  ]);
}

/** An entry with the tries that count where it is said: the first one in a channel is the first, whatever a token took. */
export function triesOf(entry: OutboxEntry, tokenIsOver: boolean): OutboxEntry {
  return tokenIsOver ? { ...entry, attempts: 1 } : entry;
}

// What was said is done, whoever holds the entry by now.
function close(entry: OutboxEntry, outcome: Exclude<Outcome, { kind: "again" }>, now: number): SQL {
  const detail = outcome.kind === "given_up" ? outcome.detail : null;
  const held = outcome.kind === "delivered" ? sql`done_at is null` : sql`due_at = ${entry.leasedUntil}`;
  return sql`
    update outbox set due_at = null, done_at = ${now}, outcome = ${outcome.kind}, detail = ${detail}
    where id = ${entry.id} and ${held}`;
}

function putOff(entry: OutboxEntry, { at, detail, tried }: Extract<Outcome, { kind: "again" }>): SQL {
  return sql`
    update outbox set due_at = ${at}, detail = ${detail}, attempts = ${entry.attempts - Number(!tried)}
    where id = ${entry.id} and due_at = ${entry.leasedUntil}`;
}

const forgetClaimToken = (reportId: string): SQL =>
  sql`update discord_claims set token = null where report_id = ${reportId}`;

const forgetInteraction = (id: string): SQL =>
  sql`update discord_interactions set body = null, token = null where id = ${id}`;

/**
 * Puts verdicts into the outbox, due at once; part of the commit that reaches them. One that is not said yet is said
 * once; one that was said earlier is said again, since another verdict stood in between.
 */
export function insertVerdictNews(news: readonly VerdictNews[], now: number): SQL {
  const rows = news.map(({ entryId, reportId }) => [entryId, reportId]);
  return sql`
    insert into outbox (id, kind, subject, due_at, created_at)
    select value ->> 0, 'verdict', value ->> 1, ${now}, ${now} from json_each(${JSON.stringify(rows)}) where true
    on conflict (id) do update set due_at = excluded.due_at, attempts = 0, created_at = excluded.created_at,
      done_at = null, outcome = null, detail = null
    where outbox.done_at is not null`;
}

/** Of each kind, the entries with the lowest ids that one sweep looks at. */
const FORGOTTEN_AT_ONCE = 50;

/**
 * Deletes entries that were done before `before`, a few at a time: ids of a kind rise with time, so that the old ones
 * come first.
 */
export function forgetDoneEntries(before: number): SQL {
  return sql`
    delete from outbox where id in (
      select o.id from json_each('["answer","greeting","verdict"]') kind cross join outbox o on o.id in (
        select id from outbox where id > kind.value || ':' and id < kind.value || ';' order by id
        limit ${sql.raw(String(FORGOTTEN_AT_ONCE))})
      where o.done_at < ${before})`;
}
