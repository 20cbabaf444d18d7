import { createRoute, z } from "@hono/zod-openapi";
import { listSubmissions } from "../../db/queries/list-submissions.ts";
import { affiliateExists } from "../../db/queries/report-sets.ts";
import { owns } from "../../domain/actor.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { toScanPage } from "../scanned-page.ts";
import { id, json, PageQuery } from "../schemas.ts";
import { presentSubmission, SubmissionPage } from "./schemas.ts";

const route = createRoute({
  operationId: "listAffiliateSubmissions",
  method: "get",
  path: "/affiliates/{id}/submissions",
  summary: "List the submissions of an affiliate",
  tags: ["Submissions"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: {
    params: z.object({ id: id("aff", "The affiliate; its own id for an affiliate.") }),
    query: z.strictObject(PageQuery.shape),
  },
  responses: { 200: json(SubmissionPage, "A page, newest first."), ...problems(401, 403, 404, 422) },
});

const unknown = () => new ClaimcheckError("not_found", "There is no such affiliate.");

export const listAffiliateSubmissionsOperation = createRouter().openapi(route, async (c) => {
  const { actor, ctx } = c.var;
  const affiliateId = c.req.valid("param").id;
  if (!owns(actor, { affiliateId })) throw unknown();
  const page = pageRequest(c.req.valid("query"));
  const filters = { campaignId: null, affiliateId, platform: null, status: null };
  const found = await listSubmissions(ctx.db, actor, filters, page);
  if (found.rows.length === 0 && !(await affiliateExists(ctx.db, affiliateId))) throw unknown();
  const shape = { limit: page.limit, idOf: (row: { id: string }) => row.id, toItem: presentSubmission };
  return c.json(toScanPage(c, found, shape), 200);
});
