import type { Ctx } from "../context.ts";
import { loadReaders, loadUnconnected, type TokenAccount } from "../db/queries/account-tokens.ts";
import type { RenewedToken } from "../domain/connected-account.ts";
import type { PlatformAdapter } from "../platforms/adapter.ts";
import { APP, isEnding } from "./renew-token.ts";
import { openTokens } from "./sealed-tokens.ts";

/** With whose credential a platform is asked. */
export interface Reader {
  /** Of its ledger in the gate: `app`, or the id of a connected account. Never the secret. */
  label: string;
  credential: string;
  /** The version of the credential where it can be renewed; null for a lasting key. */
  version: number | null;
  /** The platform's id of the account; null where the app itself asks. */
  accountId: string | null;
}

/** Why nobody can ask for a post, and when that may have changed (ms UTC; null if nobody knows). */
export interface NoReader {
  reason: string;
  retryAt: number | null;
}

export interface Readers {
  /** Who may ask for each post, in the order in which they are tried. */
  byPost: Map<string, Reader[]>;
  /** For the posts nobody can ask for, and for those of which somebody who might see them cannot be asked with now. */
  without: Map<string, NoReader>;
}

interface ReadPost {
  id: string;
  /** The connected account that read it last. */
  accountId: string | null;
}

/**
 * Who can ask the platform for each of these posts: the app itself, or the connected accounts of those who claim them.
 * At most two D1 reads at once, and a renewal for a token that is about to end.
 *
 * @throws if D1 fails
 */
export async function findReaders(
  ctx: Ctx,
  adapter: PlatformAdapter,
  posts: readonly ReadPost[],
): Promise<Readers> {
  const { platform, access } = adapter;
  if (!isConfigured(ctx, adapter)) {
    ctx.log.error("platform_not_configured", null, { platform });
    return nobody(posts, { reason: "not_configured", retryAt: null });
  }
  if (access.kind === "account") return await accountReaders(ctx, platform, posts);
  const app = await appReader(ctx, adapter);
  return "reason" in app ? nobody(posts, app) : everywhere(posts, app);
}

/** Whether everything is set without which the platform cannot be asked: its secrets, and what seals tokens. */
export function isConfigured(ctx: Ctx, { platform, access }: PlatformAdapter): boolean {
  return ctx.settings(platform).configured && (access.kind === "secret" || ctx.box !== null);
}

/** The app's own credential: a lasting key, or the token it is granted. */
export async function appReader(ctx: Ctx, { platform, access }: PlatformAdapter): Promise<Reader | NoReader> {
  const base = { label: APP, accountId: null };
  if (access.kind === "secret") {
    const credential = ctx.settings(platform).secrets[access.name];
    if (credential === undefined) return { reason: "not_configured", retryAt: null };
    return { ...base, credential, version: null };
  }
  const renewed = await tokenFrom(ctx, platform, { label: APP, refused: null });
  if (renewed.kind === "unavailable") return renewed;
  return { ...base, credential: renewed.token, version: renewed.version };
}

/** The same reader with a credential that works again, or why there is none; null for a key that lasts. */
export async function renewReader(
  ctx: Ctx,
  platform: string,
  reader: Reader,
): Promise<Reader | NoReader | null> {
  const { label, version: refused } = reader;
  if (refused === null) return null;
  let renewed = await tokenFrom(ctx, platform, { label, refused });
  // The answer to somebody who asked a moment earlier and had not heard of the refusal.
  if (isVersion(renewed, refused)) renewed = await tokenFrom(ctx, platform, { label, refused });
  if (renewed.kind === "unavailable") return renewed;
  if (isVersion(renewed, refused)) return null;
  return { ...reader, credential: renewed.token, version: renewed.version };
}

const isVersion = (renewed: RenewedToken, version: number): boolean =>
  renewed.kind === "token" && renewed.version === version;

/** Asks the platform's gate for a token. One out of reach gives none. */
async function tokenFrom(
  ctx: Ctx,
  platform: string,
  request: { label: string; refused: number | null },
): Promise<RenewedToken> {
  try {
    return await ctx.gate(platform).renew({ platform, ...request });
  } catch (error) {
    ctx.log.error("gate_unreachable", error, { platform });
    return { kind: "unavailable", reason: "gate_unreachable", retryAt: null };
  }
}

const nobody = (posts: readonly ReadPost[], why: NoReader): Readers => ({
  byPost: new Map(),
  without: new Map(posts.map(({ id }) => [id, why])),
});

const everywhere = (posts: readonly ReadPost[], reader: Reader): Readers => ({
  byPost: new Map(posts.map(({ id }) => [id, [reader]])),
  without: new Map(),
});

async function accountReaders(ctx: Ctx, platform: string, posts: readonly ReadPost[]): Promise<Readers> {
  const postIds = posts.map(({ id }) => id);
  const [rows, unconnected] = await Promise.all([
    loadReaders(ctx.db, platform, postIds),
    loadUnconnected(ctx.db, platform, postIds),
  ]);
  const withStrangers = new Set(unconnected);
  const accounts = new Map(rows.map(({ account }) => [account.id, account]));
  const readers = new Map(
    await Promise.all(
      [...accounts.values()].map(async (account) => [account.id, await readerOf(ctx, account)] as const),
    ),
  );
  const idsByPost = Map.groupBy(rows, ({ postId }) => postId);
  const found: Readers = { byPost: new Map(), without: new Map() };
  for (const post of posts) {
    const accountIds = (idsByPost.get(post.id) ?? []).map(({ account }) => account.id);
    const candidates = lastReaderFirst(accountIds, post.accountId).map(
      (id) => readers.get(id) ?? NOT_CONNECTED,
    );
    const able = candidates.flatMap((candidate) => ("reason" in candidate ? [] : [candidate]));
    const [unable] = candidates.flatMap((candidate) => ("reason" in candidate ? [candidate] : []));
    const isLost = post.accountId !== null && !accountIds.includes(post.accountId);
    const others = isLost ? RECONNECT : withStrangers.has(post.id) ? NOT_CONNECTED : undefined;
    const why = unable ?? others ?? (able.length === 0 ? NOT_CONNECTED : undefined);
    if (able.length > 0) found.byPost.set(post.id, able);
    if (why !== undefined) found.without.set(post.id, why);
  }
  return found;
}

const NOT_CONNECTED: NoReader = { reason: "not_connected", retryAt: null };
const RECONNECT: NoReader = { reason: "reconnect", retryAt: null };

function lastReaderFirst(accountIds: readonly string[], last: string | null): string[] {
  return [...new Set(accountIds)].toSorted((a, b) => Number(b === last) - Number(a === last));
}

async function readerOf(ctx: Ctx, account: TokenAccount): Promise<Reader | NoReader> {
  if (account.state !== "active") return RECONNECT;
  const base = { label: account.id, accountId: account.externalId };
  if (isEnding(ctx, account.accessExpiresAt)) {
    const renewed = await tokenFrom(ctx, account.platform, { label: account.id, refused: null });
    if (renewed.kind === "unavailable") return renewed;
    return { ...base, credential: renewed.token, version: renewed.version };
  }
  const tokens = await openTokens(ctx, account);
  if (tokens !== null) return { ...base, credential: tokens.accessToken, version: account.tokenVersion };
  ctx.log.error("token_not_opened", null, { platform: account.platform, account_id: account.id });
  return { reason: "not_configured", retryAt: null };
}
