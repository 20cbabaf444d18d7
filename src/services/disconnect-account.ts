import type { Ctx } from "../context.ts";
import { findTokenAccount } from "../db/queries/account-tokens.ts";
import { startLeaving } from "../db/queries/connected-accounts.ts";
import type { Actor } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { revokeAccount } from "./tend-accounts.ts";

/**
 * Disconnects an account: nothing is read with it from now on. Its grant is given back to the vendor at once if the vendor
 * answers, else by the sweep; its tokens are forgotten with that. Repeating it changes nothing.
 *
 * @throws {ClaimcheckError} not_found
 */
export async function disconnectAccount(ctx: Ctx, actor: Actor, id: string): Promise<void> {
  const account = await startLeaving(ctx.db, actor, id, ctx.now());
  if (account === null) throw new ClaimcheckError("not_found", "There is no such account.");
  if (account.state !== "leaving") return;
  const withTokens = await findTokenAccount(ctx.db, id);
  if (withTokens !== null) await revokeAccount(ctx, withTokens);
}
