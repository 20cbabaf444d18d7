import { z } from "@hono/zod-openapi";
import { METRICS, type Metrics } from "../domain/metrics.ts";
import { type IdKind, idPattern } from "../lib/ids.ts";
import { PLATFORMS } from "../platforms/lookup.ts";

/** An id of a kind, e.g. `id("sub", "A submission")`. */
export const id = (kind: IdKind, description: string) =>
  z
    .string()
    .regex(idPattern(kind), `must be an id that begins with ${kind}_`)
    .openapi({ description, example: `${kind}_01KB3XPG5M8Q0V2W4Y6Z8A0C2E` });

/** An instant as the API answers it. */
export const Instant = z.iso
  .datetime()
  .openapi({ description: "ISO 8601, UTC.", example: "2026-06-01T12:00:00.000Z" });

/** An instant as the API takes it, with any offset, turned into ms UTC. */
export const InstantInput = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 instant such as 2026-06-01T12:00:00Z" })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", format: "date-time", example: "2026-06-01T12:00:00Z" });

export const PlatformName = z.enum(PLATFORMS, { error: `must be one of ${PLATFORMS.join(", ")}` });

/** A count that somebody claims: whole, not negative, at most 2^53 - 1 so that no digit is lost. */
export const Count = z
  .number({ error: "must be a whole number" })
  .multipleOf(1, { error: "must be a whole number" })
  .min(0, { error: "must not be negative" })
  .max(Number.MAX_SAFE_INTEGER, { error: "is too large" });

/** Six numbers, each null where it is not known. */
export const MetricsSchema = z
  .object(
    Object.fromEntries(METRICS.map((metric) => [metric, z.int().nullable()])) as Record<
      keyof Metrics,
      z.ZodNullable<z.ZodInt>
    >,
  )
  .openapi("Metrics", { description: "One count per metric; null is unknown or hidden, never 0." });

export { text } from "../lib/fields.ts";

export const DEFAULT_LIMIT = 50;

/** `limit` and `cursor` of every list. */
export const PageQuery = z.object({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, { error: "must be a whole number from 1 to 200" })
    .transform(Number)
    .refine((limit) => limit <= 200, { error: "must be a whole number from 1 to 200" })
    .optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: 200,
      default: DEFAULT_LIMIT,
      description: "Items a page.",
    }),
  cursor: z.string().max(200).optional().openapi({ description: "`next_cursor` of the page before." }),
});

/** A page of a list. */
export const page = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      data: z.array(item),
      next_cursor: z.string().nullable().openapi({ description: "For the next page; null on the last." }),
    })
    .openapi(name);

/** A response with a JSON body. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** A request body that must be there. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});
