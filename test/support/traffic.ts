import { env } from "cloudflare:workers";

/** Figures of a row; what is left out is 0. */
export type Counted = Partial<
  Record<
    | "human"
    | "automated"
    | "unique_human"
    | "unique_automated"
    | "orders"
    | "reversed"
    | "value_minor"
    | "refunded_minor"
    | "unattributed",
    number
  >
>;

const CLICKS = ["human", "automated", "unique_human", "unique_automated"] as const;
const ORDERS = ["orders", "reversed", "value_minor", "refunded_minor"] as const;

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const marks = columns.map(() => "?").join(", ");
  await env.DB.prepare(`insert into ${table} (${columns.join(", ")}) values (${marks})`)
    .bind(...Object.values(row))
    .run();
}

const pick = (counted: Counted, figures: readonly (keyof Counted)[]) =>
  Object.fromEntries(figures.map((figure) => [figure, counted[figure] ?? 0]));

/** A link's clicks of a UTC hour, as the hour's row alone. */
export const clicksOfHour = (link: string, hour: number, counted: Counted) =>
  insert("click_hours", { link, hour, ...pick(counted, CLICKS), before: 0, seconds: "[]" });

/** A link's clicks of a UTC day, as the day's row alone. */
export const clicksOfDay = (link: string, day: number, counted: Counted) =>
  insert("click_days", { link, day, version: 1, ...pick(counted, CLICKS) });

export const ordersOfHour = (link: string, hour: number, counted: Counted) =>
  insert("conversion_hours", { link, hour, ...pick(counted, ORDERS) });

export const ordersOfDay = (link: string, day: number, counted: Counted) =>
  insert("conversion_days", { link, day, ...pick(counted, ORDERS), fast: 0 });

/** Everything of a campaign in a UTC hour; hour -1 is the total. */
export const trafficOfHour = (campaignId: string, hour: number, counted: Counted) =>
  insert("campaign_traffic", {
    campaign_id: campaignId,
    hour,
    ...pick(counted, [...CLICKS, ...ORDERS, "unattributed"]),
  });
