import { z } from "@hono/zod-openapi";
import { CONVERSION_EVENTS, CONVERSIONS_PER_CALL, type ConversionEntry } from "../../domain/conversion.ts";
import { InstantInput, id } from "../schemas.ts";

const shopId = (description: string, example: string) =>
  z.string().openapi({ description, minLength: 1, maxLength: 100, example });

// What a field holds is judged entry by entry, so that a bad one holds up no other; here is only its shape.
const ConversionInput = z
  .strictObject({
    campaign_id: id("cmp", "The campaign."),
    order_id: shopId("The shop's own id of the order: 1 to 100 printable characters.", "ORD-1001"),
    event: z
      .enum(CONVERSION_EVENTS, { error: `must be one of ${CONVERSION_EVENTS.join(", ")}` })
      .optional()
      .openapi({
        default: "order",
        description: "A refund takes back all that is left of an order, or with a value a part.",
      }),
    refund_id: shopId("The shop's own id of the refund. Needed for a part.", "REF-7").optional(),
    click_id: z
      .string()
      .optional()
      .openapi({ description: "As the landing page was given it. Decides before `code`." }),
    code: z.string().optional().openapi({
      description: "The code of a tracked link, where no click is known.",
      example: "0k7m2q9x4a",
    }),
    value: z
      .union([z.string(), z.number()], { error: "must be a decimal number, as text or as a number" })
      .transform(String)
      .optional()
      .openapi({
        type: ["string", "number"],
        description: "In units of the currency, with no more decimals than it has. Text loses no digit.",
        example: "19.99",
      }),
    currency: z
      .string()
      .optional()
      .openapi({ description: "ISO 4217; the campaign's, and only that.", example: "USD" }),
    time: InstantInput.optional().openapi({ description: "When it happened; now if left out." }),
  })
  .openapi("ConversionInput");

type Input = z.infer<typeof ConversionInput>;

const Batch = z
  .array(ConversionInput)
  .min(1, { error: "must have at least one entry" })
  .max(CONVERSIONS_PER_CALL, { error: `must have at most ${CONVERSIONS_PER_CALL} entries` });

/** What was asked for: one conversion, or several that are answered each for itself. */
type ReportedConversions = { single: true; inputs: [Input] } | { single: false; inputs: Input[] };

/** One conversion, or `{ "conversions": [ … ] }`. */
export const ConversionsBody = z
  .strictObject({ ...ConversionInput.partial().shape, conversions: Batch.optional() })
  .openapi("ConversionReport", {
    description:
      "One conversion, whose `campaign_id` and `order_id` are then required; or `conversions` alone.",
  })
  .transform(({ conversions, ...one }, c): ReportedConversions => {
    const refuse = (name: string, message: string) => c.addIssue({ code: "custom", path: [name], message });
    if (conversions !== undefined) {
      for (const name of Object.keys(one)) refuse(name, "must not be given beside conversions");
      return { single: false, inputs: conversions };
    }
    const { campaign_id, order_id } = one;
    if (campaign_id !== undefined && order_id !== undefined) {
      return { single: true, inputs: [{ ...one, campaign_id, order_id }] };
    }
    for (const [name, value] of Object.entries({ campaign_id, order_id })) {
      if (value === undefined) refuse(name, "is required");
    }
    return z.NEVER;
  });

/** An entry of the body as the service takes it. */
export function toEntry(input: Input): ConversionEntry {
  return {
    campaignId: input.campaign_id,
    event: input.event ?? "order",
    orderId: input.order_id,
    refundId: input.refund_id ?? null,
    // A shop that has no click sends an empty one, as in a postback.
    clickId: input.click_id || null,
    code: input.code || null,
    value: input.value ?? null,
    currency: input.currency ?? null,
    occurredAt: input.time ?? null,
  };
}
