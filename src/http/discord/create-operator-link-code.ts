import { createRoute } from "@hono/zod-openapi";
import { issueLinkCode } from "../../services/issue-link-code.ts";
import { neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { LinkCode, presentLinkCode } from "./schemas.ts";

const route = createRoute({
  operationId: "createOperatorDiscordLinkCode",
  summary: "Get a code that links an operator's Discord account",
  description:
    "Whoever sends the code with /link in Discord acts there for an operator, for as long as the key works that asked for " +
    "it. A new code takes the place of the key's former one.",
  method: "post",
  path: "/operators/me/discord-link",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  responses: { 201: json(LinkCode, "The code, shown this once."), ...problems(401, 403) },
});

export const createOperatorLinkCodeOperation = createRouter().openapi(route, async (c) => {
  const issued = await issueLinkCode(c.var.ctx, c.var.actor);
  neverStore(c);
  return c.json(presentLinkCode(issued), 201);
});
