import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { EMAIL_LIMIT, email, NAME_LIMIT, name } from "../lib/fields.ts";
import type { AppEnv } from "./app-env.ts";

/** A name on one line. */
export const Name = name().openapi({ type: "string", minLength: 1, maxLength: NAME_LIMIT });

/** An e-mail address, in lower case: it is unique whatever the spelling. */
export const Email = email().openapi({
  type: "string",
  format: "email",
  maxLength: EMAIL_LIMIT,
  example: "clips@example.com",
});

/** The secret of a key, in the one answer that ever holds it. */
export const Secret = z.string().openapi({
  description: "The API key. Shown this once: store it now, it cannot be read again.",
  example: "cck_4fT…",
});

/** Keeps an answer that holds a secret out of every cache. RFC 9111 §5.2.2.5. */
export function neverStore(c: Context<AppEnv>): void {
  c.header("Cache-Control", "no-store");
}

/** The body of a PATCH: any of these fields, and at least one. `name` is the schema's in OpenAPI. */
export const patchBody = <T extends z.ZodRawShape>(name: string, shape: T) =>
  z
    .strictObject(shape)
    .refine((body) => Object.keys(body).length > 0, {
      error: "must change at least one field",
      // A body of nothing but unknown fields is told so, and no more.
      when: ({ issues }) => issues.length === 0,
    })
    .openapi(name, { minProperties: 1 });
