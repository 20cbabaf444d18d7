import type { Ctx } from "../context.ts";
import { insertKeyOfAccount, type KeyRow, type NewKey } from "../db/queries/keys.ts";
import { type Actor, actorName, type Role } from "../domain/actor.ts";
import { hashApiKey, keyPrefix, makeApiKey } from "../domain/api-key.ts";
import { invalidField } from "../domain/errors.ts";
import { grantedHolder, type KeyHolder } from "../domain/key-grant.ts";

export interface KeyOptions {
  label: string | null;
  /** ms UTC; null for never. */
  expiresAt: number | null;
}

/** A key and its secret. The secret goes to the caller once; nothing else may keep it. */
export interface IssuedKey {
  secret: string;
  key: KeyRow;
}

/**
 * Makes a key that is not stored yet, so that it can be stored in one batch with the account it is for.
 *
 * @throws {ClaimcheckError} validation_failed if it would have expired already
 */
export async function mintKey(
  ctx: Ctx,
  holder: KeyHolder,
  { label, expiresAt }: KeyOptions = { label: null, expiresAt: null },
): Promise<{ secret: string; key: NewKey }> {
  const now = ctx.now();
  if (expiresAt !== null && expiresAt <= now) throw invalidField("#/expires_at", "Must lie in the future.");
  const secret = makeApiKey((bytes) => crypto.getRandomValues(bytes));
  const key = {
    id: ctx.ids("key"),
    secret_hash: await hashApiKey(secret),
    prefix: keyPrefix(secret),
    label,
    role: holder.role,
    subject_id: holder.subjectId,
    created_at: now,
    expires_at: expiresAt,
    revoked_at: null,
  };
  return { secret, key };
}

/**
 * Issues one more key: an admin for anybody, everybody else for themselves.
 *
 * @throws {ClaimcheckError} forbidden, or validation_failed for an account that does not exist or is archived
 */
export async function issueKey(
  ctx: Ctx,
  actor: Actor,
  input: KeyOptions & { role: Role | null; subjectId: string | null },
): Promise<IssuedKey> {
  const holder = grantedHolder(actor, input);
  const issued = await mintKey(ctx, holder, input);
  if (!(await insertKeyOfAccount(ctx.db, issued.key))) {
    throw invalidField("#/subject_id", `Names no active ${holder.role}.`);
  }
  ctx.log.info("key_issued", { key_id: issued.key.id, role: holder.role, by: actorName(actor) });
  return issued;
}
