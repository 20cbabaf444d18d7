import type { Ctx } from "../context.ts";
import { endLinkOfAffiliate, endLinksOf } from "../db/queries/discord-links.ts";
import { type Affiliate, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/** Who a Discord user acted for until now. */
export interface UnlinkedDiscord {
  /** The affiliate's name; null if there was none. */
  affiliate: string | null;
  operator: boolean;
}

/**
 * Ends the links of a Discord user, to an affiliate and to an operator. Doing it twice changes nothing.
 *
 * @throws {ClaimcheckError} conflict if the affiliate has no API key that works: its owner could not come back alone; forbidden if
 *   it is suspended: that is not left by opening another account. Then nothing is ended
 */
export async function unlinkDiscord(ctx: Ctx, discordUserId: string): Promise<UnlinkedDiscord> {
  const { affiliate, operatorKeyId, kept } = await endLinksOf(ctx.db, discordUserId, ctx.now());
  if (kept !== null) throw kept === "suspended" ? stillSuspended() : lockedOut();
  if (affiliate !== null) ctx.log.info("discord_unlinked", { role: "affiliate", holder: affiliate.id });
  if (operatorKeyId !== null) ctx.log.info("discord_unlinked", { role: "admin", holder: operatorKeyId });
  return { affiliate: affiliate?.name ?? null, operator: operatorKeyId !== null };
}

function stillSuspended(): ClaimcheckError {
  const detail = "Your account is suspended, and stays linked. Ask whoever runs the campaigns about it.";
  return new ClaimcheckError("forbidden", detail);
}

function lockedOut(): ClaimcheckError {
  const detail =
    "Your account has no API key, so you could not come back to it by yourself. Ask whoever runs the campaigns for an API key first.";
  return new ClaimcheckError("conflict", detail);
}

/** Nobody acts for the affiliate in Discord from now on, nor by a code that waits. Doing it twice changes nothing. */
export async function unlinkAffiliate(ctx: Ctx, actor: Affiliate): Promise<void> {
  const ended = await endLinkOfAffiliate(ctx.db, actor.affiliateId, ctx.now());
  if (ended) {
    ctx.log.info("discord_unlinked", { role: "affiliate", holder: actor.affiliateId, by: actorName(actor) });
  }
}
