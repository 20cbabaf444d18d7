import { createCampaignOperation } from "./create-campaign.ts";
import { getCampaignOperation } from "./get-campaign.ts";
import { getPostbackOperation } from "./get-postback.ts";
import { inviteAffiliatesOperation } from "./invite-affiliates.ts";
import { listCampaignsOperation } from "./list-campaigns.ts";
import { listInvitedAffiliatesOperation } from "./list-invited-affiliates.ts";
import { recordObservationsOperation } from "./record-observations.ts";
import { replaceCampaignPlatformsOperation } from "./replace-campaign-platforms.ts";
import { rotatePostbackSecretOperation } from "./rotate-postback.ts";
import { updateCampaignOperation } from "./update-campaign.ts";

export const campaignRoutes = [
  createCampaignOperation,
  listCampaignsOperation,
  getCampaignOperation,
  updateCampaignOperation,
  replaceCampaignPlatformsOperation,
  inviteAffiliatesOperation,
  listInvitedAffiliatesOperation,
  getPostbackOperation,
  rotatePostbackSecretOperation,
  recordObservationsOperation,
];
