import { createRoute, z } from "@hono/zod-openapi";
import { listKeys } from "../../db/queries/keys.ts";
import { ROLES } from "../../domain/actor.ts";
import { holderOf } from "../../domain/key-grant.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, PageQuery, page } from "../schemas.ts";
import { ApiKey, SubjectId, toApiKey } from "./schemas.ts";

const route = createRoute({
  operationId: "listKeys",
  method: "get",
  path: "/keys",
  summary: "List API keys",
  description: "Newest first, expired and revoked ones too. Whoever is not an admin sees their own.",
  tags: ["Keys"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { query: z.strictObject({ ...PageQuery.shape, subject_id: SubjectId.optional() }) },
  responses: { 200: json(page(ApiKey, "ApiKeyPage"), "A page."), ...problems(401, 422) },
});

export const listKeysOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const asked = pageRequest(query);
  const which = { holder: holderOf(c.var.actor), subjectId: query.subject_id ?? null };
  const rows = await listKeys(c.var.ctx.db, which, asked);
  return c.json(toPage(c, rows, { limit: asked.limit, idOf: ({ id }) => id, toItem: toApiKey }), 200);
});
