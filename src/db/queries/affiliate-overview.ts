import { type SQL, sql } from "drizzle-orm";
import type { RollupCounts } from "../../domain/rollup.ts";
import type { Db } from "../client.ts";
import { SUMMED_COUNTS } from "./rollup-rows.ts";

/** Whose affiliates: everybody's, those of an advertiser's campaigns, or those of one campaign. */
export type OverviewScope =
  | { by: "all" }
  | { by: "advertiser"; advertiserId: string }
  | { by: "campaign"; campaignId: string };

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

/** Ids of a page, newest first. Of several campaigns each gives at most a page, so a page never reads a whole one. */
function pageOfIds(scope: OverviewScope, below: (column: SQL) => SQL, limit: number): SQL {
  if (scope.by === "all") {
    return sql`select id from affiliates where ${below(sql`id`)} order by id desc limit ${limit}`;
  }
  const own =
    scope.by === "campaign"
      ? sql`c.id = ${scope.campaignId}`
      : sql`c.advertiser_id = ${scope.advertiserId}`;
  const column = sql`r.affiliate_id`;
  return sql`
    select distinct j.value as id from campaigns c cross join json_each((
      select json_group_array(affiliate_id) from (
        select r.affiliate_id from rollups r
        where r.campaign_id = c.id and r.affiliate_id > '' and ${below(column)}
        order by r.affiliate_id desc limit ${limit}))) j
    where ${own} order by j.value desc limit ${limit}`;
}

function ofScope(scope: OverviewScope): SQL {
  if (scope.by === "all") return sql`true`;
  if (scope.by === "campaign") return sql`r.campaign_id = ${scope.campaignId}`;
  return sql`(select c.advertiser_id from campaigns c where c.id = r.campaign_id) = ${scope.advertiserId}`;
}

/** Up to `limit + 1` affiliates below `before`, each with its counts summed over the campaigns of the scope. */
export function listAffiliateOverview(
  db: Db,
  scope: OverviewScope,
  { before, limit }: { before: string | null; limit: number },
): Promise<AffiliateOverviewRow[]> {
  return db.all<AffiliateOverviewRow>(affiliateOverviewStatement(scope, { before, limit }));
}

/** The statement of {@link listAffiliateOverview}. */
export function affiliateOverviewStatement(
  scope: OverviewScope,
  { before, limit }: { before: string | null; limit: number },
): SQL {
  const below = (column: SQL) => (before === null ? sql`true` : sql`${column} < ${before}`);
  return sql`
    select f.id, f.name, f.status, f.trust, f.total_submissions, f.accurate_submissions,
      count(r.campaign_id) as campaigns, ${SUMMED_COUNTS}
    from (${pageOfIds(scope, below, limit + 1)}) page
      cross join affiliates f on f.id = page.id
      left join rollups r on r.affiliate_id = f.id and r.affiliate_id <> '' and ${ofScope(scope)}
    group by f.id order by f.id desc`;
}
