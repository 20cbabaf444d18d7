import type { Ctx } from "../context.ts";
import type { CampaignRecord } from "../db/queries/campaigns.ts";
import { updateCampaign as updateStoredCampaign } from "../db/queries/save-campaign.ts";
import { hasValuedOrders } from "../db/queries/valued-orders.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import {
  type CampaignAccess,
  type CampaignStatus,
  claimsCloseAt,
  endIfEndedNow,
  type PayTerms,
} from "../domain/campaign.ts";
import { changePolicy, type PolicyChange } from "../domain/campaign-policy.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { changeLinkParams, type LinkParamsChange } from "../domain/tracked-link.ts";
import { announceLinks } from "./announce-links.ts";
import {
  checkConversionsFrom,
  checkDates,
  checkLinkParams,
  checkPolicy,
  payColumns,
} from "./campaign-rules.ts";
import { managedCampaign } from "./managed-campaign.ts";

/** What is changed of a campaign; undefined leaves it as it is. */
export interface CampaignChanges {
  name?: string | undefined;
  status?: CampaignStatus | undefined;
  access?: CampaignAccess | undefined;
  startsAt?: number | undefined;
  endsAt?: number | null | undefined;
  observeEveryMinutes?: number | undefined;
  landingUrl?: string | null | undefined;
  /** Replaces the terms as a whole. */
  pay?: PayTerms | undefined;
  /** Merged into the policy as it is. */
  policy?: PolicyChange | undefined;
  attributionDays?: number | undefined;
  /** Merged into the names as they are. */
  linkParams?: LinkParamsChange | undefined;
  conversionsFrom?: number | null | undefined;
}

/**
 * Changes a campaign. A policy that really changes is the next version; reports are judged by whichever is newest then.
 *
 * @throws {ClaimcheckError} not_found; validation_failed; conflict if the campaign has ended or changed meanwhile,
 *   or has orders in another currency
 */
export async function updateCampaign(
  ctx: Ctx,
  actor: Actor,
  { id, changes }: { id: string; changes: CampaignChanges },
): Promise<CampaignRecord> {
  const before = await managedCampaign(ctx, actor, id);
  const now = ctx.now();
  const after: CampaignRecord = {
    ...before,
    name: changes.name ?? before.name,
    access: changes.access ?? before.access,
    observe_every_minutes: changes.observeEveryMinutes ?? before.observe_every_minutes,
    landing_url: changes.landingUrl === undefined ? before.landing_url : changes.landingUrl,
    ...(changes.pay === undefined ? {} : payColumns(changes.pay)),
    ...nextPhase(before, changes, { now, closeDays: ctx.config.CLAIMS_CLOSE_DAYS }),
    ...nextPolicy(before, changes.policy),
    attribution_days: changes.attributionDays ?? before.attribution_days,
    link_params: checkLinkParams(
      changeLinkParams(before.link_params, changes.linkParams ?? {}),
      changes.landingUrl === undefined ? before.landing_url : changes.landingUrl,
    ),
    conversions_from:
      changes.conversionsFrom === undefined
        ? before.conversions_from
        : checkConversionsFrom(before.conversions_from, changes.conversionsFrom, now),
    // Rises with every write, also within one millisecond: it tells the versions of a campaign apart.
    updated_at: Math.max(now, before.updated_at + 1),
  };
  await refuseOtherCurrency(ctx, before, after);
  await announceLinks(ctx, [id]);
  if (!(await updateStoredCampaign(ctx.db, before, after))) {
    throw new ClaimcheckError("conflict", "The campaign was changed at the same moment. Read it again.");
  }
  await announceLinks(ctx, [id]);
  ctx.log.info("campaign_updated", {
    campaign_id: id,
    status: after.status,
    policy_version: after.policy_version,
    by: actorName(actor),
  });
  return after;
}

/** Sums of orders have no currency of their own: those of two would be added up. */
async function refuseOtherCurrency(ctx: Ctx, before: CampaignRecord, after: CampaignRecord): Promise<void> {
  const { id, currency } = before;
  if (currency === null || currency === after.currency || !(await hasValuedOrders(ctx.db, id))) return;
  throw new ClaimcheckError("conflict", `The campaign has orders in ${currency}; its currency stays.`);
}

type Phase = Pick<CampaignRecord, "status" | "starts_at" | "ends_at" | "claims_close_at">;

function nextPhase(
  before: CampaignRecord,
  changes: CampaignChanges,
  { now, closeDays }: { now: number; closeDays: number },
): Phase {
  refuseReopening(before, changes);
  const status = changes.status ?? before.status;
  const startsAt = changes.startsAt ?? before.starts_at;
  const wantedEnd = changes.endsAt === undefined ? before.ends_at : changes.endsAt;
  checkDates(startsAt, wantedEnd);
  const endsNow = status === "ENDED" && before.status !== "ENDED";
  const endsAt = endsNow ? endIfEndedNow({ startsAt, endsAt: wantedEnd }, now) : wantedEnd;
  // An end that stays keeps the instant it was promised with, whatever is configured since.
  const closesAt = endsAt === before.ends_at ? before.claims_close_at : claimsCloseAt(endsAt, closeDays);
  return { status, starts_at: startsAt, ends_at: endsAt, claims_close_at: closesAt };
}

/** A campaign that has ended stays so, and its dates with it: affiliates relied on them. */
function refuseReopening(before: CampaignRecord, { status, startsAt, endsAt }: CampaignChanges): void {
  if (before.status !== "ENDED") return;
  const reopens = (status ?? "ENDED") !== "ENDED" || startsAt !== undefined || endsAt !== undefined;
  if (reopens)
    throw new ClaimcheckError("conflict", "The campaign has ended. Its status and dates are final.");
}

function nextPolicy(
  { policy, policy_version }: CampaignRecord,
  change: PolicyChange | undefined,
): Pick<CampaignRecord, "policy" | "policy_version"> {
  if (change === undefined) return { policy, policy_version };
  const next = checkPolicy(changePolicy(policy, change));
  const same = JSON.stringify(next) === JSON.stringify(policy);
  return same ? { policy, policy_version } : { policy: next, policy_version: policy_version + 1 };
}
