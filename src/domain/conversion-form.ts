import type { ConversionEntry } from "./conversion.ts";
import type { FieldError } from "./errors.ts";
import { isCurrency } from "./minor-units.ts";

/** When an entry is looked at, ms UTC, and how far the clocks of shops may be off. */
export interface ConversionClock {
  now: number;
  skewMs: number;
}

/** No order is older: what claims to be has its time in seconds, or none. */
const EARLIEST = Date.UTC(2015, 0, 1);

// Neither control and format characters, which nobody sees, nor line breaks, nor halves of a character.
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u;
const ID_DETAIL = "must be 1 to 100 printable characters, without a space at either end";

const isShopId = (text: string): boolean => PRINTABLE.test(text) && text === text.trim();

/** Whether an entry's ids are any that could be recorded, and so are worth looking up. */
export const hasShopIds = ({ orderId, refundId }: ConversionEntry): boolean =>
  isShopId(orderId) && (refundId === null || isShopId(refundId));

/** What is wrong with an entry whatever is recorded, or null. */
export function formError(entry: ConversionEntry, clock: ConversionClock): FieldError | null {
  const { orderId, value, currency } = entry;
  if (!isShopId(orderId)) return { pointer: "#/order_id", detail: ID_DETAIL };
  if (currency !== null && value === null) {
    return { pointer: "#/currency", detail: "must be given with a value" };
  }
  if (currency !== null && !isCurrency(currency)) {
    return { pointer: "#/currency", detail: "must be three capital letters, ISO 4217" };
  }
  return refundIdError(entry) ?? timeError(entry, clock);
}

function refundIdError({ event, refundId }: ConversionEntry): FieldError | null {
  if (refundId === null) return null;
  const pointer = "#/refund_id";
  if (event === "order") return { pointer, detail: "belongs to a refund" };
  return isShopId(refundId) ? null : { pointer, detail: ID_DETAIL };
}

function timeError({ occurredAt }: ConversionEntry, { now, skewMs }: ConversionClock): FieldError | null {
  if (occurredAt === null) return null;
  const pointer = "#/time";
  if (occurredAt > now + skewMs) return { pointer, detail: "must not lie in the future" };
  return occurredAt < EARLIEST ? { pointer, detail: "must not lie before 2015-01-01" } : null;
}
