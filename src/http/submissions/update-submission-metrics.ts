import { createRoute, z } from "@hono/zod-openapi";
import { updateClaim } from "../../services/update-claim.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import {
  CLAIMS_NOTHING,
  ClaimFields,
  claimedMetrics,
  claimsSomething,
  SubmissionReceipt,
} from "../claims.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, jsonBody } from "../schemas.ts";
import { presentReceipt } from "./receipt.ts";

const Body = z.strictObject(ClaimFields).refine(claimsSomething, CLAIMS_NOTHING).openapi("NewClaim");

const route = createRoute({
  operationId: "updateSubmissionMetrics",
  method: "put",
  path: "/submissions/{id}/metrics",
  summary: "Claim newer numbers of a post",
  description:
    "Adds a claim; earlier ones stay as they are. One made within 15 minutes and not judged yet is closed as superseded. " +
    "Possible until the campaign's claims close, also while it is paused or has ended.",
  tags: ["Submissions"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  request: { params: z.object({ id: id("sub", "The submission.") }), body: jsonBody(Body) },
  responses: {
    200: json(SubmissionReceipt, "Accepted and pending, under a new report_id."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const updateSubmissionMetricsOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const updated = await updateClaim(c.var.ctx, affiliateOf(c.var.actor), {
    submissionId: c.req.valid("param").id,
    claimed: claimedMetrics(body),
    evidence: body.evidence === undefined ? null : JSON.stringify(body.evidence),
    claimedAt: body.claimed_at ?? null,
    method: "API",
    origin: c.var.origin,
  });
  return c.json(presentReceipt(updated), 200);
});
