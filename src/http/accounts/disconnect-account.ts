import { createRoute } from "@hono/zod-openapi";
import { disconnectAccount } from "../../services/disconnect-account.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { AccountId } from "./schemas.ts";

const route = createRoute({
  operationId: "disconnectAccount",
  summary: "Disconnect an account",
  description:
    "Nothing is read with it from now on; its grant is given back to the platform and its tokens are forgotten. Claims of " +
    "its posts that wait for a verdict wait until it is connected again. Doing it twice changes nothing.",
  method: "delete",
  path: "/accounts/{id}",
  tags: ["Accounts"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: { params: AccountId },
  responses: { 204: { description: "Disconnected." }, ...problems(401, 403, 404, 422) },
});

export const disconnectAccountOperation = createRouter().openapi(route, async (c) => {
  await disconnectAccount(c.var.ctx, c.var.actor, c.req.valid("param").id);
  return c.body(null, 204);
});
