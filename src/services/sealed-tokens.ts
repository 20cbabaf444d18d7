import type { Ctx } from "../context.ts";
import type { SealedTokens } from "../db/queries/account-tokens.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Tokens } from "../platforms/access.ts";

/** Whose tokens they are; sealed with them, so that one account's cannot be slipped under another's. */
export interface TokenOwner {
  platform: string;
  /** The platform's id of the account. */
  externalId: string;
}

const contextOf = ({ platform, externalId }: TokenOwner, use: "access" | "refresh") =>
  `${platform}:${externalId}:${use}`;

/** @throws {ClaimcheckError} temporarily_unavailable if TOKEN_KEYS is not set */
export async function sealTokens(ctx: Ctx, owner: TokenOwner, tokens: Tokens): Promise<SealedTokens> {
  const { box } = ctx;
  if (box === null) throw new ClaimcheckError("temporarily_unavailable", "Accounts cannot be connected yet.");
  const { accessToken, refreshToken, accessExpiresAt, refreshExpiresAt } = tokens;
  return {
    accessToken: await box.seal(accessToken, contextOf(owner, "access")),
    accessExpiresAt,
    refreshToken: refreshToken === null ? null : await box.seal(refreshToken, contextOf(owner, "refresh")),
    refreshExpiresAt,
  };
}

/** The tokens in clear, or null if no key that we have opens them. */
export async function openTokens(
  { box }: Pick<Ctx, "box">,
  account: TokenOwner & SealedTokens,
): Promise<Tokens | null> {
  if (box === null) return null;
  const accessToken = await box.open(account.accessToken, contextOf(account, "access"));
  const refreshToken =
    account.refreshToken === null
      ? null
      : await box.open(account.refreshToken, contextOf(account, "refresh"));
  if (accessToken === null || (refreshToken === null && account.refreshToken !== null)) return null;
  const { accessExpiresAt, refreshExpiresAt } = account;
  return { accessToken, accessExpiresAt, refreshToken, refreshExpiresAt };
}
