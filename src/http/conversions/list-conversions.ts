import { createRoute, z } from "@hono/zod-openapi";
import { listConversions } from "../../db/queries/list-conversions.ts";
import { invalidField } from "../../domain/errors.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { SCAN_NOTE, toScanPage } from "../scanned-page.ts";
import { DEFAULT_LIMIT, id, json, PageQuery, page } from "../schemas.ts";
import { CURSOR_LIMIT, parsePlace, placeText } from "./cursor.ts";
import { Conversion, presentConversion } from "./schemas.ts";

const ATTRIBUTED = ["attributed", "unattributed"] as const;

const Query = z.strictObject({
  ...PageQuery.shape,
  cursor: z
    .string()
    .max(CURSOR_LIMIT)
    .optional()
    .openapi({ description: "`next_cursor` of the page before." }),
  // Asked for by the handler, so that a query of unknown parts is told of those.
  campaign_id: id("cmp", "The campaign.")
    .optional()
    .openapi({ param: { required: true } }),
  attribution: z
    .enum(ATTRIBUTED, { error: `must be one of ${ATTRIBUTED.join(", ")}` })
    .optional()
    .openapi({ description: "Only orders that count for a link, or only those that count for none." }),
});

const route = createRoute({
  operationId: "listConversions",
  summary: "List the orders of a campaign",
  description: `The latest order first. ${SCAN_NOTE}`,
  method: "get",
  path: "/conversions",
  tags: ["Conversions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { query: Query },
  responses: {
    200: json(page(Conversion, "ConversionPage"), "A page of orders."),
    ...problems(401, 403, 404, 422),
  },
});

export const listConversionsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { campaign_id: campaignId, attribution, limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  if (campaignId === undefined) throw invalidField("#query/campaign_id", "is required");
  const attributed = attribution === undefined ? null : attribution === "attributed";
  const filters = { campaignId, attributed, after: parsePlace(cursor), limit };
  const { rows, scannedTo } = orNotFound(await listConversions(ctx.db, actor, filters), "campaign");
  const found = { rows, scannedTo: scannedTo === null ? null : placeText(scannedTo) };
  return c.json(toScanPage(c, found, { limit, idOf: placeText, toItem: presentConversion }), 200);
});
