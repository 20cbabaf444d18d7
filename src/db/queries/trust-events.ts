import { sql } from "drizzle-orm";
import type { TrustEventKind } from "../../domain/trust.ts";
import { type Db, runBatch } from "../client.ts";
import { below, limitOf, type Page } from "../page.ts";

/** One line of an affiliate's ledger. Millionths. */
export interface TrustEventRow {
  id: string;
  report_id: string;
  submission_id: string;
  cause: string;
  kind: TrustEventKind;
  delta: number;
  score_after: number;
  created_at: number;
}

export interface TrustLedger {
  /** The score as it stands, in millionths. */
  trust: number;
  /** The sum of every delta of the ledger, not of this page alone. */
  deltas: number;
  events: TrustEventRow[];
}

/** An affiliate's ledger, newest first; null if there is no such affiliate. One D1 batch, so that sum and score agree. */
export async function readTrustLedger(db: Db, affiliateId: string, page: Page): Promise<TrustLedger | null> {
  const [scores, events] = await runBatch(db, [
    sql`
      select trust, (select coalesce(sum(delta), 0) from trust_events where affiliate_id = ${affiliateId}) as deltas
      from affiliates where id = ${affiliateId}`,
    sql`
      select id, report_id, submission_id, cause, kind, delta, score_after, created_at from trust_events
      where affiliate_id = ${affiliateId} and ${below(sql`id`, page)} order by id desc ${limitOf(page)}`,
  ]);
  // safe: the columns of the first statement.
  const [score] = (scores ?? []) as { trust: number; deltas: number }[];
  // safe: the columns of the second statement.
  return score === undefined ? null : { ...score, events: (events ?? []) as TrustEventRow[] };
}
