import { createRoute, z } from "@hono/zod-openapi";
import { listAffiliates } from "../../db/queries/affiliates.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, PageQuery, page } from "../schemas.ts";
import { AFFILIATE_STATUSES, Affiliate, toAffiliate } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  status: z.enum(AFFILIATE_STATUSES, { error: `must be one of ${AFFILIATE_STATUSES.join(", ")}` }).optional(),
});

const route = createRoute({
  operationId: "listAffiliates",
  method: "get",
  path: "/affiliates",
  summary: "List affiliates",
  description: "Newest first.",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { query: Query },
  responses: { 200: json(page(Affiliate, "AffiliatePage"), "A page."), ...problems(401, 403, 422) },
});

export const listAffiliatesOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const asked = pageRequest(query);
  const rows = await listAffiliates(c.var.ctx.db, query.status ?? null, asked);
  return c.json(toPage(c, rows, { limit: asked.limit, idOf: ({ id }) => id, toItem: toAffiliate }), 200);
});
