import type { CampaignRecord } from "../db/queries/campaigns.ts";
import type { PayTerms } from "../domain/campaign.ts";
import { type CampaignPolicy, policyConflicts } from "../domain/campaign-policy.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { LinkParams } from "../domain/tracked-link.ts";

/** @throws {ClaimcheckError} validation_failed unless the end lies after the start */
export function checkDates(startsAt: number, endsAt: number | null): void {
  if (endsAt !== null && endsAt <= startsAt) throw invalidField("#/ends_at", "Must lie after starts_at.");
}

/** @throws {ClaimcheckError} validation_failed, pointing at every bound that does not rise */
export function checkPolicy(policy: CampaignPolicy): CampaignPolicy {
  const errors = policyConflicts(policy);
  if (errors.length > 0) {
    throw new ClaimcheckError("validation_failed", "The policy contradicts itself.", { errors });
  }
  return policy;
}

/** @throws {ClaimcheckError} validation_failed if two things would be told under one name */
export function checkLinkParams(params: LinkParams): LinkParams {
  const names = Object.values(params).filter((name) => name !== null);
  if (new Set(names).size < names.length) {
    throw invalidField("#/link_params", "Each name can carry one thing only.");
  }
  return params;
}

/** Pay terms as the columns of a campaign. */
export function payColumns(
  pay: PayTerms,
): Pick<CampaignRecord, "currency" | "cpm_minor" | "cap_minor" | "minimum_minor"> {
  return {
    currency: pay.currency,
    cpm_minor: pay.cpmMinor,
    cap_minor: pay.capMinor,
    minimum_minor: pay.minimumMinor,
  };
}
