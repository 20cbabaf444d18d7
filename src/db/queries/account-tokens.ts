import { sql } from "drizzle-orm";
import type { AccountState } from "../../domain/connected-account.ts";
import type { Db } from "../client.ts";

/** The tokens of a connected account as they are stored: sealed. Times in ms UTC. */
export interface SealedTokens {
  accessToken: string;
  accessExpiresAt: number | null;
  refreshToken: string | null;
  refreshExpiresAt: number | null;
}

/** A connected account with its tokens; only src/services opens them. */
export interface TokenAccount extends SealedTokens {
  id: string;
  affiliateId: string;
  platform: string;
  externalId: string;
  state: AccountState;
  tokenVersion: number;
}

interface TokenRow {
  id: string;
  affiliate_id: string;
  platform: string;
  external_id: string;
  state: AccountState;
  access_token: string;
  access_expires_at: number | null;
  refresh_token: string | null;
  refresh_expires_at: number | null;
  token_version: number;
}

const COLUMNS = sql`ca.id, ca.affiliate_id, ca.platform, ca.external_id, ca.state, ca.access_token,
  ca.access_expires_at, ca.refresh_token, ca.refresh_expires_at, ca.token_version`;

function toTokenAccount(row: TokenRow): TokenAccount {
  return {
    id: row.id,
    affiliateId: row.affiliate_id,
    platform: row.platform,
    externalId: row.external_id,
    state: row.state,
    accessToken: row.access_token,
    accessExpiresAt: row.access_expires_at,
    refreshToken: row.refresh_token,
    refreshExpiresAt: row.refresh_expires_at,
    tokenVersion: row.token_version,
  };
}

/** The posts of which somebody who claims them has no account that could be asked with. */
export async function loadUnconnected(
  db: Db,
  platform: string,
  postIds: readonly string[],
): Promise<string[]> {
  const rows = await db.all<{ post_id: string }>(sql`
    select distinct s.post_id from json_each(${JSON.stringify(postIds)}) j cross join submissions s on s.post_id = j.value
    where not exists (select 1 from connected_accounts ca where ca.affiliate_id = s.affiliate_id
      and ca.platform = ${platform} and ca.access_token is not null and (ca.state = 'active' or ca.state = 'lapsed'))`);
  return rows.map(({ post_id }) => post_id);
}

/** The accounts through which these posts may be read: those of everybody who claims them, first claims first. */
export async function loadReaders(
  db: Db,
  platform: string,
  postIds: readonly string[],
): Promise<{ postId: string; account: TokenAccount }[]> {
  const rows = await db.all<TokenRow & { post_id: string }>(sql`
    select s.post_id, ${COLUMNS}
    from json_each(${JSON.stringify(postIds)}) j
      cross join submissions s on s.post_id = j.value
      cross join connected_accounts ca on ca.affiliate_id = s.affiliate_id
    where ca.platform = ${platform} and ca.access_token is not null and (ca.state = 'active' or ca.state = 'lapsed')
    order by s.id, ca.id`);
  return rows.map((row) => ({ postId: row.post_id, account: toTokenAccount(row) }));
}

/** One account that has tokens, in whatever state; null if there is none of that id. */
export async function findTokenAccount(db: Db, id: string): Promise<TokenAccount | null> {
  const [row] = await db.all<TokenRow>(sql`
    select ${COLUMNS} from connected_accounts ca where ca.id = ${id} and ca.access_token is not null`);
  return row ? toTokenAccount(row) : null;
}

/** The affiliate's other accounts on the platform that are in use: one authorisation may have opened several. */
export async function loadSiblings(
  db: Db,
  { id, affiliateId, platform }: Pick<TokenAccount, "id" | "affiliateId" | "platform">,
): Promise<TokenAccount[]> {
  const rows = await db.all<TokenRow>(sql`
    select ${COLUMNS} from connected_accounts ca
    where ca.affiliate_id = ${affiliateId} and ca.platform = ${platform} and ca.id <> ${id}
      and ca.access_token is not null and ca.state = 'active'`);
  return rows.map(toTokenAccount);
}

/**
 * Replaces the tokens of an account, unless somebody else did since `version`.
 *
 * @returns whether they were replaced
 */
export async function replaceTokens(
  db: Db,
  account: { id: string; version: number },
  tokens: SealedTokens,
  times: { now: number; tendAt: number },
): Promise<boolean> {
  const rows = await db.all<{ id: string }>(sql`
    update connected_accounts set access_token = ${tokens.accessToken}, access_expires_at = ${tokens.accessExpiresAt},
      refresh_token = ${tokens.refreshToken}, refresh_expires_at = ${tokens.refreshExpiresAt},
      token_version = token_version + 1, tend_at = ${times.tendAt}, updated_at = ${times.now}
    where id = ${account.id} and token_version = ${account.version} and state = 'active' returning id`);
  return rows.length > 0;
}

/**
 * Notes that the platform wants the owner's consent again, unless somebody else replaced the tokens since `version`.
 *
 * @returns whether it was noted
 */
export async function markLapsed(
  db: Db,
  account: { id: string; version: number },
  detail: string,
  now: number,
): Promise<boolean> {
  const rows = await db.all<{ id: string }>(sql`
    update connected_accounts set state = 'lapsed', detail = ${detail.slice(0, 200)}, tend_at = null, updated_at = ${now}
    where id = ${account.id} and token_version = ${account.version} and state = 'active' returning id`);
  return rows.length > 0;
}

/** Has the sweep look after the tokens at another time, ms UTC. */
export async function tendLater(
  db: Db,
  account: { id: string; version: number },
  tendAt: number,
): Promise<void> {
  await db.run(sql`
    update connected_accounts set tend_at = ${tendAt}
    where id = ${account.id} and token_version = ${account.version} and state = 'active'`);
}
