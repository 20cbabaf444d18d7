import { createRoute, z } from "@hono/zod-openapi";
import { ROLES } from "../../domain/actor.ts";
import { issueKey } from "../../services/issue-key.ts";
import { neverStore } from "../account-fields.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { InstantInput, json, jsonBody, text } from "../schemas.ts";
import { IssuedApiKey, SubjectId, toApiKey } from "./schemas.ts";

const Body = z
  .strictObject({
    role: z
      .enum(ROLES, { error: `must be one of ${ROLES.join(", ")}` })
      .optional()
      .openapi({ description: "An admin has to name it; for everybody else it is their own." }),
    subject_id: SubjectId.optional().openapi({
      description: "Whom the key acts for. An admin names it unless the role is admin.",
    }),
    label: text(100).optional().openapi({ type: "string", description: "To tell your keys apart." }),
    expires_at: InstantInput.optional().openapi({ description: "Left out, the key never expires." }),
  })
  .openapi("NewApiKey");

const route = createRoute({
  operationId: "issueKey",
  method: "post",
  path: "/keys",
  summary: "Issue an API key",
  description: "An admin issues keys for anybody; everybody else one more for themselves.",
  tags: ["Keys"],
  security: BEARER,
  middleware: [allow(...ROLES)] as const,
  request: { body: jsonBody(Body) },
  responses: {
    201: json(IssuedApiKey, "Issued. `secret` is shown this once."),
    ...problems(400, 401, 403, 413, 415, 422),
  },
});

export const issueKeyOperation = createRouter().openapi(route, async (c) => {
  const body = c.req.valid("json");
  const issued = await issueKey(c.var.ctx, c.var.actor, {
    role: body.role ?? null,
    subjectId: body.subject_id ?? null,
    label: body.label ?? null,
    expiresAt: body.expires_at ?? null,
  });
  neverStore(c);
  return c.json({ ...toApiKey(issued.key), secret: issued.secret }, 201);
});
