import { z } from "@hono/zod-openapi";
import { type ConversionRow, REFUNDS_SHOWN, type RefundRow } from "../../db/queries/list-conversions.ts";
import { ATTRIBUTIONS, CONVERSION_METHODS } from "../../domain/conversion.ts";
import { isoOrNull } from "../../domain/time.ts";
import { Instant, id } from "../schemas.ts";

export const AttributionName = z.enum(ATTRIBUTIONS).openapi({
  description:
    "`click` and `code`: it counts for that link. The others are kept and count for none: nothing was named, the click " +
    "or code is unknown, the click is older than the campaign's window, or it was after the order.",
});

const ConversionFields = {
  campaign_id: id("cmp", "The campaign."),
  order_id: z.string().openapi({ description: "The shop's own id of the order.", example: "ORD-1001" }),
  attribution: AttributionName,
  link_code: z
    .string()
    .nullable()
    .openapi({ description: "The tracked link it counts for.", example: "0k7m2q9x4a" }),
  submission_id: id("sub", "The submission of that link; null if the link is attached to none.").nullable(),
  affiliate_id: id("aff", "Whose link it is.").nullable(),
  clicked_at: Instant.nullable().openapi({
    description: "When the click was; null if no click of ours is named.",
  }),
  automated_click: z.boolean().nullable().openapi({
    description: "Whether the click is suspected automation; null if no click of ours is named.",
  }),
  occurred_at: Instant,
  received_at: Instant,
  value_minor: z
    .int()
    .nullable()
    .openapi({ description: "In minor units (cents); null if no value was reported.", example: 1999 }),
  currency: z.string().nullable().openapi({ example: "USD" }),
  refunded_minor: z.int().openapi({ description: "How much of the value was taken back." }),
  reversed_at: Instant.nullable().openapi({ description: "When nothing of it was left." }),
  method: z.enum(CONVERSION_METHODS).openapi({ description: "How it was reported." }),
};

/** An order as lists show it. */
export const Conversion = z.object(ConversionFields).openapi("Conversion");

const RefundSchema = z
  .object({
    refund_id: z.string().openapi({ description: "The shop's own id; `full` for a reversal that has none." }),
    amount_minor: z.int().nullable().openapi({ description: "Null for an order without a value." }),
    occurred_at: Instant,
    received_at: Instant,
  })
  .openapi("Refund");

export const ConversionDetail = z
  .object({
    ...ConversionFields,
    refunds: z.array(RefundSchema).openapi({ description: `The first ${REFUNDS_SHOWN}.` }),
  })
  .openapi("ConversionDetail");

export function presentConversion(row: ConversionRow): z.infer<typeof Conversion> {
  return {
    ...row,
    clicked_at: isoOrNull(row.clicked_at),
    automated_click: row.clicked_at === null ? null : row.automated_click === 1,
    occurred_at: new Date(row.occurred_at).toISOString(),
    received_at: new Date(row.received_at).toISOString(),
    reversed_at: isoOrNull(row.reversed_at),
  };
}

export function presentRefund(row: RefundRow): z.infer<typeof RefundSchema> {
  return {
    ...row,
    occurred_at: new Date(row.occurred_at).toISOString(),
    received_at: new Date(row.received_at).toISOString(),
  };
}
