import type { Ctx } from "../context.ts";
import { findAffiliate } from "../db/queries/affiliates.ts";
import { insertLinkCode } from "../db/queries/discord-links.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { hashLinkCode, makeLinkCode, showLinkCode } from "../domain/link-code.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { requireActive } from "./new-report.ts";

/** A code as people see it, and when it ends (ms UTC). */
export interface IssuedLinkCode {
  code: string;
  expiresAt: number;
}

/**
 * Issues a code that links the Discord user who sends it: to the affiliate who asks, to the admin key that asks, or to an
 * affiliate to whom an admin hands it out, suspended or not. It takes the place of the former one.
 *
 * @param affiliateId whose code an admin asks for; null for the actor's own
 * @throws {ClaimcheckError} not_found for an affiliate; forbidden to a suspended affiliate and to an advertiser, who has
 *   nothing to do in Discord
 */
export async function issueLinkCode(
  ctx: Ctx,
  actor: Actor,
  affiliateId: string | null = null,
): Promise<IssuedLinkCode> {
  const holder = affiliateId === null ? ownHolder(actor) : await affiliateFor(ctx, actor, affiliateId);
  const code = makeLinkCode((bytes) => crypto.getRandomValues(bytes));
  const now = ctx.now();
  const expiresAt = now + ctx.config.LINK_CODE_MINUTES * MINUTE_MS;
  await insertLinkCode(ctx.db, { holder, codeHash: await hashLinkCode(code), createdAt: now, expiresAt });
  ctx.log.info("link_code_issued", { holder, by: actorName(actor) });
  return { code: showLinkCode(code), expiresAt };
}

function ownHolder(actor: Actor): string {
  if (actor.role === "admin") return actor.keyId;
  if (actor.role === "advertiser") {
    throw new ClaimcheckError("forbidden", "Only affiliates and operators are linked to Discord.");
  }
  requireActive(actor);
  return actor.affiliateId;
}

/** @throws {ClaimcheckError} not_found for an affiliate that does not exist, or is not the actor's to act for */
async function affiliateFor(ctx: Ctx, actor: Actor, id: string): Promise<string> {
  const found = actor.role === "admin" ? await findAffiliate(ctx.db, id) : null;
  return orNotFound(found, "affiliate").id;
}
