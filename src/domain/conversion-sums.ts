import type { Order } from "./conversion.ts";
import type { ConversionPlan, NewReference, NewRefund } from "./plan-conversions.ts";
import { HOUR_MS, utcDay } from "./time.ts";

/** What is added to the counts of a link or campaign. */
export interface ConversionCounts {
  orders: number;
  /** A part of the orders. */
  unattributed: number;
  reversed: number;
  valueMinor: number;
  refundedMinor: number;
  /** Orders sooner after their click than people order. */
  fast: number;
}

/** Counts of a link or campaign in a day or hour. */
export interface ConversionSum extends ConversionCounts {
  /** The link's code, or the campaign's id. */
  of: string;
  /** UTC day or hour, counted from 1970; -1 for all time. */
  at: number;
}

export interface ConversionSums {
  linkDays: ConversionSum[];
  linkHours: ConversionSum[];
  /** By hour, and all hours at -1. */
  campaignHours: ConversionSum[];
}

/** The "hour" at which a campaign's total is kept. */
const TOTAL = -1;

/** Something that happened to an order, at its own time. */
interface Movement extends ConversionCounts {
  /** Null where the campaign has counted it before. */
  campaignId: string | null;
  link: string | null;
  ms: number;
}

const NOTHING: ConversionCounts = {
  orders: 0,
  unattributed: 0,
  reversed: 0,
  valueMinor: 0,
  refundedMinor: 0,
  fast: 0,
};

/**
 * What a plan adds to the counts: an order at its time, a refund at the refund's. An order that counts for a link by now
 * brings its link what was recorded of it, at the times it was.
 *
 * @param fastMs an order sooner after its click is faster than people order
 */
export function sumConversions(
  { orders, references, refunds }: Pick<ConversionPlan, "orders" | "references" | "refunds">,
  fastMs: number,
): ConversionSums {
  const movements: Movement[] = [
    ...orders.map((order) => placed(order, fastMs)),
    ...references.flatMap((reference) => attributed(reference, fastMs)),
    ...refunds.flatMap(movementsOf),
  ];
  const hourOf = (ms: number) => Math.floor(ms / HOUR_MS);
  return {
    linkDays: sumBy(movements, ({ link, ms }) => (link === null ? [] : [[link, utcDay(ms)]])),
    linkHours: sumBy(movements, ({ link, ms }) => (link === null ? [] : [[link, hourOf(ms)]])),
    campaignHours: sumBy(movements, ({ campaignId, ms }) =>
      campaignId === null
        ? []
        : [
            [campaignId, hourOf(ms)],
            [campaignId, TOTAL],
          ],
    ),
  };
}

/** The refund, and the end of its order if it took the rest. */
function movementsOf({ campaignId, link, occurredAt, amountMinor, reversesAt }: NewRefund): Movement[] {
  const of = { ...NOTHING, campaignId, link };
  const refunded = { ...of, ms: occurredAt, refundedMinor: amountMinor ?? 0 };
  return reversesAt === null ? [refunded] : [refunded, { ...of, ms: reversesAt, reversed: 1 }];
}

function placed(order: Order, fastMs: number): Movement {
  const { campaignId, link, attribution, clickedAt, occurredAt, valueMinor } = order;
  const fast = attribution === "click" && clickedAt !== null && occurredAt - clickedAt < fastMs;
  return {
    ...NOTHING,
    campaignId,
    link,
    ms: occurredAt,
    orders: 1,
    unattributed: Number(link === null),
    valueMinor: valueMinor ?? 0,
    fast: Number(fast),
  };
}

/** What the campaign knew of an order moves to its link. */
function attributed({ before, after, refunds }: NewReference, fastMs: number): Movement[] {
  const { campaignId, occurredAt, link } = after;
  if (link === null) return [];
  const ofLink = { ...NOTHING, campaignId: null, link };
  return [
    { ...placed(after, fastMs), campaignId: null },
    ...refunds.map((refund) => ({
      ...ofLink,
      ms: refund.occurredAt,
      refundedMinor: refund.amountMinor ?? 0,
    })),
    ...(before.reversedAt === null ? [] : [{ ...ofLink, ms: before.reversedAt, reversed: 1 }]),
    { ...NOTHING, campaignId, link: null, ms: occurredAt, unattributed: -1 },
  ];
}

/** Adds up movements by whatever each counts for. */
function sumBy(
  movements: readonly Movement[],
  cellsOf: (movement: Movement) => (readonly [of: string, at: number])[],
): ConversionSum[] {
  const sums = new Map<string, ConversionSum>();
  for (const movement of movements) {
    for (const [of, at] of cellsOf(movement)) {
      const key = `${of} ${at}`;
      sums.set(key, added(sums.get(key) ?? { of, at, ...NOTHING }, movement));
    }
  }
  return [...sums.values()];
}

function added(sum: ConversionSum, more: ConversionCounts): ConversionSum {
  return {
    ...sum,
    orders: sum.orders + more.orders,
    unattributed: sum.unattributed + more.unattributed,
    reversed: sum.reversed + more.reversed,
    valueMinor: sum.valueMinor + more.valueMinor,
    refundedMinor: sum.refundedMinor + more.refundedMinor,
    fast: sum.fast + more.fast,
  };
}
