import { createRoute } from "@hono/zod-openapi";
import { OPERATORS_CHANNEL } from "../../db/queries/discord-channels.ts";
import { setDiscordChannel } from "../../services/set-discord-channel.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { ChannelBody, DiscordChannel, presentChannel } from "./schemas.ts";

const route = createRoute({
  operationId: "setAlertsDiscordChannel",
  summary: "Set or remove the Discord channel of alerts",
  description:
    "The channel is told every alert that is raised from now on. It is greeted at once, which shows whether the webhook " +
    "works.",
  method: "put",
  path: "/alerts/discord-channel",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { body: jsonBody(ChannelBody) },
  responses: {
    200: json(DiscordChannel, "The channel as it is now."),
    ...problems(400, 401, 403, 413, 415, 422, 503),
  },
});

export const setAlertsChannelOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { webhook_url: webhookUrl } = c.req.valid("json");
  const channel = await setDiscordChannel(ctx, actor, { channelId: OPERATORS_CHANNEL, webhookUrl });
  return c.json(presentChannel(channel, ctx.now()), 200);
});
