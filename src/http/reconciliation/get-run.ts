import { createRoute, z } from "@hono/zod-openapi";
import { findRun } from "../../db/queries/runs.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { presentRunDetail, RunDetail } from "./runs.ts";

const route = createRoute({
  operationId: "getRun",
  method: "get",
  path: "/reconciliation/runs/{id}",
  summary: "Read an executed batch",
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: id("run", "The run.") }) },
  responses: { 200: json(RunDetail, "The run."), ...problems(401, 403, 404, 422) },
});

export const getRunOperation = createRouter().openapi(route, async (c) => {
  const row = await findRun(c.var.ctx.db, c.req.valid("param").id);
  if (!row) throw new ClaimcheckError("not_found", "There is no such run.");
  return c.json(presentRunDetail(row), 200);
});
