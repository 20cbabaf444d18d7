import type { CampaignPolicy } from "./campaign-policy.ts";
import type { Direction, Level, VerdictStatus } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { Metric, Metrics } from "./metrics.ts";
import type { Platform } from "./platform.ts";
import type { StoredReadings } from "./stored-reading.ts";
import type { SuspicionFlag } from "./suspicion.ts";
import type { TrackedCounts } from "./tracked-counts.ts";
import type { TrustBucket } from "./trust.ts";

/** How a report can end: by a verdict, or unjudged. */
export type ReportStatus = VerdictStatus | "SKIPPED_SUSPENDED" | "SUPERSEDED";

export type MissingReason = "gone" | "private" | "no_data" | "unreadable" | "not_admitted";

/** `open` and `provisional` are looked at again; `dead` waits for an operator. */
export const REPORT_STATES = ["open", "provisional", "final", "dead"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** For whom a post counts in one campaign; its other claimants there are not loaded, so that a post may have many. */
export interface Claimant {
  campaignId: string;
  affiliateId: string;
  bucket: TrustBucket;
  everyMinutes: number;
  closesAt: number | null;
}

/** The post of a report as `posts` holds it, with what an operator says of its platform. */
export interface KnownPost {
  id: string;
  platform: Platform;
  platformEnabled: boolean;
  platformQuota: { limit: number; window_seconds: number } | null;
  externalId: string;
  /** The id by which the platform's API knows it, where that is another and was told. */
  nativeId: string | null;
  /** The connected account through which it was last read. */
  accountId: string | null;
  state: "unknown" | "live" | "gone" | "private";
  /** The platform's id of the author, if it ever named one. */
  authorId: string | null;
  publishedAt: number | null;
  observedAt: number | null;
  observeDueAt: number | null;
  metrics: Metrics;
  /** How many submissions claim it; a commit is refused if it changed meanwhile. */
  claimantCount: number;
  claimants: Claimant[];
}

/** A leased reconciliation with everything that judging it needs. */
export interface OpenReport {
  reportId: string;
  submissionId: string;
  campaignId: string;
  advertiserId: string;
  affiliateId: string;
  affiliateSuspended: boolean;
  post: KnownPost;
  lane: Lane;
  claimedAt: number;
  claimed: Metrics;
  /** Where the claim came from. */
  method: "API" | "DISCORD" | "IMPORT";
  suspicionFlags: SuspicionFlag[];
  campaignStartsAt: number;
  policyVersion: number;
  /** With the platform's settle window in it. */
  policy: CampaignPolicy & { settle_hours: number };
  /** The metrics that the platform supplies. */
  supports: readonly Metric[];
  /** The metrics it has for some posts only: judged where there is a number, not missed where there is none. */
  sometimes: readonly Metric[];
  /** Only the owner of a post sees its numbers, so that whoever claims it must own it. */
  ownersOnly: boolean;
  /** The platform's ids of the accounts that the affiliate has connected there, now or earlier. */
  ownAccounts: readonly string[];
  /** What the platform showed. */
  readings: Partial<Record<Metric, StoredReadings>>;
  /** What the advertiser measured otherwise. */
  advertiserReadings: Partial<Record<Metric, StoredReadings>>;
  /** What the submission's links counted; null if it has none, or nothing that they count is claimed. */
  tracked: TrackedCounts | null;
  state: ReportState;
  status: ReportStatus | null;
  level: Level | null;
  direction: Direction | null;
  missingReason: MissingReason | null;
  /** Log lines written so far. */
  logs: number;
  attempts: number;
  incompleteSeen: boolean;
  firstAttemptAt: number | null;
  putOffSince: number | null;
  /** What rollups and totals count the report as now. */
  counted: { status: ReportStatus; at: number; accurate: boolean } | null;
  /** The sums of its trust events: applied after clamping, and asked by its standing verdict; null if it has none. */
  trustLedger: { applied: number; asked: number } | null;
  /** The report that took today's reward of the submission. */
  rewardHolder: string | null;
}
