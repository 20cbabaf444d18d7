import { createRoute, z } from "@hono/zod-openapi";
import type { ConversionOutcome } from "../../domain/conversion.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import type { PostbackParameter } from "../../domain/postback.ts";
import { checkPostback, inQuery } from "../../services/check-postback.ts";
import { previewConversions } from "../../services/preview-conversions.ts";
import { recordConversions } from "../../services/record-conversions.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { AttributionName } from "./schemas.ts";

/** Every parameter; `sig` is the last. */
const PARAMETERS: Record<PostbackParameter, string> = {
  campaign_id: "The campaign.",
  order_id: "The shop's id of the order.",
  event: "`order`, the default, or `refund`.",
  refund_id: "The shop's id of the refund, if a part is refunded.",
  click_id: "As the landing page was told it.",
  code: "The code of a tracked link, where there is no click id.",
  value: "A decimal such as 59.90. Of a refund: what is refunded; left out, all that is left.",
  currency: "ISO 4217; left out, the campaign's.",
  time: "When it was ordered or refunded, with its zone; left out, now.",
  ts: "When the address was signed, in whole seconds since 1970.",
  test: "`1`: everything is checked and nothing is stored.",
  sig: "Hex of the HMAC-SHA-256 of the query as it is sent, up to `&sig=`, by the campaign's postback secret.",
};

const REQUIRED: readonly string[] = ["campaign_id", "order_id", "ts", "sig"];

const PostbackAnswer = z
  .object({
    result: z.enum(["recorded", "duplicate"]),
    stored: z.boolean().openapi({ description: "Whether this request has changed anything." }),
    order_id: z.string(),
    attribution: AttributionName,
    message: z.string().openapi({ description: "The same for people." }),
  })
  .openapi("PostbackAnswer");

const DESCRIPTION =
  "For shops that can only call an address. The query is signed with the campaign's postback secret; an empty parameter is " +
  "as if it was left out. The same order again, whoever sends it, is a duplicate and nothing is counted. HEAD checks " +
  "as `test=1` does. docs/tracking-integration.md has snippets.";

const route = createRoute({
  operationId: "recordPostback",
  method: "get",
  path: "/conversions/postback",
  summary: "Record a conversion by a signed address",
  description: DESCRIPTION,
  tags: ["Conversions"],
  security: [],
  // Not `request.query`: what is signed is the query as it was sent, so the service reads it in that form.
  parameters: Object.entries(PARAMETERS).map(([name, description]) => ({
    name,
    in: "query" as const,
    description,
    required: REQUIRED.includes(name),
    schema: { type: "string" as const },
  })),
  responses: {
    200: json(PostbackAnswer, "Recorded, or recorded before."),
    401: { ...problems(401)[401], description: "The signature is wrong, too old, or from the future." },
    ...problems(409, 422, 503),
  },
});

export const recordPostbackOperation = createRouter().openapi(route, async (c) => {
  const { ctx } = c.var;
  const { advertiserId, entry, test } = await checkPostback(ctx, new URL(c.req.url).search.slice(1));
  // Who asks for the head alone, such as a preview of a pasted address, means no order.
  const stores = !test && c.req.method === "GET";
  const [outcome] = stores
    ? await recordConversions(ctx, { advertiserId }, [entry], "POSTBACK")
    : await previewConversions(ctx, { advertiserId }, [entry]);
  if (outcome === undefined) throw new RangeError("one entry has one outcome");
  return c.json(toWire(outcome, stores), 200);
});

/** @throws {ClaimcheckError} conflict or validation_failed, if it was refused */
function toWire(outcome: ConversionOutcome, stores: boolean): z.infer<typeof PostbackAnswer> {
  const { orderId, result, attribution, error, conflict } = outcome;
  if (result === "refused" || attribution === null) {
    const code = conflict ? "conflict" : "validation_failed";
    const detail = conflict ? "The order is recorded with other content." : "One parameter is not valid.";
    throw new ClaimcheckError(code, detail, { errors: error === null ? [] : [inQuery(error)] });
  }
  const stored = stores && result === "recorded";
  return { result, stored, order_id: orderId, attribution, message: messageOf(result, stores) };
}

function messageOf(result: "recorded" | "duplicate", stores: boolean): string {
  if (result === "duplicate") return "This was recorded before; nothing is counted again.";
  return stores ? "Recorded." : "Everything is right. This is a test, so nothing was stored.";
}
