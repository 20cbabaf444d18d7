import { sql } from "drizzle-orm";
import type { LinkParams, LinkTarget } from "../../domain/tracked-link.ts";
import { type Db, runBatch } from "../client.ts";

interface TargetRow {
  code: string;
  campaign_id: string;
  affiliate_id: string;
  sub_id: string | null;
  landing_url: string | null;
  link_params: string;
  status: LinkTarget["campaignStatus"];
  starts_at: number;
  ends_at: number | null;
  suspended: number;
}

/** What following the links of these codes needs; a code that is none is left out. In no order. */
export async function readLinkTargets(db: Db, codes: readonly string[]): Promise<LinkTarget[]> {
  const [rows] = await runBatch(db, [
    sql`
      select l.code, l.campaign_id, l.affiliate_id, l.sub_id, c.landing_url, c.link_params, c.status, c.starts_at,
        c.ends_at, f.status = 'suspended' as suspended
      from json_each(${JSON.stringify(codes)}) j cross join tracked_links l on l.code = j.value
      cross join campaigns c on c.id = l.campaign_id cross join affiliates f on f.id = l.affiliate_id`,
  ]);
  // safe: the columns above are the members of a TargetRow.
  return (rows as TargetRow[]).map(toTarget);
}

function toTarget(row: TargetRow): LinkTarget {
  return {
    code: row.code,
    campaignId: row.campaign_id,
    affiliateId: row.affiliate_id,
    subId: row.sub_id,
    landingUrl: row.landing_url,
    // safe: only validated names are stored.
    params: JSON.parse(row.link_params) as LinkParams,
    campaignStatus: row.status,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    affiliateSuspended: row.suspended === 1,
  };
}
