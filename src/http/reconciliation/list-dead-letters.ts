import { createRoute, z } from "@hono/zod-openapi";
import { type DeadLetterRow, listDeadLetters } from "../../db/queries/dead-letters.ts";
import { isoOrNull } from "../../domain/time.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, PageQuery, page } from "../schemas.ts";

const DeadLetter = z
  .object({
    dead_letter_id: id("dlq", "The dead letter."),
    report_id: id("rep", "The report that could not be judged."),
    cause: z.string().openapi({ example: "commit_failed" }),
    detail: z.string().openapi({ description: "What failed, for an operator." }),
    created_at: Instant,
    closed_at: Instant.nullable().openapi({
      description: "When the report was taken up again; null while open.",
    }),
  })
  .openapi("DeadLetter");

const Query = z.strictObject({
  ...PageQuery.shape,
  open: z
    .enum(["true", "false"], { error: "must be true or false" })
    .default("true")
    .openapi({ description: "true: those still open; false: those closed." }),
});

const route = createRoute({
  operationId: "listDeadLetters",
  method: "get",
  path: "/reconciliation/dead-letters",
  summary: "List reports that could not be judged",
  description: "Newest first. POST /reconciliation/run takes one up again.",
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { query: Query },
  responses: { 200: json(page(DeadLetter, "DeadLetterPage"), "A page."), ...problems(401, 403, 422) },
});

function presentDeadLetter(row: DeadLetterRow): z.infer<typeof DeadLetter> {
  return {
    dead_letter_id: row.id,
    report_id: row.report_id,
    cause: row.cause,
    detail: row.detail,
    created_at: new Date(row.created_at).toISOString(),
    closed_at: isoOrNull(row.closed_at),
  };
}

export const listDeadLettersOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const wanted = pageRequest(query);
  const rows = await listDeadLetters(c.var.ctx.db, { open: query.open === "true" }, wanted);
  const idOf = (row: DeadLetterRow) => row.id;
  return c.json(toPage(c, rows, { limit: wanted.limit, idOf, toItem: presentDeadLetter }), 200);
});
