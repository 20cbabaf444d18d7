import { createRoute, z } from "@hono/zod-openapi";
import { setDiscordChannel } from "../../services/set-discord-channel.ts";
import { allow, BEARER } from "../allow.ts";
import { CampaignId } from "../campaigns/schemas.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { ChannelBody, DiscordChannel, presentChannel } from "./schemas.ts";

const route = createRoute({
  operationId: "setCampaignDiscordChannel",
  summary: "Set or remove a campaign's Discord channel",
  description:
    "The channel is told the verdicts of claims that came from Discord, where their affiliate cannot be told in person any " +
    "more. It is greeted at once, which shows whether the webhook works.",
  method: "put",
  path: "/campaigns/{id}/discord-channel",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: CampaignId }), body: jsonBody(ChannelBody) },
  responses: {
    200: json(DiscordChannel, "The channel as it is now."),
    ...problems(400, 401, 403, 404, 413, 415, 422, 503),
  },
});

export const setCampaignChannelOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { id: channelId } = c.req.valid("param");
  const { webhook_url: webhookUrl } = c.req.valid("json");
  const channel = await setDiscordChannel(ctx, actor, { channelId, webhookUrl });
  return c.json(presentChannel(channel, ctx.now()), 200);
});
