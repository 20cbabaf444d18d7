import { createRoute, z } from "@hono/zod-openapi";
import { findAffiliate } from "../../db/queries/affiliates.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Affiliate, AffiliateId, toAffiliate } from "./schemas.ts";

const route = createRoute({
  operationId: "getAffiliate",
  method: "get",
  path: "/affiliates/{id}",
  summary: "Read an affiliate",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: { params: z.object({ id: AffiliateId }) },
  responses: { 200: json(Affiliate, "The affiliate."), ...problems(401, 403, 404, 422) },
});

export const getAffiliateOperation = createRouter().openapi(route, async (c) => {
  const { id } = c.req.valid("param");
  const mayRead = owns(c.var.actor, { affiliateId: id });
  const row = orNotFound(mayRead ? await findAffiliate(c.var.ctx.db, id) : null, "affiliate");
  return c.json(toAffiliate(row), 200);
});
