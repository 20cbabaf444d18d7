import { createRoute } from "@hono/zod-openapi";
import { issueLinkCode } from "../../services/issue-link-code.ts";
import { neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { LinkCode, presentLinkCode } from "./schemas.ts";

const route = createRoute({
  operationId: "createDiscordLinkCode",
  summary: "Get a code that links your Discord account",
  description:
    "Whoever sends the code with /link in Discord acts for you there. A new code takes the place of the former one.",
  method: "post",
  path: "/affiliates/me/discord-link",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  responses: { 201: json(LinkCode, "The code, shown this once."), ...problems(401, 403) },
});

export const createLinkCodeOperation = createRouter().openapi(route, async (c) => {
  const issued = await issueLinkCode(c.var.ctx, c.var.actor);
  neverStore(c);
  return c.json(presentLinkCode(issued), 201);
});
