import { z } from "@hono/zod-openapi";
import type { CampaignDashboardRows, CampaignHead } from "../../db/queries/campaign-dashboard.ts";
import { pendingReports } from "../../domain/success-rate.ts";
import { isoOrNull } from "../../domain/time.ts";
import { dateOf } from "../../domain/time-buckets.ts";
import { trustDecimal } from "../affiliates/schemas.ts";
import { Alert, presentAlert } from "../alerts/schemas.ts";
import { Instant, id, PlatformName } from "../schemas.ts";
import { CampaignTraffic, presentTraffic } from "./campaign-traffic.ts";
import {
  GAINED_FIGURES,
  gainedFigures,
  NOTHING_COUNTED,
  VERIFIED_FIGURES,
  verifiedFigures,
} from "./figures.ts";

const Head = z
  .object({
    id: id("cmp", "The campaign."),
    advertiser_id: id("adv", "Whose it is."),
    name: z.string(),
    status: z.enum(["ACTIVE", "PAUSED", "ENDED"]),
    starts_at: Instant,
    ends_at: Instant.nullable().openapi({ description: "Null while the end is open." }),
  })
  .openapi("DashboardCampaign");

const Totals = z
  .object({
    submissions: z.int(),
    reports: z.int().openapi({ description: "Claims, each update counted." }),
    pending: z.int().openapi({ description: "Reports without a final verdict." }),
    ...VERIFIED_FIGURES,
  })
  .openapi("CampaignTotals");

const PlatformTotals = z.object({ platform: PlatformName, ...VERIFIED_FIGURES }).openapi("PlatformTotals");

const TopAffiliate = z
  .object({
    affiliate_id: id("aff", "The affiliate."),
    name: z.string(),
    trust: z.number().openapi({ example: 0.51 }),
    ...VERIFIED_FIGURES,
  })
  .openapi("TopAffiliate");

const Day = z
  .object({
    date: z.iso.date().openapi({ description: "UTC." }),
    platform: PlatformName,
    ...GAINED_FIGURES,
  })
  .openapi("PlatformDay");

export const CampaignDashboard = z
  .object({
    campaign: Head,
    totals: Totals,
    platforms: z
      .array(PlatformTotals)
      .openapi({ description: "Every platform the campaign takes or counts." }),
    top_affiliates: z.array(TopAffiliate).openapi({ description: "The ten with the most verified views." }),
    time_series: z.array(Day).openapi({
      description:
        "The last 30 UTC days, today included. A day and platform of which nothing was counted is left out.",
    }),
    traffic: CampaignTraffic,
    recent_alerts: z.array(Alert).openapi({ description: "The ten newest, open or not." }),
  })
  .openapi("CampaignDashboard");

function presentHead(campaign: CampaignHead): z.infer<typeof Head> {
  return {
    ...campaign,
    starts_at: new Date(campaign.starts_at).toISOString(),
    ends_at: isoOrNull(campaign.ends_at),
  };
}

function presentPlatforms({ platforms, totals }: CampaignDashboardRows): z.infer<typeof PlatformTotals>[] {
  const counted = totals.flatMap(({ platform, ...counts }) =>
    platform === "" ? [] : [[platform, counts] as const],
  );
  const rows = new Map([...platforms.map((platform) => [platform, NOTHING_COUNTED] as const), ...counted]);
  return [...rows].map(([platform, counts]) => ({ platform, ...verifiedFigures(counts) }));
}

/** A campaign's dashboard as the wire shows it. */
export function presentDashboard(
  campaign: CampaignHead,
  rows: CampaignDashboardRows,
): z.infer<typeof CampaignDashboard> {
  const total = rows.totals.find(({ platform }) => platform === "") ?? NOTHING_COUNTED;
  return {
    campaign: presentHead(campaign),
    totals: {
      submissions: total.submissions,
      reports: total.reports,
      pending: pendingReports(total),
      ...verifiedFigures(total),
    },
    platforms: presentPlatforms(rows),
    top_affiliates: rows.topAffiliates.map((row) => ({
      affiliate_id: row.affiliate_id,
      name: row.name,
      trust: trustDecimal(row.trust),
      ...verifiedFigures(row),
    })),
    time_series: rows.days.map((row) => ({
      date: dateOf(row.day),
      platform: row.platform,
      ...gainedFigures([row]),
    })),
    traffic: presentTraffic(rows.traffic),
    recent_alerts: rows.alerts.map(presentAlert),
  };
}
