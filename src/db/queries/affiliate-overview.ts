import { type SQL, sql } from "drizzle-orm";
import type { RollupCounts } from "../../domain/rollup.ts";
import type { Db } from "../client.ts";
import { SUMMED_COUNTS } from "./rollup-rows.ts";

/** Whose affiliates: those of an advertiser's campaigns, of one campaign, of both; everybody's if both are null. */
export interface OverviewScope {
  advertiserId: string | null;
  campaignId: string | null;
}

export interface AffiliateOverviewRow extends RollupCounts {
  id: string;
  name: string;
  status: "active" | "suspended";
  trust: number;
  total_submissions: number;
  accurate_submissions: number;
  /** Campaigns of the scope in which something of theirs is counted. */
  campaigns: number;
}

/** Which campaigns `c` belong to the scope; null if it has no bounds. */
function campaignsOf({ advertiserId, campaignId }: OverviewScope): SQL | null {
  const terms = [
    ...(campaignId === null ? [] : [sql`c.id = ${campaignId}`]),
    ...(advertiserId === null ? [] : [sql`c.advertiser_id = ${advertiserId}`]),
  ];
  return terms.length === 0 ? null : sql.join(terms, sql` and `);
}

/** Ids of a page, newest first. Each campaign gives at most a page, so that none is read whole. */
function pageOfIds(campaigns: SQL | null, below: (column: SQL) => SQL, limit: number): SQL {
  if (campaigns === null) {
    return sql`select id from affiliates where ${below(sql`id`)} order by id desc limit ${limit}`;
  }
  return sql`
    select distinct j.value as id from campaigns c cross join json_each((
      select json_group_array(affiliate_id) from (
        select r.affiliate_id from rollups r
        where r.campaign_id = c.id and r.affiliate_id > '' and ${below(sql`r.affiliate_id`)}
        order by r.affiliate_id desc limit ${limit}))) j
    where ${campaigns} order by j.value desc limit ${limit}`;
}

/** Up to `limit + 1` affiliates below `before`, each with its counts summed over the campaigns of the scope. */
export function listAffiliateOverview(
  db: Db,
  scope: OverviewScope,
  { before, limit }: { before: string | null; limit: number },
): Promise<AffiliateOverviewRow[]> {
  const campaigns = campaignsOf(scope);
  const counted =
    campaigns === null
      ? sql`true`
      : sql`exists (select 1 from campaigns c where c.id = r.campaign_id and ${campaigns})`;
  const below = (column: SQL) => (before === null ? sql`true` : sql`${column} < ${before}`);
  return db.all<AffiliateOverviewRow>(sql`
    select f.id, f.name, f.status, f.trust, f.total_submissions, f.accurate_submissions,
      count(r.campaign_id) as campaigns, ${SUMMED_COUNTS}
    from (${pageOfIds(campaigns, below, limit + 1)}) page
      cross join affiliates f on f.id = page.id
      left join rollups r on r.affiliate_id = f.id and r.affiliate_id <> '' and ${counted}
    group by f.id order by f.id desc`);
}
