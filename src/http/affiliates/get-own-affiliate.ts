import { createRoute } from "@hono/zod-openapi";
import { findAffiliate } from "../../db/queries/affiliates.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { Affiliate, toAffiliate } from "./schemas.ts";

const route = createRoute({
  operationId: "getOwnAffiliate",
  method: "get",
  path: "/affiliates/me",
  summary: "Read your own account",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  responses: { 200: json(Affiliate, "Your account."), ...problems(401, 403) },
});

export const getOwnAffiliateOperation = createRouter().openapi(route, async (c) => {
  const { affiliateId } = affiliateOf(c.var.actor);
  const row = orNotFound(await findAffiliate(c.var.ctx.db, affiliateId), "affiliate");
  return c.json(toAffiliate(row), 200);
});
