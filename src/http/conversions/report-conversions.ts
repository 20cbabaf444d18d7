import { createRoute, z } from "@hono/zod-openapi";
import type { ConversionOutcome } from "../../domain/conversion.ts";
import { ClaimcheckError, type FieldError } from "../../domain/errors.ts";
import { recordConversions } from "../../services/record-conversions.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { ConversionsBody, toEntry } from "./conversion-body.ts";
import { AttributionName } from "./schemas.ts";

const Receipt = z
  .object({
    order_id: z.string(),
    result: z.enum(["recorded", "duplicate"]),
    attribution: AttributionName,
  })
  .openapi("ConversionReceipt");

const EntryError = z
  .object({
    code: z
      .enum(["validation_failed", "conflict"])
      .openapi({ description: "A conflict is one with what is recorded." }),
    pointer: z
      .string()
      .openapi({ description: "JSON Pointer into the body.", example: "#/conversions/3/value" }),
    detail: z.string(),
  })
  .openapi("ConversionEntryError");

const EntryResult = z
  .object({
    index: z.int().openapi({ description: "Which entry, counted from 0." }),
    order_id: z.string(),
    result: z.enum(["recorded", "duplicate", "refused"]),
    attribution: AttributionName.nullable().openapi({ description: "Null if it was refused." }),
    error: EntryError.nullable(),
  })
  .openapi("ConversionResult");

const Results = z
  .object({
    recorded: z.int(),
    duplicates: z.int(),
    refused: z.int(),
    results: z.array(EntryResult).openapi({ description: "One an entry, in their order." }),
  })
  .openapi("ConversionResults");

const route = createRoute({
  operationId: "reportConversions",
  summary: "Report orders and refunds",
  description:
    "One, or up to 500 as `conversions`. An order is recorded once per campaign and `order_id`: sending it again is safe, " +
    "and other content under the same id is refused. Orders whose click or code is unknown are kept, unattributed. Of " +
    "several, each is recorded or refused for itself, in their order: an order may be followed by its refund. A body " +
    "that has not the described shape is refused as a whole.",
  method: "post",
  path: "/conversions",
  tags: ["Conversions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { body: jsonBody(ConversionsBody) },
  responses: {
    200: json(z.union([Receipt, Results]), "Recorded before, or the results of several."),
    201: json(Receipt, "Recorded."),
    ...problems(400, 401, 403, 409, 413, 415, 422, 503),
  },
});

export const reportConversionsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { single, inputs } = c.req.valid("json");
  const scope = { advertiserId: actor.role === "advertiser" ? actor.advertiserId : null };
  const outcomes = await recordConversions(ctx, scope, inputs.map(toEntry), "API");
  const [first] = outcomes;
  if (!single || first === undefined) return c.json(presentResults(outcomes), 200);
  const receipt = presentReceipt(first);
  return receipt.result === "recorded" ? c.json(receipt, 201) : c.json(receipt, 200);
});

/** @throws {ClaimcheckError} validation_failed or conflict if it was refused */
function presentReceipt(outcome: ConversionOutcome): z.infer<typeof Receipt> {
  const { orderId, result, attribution, error, conflict } = outcome;
  if (result !== "refused" && attribution !== null) return { order_id: orderId, result, attribution };
  const detail = conflict
    ? "It is recorded under this id with other content."
    : "The conversion was refused.";
  throw new ClaimcheckError(conflict ? "conflict" : "validation_failed", detail, {
    errors: error === null ? [] : [error],
  });
}

function presentResults(outcomes: readonly ConversionOutcome[]): z.infer<typeof Results> {
  const count = (wanted: ConversionOutcome["result"]) =>
    outcomes.filter(({ result }) => result === wanted).length;
  return {
    recorded: count("recorded"),
    duplicates: count("duplicate"),
    refused: count("refused"),
    results: outcomes.map(({ orderId, result, attribution, error, conflict }, index) => ({
      index,
      order_id: orderId,
      result,
      attribution,
      error: error === null ? null : presentError(error, { conflict, index }),
    })),
  };
}

function presentError(
  { pointer, detail }: FieldError,
  { conflict, index }: { conflict: boolean; index: number },
): z.infer<typeof EntryError> {
  return {
    code: conflict ? "conflict" : "validation_failed",
    pointer: pointer.replace("#", `#/conversions/${index}`),
    detail,
  };
}
