import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { AccountState, Proof } from "../../domain/connected-account.ts";
import { type Db, runBatch } from "../client.ts";
import type { SealedTokens } from "./account-tokens.ts";

/** A connected account as the API shows it: without its tokens. Times in ms UTC. */
export interface AccountRow {
  id: string;
  affiliate_id: string;
  platform: string;
  external_id: string;
  name: string;
  proof: Proof;
  state: AccountState;
  detail: string | null;
  access_expires_at: number | null;
  connected_at: number;
  updated_at: number;
  /** The affiliate's own name. */
  affiliate_name: string;
}

const COLUMNS =
  sql.raw(`id, affiliate_id, platform, external_id, name, proof, state, detail, access_expires_at, connected_at,
  updated_at, (select f.name from affiliates f where f.id = affiliate_id) as affiliate_name`);

/** An account whose owner has just proved to own it. */
export interface ProvenAccount {
  /** Its id if it is not known yet. */
  id: string;
  affiliateId: string;
  platform: string;
  externalId: string;
  name: string;
  proof: Proof;
  /** Null where a code in the profile is the proof. */
  tokens: SealedTokens | null;
  /** When the sweep looks after it, ms UTC; null if there is nothing to look after. */
  tendAt: number | null;
}

/**
 * Stores accounts with their proof, and takes up the reports that waited for them: one D1 batch. An account that another
 * affiliate has connected stays theirs.
 *
 * @returns the accounts as they are now, whoever has them
 */
export async function upsertAccounts(
  db: Db,
  accounts: readonly ProvenAccount[],
  { now, attemptId }: { now: number; attemptId: string | null },
): Promise<AccountRow[]> {
  const names = JSON.stringify(accounts.map(({ platform, externalId }) => [platform, externalId]));
  const waits = [...new Map(accounts.map((account) => [account.platform, account])).values()];
  const results = await runBatch(db, [
    // Giving an older grant back now, whoever had it, would take the new one with it.
    sql`
      update connected_accounts set state = 'disconnected', access_token = null, refresh_token = null, tend_at = null,
        updated_at = ${now}
      where state = 'leaving' and (platform, external_id) in (select value ->> 0, value ->> 1 from json_each(${names}))`,
    ...accounts.map((account) => upsert(account, now)),
    ...waits.flatMap((account) => [
      wakeWaiting(account, now),
      reopenUnseen(account, now),
      lookAgain(account, now),
    ]),
    ...(attemptId === null
      ? []
      : [sql`update connect_attempts set used_at = ${now} where id = ${attemptId}`]),
    sql`
      select ${COLUMNS} from connected_accounts
      where (platform, external_id) in (select value ->> 0, value ->> 1 from json_each(${names}))
        and (state = 'active' or state = 'lapsed') order by id`,
  ]);
  // safe: the last statement selects these columns.
  return results.at(-1) as AccountRow[];
}

function upsert(account: ProvenAccount, now: number): SQL {
  const { tokens } = account;
  return sql`
    insert into connected_accounts (id, affiliate_id, platform, external_id, name, proof, access_token,
      access_expires_at, refresh_token, refresh_expires_at, tend_at, connected_at, updated_at)
    values (${account.id}, ${account.affiliateId}, ${account.platform}, ${account.externalId}, ${account.name},
      ${account.proof}, ${tokens?.accessToken ?? null}, ${tokens?.accessExpiresAt ?? null},
      ${tokens?.refreshToken ?? null}, ${tokens?.refreshExpiresAt ?? null}, ${account.tendAt}, ${now}, ${now})
    on conflict (platform, external_id) where state = 'active' or state = 'lapsed' do update set
      name = excluded.name, proof = excluded.proof, state = 'active', detail = null,
      access_token = excluded.access_token, access_expires_at = excluded.access_expires_at,
      refresh_token = excluded.refresh_token, refresh_expires_at = excluded.refresh_expires_at,
      token_version = token_version + 1, tend_at = excluded.tend_at, updated_at = excluded.updated_at
    where connected_accounts.affiliate_id = excluded.affiliate_id`;
}

/** Makes the affiliate's reports due that wait for an account of theirs. */
function wakeWaiting({ affiliateId, platform }: ProvenAccount, now: number): SQL {
  return sql`
    update reconciliations set next_attempt_at = ${now}, sweep_at = ${now}
    where put_off_since is not null and affiliate_id = ${affiliateId} and platform = ${platform}
      and put_off_reason in ('not_connected', 'reconnect') and next_attempt_at > ${now} and lease_until <= ${now}`;
}

/** Takes up again what ended without data: the account now connected may be the one that shows the post. */
function reopenUnseen({ affiliateId, platform }: ProvenAccount, now: number): SQL {
  return sql`
    update reconciliations set state = 'open', missing_reason = null, attempts = 0, incomplete_seen = 0,
      put_off_since = null, put_off_reason = null, first_attempt_at = null, next_attempt_at = ${now}, sweep_at = ${now}
    where affiliate_id = ${affiliateId} and platform = ${platform} and lease_until <= ${now}
      and missing_reason in ('gone', 'private', 'not_admitted')`;
}

/** Has the affiliate's posts observed again that were given up as gone. */
function lookAgain({ affiliateId, platform }: ProvenAccount, now: number): SQL {
  return sql`
    update posts set observe_due_at = ${now} where state = 'gone' and platform = ${platform}
      and id in (select post_id from submissions where affiliate_id = ${affiliateId})`;
}

const withinReachOf = (actor: Actor): SQL =>
  actor.role === "affiliate" ? sql`affiliate_id = ${actor.affiliateId}` : sql`true`;

/** Newest first; the disconnected ones are history and left out. */
export function listAccounts(
  db: Db,
  affiliateId: string | null,
  { limit, before }: { limit: number; before: string | null },
): Promise<AccountRow[]> {
  const whose = affiliateId === null ? sql`true` : sql`affiliate_id = ${affiliateId}`;
  const below = before === null ? sql`true` : sql`id < ${before}`;
  return db.all<AccountRow>(sql`
    select ${COLUMNS} from connected_accounts where ${whose} and ${below} and state <> 'disconnected'
    order by id desc limit ${sql.raw(String(limit + 1))}`);
}

/** Takes an account out of use: nothing is read with it from now on, and the sweep gives its grant back. */
export async function startLeaving(
  db: Db,
  actor: Actor,
  id: string,
  now: number,
): Promise<AccountRow | null> {
  const [, found] = await runBatch(db, [
    sql`
      update connected_accounts set tend_at = case when access_token is null then null else ${now} end,
        state = case when access_token is null then 'disconnected' else 'leaving' end, updated_at = ${now}
      where id = ${id} and ${withinReachOf(actor)} and (state = 'active' or state = 'lapsed')`,
    sql`select ${COLUMNS} from connected_accounts where id = ${id} and ${withinReachOf(actor)}`,
  ]);
  // safe: the second statement selects these columns.
  return ((found ?? []) as AccountRow[])[0] ?? null;
}

/** Forgets the tokens of an account that is on its way out. */
export async function finishLeaving(db: Db, id: string, now: number): Promise<void> {
  await db.run(sql`
    update connected_accounts set state = 'disconnected', access_token = null, refresh_token = null, tend_at = null,
      updated_at = ${now}
    where id = ${id} and state = 'leaving'`);
}
