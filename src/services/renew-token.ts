import type { Ctx } from "../context.ts";
import {
  findTokenAccount,
  markLapsed,
  replaceTokens,
  type SealedTokens,
  type TokenAccount,
  tendLater,
} from "../db/queries/account-tokens.ts";
import { type RenewedToken, type RenewRequest, tendAt } from "../domain/connected-account.ts";
import type { TokenDeps, TokenOutcome, Tokens } from "../platforms/access.ts";
import type { PlatformAdapter } from "../platforms/adapter.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { openTokens, sealTokens } from "./sealed-tokens.ts";

/** A small durable store beside whoever renews tokens: the storage of the platform's Durable Object. Holds sealed text. */
export interface Vault {
  get(key: string): string | null;
  put(key: string, sealed: string): void;
  delete(key: string): void;
}

/** What the app's own token is filed under. */
export const APP = "app";

/**
 * A token that works: the one there is, or a renewed one if that is about to end or was refused. Called by one renewer a
 * platform at a time and label; safe to repeat. Never throws for what a vendor does.
 *
 * @throws if D1 fails
 */
export async function renewToken(ctx: Ctx, vault: Vault, request: RenewRequest): Promise<RenewedToken> {
  const adapter = adapterOf(request.platform);
  if (ctx.box === null || !ctx.settings(request.platform).configured) return waitsForPeople("not_configured");
  return request.label === APP
    ? renewAppToken(ctx, adapter, vault, request.refused)
    : renewAccountToken(ctx, adapter, vault, request);
}

/** What a token call of this platform needs. */
export function tokenDeps(ctx: Ctx, platform: string): TokenDeps {
  const { urls, secrets } = ctx.settings(platform);
  return { fetch: ctx.fetch, urls, secrets, timeoutMs: ctx.config.VENDOR_TIMEOUT_MS, now: ctx.now };
}

const waitsForPeople = (reason: string): RenewedToken => ({ kind: "unavailable", reason, retryAt: null });

/** Whether a token has so little time left that it may end on the way. */
export function isEnding(ctx: Ctx, expiresAt: number | null): boolean {
  return expiresAt !== null && expiresAt <= ctx.now() + ctx.config.TOKEN_SPARE_SECONDS * 1_000;
}

interface AppToken {
  token: string;
  version: number;
  expiresAt: number | null;
}

async function renewAppToken(
  ctx: Ctx,
  { platform, access }: PlatformAdapter,
  vault: Vault,
  refused: number | null,
): Promise<RenewedToken> {
  if (access.kind !== "token") return waitsForPeople("not_configured");
  const context = `${platform}:app`;
  const sealed = vault.get(context);
  const opened = sealed === null ? null : ((await ctx.box?.open(sealed, context)) ?? null);
  // safe: only the lines below seal anything under this context.
  const stored = opened === null ? null : (JSON.parse(opened) as AppToken);
  if (stored !== null && stored.version !== refused && !isEnding(ctx, stored.expiresAt)) {
    return { kind: "token", ...stored };
  }
  const outcome = await access.grant(tokenDeps(ctx, platform));
  if (outcome.kind !== "granted") return unavailable(ctx, platform, outcome, "unauthorised");
  const { accessToken: token, accessExpiresAt: expiresAt } = outcome.tokens;
  const fresh: AppToken = { token, version: Math.max(stored?.version ?? 0, refused ?? 0) + 1, expiresAt };
  const resealed = await ctx.box?.seal(JSON.stringify(fresh), context);
  if (resealed !== undefined) vault.put(context, resealed);
  ctx.log.info("token_renewed", { platform, label: APP });
  return { kind: "token", ...fresh };
}

function unavailable(
  ctx: Ctx,
  platform: string,
  refusal: Exclude<TokenOutcome, { kind: "granted" }>,
  whenRefused: string,
): RenewedToken {
  const failure = refusal.kind === "refused" ? whenRefused : refusal.failure;
  ctx.log.warn("token_not_renewed", { platform, failure, detail: refusal.detail });
  return {
    kind: "unavailable",
    reason: failure,
    retryAt: refusal.kind === "refused" ? null : refusal.retryAt,
  };
}

/** A renewal that the vendor made and D1 may not have heard of yet. */
interface Journal {
  version: number;
  sealed: SealedTokens;
}

