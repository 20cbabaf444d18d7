import { type SQL, sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import type { RollupCounts } from "../../domain/rollup.ts";
import type { DayRange } from "../../domain/time-buckets.ts";
import { type Db, runBatch } from "../client.ts";
import type { AlertRow } from "./alerts.ts";
import { actorByKeyStatement, type KeyRow } from "./api-keys.ts";
import { type DayRow, ROLLUP_COUNTS } from "./rollup-rows.ts";

const TOP_AFFILIATES = 10;
const RECENT_ALERTS = 10;

export interface CampaignHead {
  id: string;
  advertiser_id: string;
  name: string;
  status: "ACTIVE" | "PAUSED" | "ENDED";
  starts_at: number;
  ends_at: number | null;
}

/** The grain of the campaign, and of each of its platforms. */
export interface TotalRow extends RollupCounts {
  /** Empty for the campaign as a whole. */
  platform: Platform | "";
}

export interface TopAffiliateRow extends RollupCounts {
  affiliate_id: string;
  name: string;
  trust: number;
}

/** What the page shows, and who asks: neither is checked against the other here. */
export interface CampaignDashboardRows {
  bearer: KeyRow[];
  /** Null if there is no such campaign. */
  campaign: CampaignHead | null;
  /** The platforms the campaign takes posts on. */
  platforms: Platform[];
  totals: TotalRow[];
  days: DayRow[];
  topAffiliates: TopAffiliateRow[];
  alerts: AlertRow[];
  /** Null if there is no such campaign. */
  traffic: CampaignTrafficRow | null;
}

/** All that was counted of a campaign's tracked links, and its orders; each null while neither was. */
export interface CampaignTrafficRow {
  currency: string | null;
  conversions_from: number | null;
  human: number | null;
  automated: number | null;
  unique_human: number | null;
  unique_automated: number | null;
  orders: number | null;
  unattributed: number | null;
  reversed: number | null;
  value_minor: number | null;
  refunded_minor: number | null;
}

/** The campaign of an id. */
export const campaignHead = (campaignId: string): SQL => sql`
  select id, advertiser_id, name, status, starts_at, ends_at from campaigns where id = ${campaignId}`;

/** The platforms a campaign takes posts on. */
export const campaignPlatforms = (campaignId: string): SQL => sql`
  select platform from campaign_platforms where campaign_id = ${campaignId} order by platform`;

/** Rollups of the grain day × platform. The range begins after day 0, which stands for the grains without a day. */
export const dayRows = (campaignId: string, { from, to }: DayRange): SQL => sql`
  select r.day, r.platform, ${ROLLUP_COUNTS} from rollups r
  where r.campaign_id = ${campaignId} and r.affiliate_id = '' and r.day >= ${from} and r.day < ${to}
  order by r.day, r.platform`;

/**
 * Everything the dashboard of a campaign shows, and the bearer of the key, in one round trip: some 250 rows for seven
 * platforms and thirty days, however many posts, reports and affiliates there are (docs/architecture.md, budgets).
 */
export async function readCampaignDashboard(
  db: Db,
  asked: { secretHash: string; campaignId: string; now: number; days: DayRange },
): Promise<CampaignDashboardRows> {
  const { secretHash, campaignId, now, days } = asked;
  const results = await runBatch(db, [
    actorByKeyStatement(secretHash, now),
    campaignHead(campaignId),
    campaignPlatforms(campaignId),
    sql`
      select r.platform, ${ROLLUP_COUNTS} from rollups r
      where r.campaign_id = ${campaignId} and r.affiliate_id = '' and r.day = 0 order by r.platform`,
    dayRows(campaignId, days),
    sql`
      select r.affiliate_id, f.name, f.trust, ${ROLLUP_COUNTS}
      from rollups r cross join affiliates f on f.id = r.affiliate_id
      where r.campaign_id = ${campaignId} and r.affiliate_id <> ''
      order by r.views desc, r.affiliate_id limit ${TOP_AFFILIATES}`,
    sql`select * from alerts where campaign_id = ${campaignId} order by id desc limit ${RECENT_ALERTS}`,
    sql`
      select c.currency, c.conversions_from, t.human, t.automated, t.unique_human, t.unique_automated, t.orders,
        t.unattributed, t.reversed, t.value_minor, t.refunded_minor
      from campaigns c left join campaign_traffic t on t.campaign_id = c.id and t.hour = -1
      where c.id = ${campaignId}`,
  ]);
  const [bearer, campaign, platforms, totals, dayGrain, topAffiliates, alerts, traffic] = results;
  // safe: each cast names the columns its statement selects.
  return {
    bearer: bearer as KeyRow[],
    campaign: (campaign as CampaignHead[])[0] ?? null,
    platforms: (platforms as { platform: Platform }[]).map(({ platform }) => platform),
    totals: totals as TotalRow[],
    days: dayGrain as DayRow[],
    topAffiliates: topAffiliates as TopAffiliateRow[],
    alerts: alerts as AlertRow[],
    traffic: (traffic as CampaignTrafficRow[])[0] ?? null,
  };
}
