import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** A code as it is written. Times in ms UTC. */
export interface NewLinkCode {
  /** The affiliate, or the admin key, whose it is. */
  holder: string;
  /** SHA-256, hex. */
  codeHash: string;
  createdAt: number;
  expiresAt: number;
}

/** Stores a code in the place of the holder's former one, used or not. */
export async function insertLinkCode(db: Db, code: NewLinkCode): Promise<void> {
  const { holder, codeHash, createdAt, expiresAt } = code;
  await db.run(sql`
    insert into link_codes (holder, code_hash, created_at, expires_at)
    values (${holder}, ${codeHash}, ${createdAt}, ${expiresAt})
    on conflict (holder) do update set code_hash = excluded.code_hash, created_at = excluded.created_at,
      expires_at = excluded.expires_at, used_by = null`);
}

/** A code as it was when somebody sent it. */
export interface SentCode {
  holder: string;
  /** The affiliate's name; null for an operator's. */
  name: string | null;
  used_by: string | null;
  /** 1 while nobody used it and its time has not come. */
  fresh: 0 | 1;
  /** 1 while its holder may be linked: an affiliate, or an admin key that works. */
  stands: 0 | 1;
  /** Who was linked to the holder: of an affiliate whoever it was, of a key the sender alone. */
  linked_to: string | null;
}

interface Sending {
  codeHash: string;
  discordUserId: string;
  now: number;
}

/**
 * Uses a code up and links who sent it to its holder, unless the code is no good or the sender is linked to another
 * affiliate. One D1 batch, and the guards are in the statements: of two who send a code at once, one is linked.
 *
 * @returns whether that was done, and the code as it was before; null if there is none
 */
export async function useLinkCode(
  db: Db,
  sending: Sending,
): Promise<{ used: boolean; code: SentCode | null }> {
  const [found, , , used] = await runBatch(db, [
    selectCode(sending),
    linkAffiliate(sending),
    linkOperator(sending),
    useUp(sending),
  ]);
  // safe: the columns that selectCode names.
  const [code] = (found ?? []) as SentCode[];
  return { used: used?.length === 1, code: code ?? null };
}

const isFresh = (now: number): SQL => sql`(c.used_by is null and c.expires_at > ${now})`;

const stands = (now: number): SQL => sql`(
  exists (select 1 from affiliates a where a.id = c.holder)
  or exists (select 1 from api_keys k where k.id = c.holder and k.role = 'admin' and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > ${now})))`;

const isGood = ({ codeHash, now }: Sending): SQL =>
  sql`c.code_hash = ${codeHash} and ${isFresh(now)} and ${stands(now)}`;

function selectCode({ codeHash, discordUserId, now }: Sending): SQL {
  return sql`
    select c.holder, f.name, c.used_by, ${isFresh(now)} as fresh, ${stands(now)} as stands,
      coalesce(f.discord_user_id, (select o.discord_user_id from discord_operators o
        where o.discord_user_id = ${discordUserId} and o.key_id = c.holder)) as linked_to
    from link_codes c left join affiliates f on f.id = c.holder where c.code_hash = ${codeHash}`;
}

function linkAffiliate(sending: Sending): SQL {
  const { discordUserId, now } = sending;
  return sql`
    update affiliates set discord_user_id = ${discordUserId}, updated_at = ${now}
    where id = (select c.holder from link_codes c where ${isGood(sending)})
      and not exists (select 1 from affiliates o where o.discord_user_id = ${discordUserId} and o.id <> affiliates.id)`;
}

function linkOperator(sending: Sending): SQL {
  const { discordUserId, now } = sending;
  return sql`
    insert into discord_operators (discord_user_id, key_id, linked_at)
    select ${discordUserId}, c.holder, ${now} from link_codes c cross join api_keys holder on holder.id = c.holder
    where ${isGood(sending)}
    on conflict (discord_user_id) do update set key_id = excluded.key_id, linked_at = excluded.linked_at`;
}

/** Only once the link is there, so that a refused sender leaves the code as it was. */
function useUp(sending: Sending): SQL {
  const { discordUserId } = sending;
  return sql`
    update link_codes as c set used_by = ${discordUserId}
    where ${isGood(sending)} and (
      exists (select 1 from affiliates f where f.id = c.holder and f.discord_user_id = ${discordUserId})
      or exists (select 1 from discord_operators o where o.discord_user_id = ${discordUserId} and o.key_id = c.holder))
    returning holder`;
}

/** Who a Discord user acted for. */
export interface EndedLinks {
  affiliate: { id: string; name: string } | null;
  /** The admin key that vouched for the user. */
  operatorKeyId: string | null;
  /** The affiliate that is still linked, so that nothing was ended; null if none is. */
  kept: "active" | "suspended" | null;
}

/**
 * Ends every link of a Discord user, or none: that of an affiliate ends only if it is active and has a key that works, by
 * which its owner can come back. One D1 batch.
 */
export async function endLinksOf(db: Db, discordUserId: string, now: number): Promise<EndedLinks> {
  const [affiliates, operators, kept] = await runBatch(db, [
    sql`
      update affiliates set discord_user_id = null, updated_at = ${now}
      where discord_user_id = ${discordUserId} and status = 'active'
        and exists (select 1 from api_keys k where k.subject_id = affiliates.id and k.role = 'affiliate'
          and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now}))
      returning id, name`,
    sql`
      delete from discord_operators where discord_user_id = ${discordUserId}
        and not exists (select 1 from affiliates where discord_user_id = ${discordUserId})
      returning key_id`,
    sql`select status from affiliates where discord_user_id = ${discordUserId}`,
  ]);
  // safe: the columns that the statements return.
  const [affiliate] = (affiliates ?? []) as { id: string; name: string }[];
  const [operator] = (operators ?? []) as { key_id: string }[];
  const [stands] = (kept ?? []) as { status: "active" | "suspended" }[];
  return {
    affiliate: affiliate ?? null,
    operatorKeyId: operator?.key_id ?? null,
    kept: stands?.status ?? null,
  };
}

/** Ends an affiliate's link and the code that may be waiting; false if nobody was linked. */
export async function endLinkOfAffiliate(db: Db, affiliateId: string, now: number): Promise<boolean> {
  const [ended] = await runBatch(db, [
    sql`
      update affiliates set discord_user_id = null, updated_at = ${now}
      where id = ${affiliateId} and discord_user_id is not null
      returning id`,
    sql`delete from link_codes where holder = ${affiliateId}`,
  ]);
  return ended?.length === 1;
}
