import type { Ctx } from "../context.ts";
import {
  type AdvertiserChanges,
  type AdvertiserRow,
  updateAdvertiser as updateStoredAdvertiser,
} from "../db/queries/advertisers.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { unlessTaken } from "./unless-taken.ts";

/** @throws {ClaimcheckError} not_found, or conflict if the name is taken */
export async function updateAdvertiser(
  ctx: Ctx,
  actor: Actor,
  { id, changes }: { id: string; changes: AdvertiserChanges },
): Promise<AdvertiserRow> {
  const now = ctx.now();
  const updated = await unlessTaken({ "advertisers.name": "name" }, () =>
    updateStoredAdvertiser(ctx.db, { id, changes, now }),
  );
  const advertiser = orNotFound(updated, "advertiser");
  ctx.log.info("advertiser_updated", { advertiser_id: id, by: actorName(actor) });
  return advertiser;
}
