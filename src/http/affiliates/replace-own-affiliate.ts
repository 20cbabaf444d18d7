import { createRoute, z } from "@hono/zod-openapi";
import { updateAffiliate } from "../../services/update-affiliate.ts";
import { Email, Name } from "../account-fields.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { Affiliate, toAffiliate } from "./schemas.ts";

const Body = z.strictObject({ name: Name, email: Email }).openapi("OwnAffiliate");

const route = createRoute({
  operationId: "replaceOwnAffiliate",
  method: "put",
  path: "/affiliates/me",
  summary: "Change your own name and e-mail",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  request: { body: jsonBody(Body) },
  responses: {
    200: json(Affiliate, "Your account as it is now."),
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

export const replaceOwnAffiliateOperation = createRouter().openapi(route, async (c) => {
  const actor = affiliateOf(c.var.actor);
  const input = { id: actor.affiliateId, changes: c.req.valid("json") };
  return c.json(toAffiliate(await updateAffiliate(c.var.ctx, actor, input)), 200);
});
