import { createRoute } from "@hono/zod-openapi";
import { proveAccount } from "../../services/prove-account.ts";
import { affiliateOf, allow, BEARER } from "../allow.ts";
import { PlatformPath, platformOf } from "../platforms/schemas.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json } from "../schemas.ts";
import { ConnectedAccount, presentAccount } from "./schemas.ts";

const route = createRoute({
  operationId: "verifyAccount",
  summary: "Prove an account by the code in its profile",
  description:
    "Looks for the code of POST /connect/{platform} in the profile it was given for. May be tried again.",
  method: "post",
  path: "/connect/{platform}/verify",
  tags: ["Accounts"],
  security: BEARER,
  middleware: [allow("affiliate")] as const,
  request: { params: PlatformPath },
  responses: {
    201: json(ConnectedAccount, "The code is there: the account is connected."),
    ...problems(401, 403, 404, 409, 503),
  },
});

export const verifyAccountOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const platform = platformOf(c.req.valid("param").platform);
  return c.json(presentAccount(await proveAccount(ctx, affiliateOf(actor), platform)), 201);
});
