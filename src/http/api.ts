import { accountRoutes } from "./accounts/routes.ts";
import { advertiserRoutes } from "./advertisers/routes.ts";
import { affiliateRoutes } from "./affiliates/routes.ts";
import { alertRoutes } from "./alerts/routes.ts";
import { campaignRoutes } from "./campaigns/routes.ts";
import { conversionRoutes } from "./conversions/routes.ts";
import { dashboardRoutes } from "./dashboard/routes.ts";
import { discordRoutes } from "./discord/routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import { linkRoutes } from "./links/routes.ts";
import { platformRoutes } from "./platforms/routes.ts";
import { reconciliationRoutes } from "./reconciliation/routes.ts";
import { createRouter } from "./router.ts";
import { submissionRoutes } from "./submissions/routes.ts";
import { trafficRoutes } from "./traffic/routes.ts";

/** The REST API, everything under /api/v1: a folder a resource, a file an operation. */
export function createApi() {
  const api = createRouter();
  const operations = [
    ...affiliateRoutes,
    ...accountRoutes,
    ...advertiserRoutes,
    ...keyRoutes,
    ...campaignRoutes,
    ...submissionRoutes,
    ...linkRoutes,
    ...trafficRoutes,
    ...conversionRoutes,
    ...reconciliationRoutes,
    ...platformRoutes,
    // Before the alerts, where /alerts/{id} would take `discord-channel` for an id.
    ...discordRoutes,
    ...alertRoutes,
    ...dashboardRoutes,
  ];
  for (const operation of operations) api.route("/", operation);
  return api;
}
