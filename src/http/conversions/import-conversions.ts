import { createRoute, z } from "@hono/zod-openapi";
import {
  IMPORT_ROWS_LIMIT,
  type ImportedConversions,
  importConversions,
} from "../../services/import-conversions.ts";
import { allow, BEARER } from "../allow.ts";
import { CampaignId } from "../campaigns/schemas.ts";
import { isCsv } from "../json-body.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";

/** Refused rows that an answer shows. */
const SHOWN_REFUSALS = 200;

const column = (what: string) =>
  z
    .string()
    .max(200, { error: "must be at most 200 characters" })
    .optional()
    .openapi({ description: `The column of ${what}, as the file names it. Empty: the file has none.` });

const Query = z.strictObject({
  order_id: column("the order's id").openapi({ example: "Name" }),
  event: column("`order` or `refund`; without it all rows are orders"),
  refund_id: column("the refund's id"),
  click_id: column("the click id"),
  code: column("the code of a tracked link"),
  value: column("the value, a decimal such as 59.90").openapi({ example: "Total" }),
  currency: column("the currency; without it the campaign's"),
  time: column("the time").openapi({ example: "Created at" }),
  utc_offset: z
    .string()
    .regex(/^(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/, { error: "must be an offset such as +02:00, or Z" })
    .optional()
    .openapi({
      description:
        "Stands for the zone of times without one. In an address a plus is a space: write it as %2B.",
      example: "+02:00",
    }),
});

const ConversionImport = z
  .object({
    rows: z.int().openapi({ description: "Rows of the file below its header, blank lines apart." }),
    recorded: z.int().openapi({ description: "Rows that were recorded now." }),
    unattributed: z.int().openapi({ description: "Of the recorded ones, those that count for no link." }),
    duplicates: z.int().openapi({ description: "Rows that were recorded before; nothing was counted." }),
    further_lines: z.int().openapi({
      description: "Rows that say nothing new of an earlier row's order, such as its further items.",
    }),
    refused: z.int(),
    refusals: z
      .array(
        z.object({
          line: z.int().openapi({ description: "The file's first line is 1." }),
          column: z.string().nullable().openapi({ description: "Null: the row as a whole." }),
          detail: z.string(),
        }),
      )
      .max(SHOWN_REFUSALS)
      .openapi({ description: `The first ${SHOWN_REFUSALS} refused rows, in the order of the file.` }),
    refusals_left_out: z.int().openapi({ description: "Refused rows that are not shown." }),
  })
  .openapi("ConversionImport");

const DESCRIPTION =
  `Takes a shop's export as it is: CSV with a header, at most 1 MiB and ${IMPORT_ROWS_LIMIT} rows, with commas, semicolons ` +
  "or tabs. Columns are found by our names or by those the query gives; others are passed over. A row that cannot be taken " +
  "is refused alone. The same file again changes nothing.";

const route = createRoute({
  operationId: "importConversions",
  method: "post",
  path: "/campaigns/{id}/conversions/import",
  summary: "Import conversions from a file",
  description: DESCRIPTION,
  tags: ["Conversions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: {
    params: z.object({ id: CampaignId }),
    query: Query,
    body: {
      required: true,
      content: {
        "text/csv": {
          schema: z.string().openapi({ example: "order_id,value,time\nA-1,59.90,2026-06-01T12:00:00Z\n" }),
        },
      },
    },
  },
  responses: {
    200: json(ConversionImport, "What became of the rows."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

export const importConversionsOperation = createRouter().openapi(route, async (c) => {
  const { utc_offset = null, ...columns } = c.req.valid("query");
  const imported = await importConversions(c.var.ctx, c.var.actor, {
    campaignId: c.req.valid("param").id,
    file: isCsv(c.req.raw.headers) ? await c.req.arrayBuffer() : null,
    columns,
    utcOffset: utc_offset,
  });
  return c.json(toWire(imported), 200);
});

function toWire(imported: ImportedConversions): z.infer<typeof ConversionImport> {
  const { rows, recorded, unattributed, duplicates, furtherLines, refused } = imported;
  return {
    rows,
    recorded,
    unattributed,
    duplicates,
    further_lines: furtherLines,
    refused: refused.length,
    refusals: refused.slice(0, SHOWN_REFUSALS),
    refusals_left_out: Math.max(0, refused.length - SHOWN_REFUSALS),
  };
}
