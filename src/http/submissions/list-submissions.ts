import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import { listSubmissions } from "../../db/queries/list-submissions.ts";
import { allow, BEARER } from "../allow.ts";
import type { AppEnv } from "../app-env.ts";
import { pageRequest } from "../page.ts";
import { problems } from "../problem.ts";
import { ReportStatusName } from "../reconciliation/schemas.ts";
import { createRouter } from "../router.ts";
import { SCAN_NOTE, toScanPage } from "../scanned-page.ts";
import { id, json, PageQuery, PlatformName } from "../schemas.ts";
import { presentSubmission, SubmissionPage } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  campaign_id: id("cmp", "Only this campaign.").optional(),
  platform: PlatformName.optional(),
  status: ReportStatusName.optional().openapi({ description: "Of the latest report." }),
});

const routeAt = (path: string, operationId: string) =>
  createRoute({
    operationId,
    path,
    method: "get",
    summary: "List submissions",
    description: `An affiliate sees its own, an advertiser those of its campaigns, an admin all; newest first. ${SCAN_NOTE}`,
    tags: ["Submissions"],
    security: BEARER,
    middleware: [allow("admin", "advertiser", "affiliate")] as const,
    request: { query: Query },
    responses: { 200: json(SubmissionPage, "A page."), ...problems(401, 422) },
  });

const handler: RouteHandler<ReturnType<typeof routeAt>, AppEnv> = async (c) => {
  const query = c.req.valid("query");
  const page = pageRequest(query);
  const filters = {
    campaignId: query.campaign_id ?? null,
    affiliateId: null,
    platform: query.platform ?? null,
    status: query.status ?? null,
  };
  const found = await listSubmissions(c.var.ctx.db, c.var.actor, filters, page);
  const shape = { limit: page.limit, idOf: (row: { id: string }) => row.id, toItem: presentSubmission };
  return c.json(toScanPage(c, found, shape), 200);
};

export const listSubmissionsOperation = createRouter()
  .openapi(routeAt("/submissions", "listSubmissions"), handler)
  .openapi(routeAt("/submissions/history", "listSubmissionHistory"), handler);
