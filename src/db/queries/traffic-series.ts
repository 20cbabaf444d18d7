import { type SQL, sql } from "drizzle-orm";
import {
  CAMPAIGN_ORDER_FIGURES,
  CLICK_FIGURES,
  type CountedSlot,
  ORDER_FIGURES,
  type SlotRange,
} from "../../domain/traffic-series.ts";
import { type Db, runBatch } from "../client.ts";
import { LANDING_FROM } from "./tracked-counts.ts";

/** Which slots are read, and how long one is. */
export interface SlotsRead extends SlotRange {
  by: "hour" | "day";
}

/** Whose traffic it is, and since when what was counted says everything, ms UTC; null while that is not known. */
export interface TrafficOwner {
  advertiser_id: string;
  /** Empty for a campaign. */
  affiliate_id: string;
  /** Of the campaign's money. */
  currency: string | null;
  clicks_from: number | null;
  conversions_from: number | null;
}

export type ClickSlot = CountedSlot<(typeof CLICK_FIGURES)[number]>;
export type OrderSlot = CountedSlot<(typeof ORDER_FIGURES)[number]>;
export type CampaignOrderSlot = CountedSlot<(typeof CAMPAIGN_ORDER_FIGURES)[number]>;

/** What was counted, in the order of the slots, one row a slot. */
export interface TrafficRows<Orders = OrderSlot> {
  /** Null if there is nothing of that name. */
  owner: TrafficOwner | null;
  clicks: ClickSlot[];
  orders: Orders[];
}

const sums = (figures: readonly string[]): SQL =>
  sql.join(
    figures.map((figure) => sql`sum(t.${sql.raw(figure)}) as ${sql.raw(figure)}`),
    sql`, `,
  );

async function read<Orders>(
  db: Db,
  statements: readonly [owner: SQL, clicks: SQL, orders: SQL],
): Promise<TrafficRows<Orders>> {
  const [owners, clicks, orders] = await runBatch(db, statements);
  // safe: the columns of the three statements.
  const [owner] = owners as TrafficOwner[];
  return { owner: owner ?? null, clicks: clicks as ClickSlot[], orders: orders as Orders[] };
}

/**
 * Sums over some links, by the hour or by the day.
 *
 * @param links from-clause and condition that name the links as `l`
 */
function linkSums(links: { from: SQL; where: SQL }, slots: SlotsRead): [clicks: SQL, orders: SQL] {
  const tables =
    slots.by === "hour" ? ["click_hours", "conversion_hours"] : ["click_days", "conversion_days"];
  const statement = (table: string, figures: readonly string[]) => sql`
    select t.${sql.raw(slots.by)} as slot, ${sums(figures)}
    from ${links.from} cross join ${sql.raw(table)} t on t.link = l.code
      and t.${sql.raw(slots.by)} >= ${slots.from} and t.${sql.raw(slots.by)} < ${slots.to}
    where ${links.where} group by t.${sql.raw(slots.by)} order by slot`;
  const [clicks = "", orders = ""] = tables;
  return [statement(clicks, CLICK_FIGURES), statement(orders, ORDER_FIGURES)];
}

/**
 * Since when clicks of something that was made at an instant are known: since it leads somewhere, null while it does not.
 *
 * @param madeAt of the campaign `c`
 */
const clicksFrom = (madeAt: string): SQL => sql`max(${sql.raw(madeAt)}, ${LANDING_FROM})`;

/** The traffic of one link: one round trip, a row an hour or day. */
export function readLinkTraffic(db: Db, code: string, slots: SlotsRead): Promise<TrafficRows> {
  const links = { from: sql`tracked_links l`, where: sql`l.code = ${code}` };
  return read(db, [
    sql`
      select c.advertiser_id, l.affiliate_id, c.currency, ${clicksFrom("l.created_at")} as clicks_from,
        max(l.created_at, c.conversions_from) as conversions_from
      from tracked_links l cross join campaigns c on c.id = l.campaign_id where l.code = ${code}`,
    ...linkSums(links, slots),
  ]);
}

/** The traffic of all links of a submission: one round trip, a row a link and hour or day. */
export function readSubmissionTraffic(db: Db, submissionId: string, slots: SlotsRead): Promise<TrafficRows> {
  const links = {
    from: sql`submissions s cross join tracked_links l on l.campaign_id = s.campaign_id
      and l.affiliate_id = s.affiliate_id and l.submission_id = s.id`,
    where: sql`s.id = ${submissionId}`,
  };
  return read(db, [
    sql`
      select c.advertiser_id, s.affiliate_id, c.currency, ${clicksFrom("min(l.created_at)")} as clicks_from,
        max(min(l.created_at), c.conversions_from) as conversions_from
      from submissions s cross join campaigns c on c.id = s.campaign_id
        left join tracked_links l on l.campaign_id = s.campaign_id and l.affiliate_id = s.affiliate_id
          and l.submission_id = s.id
      where s.id = ${submissionId} group by s.id`,
    ...linkSums(links, slots),
  ]);
}

/**
 * The traffic of a campaign: one round trip, two rows an hour, however many links there are. Clicks are known since its
 * first submission had a link that leads somewhere, or since the first hour that counted a click. Clicks and orders share
 * their rows: one that only the others made says nothing of these.
 */
export function readCampaignTraffic(
  db: Db,
  campaignId: string,
  slots: SlotsRead,
): Promise<TrafficRows<CampaignOrderSlot>> {
  // Kept by the hour alone; hour -1 is the total and lies before every range.
  const hoursEach = slots.by === "hour" ? 1 : 24;
  const statement = (figures: readonly string[]) => sql`
    select cast(t.hour / ${sql.raw(String(hoursEach))} as integer) as slot, ${sums(figures)} from campaign_traffic t
    where t.campaign_id = ${campaignId} and t.hour >= ${slots.from * hoursEach} and t.hour < ${slots.to * hoursEach}
      and (${sql.join(
        figures.map((figure) => sql`t.${sql.raw(figure)} <> 0`),
        sql` or `,
      )})
    group by slot order by slot`;
  return read(db, [
    sql`
      select c.advertiser_id, '' as affiliate_id, c.currency, c.conversions_from,
        (select min(since) from (
          select (select ${clicksFrom("min(l.created_at)")} from tracked_links l where l.campaign_id = s.campaign_id
            and l.affiliate_id = s.affiliate_id and l.submission_id = s.id) as since
          from submissions s where s.id = (select min(f.id) from submissions f where f.campaign_id = c.id)
          union all
          select min(t.hour) * 3600000 from campaign_traffic t
          where t.campaign_id = c.id and t.hour >= 0 and (t.human > 0 or t.automated > 0)
        )) as clicks_from
      from campaigns c where c.id = ${campaignId}`,
    statement(CLICK_FIGURES),
    statement(CAMPAIGN_ORDER_FIGURES),
  ]);
}
