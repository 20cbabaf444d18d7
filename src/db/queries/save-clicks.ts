import { type SQL, sql } from "drizzle-orm";
import type { ClickCounts, ClickPlan } from "../../domain/click-count.ts";
import { type Db, runBatch } from "../client.ts";
import { jsonSlices } from "../json-slices.ts";
import { messagesOf } from "../transient.ts";

/**
 * Writes a plan in one D1 batch: all of it or nothing. It is refused as a whole (see `isLostRace`) when one of its
 * messages was counted, or one of its days written, since they were read.
 */
export async function saveClicks(db: Db, plan: ClickPlan, now: number): Promise<void> {
  await runBatch(db, [
    insertMessages(plan, now),
    ...upsertDays(plan),
    ...insertFullLists(plan),
    ...upsertHours(plan),
    ...raiseLaterHours(plan),
    ...addTraffic(plan),
  ]);
}

/** Whether a write was refused because somebody else counted meanwhile: what is stored is to be read again. */
export function isLostRace(error: unknown): boolean {
  const text = messagesOf(error);
  return text.includes("click_messages.id") || text.includes("click_days.version");
}

const countsOf = (counts: ClickCounts) => [
  counts.human,
  counts.automated,
  counts.uniqueHuman,
  counts.uniqueAutomated,
];

const COUNT_COLUMNS = sql.raw("human, automated, unique_human, unique_automated");
const REPLACE_COUNTS = sql.raw(
  `human = excluded.human, automated = excluded.automated,
   unique_human = excluded.unique_human, unique_automated = excluded.unique_automated`,
);
const ADD_COUNTS = sql.raw(
  `human = human + excluded.human, automated = automated + excluded.automated,
   unique_human = unique_human + excluded.unique_human, unique_automated = unique_automated + excluded.unique_automated`,
);

// A message that was counted meanwhile breaks the primary key, and so the batch.
function insertMessages({ messages }: ClickPlan, now: number): SQL {
  return sql`
    insert into click_messages (id, counted_at)
    select value, ${now} from json_each(${JSON.stringify(messages)})`;
}

// A day that was written meanwhile gets no version, which its NOT NULL refuses: so the batch fails.
function upsertDays({ days }: ClickPlan): SQL[] {
  const rows = days.map((row) => [
    row.link,
    row.day,
    row.version,
    ...countsOf(row),
    JSON.stringify(row.networks),
    row.peakMinute,
    row.fullLists,
    row.visitors,
  ]);
  return jsonSlices(rows).map(
    (slice) => sql`
      insert into click_days (link, day, version, ${COUNT_COLUMNS}, networks, peak_minute, full_lists, visitors)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
        value ->> 8, value ->> 9, value ->> 10
      from json_each(${slice}) where true
      on conflict (link, day) do update set
        version = case when version = excluded.version - 1 then excluded.version end, ${REPLACE_COUNTS},
        networks = excluded.networks, peak_minute = excluded.peak_minute, full_lists = excluded.full_lists,
        visitors = excluded.visitors`,
  );
}

function insertFullLists({ fullLists }: ClickPlan): SQL[] {
  const rows = fullLists.map(({ link, day, n, visitors }) => [link, day, n, visitors]);
  return jsonSlices(rows).map(
    (slice) => sql`
      insert into click_visitors (link, day, n, visitors)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${slice})`,
  );
}

// Hours need no guard of their own: they are written only with their day.
function upsertHours({ hours }: ClickPlan): SQL[] {
  const rows = hours.map((row) => [
    row.link,
    row.hour,
    ...countsOf(row),
    row.before,
    JSON.stringify(row.seconds),
  ]);
  return jsonSlices(rows).map(
    (slice) => sql`
      insert into click_hours (link, hour, ${COUNT_COLUMNS}, before, seconds)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
      from json_each(${slice}) where true
      on conflict (link, hour) do update set ${REPLACE_COUNTS}, before = excluded.before, seconds = excluded.seconds`,
  );
}

function raiseLaterHours({ later }: ClickPlan): SQL[] {
  const rows = later.map(({ link, hour, before }) => [link, hour, before]);
  return jsonSlices(rows).map(
    (slice) => sql`
      update click_hours set before = j.value ->> 2
      from json_each(${slice}) j where link = j.value ->> 0 and hour = j.value ->> 1`,
  );
}

function addTraffic({ traffic }: ClickPlan): SQL[] {
  const rows = traffic.map((row) => [row.campaignId, row.hour, ...countsOf(row)]);
  return jsonSlices(rows).map(
    (slice) => sql`
      insert into campaign_traffic (campaign_id, hour, ${COUNT_COLUMNS})
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
      from json_each(${slice}) where true
      on conflict (campaign_id, hour) do update set ${ADD_COUNTS}`,
  );
}