async function renewAccountToken(
  ctx: Ctx,
  adapter: PlatformAdapter,
  vault: Vault,
  { label: id, refused, ahead = false }: RenewRequest,
): Promise<RenewedToken> {
  const account = await upToDate(ctx, vault, await findTokenAccount(ctx.db, id));
  if (account === null || account.state !== "active") return waitsForPeople("reconnect");
  const tokens = await openTokens(ctx, account);
  if (tokens === null) {
    ctx.log.error("token_not_opened", null, { platform: adapter.platform, account_id: id });
    return waitsForPeople("not_configured");
  }
  const isGood = account.tokenVersion !== refused && !isEnding(ctx, account.accessExpiresAt);
  if (isGood) return asToken(tokens, account.tokenVersion);
  const refresh = adapter.access.kind === "account" ? adapter.access.oauth.refresh : undefined;
  const outcome: TokenOutcome = refresh
    ? await refresh(tokenDeps(ctx, adapter.platform), tokens)
    : { kind: "refused", detail: "cannot be renewed" };
  if (outcome.kind === "granted") return await keep(ctx, vault, account, merged(tokens, outcome.tokens));
  if (outcome.kind === "failed") return unavailable(ctx, adapter.platform, outcome, "reconnect");
  return await refusedFor(ctx, account, outcome, ahead);
}

/** What a token endpoint says of the app and not of the grant (RFC 6749 §5.2): no account is to blame for it. */
const ABOUT_THE_APP: ReadonlySet<string> = new Set(["invalid_client", "unauthorized_client"]);

type Refused = Extract<TokenOutcome, { kind: "refused" }>;

async function refusedFor(
  ctx: Ctx,
  account: TokenAccount,
  refusal: Refused,
  ahead: boolean,
): Promise<RenewedToken> {
  const { id, platform, accessExpiresAt } = account;
  const known = { id, version: account.tokenVersion };
  if (ABOUT_THE_APP.has(refusal.detail)) return unavailable(ctx, platform, refusal, "unauthorised");
  const answer = unavailable(ctx, platform, refusal, "reconnect");
  if (ahead && !isEnding(ctx, accessExpiresAt)) {
    await tendLater(ctx.db, known, accessExpiresAt ?? tendAt(ctx.now(), null));
    return answer;
  }
  const lapsed = await markLapsed(ctx.db, known, refusal.detail, ctx.now());
  return lapsed ? answer : await asStored(ctx, id);
}

/** For whoever was renewing while the account was connected anew, or disconnected. */
async function asStored(ctx: Ctx, id: string): Promise<RenewedToken> {
  const account = await findTokenAccount(ctx.db, id);
  if (account === null || account.state !== "active") return waitsForPeople("reconnect");
  const tokens = await openTokens(ctx, account);
  return tokens === null ? waitsForPeople("not_configured") : asToken(tokens, account.tokenVersion);
}

/** A vendor that does not rotate its refresh token need not repeat it. RFC 6749 §6. */
function merged(old: Tokens, fresh: Tokens): Tokens {
  if (fresh.refreshToken !== null) return fresh;
  return { ...fresh, refreshToken: old.refreshToken, refreshExpiresAt: old.refreshExpiresAt };
}

const asToken = (tokens: Tokens, version: number): RenewedToken => ({
  kind: "token",
  token: tokens.accessToken,
  version,
  expiresAt: tokens.accessExpiresAt,
});

/**
 * Stores renewed tokens: first where nothing can come between, then in D1. Once a vendor rotates its refresh token the old
 * one is worthless, so the new one must survive a D1 that does not answer.
 */
async function keep(ctx: Ctx, vault: Vault, account: TokenAccount, tokens: Tokens): Promise<RenewedToken> {
  const sealed = await sealTokens(ctx, account, tokens);
  const journal: Journal = { version: account.tokenVersion, sealed };
  vault.put(journalKey(account.id), JSON.stringify(journal));
  let isKept = true;
  try {
    isKept = await adopt(ctx, vault, account.id, journal);
  } catch (error) {
    // The journal stays, and the next renewal tells D1.
    ctx.log.error("renewed_token_not_stored", error, { platform: account.platform, account_id: account.id });
  }
  if (!isKept) return await asStored(ctx, account.id);
  ctx.log.info("token_renewed", { platform: account.platform, label: account.id });
  return asToken(tokens, account.tokenVersion + 1);
}

const journalKey = (accountId: string) => `renewed:${accountId}`;

/** The account with a renewal that D1 has not heard of yet, which is told it now. */
async function upToDate(ctx: Ctx, vault: Vault, account: TokenAccount | null): Promise<TokenAccount | null> {
  if (account === null) return null;
  const text = vault.get(journalKey(account.id));
  if (text === null) return account;
  // safe: only keep() writes journals.
  const journal = JSON.parse(text) as Journal;
  const isNewer = journal.version === account.tokenVersion;
  await adopt(ctx, vault, account.id, journal);
  return isNewer ? { ...account, ...journal.sealed, tokenVersion: account.tokenVersion + 1 } : account;
}

/** Tells D1 of a renewal; false if somebody connected the account anew meanwhile, or disconnected it: that stands. */
async function adopt(ctx: Ctx, vault: Vault, accountId: string, journal: Journal): Promise<boolean> {
  const { version, sealed } = journal;
  const now = ctx.now();
  const isReplaced = await replaceTokens(ctx.db, { id: accountId, version }, sealed, {
    now,
    tendAt: tendAt(now, sealed.accessExpiresAt),
  });
  vault.delete(journalKey(accountId));
  return isReplaced;
}
