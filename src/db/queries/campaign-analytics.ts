import type { Platform } from "../../domain/platform.ts";
import type { DayRange } from "../../domain/time-buckets.ts";
import { type Db, runBatch } from "../client.ts";
import { type CampaignHead, campaignHead, campaignPlatforms, dayRows } from "./campaign-dashboard.ts";
import type { DayRow } from "./rollup-rows.ts";

/** A campaign with what was counted on each day of a range: one round trip, a row a day and platform. */
export async function readCampaignAnalytics(
  db: Db,
  campaignId: string,
  days: DayRange,
): Promise<{ campaign: CampaignHead | null; platforms: Platform[]; days: DayRow[] }> {
  const [campaign, platforms, dayGrain] = await runBatch(db, [
    campaignHead(campaignId),
    campaignPlatforms(campaignId),
    dayRows(campaignId, days),
  ]);
  // safe: each cast names the columns its statement selects.
  return {
    campaign: (campaign as CampaignHead[])[0] ?? null,
    platforms: (platforms as { platform: Platform }[]).map(({ platform }) => platform),
    days: dayGrain as DayRow[],
  };
}
