import { sql } from "drizzle-orm";
import type { Db } from "../client.ts";

/** Reports looked at: older ones have their verdicts, or are shown one by one. */
const LOOKED_AT = 1_000;

/** How many of an affiliate's newest reports have no final verdict yet. One round trip. */
export async function countPending(db: Db, affiliateId: string): Promise<number> {
  const [row] = await db.all<{ pending: number }>(sql`
    select count(*) as pending from (select state from reconciliations where affiliate_id = ${affiliateId}
      order by report_id desc limit ${LOOKED_AT}) r
    where r.state = 'open' or r.state = 'provisional'`);
  return row?.pending ?? 0;
}
