import { type SQL, sql } from "drizzle-orm";
import type { Role } from "../../domain/actor.ts";
import type { KeyHolder } from "../../domain/key-grant.ts";
import { type Db, runBatch } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";

/** What may be known of a key: everything but its secret and the hash of it. */
export interface KeyRow {
  id: string;
  /** How the secret begins. */
  prefix: string;
  label: string | null;
  role: Role;
  subject_id: string | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

/** A key as it is written. */
export interface NewKey extends KeyRow {
  /** SHA-256 of the secret, hex. */
  secret_hash: string;
}

const COLUMNS = sql.raw("id, prefix, label, role, subject_id, created_at, expires_at, revoked_at");

/** The keys somebody may see and revoke: their own, and for an admin all. */
const withinReachOf = (holder: KeyHolder): SQL =>
  holder.role === "admin" ? sql`true` : sql`subject_id = ${holder.subjectId}`;

/** Stores a key if `onlyIf` holds; returns its id if it did. */
export function insertKey(key: NewKey, onlyIf: SQL = sql`true`): SQL {
  return sql`
    insert into api_keys (id, secret_hash, prefix, label, role, subject_id, created_at, expires_at)
    select ${key.id}, ${key.secret_hash}, ${key.prefix}, ${key.label}, ${key.role}, ${key.subject_id},
      ${key.created_at}, ${key.expires_at}
    where ${onlyIf}
    returning id`;
}

/** Stores a key for an account that exists and is not archived; false if there is none. */
export async function insertKeyOfAccount(db: Db, key: NewKey): Promise<boolean> {
  const accounts: Record<Role, SQL> = {
    admin: sql`true`,
    advertiser: sql`exists (select 1 from advertisers where id = ${key.subject_id} and status = 'active')`,
    affiliate: sql`exists (select 1 from affiliates where id = ${key.subject_id})`,
  };
  return (await db.all(insertKey(key, accounts[key.role]))).length === 1;
}

export async function findKey(db: Db, holder: KeyHolder, id: string): Promise<KeyRow | null> {
  const [row] = await db.all<KeyRow>(
    sql`select ${COLUMNS} from api_keys where id = ${id} and ${withinReachOf(holder)}`,
  );
  return row ?? null;
}

/** Newest first, revoked and expired ones too. */
export function listKeys(
  db: Db,
  { holder, subjectId }: { holder: KeyHolder; subjectId: string | null },
  page: Page,
): Promise<KeyRow[]> {
  const ofSubject = subjectId === null ? sql`true` : sql`subject_id = ${subjectId}`;
  return db.all<KeyRow>(sql`
    select ${COLUMNS} from api_keys where ${withinReachOf(holder)} and ${ofSubject} and ${below(sql`id`, page)}
    order by id desc ${limitOf(page)}`);
}

/**
 * Puts a new key in the place of one that still works. The old one ends at `oldEndsAt`, or sooner if it would have.
 * False if another request was faster and the old key does not work any more; nothing is written then.
 */
export async function replaceKey(
  db: Db,
  { oldId, next, now, oldEndsAt }: { oldId: string; next: NewKey; now: number; oldEndsAt: number },
): Promise<boolean> {
  const isNew = sql`exists (select 1 from api_keys where id = ${next.id})`;
  const end =
    oldEndsAt <= now
      ? sql`revoked_at = ${now}`
      : sql`expires_at = min(coalesce(expires_at, ${oldEndsAt}), ${oldEndsAt})`;
  const [inserted] = await runBatch(db, [
    insertKey(next, sql`exists (select 1 from api_keys where id = ${oldId} and ${works(now)})`),
    sql`update api_keys set ${end} where id = ${oldId} and ${isNew}`,
  ]);
  return inserted?.length === 1;
}

const works = (now: number): SQL => sql`revoked_at is null and (expires_at is null or expires_at > ${now})`;

/**
 * Revokes a key within reach; one that is revoked stays as it is. The last admin key that works is kept, or nobody could
 * ever issue another: the guard is in the statement, so that two admins cannot revoke each other's.
 */
export async function revokeKey(
  db: Db,
  { holder, id, now }: { holder: KeyHolder; id: string; now: number },
): Promise<"revoked" | "last_admin_key" | "not_found"> {
  const anotherAdmin = sql`exists (
    select 1 from api_keys o where o.subject_id is null and o.id <> ${id} and ${works(now)})`;
  const [, rows] = await runBatch(db, [
    sql`
      update api_keys set revoked_at = ${now}
      where id = ${id} and ${withinReachOf(holder)} and revoked_at is null and (role <> 'admin' or ${anotherAdmin})`,
    sql`select revoked_at from api_keys where id = ${id} and ${withinReachOf(holder)}`,
  ]);
  // safe: the one column of the second statement.
  const [row] = (rows ?? []) as { revoked_at: number | null }[];
  if (!row) return "not_found";
  return row.revoked_at === null ? "last_admin_key" : "revoked";
}

/** Every key of an account stops working, if `onlyIf` holds. */
export function revokeKeysOf(subjectId: string, now: number, onlyIf: SQL): SQL {
  return sql`
    update api_keys set revoked_at = ${now} where subject_id = ${subjectId} and revoked_at is null and ${onlyIf}`;
}
