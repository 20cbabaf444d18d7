import type { Ctx } from "../context.ts";
import { findTrackedLink, type TrackedLinkRow } from "../db/queries/tracked-links.ts";
import { type Actor, owns } from "../domain/actor.ts";
import { orNotFound } from "../domain/or-not-found.ts";
import { parseTrackedCode } from "../domain/tracked-link.ts";

/**
 * The link that an address names, if it exists for the actor: its affiliate, its campaign's advertiser or an admin.
 *
 * @throws {ClaimcheckError} not_found, also for what cannot be a code
 */
export async function visibleLink(ctx: Ctx, actor: Actor, text: string): Promise<TrackedLinkRow> {
  const code = parseTrackedCode(text);
  const link = code === null ? null : await findTrackedLink(ctx.db, code);
  const isVisible =
    link !== null && owns(actor, { advertiserId: link.advertiser_id, affiliateId: link.affiliate_id });
  return orNotFound(isVisible ? link : null, "link");
}
