import type { Level, MetricVerdict } from "./judge.ts";
import type { Metric, Metrics } from "./metrics.ts";
import type { MissingReason, ReportState, ReportStatus } from "./open-report.ts";
import type { Platform } from "./platform.ts";
import type { SuspicionFlag } from "./suspicion.ts";

/** How the latest claim of a submission stands, as its affiliate may see it. Instants in ms UTC. */
export interface ClaimStatus {
  submissionId: string;
  reportId: string;
  affiliateId: string;
  affiliateName: string;
  campaignId: string;
  campaignName: string;
  platform: Platform;
  canonicalUrl: string;
  title: string | null;
  contested: boolean;
  claimedAt: number;
  claimed: Metrics;
  flags: SuspicionFlag[];
  state: ReportState;
  /** Null while nothing was judged. */
  status: ReportStatus | null;
  level: Level | null;
  missingReason: MissingReason | null;
  /** The truth of each metric that was judged: from `low` to `high`. */
  truth: Partial<Record<Metric, MetricVerdict>>;
  /** Why, in sentences to the creator; empty while nothing was judged. */
  reasons: string[];
  judgedAt: number | null;
  /** When it is looked at next; null once it is final. */
  nextLookAt: number | null;
  /** Since when its platform could not be asked, and why not; null if it can. */
  putOff: { since: number; reason: string } | null;
}
