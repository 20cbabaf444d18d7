import { DAY_MS } from "./time.ts";

/** `ENDED` is final. */
export const CAMPAIGN_STATUSES = ["ACTIVE", "PAUSED", "ENDED"] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** `open`: every active affiliate may enter. `invite`: only who is invited, and to all others it does not exist. */
export const CAMPAIGN_ACCESS = ["open", "invite"] as const;
export type CampaignAccess = (typeof CAMPAIGN_ACCESS)[number];

/** What an affiliate earns, in minor units of one currency; each null where it is not agreed. */
export interface PayTerms {
  /** ISO 4217. */
  currency: string | null;
  /** For 1,000 verified views. */
  cpmMinor: number | null;
  /** The most that one affiliate is paid. */
  capMinor: number | null;
  /** Less than this is not paid out. */
  minimumMinor: number | null;
}

export const NO_PAY: PayTerms = { currency: null, cpmMinor: null, capMinor: null, minimumMinor: null };

/** After this instant the claims of a campaign are not updated any more; null while its end is not known. ms UTC. */
export function claimsCloseAt(endsAt: number | null, closeDays: number): number | null {
  return endsAt === null ? null : endsAt + closeDays * DAY_MS;
}

/**
 * The end of a campaign that is ended now: an end already past stays. One that never began ends just after its start,
 * because no campaign ends before it starts. ms UTC.
 */
export function endIfEndedNow(dates: { startsAt: number; endsAt: number | null }, now: number): number {
  return Math.max(dates.startsAt + 1, Math.min(dates.endsAt ?? now, now));
}
