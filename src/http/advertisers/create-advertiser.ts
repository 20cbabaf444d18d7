import { createRoute, z } from "@hono/zod-openapi";
import { createAdvertiser } from "../../services/create-advertiser.ts";
import { Email, Name, neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { NewAdvertiserAccount, toAdvertiser } from "./schemas.ts";

const Body = z.strictObject({ name: Name, contact_email: Email.optional() }).openapi("NewAdvertiser");

const route = createRoute({
  operationId: "createAdvertiser",
  method: "post",
  path: "/advertisers",
  summary: "Create an advertiser",
  description: "Opens an account with its first API key. The name is unique among advertisers.",
  tags: ["Advertisers"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { body: jsonBody(Body) },
  responses: {
    201: json(NewAdvertiserAccount, "Created. `api_key` is shown this once."),
    ...problems(400, 401, 403, 409, 413, 415, 422),
  },
});

export const createAdvertiserOperation = createRouter().openapi(route, async (c) => {
  const { name, contact_email } = c.req.valid("json");
  const input = { name, contactEmail: contact_email ?? null };
  const created = await createAdvertiser(c.var.ctx, c.var.actor, input);
  neverStore(c);
  return c.json({ ...toAdvertiser(created.advertiser), api_key: created.secret }, 201);
});
