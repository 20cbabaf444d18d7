import type { Ctx } from "../context.ts";
import { acknowledge, type NamedAlert } from "../db/queries/alerts.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { AlertResolvedError } from "./alert-resolved-error.ts";

/**
 * Records that somebody is looking at an alert. A second acknowledgement changes nothing: the first keeps its name.
 *
 * @throws {ClaimcheckError} not_found; conflict, an AlertResolvedError, if it is resolved
 */
export async function acknowledgeAlert(
  ctx: Ctx,
  actor: Actor,
  { id, notes }: { id: string; notes: string | null },
): Promise<NamedAlert> {
  const { alert } = await acknowledge(ctx.db, { id, notes, by: actorName(actor), at: ctx.now() });
  if (alert === null) throw new ClaimcheckError("not_found", "There is no such alert.");
  if (alert.status === "RESOLVED") {
    const detail = "The alert is resolved. If its cause comes back, a new one is raised.";
    throw new AlertResolvedError(alert, detail);
  }
  return alert;
}
