import { archiveAdvertiserOperation } from "./archive-advertiser.ts";
import { createAdvertiserOperation } from "./create-advertiser.ts";
import { getAdvertiserOperation } from "./get-advertiser.ts";
import { listAdvertisersOperation } from "./list-advertisers.ts";
import { updateAdvertiserOperation } from "./update-advertiser.ts";

export const advertiserRoutes = [
  createAdvertiserOperation,
  listAdvertisersOperation,
  getAdvertiserOperation,
  updateAdvertiserOperation,
  archiveAdvertiserOperation,
];
