import type { Ctx } from "../context.ts";
import {
  type MeasuredUntil,
  reportsLacking,
  type StoredObservation,
  storeObservations,
} from "../db/queries/advertiser-observations.ts";
import type { Actor } from "../domain/actor.ts";
import {
  type AdvertiserObservation,
  type ObservationEntry,
  type ObservationOutcome,
  OTHER_NUMBERS,
  observationError,
  observationKey,
  saysTheSame,
} from "../domain/advertiser-observation.ts";
import type { CampaignPolicy } from "../domain/campaign-policy.ts";
import type { FieldError } from "../domain/errors.ts";
import { METRICS, type Metric } from "../domain/metrics.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { DAY_MS, MINUTE_MS } from "../domain/time.ts";
import { managedCampaign } from "./managed-campaign.ts";
import { nameSubmissions } from "./name-submissions.ts";
import { RUN_LIMIT, rerunReports } from "./request-run.ts";

/** Most observations that are taken at once. */
export const OBSERVATIONS_PER_CALL = 500;

export interface ObservationsInput {
  campaignId: string;
  /** At most {@link OBSERVATIONS_PER_CALL}. What could not be read stays in its place, as what is wrong with it. */
  entries: readonly (ObservationEntry | FieldError)[];
  origin: Origin;
}

export interface RecordedObservations {
  /** One an entry, in their order. */
  outcomes: ObservationOutcome[];
  /** Reports that are judged again: their verdict was made, or being made, without a number that there is now. */
  reopened: number;
}

/**
 * Keeps numbers that an advertiser measured otherwise. An entry that is refused holds up no other; one that was sent
 * before is a duplicate, so that everything may be sent again after any failure. What was final without such a number, or
 * is being judged without it, is judged again.
 *
 * @throws {ClaimcheckError} not_found
 */
export async function recordObservations(
  ctx: Ctx,
  actor: Actor,
  { campaignId, entries, origin }: ObservationsInput,
): Promise<RecordedObservations> {
  const campaign = await managedCampaign(ctx, actor, campaignId);
  const now = ctx.now();
  const skewMs = ctx.config.CLOCK_SKEW_MINUTES * MINUTE_MS;
  const window = { from: campaign.starts_at - DAY_MS, through: now + skewMs };
  const formed = entries.map((entry) =>
    "pointer" in entry ? entry : (observationError(entry, window) ?? entry),
  );
  const named = await nameSubmissions(ctx, campaignId, formed);
  const stored = await storeObservations(ctx.db, distinct(named), { recordedBy: actor.keyId, now });
  const outcomes = outcomesOf(named, stored);
  // Also of duplicates: the request that stored them may have failed before it came to this.
  const lacking = await reportsLacking(ctx.db, measuredUntil(stored, campaign.policy), RUN_LIMIT);
  const states = ["open", "provisional", "final"] as const;
  const reopened = await rerunReports(ctx, lacking.slice(0, RUN_LIMIT), { states, origin });
  ctx.log.info("observations_recorded", {
    campaign_id: campaignId,
    sent: entries.length,
    recorded: stored.filter(({ isNew }) => isNew).length,
    reopened: reopened.length,
  });
  return { outcomes, reopened: reopened.length };
}

/** The first observation of each submission and instant. */
function distinct(named: readonly (AdvertiserObservation | FieldError)[]): AdvertiserObservation[] {
  const first = new Map<string, AdvertiserObservation>();
  for (const entry of named) {
    if ("pointer" in entry || first.has(observationKey(entry))) continue;
    first.set(observationKey(entry), entry);
  }
  return [...first.values()];
}

function outcomesOf(
  named: readonly (AdvertiserObservation | FieldError)[],
  stored: readonly StoredObservation[],
): ObservationOutcome[] {
  const kept = new Map(stored.map((observation) => [observationKey(observation), observation]));
  const fresh = new Set(stored.filter(({ isNew }) => isNew).map(observationKey));
  return named.map((entry) => {
    if ("pointer" in entry) return { submissionId: null, result: "refused", error: entry };
    const { submissionId, metrics } = entry;
    const key = observationKey(entry);
    const is = kept.get(key);
    if (is === undefined || !saysTheSame(is.metrics, metrics)) {
      return { submissionId, result: "refused", error: OTHER_NUMBERS };
    }
    // Of several alike in one request the first is the one that was recorded.
    return { submissionId, result: fresh.delete(key) ? "recorded" : "duplicate", error: null };
  });
}

/** Until when each submission has numbers that its campaign's policy would listen to. */
function measuredUntil(
  stored: readonly AdvertiserObservation[],
  { sources }: CampaignPolicy,
): MeasuredUntil[] {
  const heeded = METRICS.filter((metric) => sources[metric].includes("advertiser"));
  const groups = Map.groupBy(stored, ({ submissionId }) => submissionId);
  return [...groups].map(([submissionId, observations]) => ({
    submissionId,
    until: Object.fromEntries(heeded.map((metric) => [metric, latestOf(observations, metric)])),
  }));
}

/** When a metric was measured last, ms UTC; null if it was not. */
function latestOf(observations: readonly AdvertiserObservation[], metric: Metric): number | null {
  const instants = observations.flatMap(({ metrics, observedAt }) =>
    metrics[metric] === null ? [] : [observedAt],
  );
  return instants.length === 0 ? null : Math.max(...instants);
}
