import type { Ctx } from "../context.ts";
import { type AffiliateRow, insertAffiliate } from "../db/queries/affiliates.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { INITIAL_TRUST, trustBucket } from "../domain/trust.ts";
import { mintKey } from "./issue-key.ts";
import { unlessTaken } from "./unless-taken.ts";

/** The unique columns of an affiliate, by the field of the body. */
export const UNIQUE_OF_AFFILIATE = { "affiliates.name": "name", "affiliates.email": "email" } as const;

/**
 * Opens an affiliate's account with its first key.
 *
 * @param actor null for a stranger who signs up
 * @throws {ClaimcheckError} conflict if the name or the e-mail is taken
 */
export async function createAffiliate(
  ctx: Ctx,
  actor: Actor | null,
  { name, email }: { name: string; email: string },
): Promise<{ affiliate: AffiliateRow; secret: string }> {
  const now = ctx.now();
  const affiliate: AffiliateRow = {
    id: ctx.ids("aff"),
    name,
    email,
    status: "active",
    trust: INITIAL_TRUST,
    total_submissions: 0,
    accurate_submissions: 0,
    created_at: now,
    updated_at: now,
  };
  const { secret, key } = await mintKey(ctx, { role: "affiliate", subjectId: affiliate.id });
  // /metrics shows how many affiliates each bucket of trust holds; every account begins in the same one.
  const count = { name: "affiliates", label: trustBucket(INITIAL_TRUST), by: 1 };
  await unlessTaken(UNIQUE_OF_AFFILIATE, () => insertAffiliate(ctx.db, { affiliate, key, count }));
  ctx.log.info("affiliate_created", {
    affiliate_id: affiliate.id,
    by: actor ? actorName(actor) : "stranger",
  });
  return { affiliate, secret };
}
