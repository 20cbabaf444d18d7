import { createRoute, z } from "@hono/zod-openapi";
import { findCampaign } from "../../db/queries/campaigns.ts";
import { type InvitationRow, listInvitations } from "../../db/queries/invitations.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, PageQuery, page } from "../schemas.ts";
import { CampaignId } from "./schemas.ts";

const Invitation = z
  .object({ affiliate_id: id("aff", "Who is invited."), name: z.string(), invited_at: Instant })
  .openapi("Invitation");

const route = createRoute({
  operationId: "listInvitedAffiliates",
  method: "get",
  path: "/campaigns/{id}/affiliates",
  summary: "List who is invited to a campaign",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }), query: z.strictObject(PageQuery.shape) },
  responses: {
    200: json(page(Invitation, "InvitationPage"), "A page."),
    ...problems(401, 403, 404, 422),
  },
});

const toInvitation = ({ affiliate_id, name, invited_at }: InvitationRow) => ({
  affiliate_id,
  name,
  invited_at: new Date(invited_at).toISOString(),
});

export const listInvitedAffiliatesOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { id: campaignId } = c.req.valid("param");
  const asked = pageRequest(c.req.valid("query"));
  orNotFound(await findCampaign(ctx.db, actor, campaignId), "campaign");
  const rows = await listInvitations(ctx.db, campaignId, asked);
  const shown = { limit: asked.limit, idOf: (row: InvitationRow) => row.affiliate_id };
  return c.json(toPage(c, rows, { ...shown, toItem: toInvitation }), 200);
});
