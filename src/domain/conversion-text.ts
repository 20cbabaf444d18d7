import type { ConversionEntry } from "./conversion.ts";
import type { FieldError } from "./errors.ts";
import { readShopTime } from "./shop-time.ts";

/** What can be said of an order where everything is text: the parameters of a postback, the columns of a file. */
export const CONVERSION_FIELDS = [
  "order_id",
  "event",
  "refund_id",
  "click_id",
  "code",
  "value",
  "currency",
  "time",
] as const;

export type ConversionField = (typeof CONVERSION_FIELDS)[number];

/** The fields of one order or refund; one that is empty or not there is not given. */
export type ConversionTexts = Partial<Record<ConversionField, string>>;

interface Belonging {
  campaignId: string;
  /** Stands for a zone that a time does not have, e.g. `+02:00`; null refuses such a time. */
  utcOffset: string | null;
}

/**
 * An entry from its texts, or every field that cannot be read, by a pointer into the entry. Whether the order can be
 * recorded is not decided here.
 */
export function entryOfTexts(
  texts: ConversionTexts,
  { campaignId, utcOffset }: Belonging,
): ConversionEntry | FieldError[] {
  const given = (field: ConversionField) => texts[field] || null;
  const orderId = given("order_id");
  const event = eventOf(given("event"));
  const time = given("time");
  const occurredAt = time === null ? null : readShopTime(time, utcOffset);
  const errors: FieldError[] = [
    ...(orderId === null ? [{ pointer: "#/order_id", detail: "is required" }] : []),
    ...(event === null ? [{ pointer: "#/event", detail: "must be order or refund" }] : []),
    ...(time !== null && occurredAt === null ? [{ pointer: "#/time", detail: NO_TIME }] : []),
  ];
  if (orderId === null || event === null || errors.length > 0) return errors;
  return {
    campaignId,
    event,
    orderId,
    refundId: given("refund_id"),
    clickId: given("click_id"),
    code: given("code"),
    value: given("value"),
    currency: given("currency"),
    occurredAt,
  };
}

const NO_TIME = "must be an instant with its zone, such as 2026-06-01T12:00:00Z or 2026-06-01 14:00:00 +0200";

function eventOf(text: string | null): ConversionEntry["event"] | null {
  if (text === null) return "order";
  return text === "order" || text === "refund" ? text : null;
}
