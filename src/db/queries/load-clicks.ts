import { type SQL, sql } from "drizzle-orm";
import type { ClickMessage } from "../../domain/click.ts";
import type { ClickDay, ClickHour, StoredClicks } from "../../domain/click-count.ts";
import { HOURS_PER_DAY, utcHour } from "../../domain/click-history.ts";
import { utcDay } from "../../domain/time.ts";
import { type Db, runBatch } from "../client.ts";

/** JSON columns as they are stored. */
type Stored<T, Json extends keyof T> = Omit<T, Json> & Record<Json, string>;

const COUNTS = sql.raw("human, automated, unique_human as uniqueHuman, unique_automated as uniqueAutomated");

/** Reads what is stored where the messages are to be counted. One D1 batch, by key. */
export async function loadClicks(db: Db, messages: readonly ClickMessage[]): Promise<StoredClicks> {
  const ids = JSON.stringify(messages.map(({ id }) => id));
  const days = linksAnd(messages, utcDay);
  const hours = linksAnd(messages, utcHour);
  const [counted, dayRows, fullLists, humans, hourRows] = await runBatch(db, [
    sql`select m.id from json_each(${ids}) j cross join click_messages m on m.id = j.value`,
    sql`
      select d.link, d.day, version, ${COUNTS}, networks, peak_minute as peakMinute, full_lists as fullLists, visitors
      from json_each(${days}) j cross join click_days d on d.link = j.value ->> 0 and d.day = j.value ->> 1`,
    sql`
      select v.link, v.day, n, visitors
      from json_each(${days}) j cross join click_visitors v on v.link = j.value ->> 0 and v.day = j.value ->> 1`,
    sql`
      select h.link, h.hour, human from json_each(${days}) j cross join click_hours h
      on h.link = j.value ->> 0 and h.hour >= ${firstHour} and h.hour < ${firstHour} + ${HOURS}`,
    sql`
      select h.link, h.hour, ${COUNTS}, before, seconds
      from json_each(${hours}) j cross join click_hours h on h.link = j.value ->> 0 and h.hour = j.value ->> 1`,
  ]);
  // safe: each array holds the columns of its statement.
  return {
    counted: (counted as { id: string }[]).map(({ id }) => id),
    days: (dayRows as Stored<ClickDay, "networks">[]).map((row) => ({
      ...row,
      networks: JSON.parse(row.networks),
    })),
    fullLists: fullLists as StoredClicks["fullLists"],
    humans: humans as StoredClicks["humans"],
    hours: (hourRows as Stored<ClickHour, "seconds">[]).map((row) => ({
      ...row,
      seconds: JSON.parse(row.seconds),
    })),
  };
}

const HOURS: SQL = sql.raw(String(HOURS_PER_DAY));
const firstHour = sql`(j.value ->> 1) * ${HOURS}`;

/** Each link of the messages with each of its days or hours, once, as `[[link, day or hour], …]`. */
function linksAnd(messages: readonly ClickMessage[], timeOf: (ms: number) => number): string {
  const pairs = new Map<string, [link: string, time: number]>();
  for (const { l, t } of messages.flatMap(({ clicks }) => clicks)) {
    const time = timeOf(t);
    pairs.set(`${l}:${time}`, [l, time]);
  }
  return JSON.stringify([...pairs.values()]);
}
