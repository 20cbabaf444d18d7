import type { Ctx } from "../context.ts";
import { findKey, replaceKey } from "../db/queries/keys.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { holderOf } from "../domain/key-grant.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { type IssuedKey, mintKey } from "./issue-key.ts";

export interface RotateKeyInput {
  id: string;
  /** How long the old key goes on working, in seconds; 0 revokes it at once. */
  overlapSeconds: number;
  /** When the new key ends, ms UTC; null for never, undefined for when the old one would have. */
  expiresAt: number | null | undefined;
}

/**
 * Puts a new key in the place of one, for the same account and with the same label.
 *
 * @throws {ClaimcheckError} not_found, conflict if the key does not work any more, validation_failed
 */
export async function rotateKey(ctx: Ctx, actor: Actor, input: RotateKeyInput): Promise<IssuedKey> {
  const old = orNotFound(await findKey(ctx.db, holderOf(actor), input.id), "key");
  const now = ctx.now();
  if (old.revoked_at !== null || (old.expires_at !== null && old.expires_at <= now)) throw endedKey();
  const issued = await mintKey(
    ctx,
    { role: old.role, subjectId: old.subject_id },
    { label: old.label, expiresAt: input.expiresAt === undefined ? old.expires_at : input.expiresAt },
  );
  const oldEndsAt = now + input.overlapSeconds * 1_000;
  if (!(await replaceKey(ctx.db, { oldId: old.id, next: issued.key, now, oldEndsAt }))) throw endedKey();
  ctx.log.info("key_rotated", { key_id: old.id, new_key_id: issued.key.id, by: actorName(actor) });
  return issued;
}

const endedKey = () =>
  new ClaimcheckError("conflict", "This key is revoked or has expired. Issue a new one instead.");
