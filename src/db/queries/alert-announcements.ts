import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { NAMED_ALERT, type NamedAlert } from "./alerts.ts";
import { rankOf } from "./alerts-upsert.ts";
import {
  type Channel,
  channelStatement,
  type Delivery,
  recordDelivery,
  toChannel,
} from "./channel-deliveries.ts";
import { OPERATORS_CHANNEL } from "./discord-channels.ts";

/** Most alerts of one announcement. */
export const ANNOUNCED_AT_ONCE = 10;

/** Of more alerts than this, those that are due longest are looked at for the gravest. */
const LOOKED_AT = 500;

/** When an alert was raised, became graver, or is to be told again: spelled as in the index alerts_announce. */
const dueAt = sql`max(announce_at, first_seen_at)`;

/**
 * Due now, and no older than the operators' channel; nothing is where no channel takes messages. The plus takes the
 * column's affinity away, with which SQLite would not use the index for it.
 */
const isDue = (now: number): SQL => sql`announce_at is not null and ${dueAt} between (
  select +since from discord_channels
  where id = ${OPERATORS_CHANNEL} and state <> 'dead' and blocked_until <= ${now}) and ${now}`;

/** One row if there is an alert to announce and a channel that takes it; older alerts are not read, however many. */
export function alertsAreDue(now: number): SQL {
  return sql`select 1 from alerts where ${isDue(now)} limit 1`;
}

export interface LeasedAlerts {
  /** The oldest first. */
  alerts: NamedAlert[];
  /** Null if none was set. */
  channel: Channel | null;
}

/**
 * Takes the gravest alerts that the operators' channel was not told of, if it takes messages now; they are ours until
 * `until` (ms UTC). Those that were resolved before anybody was told are not told any more.
 */
export async function leaseAlerts(
  db: Db,
  { now, until }: { now: number; until: number },
): Promise<LeasedAlerts> {
  const due = sql`
    select id, severity, status from alerts where ${isDue(now)}
    order by ${dueAt}, id limit ${sql.raw(String(LOOKED_AT))}`;
  const [, leased, channels] = await runBatch(db, [
    sql`update alerts set announce_at = null where id in (select id from (${due}) where status = 'RESOLVED')`,
    sql`
      update alerts set announce_at = ${until} where id in (
        select id from (${due}) order by ${rankOf(sql`severity`)} desc, id
        limit ${sql.raw(String(ANNOUNCED_AT_ONCE))})
      returning ${NAMED_ALERT}`,
    channelStatement(sql`${OPERATORS_CHANNEL}`),
  ]);
  // safe: whole rows are returned, with names.
  return { alerts: (leased as NamedAlert[]).toSorted(byAge), channel: toChannel(channels) };
}

/** Ids rise with time; the order in which an update returns its rows is not promised. */
const byAge = (a: NamedAlert, b: NamedAlert): number => (a.id < b.id ? -1 : 1);

/** What came of telling some alerts. */
export interface Announced {
  alerts: readonly NamedAlert[];
  /** When they are announced again, ms UTC; null if that is done. */
  againAt: number | null;
  delivery: Delivery | null;
}

/**
 * Writes what came of the alerts that are ours until `leasedUntil`, in one D1 batch. One that became graver meanwhile
 * stays due.
 */
export async function settleAlerts(
  db: Db,
  announced: readonly Announced[],
  { leasedUntil, now }: { leasedUntil: number; now: number },
): Promise<void> {
  const statements = announced.flatMap(({ alerts, againAt, delivery }) => {
    const ids = JSON.stringify(alerts.map(({ id }) => id));
    return [
      sql`
        update alerts set announce_at = ${againAt}
        where id in (select value from json_each(${ids})) and +announce_at = ${leasedUntil}`,
      ...(delivery === null ? [] : [recordDelivery(delivery, now)]),
    ];
  });
  await runBatch(db, statements);
}
