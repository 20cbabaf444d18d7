import { sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

export interface LeaderboardRow {
  affiliate_id: string;
  name: string;
  posts: number;
  /** Of the posts whose views are known; null if of none they are. */
  views: number | null;
}

export interface Leaderboard {
  campaignName: string;
  top: LeaderboardRow[];
  /** The affiliate's own row and how many are before it; null if it has none. */
  own: (LeaderboardRow & { before: number }) | null;
}

const TOP = 10;
/** An own rank is counted up to here; further down it is not worth the rows. */
const RANKS_COUNTED = 1_000;

const COLUMNS = sql`r.affiliate_id, f.name, r.posts, case when r.known_views > 0 then r.views end as views`;

/**
 * Who has the most verified views in a campaign that exists for the affiliate; null if there is none. What the platforms
 * showed, not what was claimed. One round trip.
 */
export async function readLeaderboard(
  db: Db,
  { campaignId, affiliateId }: { campaignId: string; affiliateId: string },
): Promise<Leaderboard | null> {
  const grain = sql`r.campaign_id = ${campaignId} and r.affiliate_id <> ''`;
  const [campaigns, top, own] = await runBatch(db, [
    sql`
      select c.name from campaigns c where c.id = ${campaignId} and (c.access = 'open'
        or exists (select 1 from campaign_affiliates i where i.campaign_id = c.id and i.affiliate_id = ${affiliateId}))`,
    sql`
      select ${COLUMNS} from rollups r cross join affiliates f on f.id = r.affiliate_id
      where ${grain} order by r.views desc, r.affiliate_id limit ${TOP}`,
    sql`
      select ${COLUMNS}, (select count(*) from (select 1 from rollups o where o.campaign_id = r.campaign_id
        and o.affiliate_id <> '' and o.views > r.views limit ${RANKS_COUNTED})) as before
      from rollups r cross join affiliates f on f.id = r.affiliate_id
      where r.campaign_id = ${campaignId} and r.affiliate_id = ${affiliateId} and r.day = 0 and r.platform = ''`,
  ]);
  // safe: the columns of the three statements above.
  const [campaign] = campaigns as { name: string }[];
  if (!campaign) return null;
  const [mine] = own as (LeaderboardRow & { before: number })[];
  return { campaignName: campaign.name, top: top as LeaderboardRow[], own: mine ?? null };
}
