import { createRoute, z } from "@hono/zod-openapi";
import { findDiscordChannel } from "../../db/queries/discord-channels.ts";
import { managedCampaign } from "../../services/managed-campaign.ts";
import { allow, BEARER } from "../allow.ts";
import { CampaignId } from "../campaigns/schemas.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { DiscordChannel, presentChannel } from "./schemas.ts";

const route = createRoute({
  operationId: "getCampaignDiscordChannel",
  summary: "Read how a campaign's Discord channel stands",
  method: "get",
  path: "/campaigns/{id}/discord-channel",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }) },
  responses: { 200: json(DiscordChannel, "The channel."), ...problems(401, 403, 404, 422) },
});

export const getCampaignChannelOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { id } = await managedCampaign(ctx, actor, c.req.valid("param").id);
  return c.json(presentChannel(await findDiscordChannel(ctx.db, id), ctx.now()), 200);
});
