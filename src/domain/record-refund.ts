import { type ConversionEntry, FULL_REFUND, type Order, type Refund, refundIdOf } from "./conversion.ts";
import { contradict, type EntryContext, type EntryDecision, readValue, refuse } from "./record-order.ts";

/**
 * Takes back an order, or a part of one, once. Without a value it is all that is left; a part needs an id of its own, so
 * that the next part is not taken for the same one.
 */
export function decideRefund(entry: ConversionEntry, context: EntryContext): EntryDecision {
  const { order, refund, clock } = context;
  if (order === null) return refuse("#/order_id", "is not recorded in this campaign");
  const told = readValue(entry, context);
  if ("pointer" in told) return { kind: "refuse", error: told, conflict: false };
  if (refund !== null) return compare(order, { refund, amount: told.minor, entry });
  if (told.minor === null && order.reversedAt !== null) return { kind: "duplicate", order };
  const amount = amountOf(told.minor, order);
  if (typeof amount === "string") return refuse("#/value", amount);
  const left = leftOf(order);
  if (amount !== null && amount < left && refundIdOf(entry) === FULL_REFUND) {
    return refuse("#/refund_id", "must be given where a part is refunded");
  }
  if (entry.occurredAt !== null && entry.occurredAt < order.occurredAt) {
    return refuse("#/time", "must not lie before the order");
  }
  // An order may lie a little ahead of our clock, and nothing is taken back before it was there.
  const occurredAt = entry.occurredAt ?? Math.max(clock.now, order.occurredAt);
  return recordRefund(order, { amount, occurredAt, refundId: refundIdOf(entry) });
}

const leftOf = ({ valueMinor, refundedMinor }: Order): number => (valueMinor ?? 0) - refundedMinor;

/** What is refunded in minor units, null for an order that has nothing to give back; or why it cannot be. */
function amountOf(told: number | null, order: Order): number | null | string {
  const left = leftOf(order);
  if (told === null) return left === 0 ? null : left;
  if (told === 0) return "must be more than 0";
  if (order.valueMinor === null) return "cannot be given: the order has none";
  return told > left ? "is more than what is left of the order" : told;
}

function recordRefund(
  order: Order,
  { amount, occurredAt, refundId }: { amount: number | null; occurredAt: number; refundId: string },
): EntryDecision {
  const { campaignId, orderId } = order;
  const refundedMinor = order.refundedMinor + (amount ?? 0);
  // Refunds may be told in another order than they were made: nothing is left from the latest one on.
  const refundedAt = Math.max(order.refundedAt ?? occurredAt, occurredAt);
  const nothingLeft = leftOf({ ...order, refundedMinor }) === 0;
  return {
    kind: "record",
    order: { ...order, refundedMinor, refundedAt, reversedAt: nothingLeft ? refundedAt : null },
    refund: { campaignId, orderId, refundId, amountMinor: amount, occurredAt },
  };
}

/** What was left out is what the first report of the refund came to. */
function compare(
  order: Order,
  { refund, amount, entry }: { refund: Refund; amount: number | null; entry: ConversionEntry },
): EntryDecision {
  if (amount !== null && amount !== refund.amountMinor) return contradict("#/value", "refund");
  if (entry.occurredAt !== null && entry.occurredAt !== refund.occurredAt)
    return contradict("#/time", "refund");
  return { kind: "duplicate", order };
}
