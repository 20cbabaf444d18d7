import { knownMetrics, METRICS, type Metric, type Metrics } from "./metrics.ts";
import type { ReportStatus } from "./open-report.ts";
import { utcDay } from "./time.ts";

/** The column of `rollups` that counts each final status. */
export const STATUS_COLUMNS = {
  MATCHED: "matched",
  DISCREPANCY_LOW: "discrepancy_low",
  DISCREPANCY_MEDIUM: "discrepancy_medium",
  DISCREPANCY_HIGH: "discrepancy_high",
  AFFILIATE_OVERCLAIMED: "overclaimed",
  MISSING_PLATFORM_DATA: "missing",
  INCOMPLETE_PLATFORM_DATA: "incomplete",
  UNVERIFIABLE: "unverifiable",
  SKIPPED_SUSPENDED: "skipped",
  SUPERSEDED: "superseded",
} as const satisfies Record<ReportStatus, string>;

type StatusColumn = (typeof STATUS_COLUMNS)[ReportStatus];

export type RollupColumn =
  | "submissions"
  | "reports"
  | "posts"
  | "final"
  | StatusColumn
  | Metric
  | `known_${Metric}`;

/** The counting columns of `rollups` in the order of the table. */
export const ROLLUP_COLUMNS: readonly RollupColumn[] = [
  "submissions",
  "reports",
  "posts",
  "final",
  ...Object.values(STATUS_COLUMNS),
  ...METRICS,
  ...METRICS.map((metric) => `known_${metric}` as const),
];

/** A count for each column. */
export type RollupCounts = Record<RollupColumn, number>;

/** A grain of a campaign: `affiliateId` and `platform` are "" and `day` is 0 where the grain does not tell them apart. */
export interface RollupKey {
  campaignId: string;
  affiliateId: string;
  day: number;
  platform: string;
}

export type RollupDelta = RollupKey & { counts: Partial<Record<RollupColumn, number>> };

/** Whose entry in which campaign something counts for. */
export interface RollupSubject {
  campaignId: string;
  affiliateId: string;
  platform: string;
}

/** The four grains something counts in: campaign, platform, day and platform, affiliate. */
export function grainsOf({ campaignId, affiliateId, platform }: RollupSubject, day: number): RollupKey[] {
  return [
    { campaignId, affiliateId: "", day: 0, platform: "" },
    { campaignId, affiliateId: "", day: 0, platform },
    { campaignId, affiliateId: "", day, platform },
    { campaignId, affiliateId, day: 0, platform: "" },
  ];
}

/** Whether a status is a verdict, and so counts as final: an unjudged end is counted beside. */
export function isVerdict(status: ReportStatus): boolean {
  return status !== "SKIPPED_SUSPENDED" && status !== "SUPERSEDED";
}

/** How numbers of a post grew by an observation: what it adds, and which metrics were not known before. */
export function metricGains(before: Metrics, observed: Metrics): Partial<Record<RollupColumn, number>> {
  const gains: Partial<Record<RollupColumn, number>> = {};
  for (const metric of knownMetrics(observed)) {
    gains[metric] = (observed[metric] ?? 0) - (before[metric] ?? 0);
    if (before[metric] === null) gains[`known_${metric}`] = 1;
  }
  return gains;
}

/** Sums deltas by grain, so that a batch writes each row of the rollups once. */
export class RollupSums {
  readonly #sums = new Map<string, RollupDelta>();

  /** Counts something in all four grains on the UTC day of `at` (ms UTC). */
  add(subject: RollupSubject, at: number, counts: Partial<Record<RollupColumn, number>>): void {
    for (const key of grainsOf(subject, utcDay(at))) this.#addTo(key, counts);
  }

  /** Counts what only the campaign's total tells: its submissions and reports. */
  addToTotal(campaignId: string, counts: Partial<Record<"submissions" | "reports", number>>): void {
    this.#addTo({ campaignId, affiliateId: "", day: 0, platform: "" }, counts);
  }

  /** A report's verdict, `sign` -1 to take a replaced one back. */
  addStatus(subject: RollupSubject, ending: { status: ReportStatus; at: number }, sign: 1 | -1): void {
    const final = isVerdict(ending.status) ? { final: sign } : {};
    this.add(subject, ending.at, { [STATUS_COLUMNS[ending.status]]: sign, ...final });
  }

  /** The sums that are not nothing. */
  deltas(): RollupDelta[] {
    return [...this.#sums.values()].filter(({ counts }) =>
      Object.values(counts).some((count) => count !== 0),
    );
  }

  #addTo(key: RollupKey, counts: Partial<Record<RollupColumn, number>>): void {
    const id = JSON.stringify([key.campaignId, key.affiliateId, key.day, key.platform]);
    const sum = this.#sums.get(id) ?? { ...key, counts: {} };
    for (const column of ROLLUP_COLUMNS) {
      const count = counts[column];
      if (count !== undefined) sum.counts[column] = (sum.counts[column] ?? 0) + count;
    }
    this.#sums.set(id, sum);
  }
}
