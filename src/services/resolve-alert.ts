import type { Ctx } from "../context.ts";
import { type AlertRow, resolve } from "../db/queries/alerts.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/**
 * Closes an alert with what was found out. If its cause comes back, a new alert is raised.
 *
 * @throws {ClaimcheckError} not_found; conflict if it is already resolved
 */
export async function resolveAlert(
  ctx: Ctx,
  actor: Actor,
  { id, notes }: { id: string; notes: string },
): Promise<AlertRow> {
  const { alert, changed } = await resolve(ctx.db, { id, notes, by: actorName(actor), at: ctx.now() });
  if (alert === null) throw new ClaimcheckError("not_found", "There is no such alert.");
  if (!changed)
    throw new ClaimcheckError("conflict", `The alert was already resolved by ${alert.resolved_by}.`);
  return alert;
}
