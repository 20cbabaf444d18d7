import { createRoute } from "@hono/zod-openapi";
import { findDiscordChannel, OPERATORS_CHANNEL } from "../../db/queries/discord-channels.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { DiscordChannel, presentChannel } from "./schemas.ts";

const route = createRoute({
  operationId: "getAlertsDiscordChannel",
  summary: "Read how the Discord channel of alerts stands",
  method: "get",
  path: "/alerts/discord-channel",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  responses: { 200: json(DiscordChannel, "The channel."), ...problems(401, 403) },
});

export const getAlertsChannelOperation = createRouter().openapi(route, async (c) => {
  const { db, now } = c.var.ctx;
  return c.json(presentChannel(await findDiscordChannel(db, OPERATORS_CHANNEL), now()), 200);
});
