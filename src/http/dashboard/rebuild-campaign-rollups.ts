import { createRoute, z } from "@hono/zod-openapi";
import { findCampaign } from "../../db/queries/campaigns.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { dateOf } from "../../domain/time-buckets.ts";
import { rebuildRollups } from "../../services/rebuild-rollups.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { id, json } from "../schemas.ts";

const Rebuilt = z
  .object({
    repaired: z
      .array(
        z.object({
          affiliate_id: z.string().nullable(),
          day: z.iso.date().nullable(),
          platform: z.string().nullable(),
        }),
      )
      .openapi({
        description: "The grains whose figures were wrong; empty if all were right. Null: over all.",
      }),
  })
  .openapi("RebuiltRollups");

const route = createRoute({
  operationId: "rebuildCampaignRollups",
  summary: "Count a campaign's figures anew",
  description:
    "Compares what dashboards read with the submissions, observations and verdicts it was counted from, and repairs " +
    "what differs. Safe to repeat; 409 while reports of the campaign keep being judged.",
  method: "post",
  path: "/dashboard/campaigns/{id}/rebuild",
  tags: ["Dashboard"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: id("cmp", "The campaign.") }) },
  responses: { 200: json(Rebuilt, "What was wrong, now right."), ...problems(401, 403, 404, 409, 422) },
});

export const rebuildCampaignRollupsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const campaign = orNotFound(await findCampaign(ctx.db, actor, c.req.valid("param").id), "campaign");
  const grains = await rebuildRollups(ctx, campaign.id);
  const repaired = grains.map(({ affiliateId, day, platform }) => ({
    affiliate_id: affiliateId || null,
    day: day === 0 ? null : dateOf(day),
    platform: platform || null,
  }));
  return c.json({ repaired }, 200);
});
