import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import { submitPost } from "../../services/submit-post.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import type { AppEnv } from "../app-env.ts";
import {
  CLAIMS_NOTHING,
  ClaimFields,
  claimedMetrics,
  claimsSomething,
  NewSubmissionReceipt,
} from "../claims.ts";
import { linkBase } from "../link-base.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, jsonBody, PlatformName, text } from "../schemas.ts";
import { presentNewReceipt } from "./receipt.ts";

const Body = z
  .strictObject({
    campaign_id: id("cmp", "The campaign the post is for."),
    url: z
      .string()
      .min(1, { error: "must not be empty" })
      .max(2048, { error: "must be at most 2048 characters" })
      .openapi({
        description: "The post, in any spelling of its address.",
        example: "https://youtu.be/dQw4w9WgXcQ",
      }),
    platform: PlatformName.optional().openapi({
      description: "If given, must be the platform of the address.",
    }),
    title: text(200).optional(),
    description: text(4000).optional(),
    ...ClaimFields,
  })
  .refine(claimsSomething, CLAIMS_NOTHING)
  .openapi("NewSubmission");

const DESCRIPTION =
  "Submits a post with the numbers it is claimed to have. The answer does not wait for the platform: the verdict is at " +
  "GET /reconciliation/reports/{report_id} within seconds.";

const routeAt = (path: string, operationId: string) =>
  createRoute({
    operationId,
    path,
    summary: "Submit a post",
    description: DESCRIPTION,
    method: "post",
    tags: ["Submissions"],
    security: BEARER,
    middleware: [allow("affiliate")] as const,
    request: { body: jsonBody(Body) },
    responses: {
      201: json(NewSubmissionReceipt, "Accepted and pending."),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    },
  });

const handler: RouteHandler<ReturnType<typeof routeAt>, AppEnv> = async (c) => {
  const body = c.req.valid("json");
  const submitted = await submitPost(c.var.ctx, affiliateOf(c.var.actor), {
    campaignId: body.campaign_id,
    url: body.url,
    platform: body.platform ?? null,
    claimed: claimedMetrics(body),
    title: body.title ?? null,
    description: body.description ?? null,
    evidence: body.evidence === undefined ? null : JSON.stringify(body.evidence),
    claimedAt: body.claimed_at ?? null,
    method: "API",
    origin: c.var.origin,
  });
  return c.json(presentNewReceipt(submitted, linkBase(c)), 201);
};

export const submitPostOperation = createRouter()
  .openapi(routeAt("/submissions", "submitPost"), handler)
  .openapi(routeAt("/affiliates/submissions", "submitPostAsAffiliate"), handler);
