import { createAffiliateLinkCodeOperation } from "./create-affiliate-link-code.ts";
import { createLinkCodeOperation } from "./create-link-code.ts";
import { createOperatorLinkCodeOperation } from "./create-operator-link-code.ts";
import { deleteLinkOperation } from "./delete-link.ts";
import { getAlertsChannelOperation } from "./get-alerts-channel.ts";
import { getCampaignChannelOperation } from "./get-campaign-channel.ts";
import { setAlertsChannelOperation } from "./set-alerts-channel.ts";
import { setCampaignChannelOperation } from "./set-campaign-channel.ts";

export const discordRoutes = [
  createLinkCodeOperation,
  // After that of /affiliates/me, which its path matches too.
  createAffiliateLinkCodeOperation,
  deleteLinkOperation,
  createOperatorLinkCodeOperation,
  getCampaignChannelOperation,
  setCampaignChannelOperation,
  getAlertsChannelOperation,
  setAlertsChannelOperation,
];
