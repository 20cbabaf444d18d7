import { createRoute, z } from "@hono/zod-openapi";
import { type AffiliateOverviewRow, listAffiliateOverview } from "../../db/queries/affiliate-overview.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json, PageQuery, page } from "../schemas.ts";
import { presentStanding, STANDING } from "./affiliate-standing.ts";
import { VERIFIED_FIGURES, verifiedFigures } from "./figures.ts";

const AffiliateOverview = z
  .object({
    ...STANDING,
    campaigns: z.int().openapi({ description: "Campaigns in which something of theirs counts." }),
    ...VERIFIED_FIGURES,
  })
  .openapi("AffiliateOverview");

const route = createRoute({
  operationId: "listAffiliateOverview",
  summary: "Overview of affiliates",
  description:
    "Newest first. An admin sees every affiliate; an advertiser those of whom its campaigns have observed or judged " +
    "something, summed over its campaigns only. A post in two campaigns counts in each.",
  method: "get",
  path: "/dashboard/affiliates",
  tags: ["Dashboard"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: {
    query: z.strictObject({
      ...PageQuery.shape,
      campaign_id: id("cmp", "Only what counts in this campaign.").optional(),
    }),
  },
  responses: {
    200: json(page(AffiliateOverview, "AffiliateOverviewPage"), "A page."),
    ...problems(401, 403, 422),
  },
});

function presentOverview(row: AffiliateOverviewRow): z.infer<typeof AffiliateOverview> {
  return { ...presentStanding(row), campaigns: row.campaigns, ...verifiedFigures(row) };
}

export const listAffiliateOverviewOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const asked = pageRequest(query);
  const scope = {
    advertiserId: actor.role === "advertiser" ? actor.advertiserId : null,
    campaignId: query.campaign_id ?? null,
  };
  const rows = await listAffiliateOverview(ctx.db, scope, asked);
  return c.json(toPage(c, rows, { limit: asked.limit, idOf: (row) => row.id, toItem: presentOverview }), 200);
});
