import { sql } from "drizzle-orm";
import type { KnownLink, ReadEntry } from "../../domain/attribute-order.ts";
import { type Order, orderKey, type Refund, refundIdOf, refundKey } from "../../domain/conversion.ts";
import { hasShopIds } from "../../domain/conversion-form.ts";
import type { KnownConversions } from "../../domain/plan-conversions.ts";
import type { ConversionCampaign } from "../../domain/record-order.ts";
import { parseTrackedCode } from "../../domain/tracked-link.ts";
import { type Db, runBatch } from "../client.ts";

/** The columns of an order under the names of {@link Order}. */
type OrderRow = Omit<Order, "automatedClick"> & { automatedClick: 0 | 1 };
type CampaignRow = Omit<ConversionCampaign, "hasAttributed"> & { hasAttributed: 0 | 1 };

/**
 * What is recorded of everything that entries name: one round trip, by keys alone.
 *
 * @param advertiserId whose campaigns may be named; null for those of every advertiser
 */
export async function loadConversions(
  db: Db,
  advertiserId: string | null,
  reads: readonly ReadEntry[],
): Promise<KnownConversions> {
  const entries = reads.map(({ entry }) => entry).filter(hasShopIds);
  const refunds = entries.filter(({ event }) => event === "refund");
  const campaignIds = distinct(entries.map(({ campaignId }) => campaignId));
  const orders = new Map(entries.map((entry) => [orderKey(entry), [entry.campaignId, entry.orderId]]));
  const refundIds = refunds.map((entry) => [entry.campaignId, entry.orderId, refundIdOf(entry)]);
  const named = entries.filter(({ event, clickId, code }) => event === "order" && (clickId ?? code) !== null);
  const mayCount = named.map((entry) => [entry.campaignId, entry.orderId]);
  const own = advertiserId === null ? sql`true` : sql`c.advertiser_id = ${advertiserId}`;
  // CROSS JOIN has each element look up its row, whatever SQLite's statistics say.
  const results = await runBatch(db, [
    sql`
      select c.id, c.advertiser_id as "advertiserId", c.currency, c.starts_at as "startsAt",
        c.attribution_days as "attributionDays", c.conversions_from as "conversionsFrom",
        exists (select 1 from campaign_traffic t where t.campaign_id = c.id and t.hour = -1
          and t.orders > t.unattributed) as "hasAttributed"
      from json_each(${JSON.stringify(campaignIds)}) j cross join campaigns c on c.id = j.value where ${own}`,
    sql`
      select l.code, l.campaign_id as "campaignId", c.advertiser_id as "advertiserId", l.created_at as "createdAt"
      from json_each(${JSON.stringify(codesOf(reads))}) j cross join tracked_links l on l.code = j.value
        cross join campaigns c on c.id = l.campaign_id`,
    sql`
      select o.campaign_id as "campaignId", o.order_id as "orderId", o.link, o.attribution,
        o.clicked_at as "clickedAt", o.automated_click as "automatedClick", o.occurred_at as "occurredAt",
        o.value_minor as "valueMinor", o.currency, o.refunded_minor as "refundedMinor",
        case when o.refunded_minor > 0 then (select max(r.occurred_at) from conversion_refunds r
          where r.campaign_id = o.campaign_id and r.order_id = o.order_id) end as "refundedAt",
        o.reversed_at as "reversedAt"
      from json_each(${JSON.stringify([...orders.values()])}) j
        cross join conversions o on o.campaign_id = j.value ->> 0 and o.order_id = j.value ->> 1`,
    sql`
      select r.campaign_id as "campaignId", r.order_id as "orderId", r.refund_id as "refundId",
        r.amount_minor as "amountMinor", r.occurred_at as "occurredAt"
      from json_each(${JSON.stringify(refundIds)}) j cross join conversion_refunds r
        on r.campaign_id = j.value ->> 0 and r.order_id = j.value ->> 1 and r.refund_id = j.value ->> 2
      union
      select r.campaign_id, r.order_id, r.refund_id, r.amount_minor, r.occurred_at
      from json_each(${JSON.stringify(mayCount)}) j
        cross join conversions o on o.campaign_id = j.value ->> 0 and o.order_id = j.value ->> 1 and o.link is null
        cross join conversion_refunds r on r.campaign_id = o.campaign_id and r.order_id = o.order_id`,
  ]);
  // safe: each statement selects the columns of its type.
  const [campaignRows, linkRows, orderRows, refundRows] = results as [
    CampaignRow[],
    (KnownLink & { code: string })[],
    OrderRow[],
    Refund[],
  ];
  return {
    campaigns: new Map(
      campaignRows.map((row) => [row.id, { ...row, hasAttributed: row.hasAttributed === 1 }]),
    ),
    links: new Map(linkRows.map(({ code, ...link }) => [code, link])),
    orders: new Map(orderRows.map((row) => [orderKey(row), toOrder(row)])),
    refunds: new Map(refundRows.map((refund) => [refundKey(refund), refund])),
  };
}

const toOrder = (row: OrderRow): Order => ({ ...row, automatedClick: row.automatedClick === 1 });

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];

/** Every code that an entry names, by its click or by itself. */
function codesOf(reads: readonly ReadEntry[]): string[] {
  const codes = reads.flatMap(({ entry, click }) => {
    const named = entry.code === null ? null : parseTrackedCode(entry.code);
    return [...(click === null ? [] : [click.code]), ...(named === null ? [] : [named])];
  });
  return distinct(codes);
}
