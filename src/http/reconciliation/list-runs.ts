import { createRoute, z } from "@hono/zod-openapi";
import { listRuns } from "../../db/queries/runs.ts";
import { LANES } from "../../domain/lane.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { SCAN_NOTE, toScanPage } from "../scanned-page.ts";
import { json, PageQuery, page } from "../schemas.ts";
import { presentRun, RUN_TRIGGERS, Run } from "./runs.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  trigger: z.enum(RUN_TRIGGERS).optional(),
  lane: z.enum(LANES).optional(),
});

const route = createRoute({
  operationId: "listRuns",
  method: "get",
  path: "/reconciliation/runs",
  summary: "List executed batches",
  description: `Newest first. ${SCAN_NOTE}`,
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { query: Query },
  responses: { 200: json(page(Run, "ReconciliationRunPage"), "A page."), ...problems(401, 403, 422) },
});

export const listRunsOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const wanted = pageRequest(query);
  const filters = { trigger: query.trigger ?? null, lane: query.lane ?? null };
  const found = await listRuns(c.var.ctx.db, filters, wanted);
  const idOf = (row: { id: string }) => row.id;
  return c.json(toScanPage(c, found, { limit: wanted.limit, idOf, toItem: presentRun }), 200);
});
