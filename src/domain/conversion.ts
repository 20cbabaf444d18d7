import type { FieldError } from "./errors.ts";

/** What an order counts for: by a click, by a link's code alone, or why by neither. */
export const ATTRIBUTIONS = [
  "click",
  "code",
  "none_given",
  "unknown_click",
  "expired_click",
  "unknown_code",
  "before_click",
] as const;
export type Attribution = (typeof ATTRIBUTIONS)[number];

export const CONVERSION_EVENTS = ["order", "refund"] as const;
export type ConversionEvent = (typeof CONVERSION_EVENTS)[number];

/** How a conversion was told: by the API, by a signed address that a shop calls, or from a file. */
export const CONVERSION_METHODS = ["API", "POSTBACK", "IMPORT"] as const;
export type ConversionMethod = (typeof CONVERSION_METHODS)[number];

/** Most entries that are recorded at once. */
export const CONVERSIONS_PER_CALL = 500;

/** An order, or a refund of one, as an advertiser tells it; null is what was left out. */
export interface ConversionEntry {
  campaignId: string;
  event: ConversionEvent;
  orderId: string;
  refundId: string | null;
  clickId: string | null;
  code: string | null;
  /** Decimal text in units of the currency. A refund without one is of all that is left. */
  value: string | null;
  /** ISO 4217 */
  currency: string | null;
  /** ms UTC */
  occurredAt: number | null;
}

/** What became of one entry. */
export interface ConversionOutcome {
  orderId: string;
  /** `duplicate`: it was recorded before with the same content, and nothing was counted. */
  result: "recorded" | "duplicate" | "refused";
  /** Of the order, also for its refunds; null if the entry was refused. */
  attribution: Attribution | null;
  /** Why it was refused; the pointer is relative to the entry. */
  error: FieldError | null;
  /** Whether the refusal is a conflict with what is recorded. */
  conflict: boolean;
}

/** An order as it is recorded. */
export interface Order {
  campaignId: string;
  orderId: string;
  /** The code of the link it counts for; null if it is attributed to none. */
  link: string | null;
  attribution: Attribution;
  /** When the click was that it names, ms UTC; null if it names none of ours. */
  clickedAt: number | null;
  /** Whether that click is suspected automation. */
  automatedClick: boolean;
  occurredAt: number;
  /** In minor units of the currency; both null if no value was told. */
  valueMinor: number | null;
  currency: string | null;
  refundedMinor: number;
  /** When the latest refund was, ms UTC. */
  refundedAt: number | null;
  /** When nothing of it was left, ms UTC. */
  reversedAt: number | null;
}

/** A refund as it is recorded. */
export interface Refund {
  campaignId: string;
  orderId: string;
  refundId: string;
  /** Null for an order without a value. */
  amountMinor: number | null;
  occurredAt: number;
}

/** The id of a refund that has none of its own: a reversal of all that is left. */
export const FULL_REFUND = "full";

/** Tells an order apart from all others; an id of a campaign has no space. */
export const orderKey = ({ campaignId, orderId }: Pick<Order, "campaignId" | "orderId">): string =>
  `${campaignId} ${orderId}`;

/** Tells a refund apart from all others: a line break is in no order's id. */
export const refundKey = (refund: Pick<Refund, "campaignId" | "orderId" | "refundId">): string =>
  `${orderKey(refund)}\n${refund.refundId}`;

/** The refund that an entry speaks of. */
export const refundIdOf = ({ refundId }: ConversionEntry): string => refundId ?? FULL_REFUND;
