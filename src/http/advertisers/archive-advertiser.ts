import { createRoute, z } from "@hono/zod-openapi";
import { archiveAdvertiser } from "../../services/archive-advertiser.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { AdvertiserId } from "./schemas.ts";

const route = createRoute({
  operationId: "archiveAdvertiser",
  method: "delete",
  path: "/advertisers/{id}",
  summary: "Archive an advertiser",
  description: "Revokes its keys. Its campaigns must have ended; what was verified for them stays.",
  tags: ["Advertisers"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { params: z.object({ id: AdvertiserId }) },
  responses: { 204: { description: "Archived." }, ...problems(401, 403, 404, 409, 422) },
});

export const archiveAdvertiserOperation = createRouter().openapi(route, async (c) => {
  await archiveAdvertiser(c.var.ctx, c.var.actor, c.req.valid("param").id);
  return c.body(null, 204);
});
