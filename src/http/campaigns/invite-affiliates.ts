import { createRoute, z } from "@hono/zod-openapi";
import { inviteAffiliates } from "../../services/invite-affiliates.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, jsonBody } from "../schemas.ts";
import { distinct } from "./campaign-fields.ts";
import { CampaignId } from "./schemas.ts";

const INVITED_LIMIT = 1_000;

const Invited = z
  .strictObject({
    affiliate_ids: distinct(id("aff", "An affiliate."))
      .refine((ids) => ids.length <= INVITED_LIMIT, { error: `must name at most ${INVITED_LIMIT}` })
      .openapi({ maxItems: INVITED_LIMIT, uniqueItems: true }),
  })
  .openapi("InvitedAffiliates");

const route = createRoute({
  operationId: "inviteAffiliates",
  method: "put",
  path: "/campaigns/{id}/affiliates",
  summary: "Set who is invited to a campaign",
  description: "Replaces the whole set. It matters while `access` is invite.",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }), body: jsonBody(Invited) },
  responses: {
    200: json(Invited, "Who is invited now."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

export const inviteAffiliatesOperation = createRouter().openapi(route, async (c) => {
  const { affiliate_ids } = c.req.valid("json");
  const input = { id: c.req.valid("param").id, affiliateIds: affiliate_ids };
  await inviteAffiliates(c.var.ctx, c.var.actor, input);
  return c.json({ affiliate_ids }, 200);
});
