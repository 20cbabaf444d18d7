import type { Order } from "./conversion.ts";
import type { ConversionPlan } from "./plan-conversions.ts";
import { MINUTE_MS } from "./time.ts";

/** The earliest that counts for a link, at an instant that reports may have been judged for already. */
export interface LateEvent {
  link: string;
  /** ms UTC */
  at: number;
}

/** What is told sooner is told at once: looking for reports that missed it would be a query for every order. */
const AT_ONCE_MS = MINUTE_MS;

/**
 * What a plan tells late. Duplicates too: the first report of one may have been cut off after it was written, and the
 * repeat is what makes good for that.
 */
export function lateConversions(
  { told }: Pick<ConversionPlan, "told">,
  now: number,
): { orders: LateEvent[]; reversals: LateEvent[] } {
  return {
    orders: lateOf(told.orders, now, ({ occurredAt }) => occurredAt),
    reversals: lateOf(told.takenBack, now, ({ reversedAt }) => reversedAt),
  };
}

function lateOf(orders: readonly Order[], now: number, whenOf: (order: Order) => number | null): LateEvent[] {
  const earliest = new Map<string, number>();
  for (const order of orders) {
    const at = whenOf(order);
    if (order.link === null || at === null || now - at <= AT_ONCE_MS) continue;
    earliest.set(order.link, Math.min(earliest.get(order.link) ?? at, at));
  }
  return [...earliest].map(([link, at]) => ({ link, at }));
}
