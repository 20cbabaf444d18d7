import type { Ctx } from "../context.ts";
import { type AffiliateRow, insertAffiliate, type NewAffiliate } from "../db/queries/affiliates.ts";
import { uniqueViolation } from "../db/unique-violation.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { INITIAL_TRUST, trustBucket } from "../domain/trust.ts";
import { mintKey } from "./issue-key.ts";
import { unlessTaken } from "./unless-taken.ts";

/** The unique columns of an affiliate, by the field of the body. */
export const UNIQUE_OF_AFFILIATE = { "affiliates.name": "name", "affiliates.email": "email" } as const;

interface AffiliateInput {
  name: string;
  email: string;
}

/**
 * Opens an affiliate's account: with its first key, or with the Discord user who acts for it and no key, since nobody
 * would see its secret.
 *
 * @param actor null for a stranger who signs up
 * @throws {ClaimcheckError} conflict if the name or the e-mail is taken, or the Discord user is linked already
 */
export async function createAffiliate(
  ctx: Ctx,
  actor: Actor | null,
  input: AffiliateInput & { discordUserId: string },
): Promise<{ affiliate: AffiliateRow; secret: null }>;
export async function createAffiliate(
  ctx: Ctx,
  actor: Actor | null,
  input: AffiliateInput,
): Promise<{ affiliate: AffiliateRow; secret: string }>;
export async function createAffiliate(
  ctx: Ctx,
  actor: Actor | null,
  { name, email, discordUserId }: AffiliateInput & { discordUserId?: string },
): Promise<{ affiliate: AffiliateRow; secret: string | null }> {
  const now = ctx.now();
  const affiliate: AffiliateRow = {
    id: ctx.ids("aff"),
    name,
    email,
    status: "active",
    trust: INITIAL_TRUST,
    total_submissions: 0,
    accurate_submissions: 0,
    discord_linked: discordUserId === undefined ? 0 : 1,
    created_at: now,
    updated_at: now,
  };
  const minted =
    discordUserId === undefined
      ? await mintKey(ctx, { role: "affiliate", subjectId: affiliate.id })
      : { discordUserId };
  await insert(ctx, affiliate, minted);
  ctx.log.info("affiliate_created", {
    affiliate_id: affiliate.id,
    by: actor ? actorName(actor) : "stranger",
  });
  return { affiliate, secret: "secret" in minted ? minted.secret : null };
}

async function insert(ctx: Ctx, affiliate: AffiliateRow, access: NewAffiliate["access"]): Promise<void> {
  // /metrics shows how many affiliates each bucket of trust holds; every account begins in the same one.
  const count = { name: "affiliates", label: trustBucket(INITIAL_TRUST), by: 1 };
  try {
    await unlessTaken(UNIQUE_OF_AFFILIATE, () => insertAffiliate(ctx.db, { affiliate, access, count }));
  } catch (cause) {
    if (uniqueViolation(cause) !== "affiliates.discord_user_id") throw cause;
    throw new ClaimcheckError("conflict", "Your Discord account is linked to an affiliate already.", {
      cause,
    });
  }
}
