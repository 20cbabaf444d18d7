import { env } from "cloudflare:workers";
import { type Seconds, secondOfHour, utcHour } from "../../src/domain/click-history.ts";
import { utcDay } from "../../src/domain/time.ts";
import { row } from "./fixtures.ts";

/** Gives a campaign a destination, and says since when its conversions are all reported; null if they are not. */
export async function trackCampaign(campaignId: string, conversionsFrom: number | null = 0): Promise<void> {
  await env.DB.prepare(
    "update campaigns set landing_url = 'https://shop.example/', conversions_from = ? where id = ?",
  )
    .bind(conversionsFrom, campaignId)
    .run();
}

/** The code of the link that a submission was born with. */
export async function ownLink(submissionId: string): Promise<string> {
  const found = await row<{ code: string }>(
    "select code from tracked_links where submission_id = ? and own = 1",
    submissionId,
  );
  if (found === null) throw new Error(`${submissionId} has no link`);
  return found.code;
}

export interface CountedClick {
  at: number;
  /** How many at that instant; one if absent. */
  times?: number;
}

/** Writes the human clicks of a link as counting leaves them, in place of those it has. */
export async function writeClicks(link: string, clicks: readonly CountedClick[]): Promise<void> {
  const times = (some: readonly CountedClick[]) => some.reduce((sum, click) => sum + (click.times ?? 1), 0);
  const days = Map.groupBy(clicks, ({ at }) => utcDay(at));
  const hours = Map.groupBy(clicks, ({ at }) => utcHour(at));
  const earlierThat = (hour: number) =>
    clicks.filter(({ at }) => utcHour(at) < hour && utcDay(at) === Math.floor(hour / 24));
  await env.DB.batch([
    env.DB.prepare("delete from click_days where link = ?").bind(link),
    env.DB.prepare("delete from click_hours where link = ?").bind(link),
    ...[...days].map(([day, some]) =>
      env.DB.prepare(
        `insert into click_days (link, day, version, human, automated, unique_human, unique_automated)
         values (?, ?, 1, ?, 0, ?, 0)`,
      ).bind(link, day, times(some), times(some)),
    ),
    ...[...hours].map(([hour, some]) =>
      env.DB.prepare(
        `insert into click_hours (link, hour, human, automated, unique_human, unique_automated, before, seconds)
         values (?, ?, ?, 0, ?, 0, ?, ?)`,
      ).bind(link, hour, times(some), times(some), times(earlierThat(hour)), JSON.stringify(secondsOf(some))),
    ),
  ]);
}

function secondsOf(clicks: readonly CountedClick[]): Seconds {
  const counts = new Map<number, number>();
  for (const { at, times = 1 } of clicks) {
    counts.set(secondOfHour(at), (counts.get(secondOfHour(at)) ?? 0) + times);
  }
  return [...counts].toSorted(([a], [b]) => a - b);
}

export interface StoredOrder {
  at: number;
  reversedAt?: number;
}

/** Writes orders that a link's code is credited with, as their recording leaves them. */
export async function writeOrders(
  campaignId: string,
  link: string,
  orders: readonly StoredOrder[],
): Promise<void> {
  const add = (table: "day" | "hour", at: number, orders: number, reversed: number) =>
    env.DB.prepare(
      `insert into conversion_${table}s (link, ${table}, orders, reversed, value_minor, refunded_minor
        ${table === "day" ? ", fast" : ""}) values (?, ?, ?, ?, 0, 0 ${table === "day" ? ", 0" : ""})
       on conflict do update set orders = orders + excluded.orders, reversed = reversed + excluded.reversed`,
    ).bind(link, table === "day" ? utcDay(at) : utcHour(at), orders, reversed);
  await env.DB.batch(
    orders.flatMap(({ at, reversedAt }) => [
      env.DB.prepare(
        `insert into conversions (campaign_id, order_id, link, attribution, occurred_at, received_at, reversed_at, method)
          values (?, ?, ?, 'code', ?, ?, ?, 'API')`,
      ).bind(campaignId, crypto.randomUUID(), link, at, at, reversedAt ?? null),
      add("day", at, 1, 0),
      add("hour", at, 1, 0),
      ...(reversedAt === undefined ? [] : [add("day", reversedAt, 0, 1), add("hour", reversedAt, 0, 1)]),
    ]),
  );
}

/** What an advertiser measured otherwise. */
export async function writeMeasured(
  submissionId: string,
  at: number,
  counts: Partial<Record<"views" | "clicks" | "conversions" | "likes", number>>,
): Promise<void> {
  const names = Object.keys(counts);
  await env.DB.prepare(
    `insert into advertiser_observations (submission_id, observed_at, ${names.join(", ")}, recorded_by, created_at)
     values (?, ?, ${names.map(() => "?").join(", ")}, 'key_test', ?)`,
  )
    .bind(submissionId, at, ...Object.values(counts), at)
    .run();
}
