import { METRICS, type Metrics, metricsOf, UNKNOWN_METRICS } from "./metrics.ts";
import type { ReportStatus } from "./open-report.ts";
import { metricGains, ROLLUP_COLUMNS, type RollupDelta, type RollupKey, RollupSums } from "./rollup.ts";

/** An observation that was the newest of its post when it was stored. */
export interface AdvancedObservation {
  postId: string;
  at: number;
  metrics: Metrics;
}

/** Everything a campaign's rollups are made of. */
export interface CampaignFacts {
  campaignId: string;
  submissions: readonly {
    /** Whether the post counts for this one. */
    counted: boolean;
    postId: string;
    affiliateId: string;
    platform: string;
    /** When the post had last been observed as it entered the campaign; null if never. */
    baseObservedAt: number | null;
  }[];
  /** Of the campaign's posts. */
  observations: readonly AdvancedObservation[];
  reports: readonly {
    affiliateId: string;
    platform: string;
    /** The status it counts as and since when; null before its first end. */
    counted: { status: ReportStatus; at: number } | null;
  }[];
}

/** An observation that hides a metric does not erase what was known of it. */
function lastKnown(before: Metrics, observed: Metrics): Metrics {
  return metricsOf(Object.fromEntries(METRICS.map((metric) => [metric, observed[metric] ?? before[metric]])));
}

interface Step {
  at: number;
  metrics: Metrics;
}

/** A post that was already known entered with the numbers of its base, on the base's day: one step for all before. */
function stepsFrom(base: number | null, observations: readonly Step[]): Step[] {
  const steps = observations.toSorted((a, b) => a.at - b.at);
  if (base === null) return steps;
  const metrics = steps
    .filter(({ at }) => at <= base)
    .reduce<Metrics>((known, step) => lastKnown(known, step.metrics), UNKNOWN_METRICS);
  return [{ at: base, metrics }, ...steps.filter(({ at }) => at > base)];
}

type Submission = CampaignFacts["submissions"][number];

function addPost(sums: RollupSums, campaignId: string, entry: Submission, observations: Step[]): void {
  let known: Metrics = UNKNOWN_METRICS;
  let seen = false;
  for (const { at, metrics } of stepsFrom(entry.baseObservedAt, observations)) {
    const gains = metricGains(known, metrics);
    sums.add({ ...entry, campaignId }, at, seen ? gains : { ...gains, posts: 1 });
    known = lastKnown(known, metrics);
    seen = true;
  }
}

/** What a campaign's rollups have to be by its facts: every row that counts anything, in no particular order. */
export function rebuildRollupRows(facts: CampaignFacts): RollupDelta[] {
  const { campaignId, submissions, reports } = facts;
  const sums = new RollupSums();
  sums.addToTotal(campaignId, { submissions: submissions.length, reports: reports.length });

  const observations = Map.groupBy(facts.observations, ({ postId }) => postId);
  for (const entry of submissions.filter(({ counted }) => counted)) {
    addPost(sums, campaignId, entry, observations.get(entry.postId) ?? []);
  }
  for (const { counted, ...subject } of reports) {
    if (counted) sums.addStatus({ ...subject, campaignId }, counted, 1);
  }
  return sums.deltas();
}

const keyOf = ({ campaignId, affiliateId, day, platform }: RollupKey): string =>
  JSON.stringify([campaignId, affiliateId, day, platform]);

const contentOf = ({ counts }: RollupDelta): string =>
  JSON.stringify(ROLLUP_COLUMNS.map((column) => counts[column] ?? 0));

/** The grains whose rows differ. A row without any count is the same as no row: a count taken back leaves one behind. */
export function rollupDrift(stored: readonly RollupDelta[], rebuilt: readonly RollupDelta[]): RollupKey[] {
  const empty = JSON.stringify(ROLLUP_COLUMNS.map(() => 0));
  const contents = (rows: readonly RollupDelta[]) => new Map(rows.map((row) => [keyOf(row), contentOf(row)]));
  const [before, after] = [contents(stored), contents(rebuilt)];
  const keys = new Map([...stored, ...rebuilt].map((row) => [keyOf(row), row]));
  return [...keys]
    .filter(([key]) => (before.get(key) ?? empty) !== (after.get(key) ?? empty))
    .map(([, { campaignId, affiliateId, day, platform }]) => ({ campaignId, affiliateId, day, platform }));
}
