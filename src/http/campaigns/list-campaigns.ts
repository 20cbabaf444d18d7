import { createRoute, z } from "@hono/zod-openapi";
import { listCampaigns } from "../../db/queries/campaigns.ts";
import { ROLES } from "../../domain/actor.ts";
import { CAMPAIGN_STATUSES } from "../../domain/campaign.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, PageQuery, page } from "../schemas.ts";
import { Campaign, toCampaign } from "./schemas.ts";

const Query = z.strictObject({
  ...PageQuery.shape,
  status: z.enum(CAMPAIGN_STATUSES, { error: `must be one of ${CAMPAIGN_STATUSES.join(", ")}` }).optional(),
});

const route = createRoute({
  operationId: "listCampaigns",
  method: "get",
  path: "/campaigns",
  summary: "List campaigns",
  description:
    "Newest first. An advertiser sees its own; an affiliate the active ones that are open or invite it.",
  tags: ["Campaigns"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { query: Query },
  responses: { 200: json(page(Campaign, "CampaignPage"), "A page."), ...problems(401, 422) },
});

export const listCampaignsOperation = createRouter().openapi(route, async (c) => {
  const query = c.req.valid("query");
  const asked = pageRequest(query);
  const { ctx, actor } = c.var;
  const records = await listCampaigns(ctx.db, { actor, status: query.status ?? null }, asked);
  const shown = { limit: asked.limit, idOf: ({ id }: { id: string }) => id };
  return c.json(toPage(c, records, { ...shown, toItem: (record) => toCampaign(record, actor) }), 200);
});
