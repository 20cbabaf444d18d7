import { getCampaignTrafficOperation } from "./get-campaign-traffic.ts";
import { getLinkTrafficOperation } from "./get-link-traffic.ts";
import { getSubmissionTrafficOperation } from "./get-submission-traffic.ts";

export const trafficRoutes = [
  getCampaignTrafficOperation,
  getSubmissionTrafficOperation,
  getLinkTrafficOperation,
];
