import type { Ctx } from "../context.ts";
import {
  type AffiliateChanges,
  type AffiliateRow,
  updateAffiliate as updateStoredAffiliate,
} from "../db/queries/affiliates.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { announceLinks } from "./announce-links.ts";
import { UNIQUE_OF_AFFILIATE } from "./create-affiliate.ts";
import { unlessTaken } from "./unless-taken.ts";

/**
 * Changes an affiliate's account. Setting it active, also one that is active already, reopens its reports that ended
 * SKIPPED_SUSPENDED: a report that was being skipped while the account was reinstated is caught by doing it again.
 *
 * @throws {ClaimcheckError} not_found, or conflict if the name or the e-mail is taken
 */
export async function updateAffiliate(
  ctx: Ctx,
  actor: Actor,
  { id, changes }: { id: string; changes: AffiliateChanges },
): Promise<AffiliateRow> {
  const now = ctx.now();
  const stopsLinks = changes.status !== undefined;
  if (stopsLinks) await announceLinks(ctx, [id]);
  const updated = await unlessTaken(UNIQUE_OF_AFFILIATE, () =>
    updateStoredAffiliate(ctx.db, { id, changes, now }),
  );
  const affiliate = orNotFound(updated, "affiliate");
  if (stopsLinks) await announceLinks(ctx, [id]);
  ctx.log.info("affiliate_updated", { affiliate_id: id, status: affiliate.status, by: actorName(actor) });
  return affiliate;
}
