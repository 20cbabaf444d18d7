import { createRoute, z } from "@hono/zod-openapi";
import { updateAdvertiser } from "../../services/update-advertiser.ts";
import { Email, Name, patchBody } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { json, jsonBody } from "../schemas.ts";
import { Advertiser, AdvertiserId, toAdvertiser } from "./schemas.ts";

const Body = patchBody("AdvertiserChanges", {
  name: Name.optional(),
  contact_email: Email.nullable()
    .optional()
    .openapi({ type: ["string", "null"] }),
});

const route = createRoute({
  operationId: "updateAdvertiser",
  method: "patch",
  path: "/advertisers/{id}",
  summary: "Change an advertiser",
  tags: ["Advertisers"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: AdvertiserId }), body: jsonBody(Body) },
  responses: {
    200: json(Advertiser, "The advertiser as it is now."),
    ...problems(400, 401, 403, 404, 409, 413, 415, 422),
  },
});

export const updateAdvertiserOperation = createRouter().openapi(route, async (c) => {
  const { name, contact_email } = c.req.valid("json");
  const input = { id: c.req.valid("param").id, changes: { name, contactEmail: contact_email } };
  return c.json(toAdvertiser(await updateAdvertiser(c.var.ctx, c.var.actor, input)), 200);
});
