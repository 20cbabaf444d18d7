import type { ConversionPlan, KnownConversions } from "./plan-conversions.ts";

/** From when on a campaign is taken to report every order, so that having none is 0 and no longer unknown. */
export interface ReportingStart {
  campaignId: string;
  /** ms UTC */
  from: number;
}

/**
 * The campaigns that a plan brings their first orders by a click or code. An order that names neither shows nothing of
 * that: the shop may not pass them on. A campaign that had such an order before and yet has no start was told so by hand.
 */
export function reportingStarts(
  { orders, references }: Pick<ConversionPlan, "orders" | "references">,
  campaigns: KnownConversions["campaigns"],
): ReportingStart[] {
  const earliest = new Map<string, number>();
  for (const { campaignId, link, occurredAt } of [...orders, ...references.map(({ after }) => after)]) {
    if (link === null) continue;
    earliest.set(campaignId, Math.min(earliest.get(campaignId) ?? occurredAt, occurredAt));
  }
  return [...earliest].flatMap(([campaignId, at]) => {
    const campaign = campaigns.get(campaignId);
    if (campaign === undefined || campaign.conversionsFrom !== null || campaign.hasAttributed) return [];
    return [{ campaignId, from: Math.max(at, campaign.startsAt) }];
  });
}
