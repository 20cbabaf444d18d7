import { createRoute, z } from "@hono/zod-openapi";
import { listAdvertisers } from "../../db/queries/advertisers.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, PageQuery, page } from "../schemas.ts";
import { Advertiser, toAdvertiser } from "./schemas.ts";

const route = createRoute({
  operationId: "listAdvertisers",
  method: "get",
  path: "/advertisers",
  summary: "List advertisers",
  description: "Newest first, archived ones too.",
  tags: ["Advertisers"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { query: z.strictObject(PageQuery.shape) },
  responses: { 200: json(page(Advertiser, "AdvertiserPage"), "A page."), ...problems(401, 403, 422) },
});

export const listAdvertisersOperation = createRouter().openapi(route, async (c) => {
  const asked = pageRequest(c.req.valid("query"));
  const rows = await listAdvertisers(c.var.ctx.db, asked);
  return c.json(toPage(c, rows, { limit: asked.limit, idOf: ({ id }) => id, toItem: toAdvertiser }), 200);
});
