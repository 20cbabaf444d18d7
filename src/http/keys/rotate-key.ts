import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { rotateKey } from "../../services/rotate-key.ts";
import { neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { InstantInput, json } from "../schemas.ts";
import { IssuedApiKey, KeyId, toApiKey } from "./schemas.ts";

/** The old key may outlive its rotation by a day: long enough for every deployment to take the new one. */
const OVERLAP_LIMIT_SECONDS = 86_400;

const Body = z
  .strictObject({
    overlap_seconds: z
      .int({ error: "must be a whole number" })
      .min(0, { error: "must not be negative" })
      .max(OVERLAP_LIMIT_SECONDS, { error: `must be at most ${OVERLAP_LIMIT_SECONDS}` })
      .optional()
      .openapi({ default: 0, description: "How long the old key goes on working; 0 revokes it at once." }),
    expires_at: InstantInput.nullable()
      .optional()
      .openapi({
        type: ["string", "null"],
        description: "Null for never; left out, the new key ends when the old one would have.",
      }),
  })
  .openapi("KeyRotation");

const route = createRoute({
  operationId: "rotateKey",
  method: "post",
  path: "/keys/{id}/rotate",
  summary: "Replace an API key",
  description: "Issues a new key for the same account, with the same label, and ends the old one.",
  tags: ["Keys"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: {
    params: z.object({ id: KeyId }),
    body: { required: false, content: { "application/json": { schema: Body } } },
  },
  responses: {
    201: json(IssuedApiKey, "The new key. `secret` is shown this once."),
    ...problems(400, 401, 404, 409, 413, 415, 422),
  },
});

export const rotateKeyOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const issued = await rotateKey(c.var.ctx, c.var.actor, {
    id: c.req.valid("param").id,
    overlapSeconds: body.overlap_seconds ?? 0,
    expiresAt: body.expires_at,
  });
  neverStore(c);
  return c.json({ ...toApiKey(issued.key), secret: issued.secret }, 201);
});
