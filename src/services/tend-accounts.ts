import type { Ctx } from "../context.ts";
import {
  findTokenAccount,
  loadSiblings,
  replaceTokens,
  type TokenAccount,
  tendLater,
} from "../db/queries/account-tokens.ts";
import { finishLeaving } from "../db/queries/connected-accounts.ts";
import type { DueAccount } from "../db/queries/sweep.ts";
import { tendAt } from "../domain/connected-account.ts";
import type { Tokens } from "../platforms/access.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { tokenDeps } from "./renew-token.ts";
import { openTokens, sealTokens } from "./sealed-tokens.ts";

/**
 * Looks after connected accounts: renews tokens ahead of their end, seals lasting ones anew, gives back the grants of
 * those that leave. One that fails is due again; safe to repeat. Never throws for one account's trouble.
 */
export async function tendAccounts(ctx: Ctx, accounts: readonly DueAccount[]): Promise<void> {
  for (const account of accounts) {
    try {
      await tend(ctx, account);
    } catch (error) {
      ctx.log.error("account_not_tended", error, { account_id: account.id, platform: account.platform });
    }
  }
}

async function tend(ctx: Ctx, { id, platform, state, version }: DueAccount): Promise<void> {
  const { access } = adapterOf(platform);
  if (state === "active" && access.kind === "account" && access.oauth.refresh) {
    const renewed = await ctx.gate(platform).renew({ platform, label: id, refused: version, ahead: true });
    if (renewed.kind === "unavailable" && renewed.retryAt !== null) {
      await tendLater(ctx.db, { id, version }, renewed.retryAt);
    }
    return;
  }
  const account = await findTokenAccount(ctx.db, id);
  if (account === null) return;
  if (state === "leaving") await revokeAccount(ctx, account);
  else await sealAnew(ctx, account);
}

/** A lasting token is sealed with the newest key now and then, so that an old key can be taken away. */
async function sealAnew(ctx: Ctx, account: TokenAccount): Promise<void> {
  const tokens = await openTokens(ctx, account);
  if (tokens === null) throw new Error("no key opens the tokens");
  const { id, tokenVersion: version } = account;
  const now = ctx.now();
  const sealed = await sealTokens(ctx, account, tokens);
  await replaceTokens(ctx.db, { id, version }, sealed, { now, tendAt: tendAt(now, tokens.accessExpiresAt) });
}

/**
 * Gives a leaving account's grant back and forgets its tokens; if the vendor does not answer, they are kept for the next try.
 * A grant that other accounts are read with stays until the last of them leaves.
 */
export async function revokeAccount(ctx: Ctx, account: TokenAccount): Promise<void> {
  const { id, platform, externalId: accountId } = account;
  const { access } = adapterOf(platform);
  const tokens = await openTokens(ctx, account);
  const revoke = access.kind === "account" ? access.oauth.revoke : undefined;
  // Tokens that no key opens cannot be given back by anybody.
  const isDue = revoke !== undefined && tokens !== null && !(await isShared(ctx, account, tokens));
  const outcome = isDue ? await revoke(tokenDeps(ctx, platform), { accountId, tokens }) : null;
  if (outcome?.kind === "failed") {
    ctx.log.warn("account_not_revoked", { account_id: id, platform, detail: outcome.detail });
    return;
  }
  await finishLeaving(ctx.db, id, ctx.now());
  ctx.log.info("account_disconnected", { account_id: id, platform, revoked: outcome?.kind ?? "not_asked" });
}

async function isShared(ctx: Ctx, account: TokenAccount, tokens: Tokens): Promise<boolean> {
  const siblings = await loadSiblings(ctx.db, account);
  const opened = await Promise.all(siblings.map((sibling) => openTokens(ctx, sibling)));
  return opened.some((others) => others !== null && isSameGrant(tokens, others));
}

/** Access tokens are renewed one by one, while the refresh token of a grant with several accounts goes on. */
function isSameGrant(tokens: Tokens, others: Tokens): boolean {
  if (tokens.accessToken === others.accessToken) return true;
  return tokens.refreshToken !== null && tokens.refreshToken === others.refreshToken;
}
