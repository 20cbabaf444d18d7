import type { Ctx } from "../context.ts";
import { type NamedAlert, resolve } from "../db/queries/alerts.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { AlertResolvedError } from "./alert-resolved-error.ts";

/**
 * Closes an alert with what was found out. If its cause comes back, a new alert is raised.
 *
 * @throws {ClaimcheckError} not_found; conflict, an AlertResolvedError, if it is already resolved
 */
export async function resolveAlert(
  ctx: Ctx,
  actor: Actor,
  { id, notes }: { id: string; notes: string },
): Promise<NamedAlert> {
  const { alert, changed } = await resolve(ctx.db, { id, notes, by: actorName(actor), at: ctx.now() });
  if (alert === null) throw new ClaimcheckError("not_found", "There is no such alert.");
  if (!changed)
    throw new AlertResolvedError(alert, `The alert was already resolved by ${alert.resolved_by}.`);
  return alert;
}
