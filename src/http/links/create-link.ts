import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { createLink } from "../../services/create-link.ts";
import { allow, BEARER } from "../allow.ts";
import { linkBase } from "../link-base.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, jsonBody } from "../schemas.ts";
import { LinkLabel, presentLink, SubId, TrackedLink } from "./schemas.ts";

const Body = z
  .strictObject({
    submission_id: id("sub", "The submission its traffic counts for.").optional(),
    campaign_id: id("cmp", "For a link that is attached to a submission later.").optional(),
    affiliate_id: id("aff", "With campaign_id: whose it is. For an affiliate it is itself.").optional(),
    label: LinkLabel.optional(),
    sub_id: SubId.optional(),
  })
  .openapi("NewTrackedLink");

const route = createRoute({
  operationId: "createLink",
  method: "post",
  path: "/links",
  summary: "Make a tracked link",
  description:
    "Every submission is born with one; this makes another, of a submission (`submission_id`) or of an affiliate in a " +
    "campaign (`campaign_id`), to be attached to a submission later. It works at once.",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { body: jsonBody(Body) },
  responses: {
    201: json(TrackedLink, "The link."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const createLinkOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const { ctx, actor } = c.var;
  const link = await createLink(ctx, actor, {
    submissionId: body.submission_id ?? null,
    campaignId: body.campaign_id ?? null,
    affiliateId: body.affiliate_id ?? null,
    label: body.label ?? null,
    subId: body.sub_id ?? null,
  });
  return c.json(presentLink(link, { base: linkBase(c), now: ctx.now() }), 201);
});
