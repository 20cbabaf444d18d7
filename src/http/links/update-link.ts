import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { updateLink } from "../../services/update-link.ts";
import { patchBody } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { linkBase } from "../link-base.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, jsonBody } from "../schemas.ts";
import { LinkCode, LinkLabel, presentLink, SubId, TrackedLink } from "./schemas.ts";

const Body = patchBody("TrackedLinkChanges", {
  label: LinkLabel.optional(),
  sub_id: SubId.optional(),
  submission_id: id("sub", "The affiliate's own submission of that campaign; for good.").optional(),
});

const route = createRoute({
  operationId: "updateLink",
  method: "patch",
  path: "/links/{code}",
  summary: "Change a tracked link",
  description:
    "Attaching it to a submission counts all its traffic for that submission, also what came before. A new sub_id is " +
    "told to the landing page within seconds.",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { params: z.object({ code: LinkCode }), body: jsonBody(Body) },
  responses: {
    200: json(TrackedLink, "The link as it is now."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const updateLinkOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const { ctx, actor } = c.var;
  const changes = { label: body.label, subId: body.sub_id, submissionId: body.submission_id };
  const link = await updateLink(ctx, actor, { code: c.req.valid("param").code, changes });
  return c.json(presentLink(link, { base: linkBase(c), now: ctx.now() }), 200);
});
