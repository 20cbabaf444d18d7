import { type KnownLinks, type ReadEntry, referenceError } from "./attribute-order.ts";
import {
  type ConversionEntry,
  type ConversionEvent,
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
  links: KnownLinks;
  /** By {@link orderKey}. */
  orders: ReadonlyMap<string, Order>;
  /** By {@link refundKey}; all of an order that counts for no link and may do so now. */
  refunds: ReadonlyMap<string, Refund>;
}

/** A refund that is new, and what it does to its order. */
export interface NewRefund extends Refund {
  link: string | null;
  /** When nothing of the order was left if this refund took the rest, ms UTC. */
  reversesAt: number | null;
}

/** A recorded order that is changed. */
export interface OrderChange {
  before: Order;
  /** After all entries. */
  after: Order;
}

/** A recorded order that named nothing of ours until now. */
export interface NewReference extends OrderChange {
  /** Those that were recorded of it. */
  refunds: Refund[];
}

/** What is to be written. */
export interface ConversionPlan {
  /** In the order of the entries. */
  outcomes: ConversionOutcome[];
  /** As they are after all refunds of the plan. */
  orders: Order[];
  /** Recorded orders that refunds change. */
  changes: OrderChange[];
  references: NewReference[];
  refunds: NewRefund[];
  /** The orders that were told or taken back by entries that are not refused, new or not, as they are then. */
  told: { orders: Order[]; takenBack: Order[] };
}

/**
 * Decides entries in their order: each sees what the ones before it made of its order. Two identical ones are one and a
 * duplicate; an order may be followed by its refunds.
 */
export function planConversions(
  reads: readonly ReadEntry[],
  known: KnownConversions,
  clock: ConversionClock,
): ConversionPlan {
  const orders = new Map(known.orders);
  const refunds = new Map(known.refunds);
  const touched = new Set<string>();
  const added: NewRefund[] = [];
  const outcomes = reads.map((read) => {
    const decision = decide(read, { ...known, orders, refunds }, clock);
    if (decision.kind === "record") {
      const { order, refund } = decision;
      orders.set(orderKey(order), order);
      touched.add(orderKey(order));
      if (refund !== null) {
        refunds.set(refundKey(refund), refund);
        added.push({ ...refund, link: null, reversesAt: order.reversedAt });
      }
    }
    return toOutcome(read.entry, decision);
  });
  return {
    outcomes,
    ...writesOf(touched, known, orders),
    // What a later entry has its order count for, its refunds count for too.
    refunds: added.map((refund) => ({ ...refund, link: orders.get(orderKey(refund))?.link ?? null })),
    told: toldOf(reads, outcomes, orders),
  };
}

function decide(read: ReadEntry, known: KnownConversions, clock: ConversionClock): EntryDecision {
  const { entry } = read;
  const wrong = formError(entry, clock);
  if (wrong !== null) return { kind: "refuse", error: wrong, conflict: false };
  const campaign = known.campaigns.get(entry.campaignId);
  if (campaign === undefined) return refuse("#/campaign_id", "names no campaign of yours");
  const misplaced = referenceError(read, known.links, campaign.advertiserId);
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
  known: KnownConversions,
  after: ReadonlyMap<string, Order>,
): Pick<ConversionPlan, "orders" | "changes" | "references"> {
  const orders: Order[] = [];
  const changed: OrderChange[] = [];
  for (const key of touched) {
    const [recorded, order] = [known.orders.get(key), after.get(key)];
    if (order === undefined) continue;
    if (recorded === undefined) orders.push(order);
    else changed.push({ before: recorded, after: order });
  }
  const refunds = Map.groupBy(known.refunds.values(), orderKey);
  return {
    orders,
    changes: changed.filter(isRefunded),
    references: changed
      .filter(({ before, after }) => before.attribution !== after.attribution)
      .map((change) => ({ ...change, refunds: refunds.get(orderKey(change.after)) ?? [] })),
  };
}

const isRefunded = ({ before, after }: OrderChange): boolean =>
  before.refundedMinor !== after.refundedMinor || before.reversedAt !== after.reversedAt;

function toldOf(
  reads: readonly ReadEntry[],
  outcomes: readonly ConversionOutcome[],
  orders: ReadonlyMap<string, Order>,
): ConversionPlan["told"] {
  const taken = reads.map(({ entry }) => entry).filter((_, i) => outcomes[i]?.result !== "refused");
  const ordersOf = (event: ConversionEvent): Order[] => {
    const keys = new Set(taken.filter((entry) => entry.event === event).map(orderKey));
    return [...keys].flatMap((key) => orders.get(key) ?? []);
  };
  return { orders: ordersOf("order"), takenBack: ordersOf("refund") };
}
