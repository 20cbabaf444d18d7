import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { visibleLink } from "../../services/visible-link.ts";
import { allow, BEARER } from "../allow.ts";
import { linkBase } from "../link-base.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { LinkCode, presentLink, TrackedLink } from "./schemas.ts";

const route = createRoute({
  operationId: "getLink",
  method: "get",
  path: "/links/{code}",
  summary: "Read a tracked link",
  tags: ["Links"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { params: z.object({ code: LinkCode }) },
  responses: { 200: json(TrackedLink, "The link."), ...problems(401, 404) },
});

export const getLinkOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const link = await visibleLink(ctx, actor, c.req.valid("param").code);
  return c.json(presentLink(link, { base: linkBase(c), now: ctx.now() }), 200);
});
