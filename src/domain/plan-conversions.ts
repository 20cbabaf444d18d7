import { type LinkCampaigns, type ReadEntry, referenceError } from "./attribute-order.ts";
import {
  type ConversionEntry,
  type ConversionOutcome,
  type Order,
  orderKey,
  type Refund,
  refundIdOf,
  refundKey,
} from "./conversion.ts";
import { type ConversionClock, formError } from "./conversion-form.ts";
import { type ConversionCampaign, decideOrder, type EntryDecision, refuse } from "./record-order.ts";
import { decideRefund } from "./record-refund.ts";

/** What is recorded already, as far as the entries speak of it. */
export interface KnownConversions {
  /** By id; only those that the caller may name. */
  campaigns: ReadonlyMap<string, ConversionCampaign>;
  links: LinkCampaigns;
  /** By {@link orderKey}. */
  orders: ReadonlyMap<string, Order>;
  /** By {@link refundKey}. */
  refunds: ReadonlyMap<string, Refund>;
}

/** A refund that is new, and what it does to its order. */
export interface NewRefund extends Refund {
  link: string | null;
  /** When nothing of the order was left if this refund took the rest, ms UTC. */
  reversesAt: number | null;
}

/** What is to be written. */
export interface ConversionPlan {
  /** In the order of the entries. */
  outcomes: ConversionOutcome[];
  /** As they are after all refunds of the plan. */
  orders: Order[];
  /** Recorded orders that refunds change. */
  changes: { before: Order; after: Order }[];
  refunds: NewRefund[];
}

/**
 * Decides entries in their order: each sees what the ones before it made of its order. Two identical ones are one and a
 * duplicate; an order may be followed by its refunds.
 */
export function planConversions(
  entries: readonly ReadEntry[],
  known: KnownConversions,
  clock: ConversionClock,
): ConversionPlan {
  const orders = new Map(known.orders);
  const refunds = new Map(known.refunds);
  const touched = new Set<string>();
  const added: NewRefund[] = [];
  const outcomes = entries.map((read) => {
    const decision = decide(read, { ...known, orders, refunds }, clock);
    if (decision.kind === "record") {
      const { order, refund } = decision;
      orders.set(orderKey(order), order);
      touched.add(orderKey(order));
      if (refund !== null) {
        refunds.set(refundKey(refund), refund);
        added.push({ ...refund, link: order.link, reversesAt: order.reversedAt });
      }
    }
    return toOutcome(read.entry, decision);
  });
  return { outcomes, ...writesOf(touched, { before: known.orders, after: orders }), refunds: added };
}

function decide(read: ReadEntry, known: KnownConversions, clock: ConversionClock): EntryDecision {
  const { entry } = read;
  const wrong = formError(entry, clock);
  if (wrong !== null) return { kind: "refuse", error: wrong, conflict: false };
  const campaign = known.campaigns.get(entry.campaignId);
  if (campaign === undefined) return refuse("#/campaign_id", "names no campaign of yours");
  const misplaced = referenceError(read, known.links);
  if (misplaced !== null) return { kind: "refuse", error: misplaced, conflict: false };
  const order = known.orders.get(orderKey(entry)) ?? null;
  const refund = known.refunds.get(refundKey({ ...entry, refundId: refundIdOf(entry) })) ?? null;
  const context = { campaign, links: known.links, order, refund, clock };
  return entry.event === "order" ? decideOrder(read, context) : decideRefund(entry, context);
}

function toOutcome({ orderId }: ConversionEntry, decision: EntryDecision): ConversionOutcome {
  if (decision.kind === "refuse") {
    const { error, conflict } = decision;
    return { orderId, result: "refused", attribution: null, error, conflict };
  }
  const result = decision.kind === "record" ? "recorded" : "duplicate";
  return { orderId, result, attribution: decision.order.attribution, error: null, conflict: false };
}

function writesOf(
  touched: ReadonlySet<string>,
  { before, after }: { before: ReadonlyMap<string, Order>; after: ReadonlyMap<string, Order> },
): Pick<ConversionPlan, "orders" | "changes"> {
  const orders: Order[] = [];
  const changes: ConversionPlan["changes"] = [];
  for (const key of touched) {
    const [recorded, order] = [before.get(key), after.get(key)];
    if (order === undefined) continue;
    if (recorded === undefined) orders.push(order);
    else changes.push({ before: recorded, after: order });
  }
  return { orders, changes };
}
