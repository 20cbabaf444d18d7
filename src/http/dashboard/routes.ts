import { getAffiliatePerformanceOperation } from "./get-affiliate-performance.ts";
import { getCampaignAnalyticsOperation } from "./get-campaign-analytics.ts";
import { getCampaignDashboardOperation } from "./get-campaign-dashboard.ts";
import { listAffiliateOverviewOperation } from "./list-affiliate-overview.ts";
import { listDiscrepanciesOperation } from "./list-discrepancies.ts";
import { rebuildCampaignRollupsOperation } from "./rebuild-campaign-rollups.ts";

export const dashboardRoutes = [
  getCampaignDashboardOperation,
  getCampaignAnalyticsOperation,
  listAffiliateOverviewOperation,
  listDiscrepanciesOperation,
  getAffiliatePerformanceOperation,
  rebuildCampaignRollupsOperation,
];
