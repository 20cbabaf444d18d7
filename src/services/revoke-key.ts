import type { Ctx } from "../context.ts";
import { revokeKey as revokeStoredKey } from "../db/queries/keys.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { holderOf } from "../domain/key-grant.ts";

/**
 * A key stops working at once. Revoking it again changes nothing.
 *
 * @throws {ClaimcheckError} not_found, or conflict for the last admin key that works
 */
export async function revokeKey(ctx: Ctx, actor: Actor, id: string): Promise<void> {
  const outcome = await revokeStoredKey(ctx.db, { holder: holderOf(actor), id, now: ctx.now() });
  if (outcome === "not_found") throw new ClaimcheckError("not_found", "There is no such key.");
  if (outcome === "last_admin_key") {
    throw new ClaimcheckError(
      "conflict",
      "This is the last admin key. Issue or rotate one before you revoke it.",
    );
  }
  ctx.log.info("key_revoked", { key_id: id, by: actorName(actor) });
}
