import { createRoute, z } from "@hono/zod-openapi";
import { findReport } from "../../db/queries/report-detail.ts";
import { owns } from "../../domain/actor.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { presentReport, Report } from "./report.ts";

const route = createRoute({
  operationId: "getReport",
  method: "get",
  path: "/reconciliation/reports/{report_id}",
  summary: "Read a claim with every look at it",
  description:
    "What was claimed, how it stands, and for each look what was known, what was decided and why. For its affiliate, the " +
    "campaign's advertiser and an admin.",
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin", "advertiser", "affiliate")] as const,
  request: { params: z.object({ report_id: id("rep", "The claim.") }) },
  responses: { 200: json(Report, "The claim and its looks, newest last."), ...problems(401, 404, 422) },
});

export const getReportOperation = createRouter().openapi(route, async (c) => {
  const found = await findReport(c.var.ctx.db, c.req.valid("param").report_id);
  const isVisible =
    found &&
    owns(c.var.actor, { advertiserId: found.report.advertiser_id, affiliateId: found.report.affiliate_id });
  if (!isVisible) throw new ClaimcheckError("not_found", "There is no such report.");
  return c.json(presentReport(found), 200);
});
