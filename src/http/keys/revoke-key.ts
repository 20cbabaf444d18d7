import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { revokeKey } from "../../services/revoke-key.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { KeyId } from "./schemas.ts";

const route = createRoute({
  operationId: "revokeKey",
  method: "delete",
  path: "/keys/{id}",
  summary: "Revoke an API key",
  description: "It stops working at once. The last admin key that works cannot be revoked.",
  tags: ["Keys"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { params: z.object({ id: KeyId }) },
  responses: { 204: { description: "Revoked." }, ...problems(401, 404, 409, 422) },
});

export const revokeKeyOperation = createRouter().openapi(route, async (c) => {
  await revokeKey(c.var.ctx, c.var.actor, c.req.valid("param").id);
  return c.body(null, 204);
});
