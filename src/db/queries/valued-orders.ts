import { sql } from "drizzle-orm";
import type { Db } from "../client.ts";

/** Whether orders of a campaign are recorded with a value, and so in its currency. */
export async function hasValuedOrders(db: Db, campaignId: string): Promise<boolean> {
  const [found] = await db.all<{ found: 0 | 1 }>(sql`
    select exists (select 1 from conversions o where o.campaign_id = ${campaignId} and o.currency is not null) as found`);
  return found?.found === 1;
}
