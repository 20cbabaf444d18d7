import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { Attribution, ConversionMethod } from "../../domain/conversion.ts";
import { type Db, runBatch } from "../client.ts";

/** Orders one page looks at when it is filtered; it may then be short, or empty. docs/adr/0012-bounded-scans.md */
const SCAN_LIMIT = 1_000;

/** Most refunds of an order that are shown with it. */
export const REFUNDS_SHOWN = 200;

/** Where an order stands in its campaign's list: by its time, then by its id. */
export interface OrderPlace {
  occurred_at: number;
  order_id: string;
}

export interface ConversionRow extends OrderPlace {
  campaign_id: string;
  /** The code of the link it counts for, with the link's owner; null if it is attributed to none. */
  link_code: string | null;
  submission_id: string | null;
  affiliate_id: string | null;
  attribution: Attribution;
  clicked_at: number | null;
  automated_click: 0 | 1;
  received_at: number;
  value_minor: number | null;
  currency: string | null;
  refunded_minor: number;
  reversed_at: number | null;
  method: ConversionMethod;
}

export interface RefundRow {
  refund_id: string;
  amount_minor: number | null;
  occurred_at: number;
  received_at: number;
}

const COLUMNS = sql`
  t.campaign_id, t.order_id, t.link as link_code, l.submission_id, l.affiliate_id, t.attribution, t.clicked_at,
  t.automated_click, t.occurred_at, t.received_at, t.value_minor, t.currency, t.refunded_minor, t.reversed_at, t.method`;

/** An admin reads the orders of every campaign, an advertiser those of its own, an affiliate none. */
function mayRead(actor: Actor, campaignId: string): SQL {
  if (actor.role === "admin") return sql`true`;
  if (actor.role === "affiliate") return sql`false`;
  return sql`${actor.advertiserId} = (select own.advertiser_id from campaigns own where own.id = ${campaignId})`;
}

export interface ConversionFilters {
  campaignId: string;
  /** Null for all orders. */
  attributed: boolean | null;
  /** Only orders after this one in the list; null for the first page. */
  after: OrderPlace | null;
  limit: number;
}

export interface ConversionList {
  /** Up to `limit + 1`, the latest first. */
  rows: ConversionRow[];
  /** The last order looked at, where the list goes on although the page is not full; null if it ends. */
  scannedTo: OrderPlace | null;
}

/** Orders of a campaign, the latest first; null if the actor has no such campaign. One round trip. */
export async function listConversions(
  db: Db,
  actor: Actor,
  filters: ConversionFilters,
): Promise<ConversionList | null> {
  const { campaignId, attributed, limit } = filters;
  const depth = attributed === null ? limit + 1 : SCAN_LIMIT;
  const scanned = sql`
    select t.* from conversions t where t.campaign_id = ${campaignId} and ${placedAfter(filters.after)}
      and ${mayRead(actor, campaignId)}
    order by t.occurred_at desc, t.order_id desc`;
  const results = await runBatch(db, [
    sql`select c.id from campaigns c where c.id = ${campaignId} and ${mayRead(actor, campaignId)}`,
    sql`
      select ${COLUMNS} from (${scanned} limit ${depth}) t left join tracked_links l on l.code = t.link
      where ${attributedIs(attributed)} order by t.occurred_at desc, t.order_id desc limit ${limit + 1}`,
    ...(attributed === null
      ? []
      : [sql`select occurred_at, order_id from (${scanned} limit 1 offset ${depth - 1})`]),
  ]);
  // safe: each statement selects the columns of its type.
  const [campaigns, rows, last = []] = results as [{ id: string }[], ConversionRow[], OrderPlace[]?];
  return campaigns.length === 0 ? null : { rows, scannedTo: last[0] ?? null };
}

function placedAfter(place: OrderPlace | null): SQL {
  if (place === null) return sql`true`;
  return sql`(t.occurred_at, t.order_id) < (${place.occurred_at}, ${place.order_id})`;
}

function attributedIs(attributed: boolean | null): SQL {
  if (attributed === null) return sql`true`;
  return attributed ? sql`t.link is not null` : sql`t.link is null`;
}

/** An order with its refunds, the earliest first; null if the actor has no such order. One round trip. */
export async function findConversion(
  db: Db,
  actor: Actor,
  { campaignId, orderId }: { campaignId: string; orderId: string },
): Promise<{ order: ConversionRow; refunds: RefundRow[] } | null> {
  const results = await runBatch(db, [
    sql`
      select ${COLUMNS} from conversions t left join tracked_links l on l.code = t.link
      where t.campaign_id = ${campaignId} and t.order_id = ${orderId} and ${mayRead(actor, campaignId)}`,
    sql`
      select r.refund_id, r.amount_minor, r.occurred_at, r.received_at from conversion_refunds r
      where r.campaign_id = ${campaignId} and r.order_id = ${orderId} and ${mayRead(actor, campaignId)}
      order by r.occurred_at, r.refund_id limit ${REFUNDS_SHOWN}`,
  ]);
  // safe: each statement selects the columns of its type.
  const [[order], refunds] = results as [ConversionRow[], RefundRow[]];
  return order === undefined ? null : { order, refunds };
}
