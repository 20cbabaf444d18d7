import { createRoute, z } from "@hono/zod-openapi";
import { findSubmission } from "../../db/queries/submission-detail.ts";
import { owns } from "../../domain/actor.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { allow, BEARER } from "../allow.ts";
import { linkBase } from "../link-base.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";
import { presentSubmissionDetail, SubmissionDetail } from "./schemas.ts";

const route = createRoute({
  operationId: "getSubmission",
  method: "get",
  path: "/submissions/{id}",
  summary: "Read a submission",
  description: "With its post as last observed, its latest claim and its tracked links.",
  tags: ["Submissions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser", "affiliate")] as const,
  request: { params: z.object({ id: id("sub", "The submission.") }) },
  responses: { 200: json(SubmissionDetail, "The submission."), ...problems(401, 404, 422) },
});

export const getSubmissionOperation = createRouter().openapi(route, async (c) => {
  const found = await findSubmission(c.var.ctx.db, c.req.valid("param").id);
  const { advertiser_id: advertiserId = null, affiliate_id: affiliateId = null } = found?.submission ?? {};
  if (!found || !owns(c.var.actor, { advertiserId, affiliateId })) {
    throw new ClaimcheckError("not_found", "There is no such submission.");
  }
  return c.json(presentSubmissionDetail(found, linkBase(c)), 200);
});
