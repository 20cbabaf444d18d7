import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { createAffiliate } from "../../services/create-affiliate.ts";
import { Email, Name, neverStore } from "../account-fields.ts";
import { allow } from "../allow.ts";
import type { AppEnv } from "../app-env.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { NewAffiliateAccount, toAffiliate } from "./schemas.ts";

const Body = z.strictObject({ name: Name, email: Email }).openapi("NewAffiliate");

/** An admin; or, where self-signup is on, who sends no key at all. */
const allowSignUp: MiddlewareHandler<AppEnv> = (c, next) => {
  const isStranger = c.req.header("authorization") === undefined;
  if (isStranger && c.var.ctx.config.SELF_SIGNUP === "on") return next();
  return allow("admin")(c, next);
};

const route = createRoute({
  operationId: "createAffiliate",
  method: "post",
  path: "/affiliates",
  summary: "Create an affiliate",
  description:
    "Opens an account with its first API key. Needs an admin key, or none where SELF_SIGNUP is on. Name and e-mail are " +
    "unique among affiliates.",
  tags: ["Affiliates"],
  security: [{ bearer: [] }, {}],
  middleware: [allowSignUp] as const,
  request: { body: jsonBody(Body) },
  responses: {
    201: json(NewAffiliateAccount, "Created. `api_key` is shown this once."),
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

export const createAffiliateOperation = createRouter().openapi(route, async (c) => {
  // `actor` is not set for a stranger.
  const created = await createAffiliate(c.var.ctx, c.get("actor") ?? null, c.req.valid("json"));
  neverStore(c);
  return c.json({ ...toAffiliate(created.affiliate), api_key: created.secret }, 201);
});
