import { createRoute } from "@hono/zod-openapi";
import { unlinkAffiliate } from "../../services/unlink-discord.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";

const route = createRoute({
  operationId: "deleteDiscordLink",
  summary: "Unlink your Discord account",
  description:
    "Nobody acts for you in Discord from now on, and a code that was not used yet is no good any more. Doing it twice " +
    "changes nothing.",
  method: "delete",
  path: "/affiliates/me/discord-link",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  responses: { 204: { description: "Not linked." }, ...problems(401, 403) },
});

export const deleteLinkOperation = createRouter().openapi(route, async (c) => {
  await unlinkAffiliate(c.var.ctx, affiliateOf(c.var.actor));
  return c.body(null, 204);
});
