import { type SQL, sql } from "drizzle-orm";
import type { Actor } from "../../domain/actor.ts";
import type { Db } from "../client.ts";

/** A row of {@link actorByKeyStatement}. */
export interface KeyRow {
  id: string;
  role: "admin" | "advertiser" | "affiliate";
  subject_id: string | null;
  affiliate_status: "active" | "suspended" | null;
  trust: number | null;
  advertiser_status: "active" | "archived" | null;
}

/** The statement that finds the bearer of a key, so that it can ride in a batch with an operation's own reads. */
export function actorByKeyStatement(secretHash: string, now: number): SQL {
  return sql`
    select k.id, k.role, k.subject_id, f.status as affiliate_status, f.trust, v.status as advertiser_status
    from api_keys k
      left join affiliates f on k.role = 'affiliate' and f.id = k.subject_id
      left join advertisers v on k.role = 'advertiser' and v.id = k.subject_id
    where k.secret_hash = ${secretHash} and k.revoked_at is null and (k.expires_at is null or k.expires_at > ${now})`;
}

/** Finds the bearer of a key in a round trip of its own. */
export function actorByKey(db: Db, secretHash: string, now: number): Promise<KeyRow[]> {
  return db.all<KeyRow>(actorByKeyStatement(secretHash, now));
}

/** Who the key acts for; null if it is not known, expired, revoked, or its advertiser is archived. */
export function toActor(rows: readonly KeyRow[]): Actor | null {
  const [row] = rows;
  if (!row) return null;
  if (row.role === "admin") return { role: "admin", keyId: row.id };
  if (row.subject_id === null) return null;
  if (row.role === "advertiser") {
    if (row.advertiser_status !== "active") return null;
    return { role: "advertiser", keyId: row.id, advertiserId: row.subject_id };
  }
  if (row.affiliate_status === null || row.trust === null) return null;
  return {
    role: "affiliate",
    keyId: row.id,
    affiliateId: row.subject_id,
    suspended: row.affiliate_status === "suspended",
    trust: row.trust,
  };
}
