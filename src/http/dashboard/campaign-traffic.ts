import { z } from "@hono/zod-openapi";
import type { CampaignTrafficRow } from "../../db/queries/campaign-dashboard.ts";
import { CampaignConversions, Clicks } from "../traffic/schemas.ts";

/** What tracked links and shops counted of a campaign, up to now. */
export const CampaignTraffic = z
  .object({
    currency: z
      .string()
      .nullable()
      .openapi({ description: "Of the orders' values; null while it has none." }),
    clicks: Clicks.nullable().openapi({ description: "Null until a click was counted." }),
    conversions: CampaignConversions.nullable().openapi({
      description: "Null while conversions are not reported: none is not 0.",
    }),
  })
  .openapi("CampaignTraffic");

/** The wire's form of a campaign's totals. */
export function presentTraffic(row: CampaignTrafficRow | null): z.infer<typeof CampaignTraffic> {
  const count = (value: number | null | undefined) => value ?? 0;
  // Orders make the row as well.
  const isCounted = row !== null && count(row.human) + count(row.automated) > 0;
  const isReported = row !== null && (row.conversions_from !== null || count(row.orders) > 0);
  return {
    currency: row?.currency ?? null,
    clicks: isCounted
      ? {
          human: count(row.human),
          automated: count(row.automated),
          unique_human: count(row.unique_human),
          unique_automated: count(row.unique_automated),
        }
      : null,
    conversions: isReported
      ? {
          orders: count(row.orders),
          reversed: count(row.reversed),
          value_minor: count(row.value_minor),
          refunded_minor: count(row.refunded_minor),
          unattributed: count(row.unattributed),
        }
      : null,
  };
}
