import type { Ctx } from "../context.ts";
import { type AdvertiserRow, insertAdvertiser } from "../db/queries/advertisers.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { mintKey } from "./issue-key.ts";
import { unlessTaken } from "./unless-taken.ts";

/**
 * Opens an advertiser's account with its first key.
 *
 * @throws {ClaimcheckError} conflict if the name is taken
 */
export async function createAdvertiser(
  ctx: Ctx,
  actor: Actor,
  { name, contactEmail }: { name: string; contactEmail: string | null },
): Promise<{ advertiser: AdvertiserRow; secret: string }> {
  const now = ctx.now();
  const advertiser: AdvertiserRow = {
    id: ctx.ids("adv"),
    name,
    contact_email: contactEmail,
    status: "active",
    created_at: now,
    updated_at: now,
  };
  const { secret, key } = await mintKey(ctx, { role: "advertiser", subjectId: advertiser.id });
  await unlessTaken({ "advertisers.name": "name" }, () => insertAdvertiser(ctx.db, advertiser, key));
  ctx.log.info("advertiser_created", { advertiser_id: advertiser.id, by: actorName(actor) });
  return { advertiser, secret };
}
