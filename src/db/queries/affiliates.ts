import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";
import { insertKey, type NewKey } from "./keys.ts";
import { type CounterDelta, upsertCounters } from "./rollup-upserts.ts";

export interface AffiliateRow {
  id: string;
  name: string;
  email: string;
  status: "active" | "suspended";
  /** Millionths. */
  trust: number;
  total_submissions: number;
  accurate_submissions: number;
  /** 1 if a Discord user acts for it. */
  discord_linked: 0 | 1;
  created_at: number;
  updated_at: number;
}

const COLUMNS = sql.raw(`id, name, email, status, trust, total_submissions, accurate_submissions,
  discord_user_id is not null as discord_linked, created_at, updated_at`);

export interface NewAffiliate {
  affiliate: AffiliateRow;
  /** How it is reached: by its first key, or by a Discord user who acts for it. */
  access: { key: NewKey } | { discordUserId: string };
  count: CounterDelta;
}

/** Stores an affiliate with what it is reached by and counts it: one D1 batch, so that there is none without access. */
export async function insertAffiliate(db: Db, { affiliate, access, count }: NewAffiliate): Promise<void> {
  const { id, name, email, status, trust, created_at, updated_at } = affiliate;
  const discordUserId = "key" in access ? null : access.discordUserId;
  await runBatch(db, [
    sql`
      insert into affiliates (id, name, email, discord_user_id, status, trust, created_at, updated_at)
      values (${id}, ${name}, ${email}, ${discordUserId}, ${status}, ${trust}, ${created_at}, ${updated_at})`,
    ...("key" in access ? [insertKey(access.key)] : []),
    upsertCounters([count]),
  ]);
}

export async function findAffiliate(db: Db, id: string): Promise<AffiliateRow | null> {
  const [row] = await db.all<AffiliateRow>(sql`select ${COLUMNS} from affiliates where id = ${id}`);
  return row ?? null;
}

export function listAffiliates(
  db: Db,
  status: AffiliateRow["status"] | null,
  page: Page,
): Promise<AffiliateRow[]> {
  const ofStatus = status === null ? sql`true` : sql`status = ${status}`;
  return db.all<AffiliateRow>(sql`
    select ${COLUMNS} from affiliates where ${ofStatus} and ${below(sql`id`, page)}
    order by id desc ${limitOf(page)}`);
}

/** What is changed of an affiliate; undefined leaves it as it is. */
export interface AffiliateChanges {
  name?: string | undefined;
  email?: string | undefined;
  status?: AffiliateRow["status"] | undefined;
}

/** Changes an affiliate; setting it active also reopens what was skipped meanwhile. Null if there is no such affiliate. */
export async function updateAffiliate(
  db: Db,
  { id, changes, now }: { id: string; changes: AffiliateChanges; now: number },
): Promise<AffiliateRow | null> {
  const { name = null, email = null, status = null } = changes;
  const [rows] = await runBatch(db, [
    sql`
      update affiliates set name = coalesce(${name}, name), email = coalesce(${email}, email),
        status = coalesce(${status}, status), updated_at = ${now}
      where id = ${id}
      returning ${COLUMNS}`,
    ...(status === "active" ? [reopenSkipped(id, now)] : []),
  ]);
  // safe: the first statement returns COLUMNS.
  return (rows as AffiliateRow[] | undefined)?.[0] ?? null;
}

/**
 * Opens the reports that ended unjudged because the affiliate was suspended, due at once. Their attempts begin anew:
 * nobody asked the platform meanwhile. What they count for stays until the next verdict.
 */
function reopenSkipped(affiliateId: string, now: number): SQL {
  return sql`
    update reconciliations set state = 'open', attempts = 0, incomplete_seen = 0, first_attempt_at = null,
      next_attempt_at = ${now}, sweep_at = ${now}
    where affiliate_id = ${affiliateId} and state = 'final' and status = 'SKIPPED_SUSPENDED'`;
}
