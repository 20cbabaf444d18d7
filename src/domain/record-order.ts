import {
  attributeOrder,
  type KnownLinks,
  namesNothing,
  type ReadEntry,
  type Reference,
  sameReference,
} from "./attribute-order.ts";
import type { ConversionEntry, Order, Refund } from "./conversion.ts";
import type { ConversionClock } from "./conversion-form.ts";
import type { FieldError } from "./errors.ts";
import { parseOrderValue } from "./order-value.ts";

/** What recording has to know of a campaign. */
export interface ConversionCampaign {
  id: string;
  advertiserId: string;
  currency: string | null;
  /** ms UTC */
  startsAt: number;
  attributionDays: number;
  /** From when on all its conversions are reported; null while that is not known. */
  conversionsFrom: number | null;
  /** Whether an order of it counts for a link already. */
  hasAttributed: boolean;
}

/** Everything that one entry is decided by. */
export interface EntryContext {
  campaign: ConversionCampaign;
  links: KnownLinks;
  /** The order as it is recorded, or null. */
  order: Order | null;
  /** The refund of that id as it is recorded, or null. */
  refund: Refund | null;
  clock: ConversionClock;
}

/** What is to be done about an entry. */
export type EntryDecision =
  /** The order as it becomes, and the refund that made it so. */
  | { kind: "record"; order: Order; refund: Refund | null }
  | { kind: "duplicate"; order: Order }
  | { kind: "refuse"; error: FieldError; conflict: boolean };

export const refuse = (pointer: string, detail: string): EntryDecision => ({
  kind: "refuse",
  error: { pointer, detail },
  conflict: false,
});

/** The refusal of what differs from what is recorded. */
export const contradict = (pointer: string, what: "order" | "refund"): EntryDecision => ({
  kind: "refuse",
  error: { pointer, detail: `differs from what is recorded of this ${what}` },
  conflict: true,
});

/** An amount in minor units, or null where none was told. */
interface Told {
  minor: number | null;
  currency: string | null;
}

/**
 * The value of an entry in the currency of its order or, before there is one, of its campaign; or what is wrong with it.
 */
export function readValue(
  { value, currency }: ConversionEntry,
  { campaign, order }: Pick<EntryContext, "campaign" | "order">,
): Told | FieldError {
  if (value === null) return { minor: null, currency: null };
  const expected = order?.currency ?? campaign.currency;
  if (expected === null) {
    return {
      pointer: "#/currency",
      detail: "the campaign has no currency: set one before values are reported",
    };
  }
  if (currency !== null && currency !== expected) {
    return { pointer: "#/currency", detail: `must be ${expected}, the campaign's currency` };
  }
  const minor = parseOrderValue(value, expected);
  return typeof minor === "string" ? { pointer: "#/value", detail: minor } : { minor, currency: expected };
}

/**
 * Records an order once: the same content again is a duplicate, other content is refused. An order that named nothing of
 * ours takes what a later report of it names: exports and shops' own servers do not know the click, and may come first.
 */
export function decideOrder(read: ReadEntry, context: EntryContext): EntryDecision {
  const { entry } = read;
  const { campaign, links, order: recorded, clock } = context;
  const told = readValue(entry, context);
  if ("pointer" in told) return { kind: "refuse", error: told, conflict: false };
  const at = recorded?.occurredAt ?? entry.occurredAt ?? clock.now;
  const { advertiserId, attributionDays: windowDays } = campaign;
  const reference = attributeOrder(read, links, { at, skewMs: clock.skewMs, windowDays, advertiserId });
  if (recorded !== null) return compare(recorded, { entry, told, reference });
  const order: Order = {
    campaignId: campaign.id,
    orderId: entry.orderId,
    ...reference,
    occurredAt: at,
    valueMinor: told.minor,
    currency: told.currency,
    refundedMinor: 0,
    refundedAt: null,
    reversedAt: null,
  };
  return { kind: "record", order, refund: null };
}

/** A time that was left out is the one of the first report, and so are a click and code. */
function compare(
  order: Order,
  { entry, told, reference }: { entry: ConversionEntry; told: Told; reference: Reference },
): EntryDecision {
  if (told.minor !== order.valueMinor) return contradict("#/value", "order");
  if (entry.occurredAt !== null && entry.occurredAt !== order.occurredAt)
    return contradict("#/time", "order");
  const same = reference.attribution === "none_given" || sameReference(order, reference);
  if (same) return { kind: "duplicate", order };
  if (namesNothing(order)) return { kind: "record", order: { ...order, ...reference }, refund: null };
  return contradict(entry.clickId === null ? "#/code" : "#/click_id", "order");
}
