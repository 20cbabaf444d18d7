import { createRoute, z } from "@hono/zod-openapi";
import { updateAffiliate } from "../../services/update-affiliate.ts";
import { Email, Name, patchBody } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { AFFILIATE_STATUSES, Affiliate, AffiliateId, toAffiliate } from "./schemas.ts";

const Body = patchBody("AffiliateChanges", {
  name: Name.optional(),
  email: Email.optional(),
  status: z.enum(AFFILIATE_STATUSES, { error: `must be one of ${AFFILIATE_STATUSES.join(", ")}` }).optional(),
});

const route = createRoute({
  operationId: "updateAffiliate",
  method: "patch",
  path: "/affiliates/{id}",
  summary: "Change an affiliate",
  description:
    "`suspended` stops submissions, and reports that are still open end SKIPPED_SUSPENDED; `active` opens those again.",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: AffiliateId }), body: jsonBody(Body) },
  responses: {
    200: json(Affiliate, "The affiliate as it is now."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const updateAffiliateOperation = createRouter().openapi(route, async (c) => {
  const input = { id: c.req.valid("param").id, changes: c.req.valid("json") };
  return c.json(toAffiliate(await updateAffiliate(c.var.ctx, c.var.actor, input)), 200);
});
