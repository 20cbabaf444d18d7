import type { CampaignRecord } from "../db/queries/campaigns.ts";
import type { PayTerms } from "../domain/campaign.ts";
import { type CampaignPolicy, policyConflicts } from "../domain/campaign-policy.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { type LinkParams, takenParams } from "../domain/tracked-link.ts";

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

/**
 * @param landingUrl where the links lead; null for nowhere yet
 * @throws {ClaimcheckError} validation_failed if two things would be told under one name
 */
export function checkLinkParams(params: LinkParams, landingUrl: string | null): LinkParams {
  const names = Object.values(params).filter((name) => name !== null);
  if (new Set(names).size < names.length) {
    throw invalidField("#/link_params", "Each name can carry one thing only.");
  }
  const [taken] = landingUrl === null ? [] : takenParams(landingUrl, params);
  if (taken !== undefined) {
    const detail = `The landing URL has a parameter ${params[taken]} of its own. Choose another name, or null.`;
    throw invalidField(`#/link_params/${taken}`, detail);
  }
  return params;
}

/**
 * When conversions are known from, as it becomes.
 *
 * @throws {ClaimcheckError} validation_failed where claims may already have been judged by what would not be known any more
 */
export function checkConversionsFrom(
  before: number | null,
  wanted: number | null,
  now: number,
): number | null {
  if (before !== null && before <= now && wanted !== null && wanted > before) {
    const detail = "Can be moved back or set to null; claims since then were judged by it.";
    throw invalidField("#/conversions_from", detail);
  }
  return wanted;
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
