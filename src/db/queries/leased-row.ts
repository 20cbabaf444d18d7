import { storedPolicy } from "../../domain/campaign-policy.ts";
import type { Direction, Level } from "../../domain/judge.ts";
import type { Lane } from "../../domain/lane.ts";
import type { MissingReason, OpenReport, ReportState, ReportStatus } from "../../domain/open-report.ts";
import type { SuspicionFlag } from "../../domain/suspicion.ts";
import { HOUR_MS } from "../../domain/time.ts";
import { type PostRow, toKnownPost, toMetrics } from "./known-posts.ts";
import { type PlatformFacts, toReadings } from "./platform-readings.ts";
import { type TrackedRow, toTrackedCounts } from "./tracked-counts.ts";

/** A row of what judging a report needs, see reportsToJudge. */
export interface LeasedRow extends PostRow, TrackedRow {
  report_id: string;
  submission_id: string;
  campaign_id: string;
  affiliate_id: string;
  lane: Lane;
  state: ReportState;
  status: ReportStatus | null;
  level: Level | null;
  direction: Direction | null;
  missing_reason: MissingReason | null;
  logs: number;
  attempts: number;
  incomplete_seen: number;
  first_attempt_at: number | null;
  put_off_since: number | null;
  counted_status: ReportStatus | null;
  counted_at: number | null;
  counted_accurate: number;
  method: OpenReport["method"];
  suspicion_flags: string;
  claimed: string;
  advertiser_id: string;
  starts_at: number;
  policy_version: number;
  affiliate_status: "active" | "suspended";
  settle_ms: number;
  policy: string;
  trust_ledger: string;
  reward_holder: string | null;
  own_accounts: string;
  readings: string;
  advertiser_readings: string | null;
}

function toTrustLedger(json: string): OpenReport["trustLedger"] {
  // safe: written by json_array over two sums, which are null together where there is no line.
  const [applied, asked] = JSON.parse(json) as [number | null, number | null];
  return applied === null || asked === null ? null : { applied, asked };
}

/**
 * The report of a row.
 *
 * @throws {RangeError} for a platform that this version of the code does not know
 */
export function toOpenReport(row: LeasedRow, facts: PlatformFacts): OpenReport {
  const fact = facts.get(row.platform);
  if (fact === undefined) throw new RangeError(`no platform ${row.platform}`);
  return {
    reportId: row.report_id,
    submissionId: row.submission_id,
    campaignId: row.campaign_id,
    advertiserId: row.advertiser_id,
    affiliateId: row.affiliate_id,
    affiliateSuspended: row.affiliate_status === "suspended",
    post: toKnownPost(row),
    lane: row.lane,
    claimedAt: row.claimed_at,
    claimed: toMetrics(row.claimed),
    method: row.method,
    // safe: only src/domain/suspicion.ts writes flags.
    suspicionFlags: JSON.parse(row.suspicion_flags) as SuspicionFlag[],
    campaignStartsAt: row.starts_at,
    policyVersion: row.policy_version,
    policy: { ...storedPolicy(row.policy), settle_hours: row.settle_ms / HOUR_MS },
    supports: fact.supports,
    sometimes: fact.sometimes,
    ownersOnly: fact.ownersOnly,
    // safe: written by json_group_array over a text column.
    ownAccounts: JSON.parse(row.own_accounts) as string[],
    readings: toReadings(row.readings),
    advertiserReadings: toReadings(row.advertiser_readings),
    tracked: toTrackedCounts(row),
    state: row.state,
    status: row.status,
    level: row.level,
    direction: row.direction,
    missingReason: row.missing_reason,
    logs: row.logs,
    attempts: row.attempts,
    incompleteSeen: row.incomplete_seen === 1,
    firstAttemptAt: row.first_attempt_at,
    putOffSince: row.put_off_since,
    counted:
      row.counted_status === null || row.counted_at === null
        ? null
        : { status: row.counted_status, at: row.counted_at, accurate: row.counted_accurate === 1 },
    trustLedger: toTrustLedger(row.trust_ledger),
    rewardHolder: row.reward_holder,
  };
}
