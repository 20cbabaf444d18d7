import { z } from "@hono/zod-openapi";
import type { ClickSlot, TrafficOwner } from "../../db/queries/traffic-series.ts";
import {
  CLICK_FIGURES,
  type CountedSlot,
  type SlotRange,
  slotMs,
  sumBuckets,
  TRAFFIC_INTERVALS,
  type TrafficInterval,
  totalOf,
  trafficBuckets,
} from "../../domain/traffic-series.ts";
import { Instant } from "../schemas.ts";

/** What was counted of tracked links. No component of its own: as one it could not be null. */
export const Clicks = z.object({
  human: z.int().openapi({ description: "The clicks that count." }),
  automated: z.int().openapi({ description: "Under suspicion of automation; shown apart, never counted." }),
  unique_human: z.int().openapi({
    description: "Different visitors of a link and UTC day; over several days or links their sum.",
  }),
  unique_automated: z.int(),
});

const orderFields = {
  orders: z.int().openapi({ description: "At their own time." }),
  reversed: z.int().openapi({ description: "Orders of which nothing is left, at the time of the reversal." }),
  value_minor: z.int().openapi({ description: "Of the orders, in minor units of `currency`." }),
  refunded_minor: z.int(),
};

/** Orders that links count for. */
export const Conversions = z.object(orderFields).openapi("Conversions");

/** All orders of a campaign. */
export const CampaignConversions = z
  .object({
    ...orderFields,
    unattributed: z.int().openapi({ description: "Orders, among all, that no link counts for." }),
  })
  .openapi("CampaignConversions");

const Currency = z.string().nullable().openapi({ description: "The campaign's; null while it has none." });

const CLICKS_UNKNOWN =
  "Null where that there were none is not known: before the first link led somewhere, and in the future.";
const ORDERS_UNKNOWN =
  "Null where that there were none is not known: before conversions_from, and in the future.";

function seriesOf<T extends z.ZodType>(conversions: T, name: string) {
  const figures = {
    clicks: Clicks.nullable().openapi({ description: CLICKS_UNKNOWN }),
    conversions: conversions.openapi({ description: ORDERS_UNKNOWN }),
  };
  const bucket = z.object({ start: Instant, end: Instant, ...figures }).openapi(`${name}Bucket`);
  return z
    .object({
      interval: z.enum(TRAFFIC_INTERVALS),
      from: Instant,
      to: Instant.openapi({ description: "Itself not covered." }),
      currency: Currency,
      totals: z
        .object(figures)
        .openapi(`${name}Totals`, { description: "Of all that is known in the range." }),
      buckets: z.array(bucket).openapi({ description: "In order, without a gap." }),
    })
    .openapi(name);
}

export const TrafficSeries = seriesOf(Conversions.nullable(), "TrafficSeries");
export const CampaignTrafficSeries = seriesOf(CampaignConversions.nullable(), "CampaignTrafficSeries");

export interface SeriesAsked {
  interval: TrafficInterval;
  range: SlotRange;
  /** ms UTC */
  now: number;
}

/** What was counted as a series of buckets, with its totals. @param figures those of the orders */
export function presentSeries<Figure extends string>(
  counted: { owner: TrafficOwner; clicks: readonly ClickSlot[]; orders: readonly CountedSlot<Figure>[] },
  figures: readonly Figure[],
  { interval, range, now }: SeriesAsked,
) {
  const { owner } = counted;
  const unit = slotMs(interval);
  const known = (from: number | null) => ({ from: from === null ? null : from / unit, to: now / unit });
  const iso = (slot: number) => new Date(slot * unit).toISOString();
  const buckets = trafficBuckets(range, interval);
  const clicks = sumBuckets(buckets, counted.clicks, {
    figures: CLICK_FIGURES,
    known: known(owner.clicks_from),
  });
  const conversions = sumBuckets(buckets, counted.orders, { figures, known: known(owner.conversions_from) });
  return {
    interval,
    from: iso(range.from),
    to: iso(range.to),
    currency: owner.currency,
    totals: { clicks: totalOf(clicks, CLICK_FIGURES), conversions: totalOf(conversions, figures) },
    buckets: buckets.map(({ from, to }, i) => ({
      start: iso(from),
      end: iso(to),
      clicks: clicks[i] ?? null,
      conversions: conversions[i] ?? null,
    })),
  };
}
