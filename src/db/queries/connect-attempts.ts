import { sql } from "drizzle-orm";
import type { Proof } from "../../domain/connected-account.ts";
import { type Db, runBatch } from "../client.ts";

/** A connection that was begun. Times in ms UTC. */
export interface ConnectAttempt {
  id: string;
  affiliateId: string;
  platform: string;
  proof: Proof;
  /** oauth: the sealed code verifier; code: the code. */
  secret: string;
  /** code: the account that is to show it. */
  handle: string | null;
  createdAt: number;
  expiresAt: number;
}

interface AttemptRow {
  id: string;
  affiliate_id: string;
  platform: string;
  proof: Proof;
  secret: string;
  handle: string | null;
  created_at: number;
  expires_at: number;
}

const toAttempt = (row: AttemptRow): ConnectAttempt => ({
  id: row.id,
  affiliateId: row.affiliate_id,
  platform: row.platform,
  proof: row.proof,
  secret: row.secret,
  handle: row.handle,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

/** Stores a new attempt in the place of the affiliate's earlier ones on the platform, which end with it. */
export async function insertConnectAttempt(db: Db, attempt: ConnectAttempt): Promise<void> {
  const { id, affiliateId, platform, proof, secret, handle, createdAt, expiresAt } = attempt;
  await runBatch(db, [
    sql`delete from connect_attempts where affiliate_id = ${affiliateId} and platform = ${platform}`,
    sql`
      insert into connect_attempts (id, affiliate_id, platform, proof, secret, handle, created_at, expires_at)
      values (${id}, ${affiliateId}, ${platform}, ${proof}, ${secret}, ${handle}, ${createdAt}, ${expiresAt})`,
  ]);
}

/** Uses an authorisation's attempt up: whoever comes second, late or on another platform gets null. */
export async function useConnectAttempt(
  db: Db,
  attempt: { id: string; platform: string },
  now: number,
): Promise<ConnectAttempt | null> {
  const [row] = await db.all<AttemptRow>(sql`
    update connect_attempts set used_at = ${now}
    where id = ${attempt.id} and platform = ${attempt.platform} and proof = 'oauth' and used_at is null
      and expires_at > ${now}
    returning id, affiliate_id, platform, proof, secret, handle, created_at, expires_at`);
  return row ? toAttempt(row) : null;
}

/** The code an affiliate was given last for a platform, if it is still good. */
export async function findProofAttempt(
  db: Db,
  attempt: { affiliateId: string; platform: string },
  now: number,
): Promise<ConnectAttempt | null> {
  const [row] = await db.all<AttemptRow>(sql`
    select id, affiliate_id, platform, proof, secret, handle, created_at, expires_at from connect_attempts
    where affiliate_id = ${attempt.affiliateId} and platform = ${attempt.platform} and proof = 'code'
      and used_at is null and expires_at > ${now}
    order by id desc limit 1`);
  return row ? toAttempt(row) : null;
}
