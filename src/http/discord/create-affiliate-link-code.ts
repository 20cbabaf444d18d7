import { createRoute, z } from "@hono/zod-openapi";
import { issueLinkCode } from "../../services/issue-link-code.ts";
import { neverStore } from "../account-fields.ts";
import { AffiliateId } from "../affiliates/schemas.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { LinkCode, presentLinkCode } from "./schemas.ts";

const route = createRoute({
  operationId: "createAffiliateDiscordLinkCode",
  summary: "Get a code that links an affiliate's Discord account",
  description:
    "To hand out: whoever sends the code with /link in Discord acts there for the affiliate, who needs no API key for it. A " +
    "new code takes the place of the former one, also of one that the affiliate asked for.",
  method: "post",
  path: "/affiliates/{id}/discord-link",
  tags: ["Discord"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: AffiliateId }) },
  responses: { 201: json(LinkCode, "The code, shown this once."), ...problems(401, 403, 404, 422) },
});

export const createAffiliateLinkCodeOperation = createRouter().openapi(route, async (c) => {
  const issued = await issueLinkCode(c.var.ctx, c.var.actor, c.req.valid("param").id);
  neverStore(c);
  return c.json(presentLinkCode(issued), 201);
});
