import { type SQL, sql } from "drizzle-orm";
import type { ConversionMethod } from "../../domain/conversion.ts";
import type { ConversionSum, ConversionSums } from "../../domain/conversion-sums.ts";
import type { ConversionPlan } from "../../domain/plan-conversions.ts";
import type { ReportingStart } from "../../domain/reporting-start.ts";
import { type Db, runBatch } from "../client.ts";
import { messagesOf } from "../transient.ts";

/** Everything that is written at once. */
export interface ConversionCommit {
  plan: ConversionPlan;
  sums: ConversionSums;
  /** From when on campaigns are taken to report every order, where nothing is said of that. */
  starts: readonly ReportingStart[];
  method: ConversionMethod;
  now: number;
}

/**
 * Writes a plan with all its counts as one D1 batch, all or nothing. What changed since it was loaded breaks a constraint:
 * an order or refund that is there by now its primary key, an order that was refunded or attributed by now a CHECK.
 *
 * @throws whatever D1 does; {@link isLostRace} tells a plan that is to be made again
 */
export async function commitConversions(db: Db, commit: ConversionCommit): Promise<void> {
  const { plan, sums } = commit;
  await runBatch(db, [
    ...some(plan.orders, () => insertOrders(commit)),
    ...some(plan.references, () => attributeOrders(plan)),
    ...some(plan.changes, () => refundOrders(plan)),
    ...some(plan.refunds, () => insertRefunds(commit)),
    ...some(sums.linkDays, (rows) => upsertSums("conversion_days", DAY_COLUMNS, rows)),
    ...some(sums.linkHours, (rows) => upsertSums("conversion_hours", HOUR_COLUMNS, rows)),
    ...some(sums.campaignHours, (rows) => upsertSums("campaign_traffic", TRAFFIC_COLUMNS, rows)),
    ...some(commit.starts, (starts) => beginReporting(starts, commit.now)),
  ]);
}

/** Whether a commit was refused because something it was planned from has changed. */
export function isLostRace(error: unknown): boolean {
  return /(UNIQUE|CHECK) constraint failed/.test(messagesOf(error));
}

/** A statement, unless there is nothing for it. */
function some<T>(rows: readonly T[], statement: (rows: readonly T[]) => SQL): SQL[] {
  return rows.length === 0 ? [] : [statement(rows)];
}

function insertOrders({ plan, method, now }: ConversionCommit): SQL {
  const rows = plan.orders.map((order) => [
    order.campaignId,
    order.orderId,
    order.link,
    order.attribution,
    order.clickedAt,
    Number(order.automatedClick),
    order.occurredAt,
    order.valueMinor,
    order.currency,
    order.refundedMinor,
    order.reversedAt,
    now,
  ]);
  return sql`
    insert into conversions (campaign_id, order_id, link, attribution, clicked_at, automated_click, occurred_at,
      value_minor, currency, refunded_minor, reversed_at, received_at, method)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
      value ->> 8, value ->> 9, value ->> 10, value ->> 11, ${method}
    from json_each(${JSON.stringify(rows)})`;
}

/** An order that others refunded or attributed meanwhile gets -1, which its CHECK refuses. */
function attributeOrders({ references }: ConversionPlan): SQL {
  const rows = references.map(({ before, after }) => [
    after.campaignId,
    after.orderId,
    before.refundedMinor,
    before.reversedAt,
    before.attribution,
    after.link,
    after.attribution,
    after.clickedAt,
    Number(after.automatedClick),
  ]);
  return sql`
    update conversions set
      refunded_minor = case when refunded_minor = j.value ->> 2 and reversed_at is j.value ->> 3
        and attribution = j.value ->> 4 then refunded_minor else -1 end,
      link = j.value ->> 5, attribution = j.value ->> 6, clicked_at = j.value ->> 7, automated_click = j.value ->> 8
    from json_each(${JSON.stringify(rows)}) j
    where conversions.campaign_id = j.value ->> 0 and conversions.order_id = j.value ->> 1`;
}

/** As {@link attributeOrders}, and after it: what it counts for is what this plan leaves it with. */
function refundOrders({ changes }: ConversionPlan): SQL {
  const rows = changes.map(({ before, after }) => [
    after.campaignId,
    after.orderId,
    before.refundedMinor,
    before.reversedAt,
    after.refundedMinor,
    after.reversedAt,
    after.attribution,
  ]);
  return sql`
    update conversions set
      refunded_minor = case when refunded_minor = j.value ->> 2 and reversed_at is j.value ->> 3
        and attribution = j.value ->> 6 then j.value ->> 4 else -1 end,
      reversed_at = j.value ->> 5
    from json_each(${JSON.stringify(rows)}) j
    where conversions.campaign_id = j.value ->> 0 and conversions.order_id = j.value ->> 1`;
}

function insertRefunds({ plan, now }: ConversionCommit): SQL {
  const rows = plan.refunds.map((refund) => [
    refund.campaignId,
    refund.orderId,
    refund.refundId,
    refund.amountMinor,
    refund.occurredAt,
    now,
  ]);
  return sql`
    insert into conversion_refunds (campaign_id, order_id, refund_id, amount_minor, occurred_at, received_at)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
    from json_each(${JSON.stringify(rows)})`;
}

type SumColumns = readonly [column: string, of: keyof ConversionSum][];

const HOUR_COLUMNS: SumColumns = [
  ["orders", "orders"],
  ["reversed", "reversed"],
  ["value_minor", "valueMinor"],
  ["refunded_minor", "refundedMinor"],
];
const DAY_COLUMNS: SumColumns = [...HOUR_COLUMNS, ["fast", "fast"]];
const TRAFFIC_COLUMNS: SumColumns = [...HOUR_COLUMNS, ["unattributed", "unattributed"]];

/** The key of each table of sums. */
const SUM_KEYS = {
  conversion_days: "link, day",
  conversion_hours: "link, hour",
  campaign_traffic: "campaign_id, hour",
} as const;

function upsertSums(table: keyof typeof SUM_KEYS, columns: SumColumns, sums: readonly ConversionSum[]): SQL {
  const rows = sums.map((sum) => [sum.of, sum.at, ...columns.map(([, of]) => sum[of])]);
  const names = columns.map(([column]) => column);
  const values = names.map((_, i) => `value ->> ${2 + i}`);
  const added = names.map((name) => `${name} = ${name} + excluded.${name}`);
  const key = SUM_KEYS[table];
  return sql`
    insert into ${sql.raw(table)} (${sql.raw([key, ...names].join(", "))})
    select value ->> 0, value ->> 1, ${sql.raw(values.join(", "))} from json_each(${JSON.stringify(rows)}) where true
    on conflict (${sql.raw(key)}) do update set ${sql.raw(added.join(", "))}`;
}

/** What the campaign said meanwhile stays. */
function beginReporting(starts: readonly ReportingStart[], now: number): SQL {
  const rows = starts.map(({ campaignId, from }) => [campaignId, from]);
  return sql`
    update campaigns set updated_at = max(${now}, updated_at + 1), conversions_from = j.value ->> 1
    from json_each(${JSON.stringify(rows)}) j
    where campaigns.id = j.value ->> 0 and conversions_from is null`;
}
