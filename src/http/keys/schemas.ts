import { z } from "@hono/zod-openapi";
import type { KeyRow } from "../../db/queries/keys.ts";
import { ROLES } from "../../domain/actor.ts";
import { isoOrNull } from "../../domain/time.ts";
import { Secret } from "../account-fields.ts";
import { Instant, id } from "../schemas.ts";

export const KeyId = id("key", "The key.");

/** An advertiser or an affiliate. */
export const SubjectId = z
  .string()
  .regex(/^(adv|aff)_[0-9A-Z]{26}$/, "must be the id of an advertiser or an affiliate")
  .openapi({ description: "Whom the key acts for.", example: "aff_01KB3XPG5M8Q0V2W4Y6Z8A0C2E" });

/** Everything that may be known of a key; its secret is in the answer that issued it and nowhere else. */
export const ApiKey = z
  .object({
    id: KeyId,
    prefix: z.string().openapi({ description: "How the secret begins.", example: "cck_4fT9aB" }),
    label: z.string().nullable(),
    role: z.enum(ROLES),
    subject_id: SubjectId.nullable().openapi({ description: "Whom the key acts for; null for an admin." }),
    created_at: Instant,
    expires_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
  })
  .openapi("ApiKey");

export const IssuedApiKey = ApiKey.extend({ secret: Secret }).openapi("IssuedApiKey");

export function toApiKey(row: KeyRow): z.infer<typeof ApiKey> {
  return {
    id: row.id,
    prefix: row.prefix,
    label: row.label,
    role: row.role,
    subject_id: row.subject_id,
    created_at: new Date(row.created_at).toISOString(),
    expires_at: isoOrNull(row.expires_at),
    revoked_at: isoOrNull(row.revoked_at),
  };
}
