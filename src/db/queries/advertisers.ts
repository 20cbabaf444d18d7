import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";
import { insertKey, type NewKey, revokeKeysOf } from "./keys.ts";

export interface AdvertiserRow {
  id: string;
  name: string;
  contact_email: string | null;
  status: "active" | "archived";
  created_at: number;
  updated_at: number;
}

const COLUMNS = sql.raw("id, name, contact_email, status, created_at, updated_at");

/** Stores an advertiser with its first key: one D1 batch, so that there is none without a key. */
export async function insertAdvertiser(db: Db, advertiser: AdvertiserRow, key: NewKey): Promise<void> {
  const { id, name, contact_email, status, created_at, updated_at } = advertiser;
  await runBatch(db, [
    sql`
      insert into advertisers (id, name, contact_email, status, created_at, updated_at)
      values (${id}, ${name}, ${contact_email}, ${status}, ${created_at}, ${updated_at})`,
    insertKey(key),
  ]);
}

export async function findAdvertiser(db: Db, id: string): Promise<AdvertiserRow | null> {
  const [row] = await db.all<AdvertiserRow>(sql`select ${COLUMNS} from advertisers where id = ${id}`);
  return row ?? null;
}

/** Newest first, archived ones too. */
export function listAdvertisers(db: Db, page: Page): Promise<AdvertiserRow[]> {
  return db.all<AdvertiserRow>(sql`
    select ${COLUMNS} from advertisers where ${below(sql`id`, page)} order by id desc ${limitOf(page)}`);
}

/** What is changed of an advertiser; undefined leaves it as it is. */
export interface AdvertiserChanges {
  name?: string | undefined;
  contactEmail?: string | null | undefined;
}

/** Null if there is no such advertiser. */
export async function updateAdvertiser(
  db: Db,
  { id, changes, now }: { id: string; changes: AdvertiserChanges; now: number },
): Promise<AdvertiserRow | null> {
  const { name = null, contactEmail } = changes;
  const email = contactEmail === undefined ? sql`contact_email` : sql`${contactEmail}`;
  const [row] = await db.all<AdvertiserRow>(sql`
    update advertisers set name = coalesce(${name}, name), contact_email = ${email}, updated_at = ${now}
    where id = ${id}
    returning ${COLUMNS}`);
  return row ?? null;
}

/** Archives an advertiser without running campaigns and revokes its keys: one D1 batch, and a repeat changes nothing. */
export async function archiveAdvertiser(
  db: Db,
  id: string,
  now: number,
): Promise<"archived" | "has_campaigns" | "not_found"> {
  const [, , rows] = await runBatch(db, [
    sql`
      update advertisers set status = 'archived', updated_at = ${now}
      where id = ${id} and status = 'active'
        and not exists (select 1 from campaigns c where c.advertiser_id = ${id} and +c.status <> 'ENDED')`,
    revokeKeysOf(
      id,
      now,
      sql`exists (select 1 from advertisers v where v.id = ${id} and v.status = 'archived')`,
    ),
    sql`select status from advertisers where id = ${id}`,
  ]);
  // safe: the one column of the last statement.
  const [row] = (rows ?? []) as Pick<AdvertiserRow, "status">[];
  if (!row) return "not_found";
  return row.status === "archived" ? "archived" : "has_campaigns";
}
