import { createAffiliateOperation } from "./create-affiliate.ts";
import { getAffiliateOperation } from "./get-affiliate.ts";
import { getOwnAffiliateOperation } from "./get-own-affiliate.ts";
import { getTrustLedgerOperation } from "./get-trust-ledger.ts";
import { listAffiliatesOperation } from "./list-affiliates.ts";
import { replaceOwnAffiliateOperation } from "./replace-own-affiliate.ts";
import { updateAffiliateOperation } from "./update-affiliate.ts";

export const affiliateRoutes = [
  createAffiliateOperation,
  listAffiliatesOperation,
  // Before /affiliates/{id}, which would take `me` for an id.
  getOwnAffiliateOperation,
  replaceOwnAffiliateOperation,
  getAffiliateOperation,
  updateAffiliateOperation,
  getTrustLedgerOperation,
];
