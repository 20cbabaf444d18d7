import { createRoute, z } from "@hono/zod-openapi";
import { listResults } from "../../db/queries/list-results.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { SCAN_NOTE, toScanPage } from "../scanned-page.ts";
import { id, json, PageQuery, PlatformName, page } from "../schemas.ts";
import { presentResult, REPORT_LEVELS, ReportStateName, ReportStatusName, Result } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  campaign_id: id("cmp", "Only this campaign.").optional(),
  affiliate_id: id("aff", "Only this affiliate.").optional(),
  status: ReportStatusName.optional(),
  level: z.enum(REPORT_LEVELS).optional(),
  state: ReportStateName.optional(),
  platform: PlatformName.optional(),
});

const route = createRoute({
  operationId: "listResults",
  method: "get",
  path: "/reconciliation/results",
  summary: "List verdicts",
  description: `An affiliate sees its own, an advertiser those of its campaigns, an admin all; newest claim first. ${SCAN_NOTE}`,
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin", "advertiser", "affiliate")] as const,
  request: { query: Query },
  responses: { 200: json(page(Result, "ResultPage"), "A page."), ...problems(401, 422) },
});

export const listResultsOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const wanted = pageRequest(query);
  const filters = {
    campaignId: query.campaign_id ?? null,
    affiliateId: query.affiliate_id ?? null,
    status: query.status ?? null,
    level: query.level ?? null,
    state: query.state ?? null,
    platform: query.platform ?? null,
  };
  const found = await listResults(c.var.ctx.db, c.var.actor, filters, wanted);
  const idOf = (row: { report_id: string }) => row.report_id;
  return c.json(toScanPage(c, found, { limit: wanted.limit, idOf, toItem: presentResult }), 200);
});
