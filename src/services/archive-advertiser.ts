import type { Ctx } from "../context.ts";
import { archiveAdvertiser as archiveStoredAdvertiser } from "../db/queries/advertisers.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/**
 * Closes an advertiser's account and revokes its keys; what was verified for it stays. Doing it again changes nothing.
 *
 * @throws {ClaimcheckError} not_found, or conflict while a campaign has not ended
 */
export async function archiveAdvertiser(ctx: Ctx, actor: Actor, id: string): Promise<void> {
  const outcome = await archiveStoredAdvertiser(ctx.db, id, ctx.now());
  if (outcome === "not_found") throw new ClaimcheckError("not_found", "There is no such advertiser.");
  if (outcome === "has_campaigns") {
    throw new ClaimcheckError("conflict", "End every campaign of the advertiser first.");
  }
  ctx.log.info("advertiser_archived", { advertiser_id: id, by: actorName(actor) });
}
