import { type AlertDraft, alertDraft } from "./alert.ts";
import { METRICS, type Metrics } from "./metrics.ts";
import type { KnownPost, OpenReport, ReportStatus } from "./open-report.ts";
import { isVerdict, metricGains, type RollupDelta, type RollupSubject, RollupSums } from "./rollup.ts";
import type { Settlement } from "./settled.ts";
import { type ClampedSum, NO_CHANGE, thenAdd } from "./trust.ts";
import type { TrustLine } from "./trust-line.ts";

/** What a platform said of a post, to be stored. */
export interface PostUpdate {
  post: KnownPost;
  /** When the platform was asked, ms UTC. */
  at: number;
  state: KnownPost["state"];
  /** Null if the platform gave none (gone, private, unreadable): the last known numbers stay. */
  numbers: PostNumbers | null;
  /** When the post is observed next, ms UTC; null if nobody wants to know any more. */
  dueAt: number | null;
}

export interface PostNumbers {
  metrics: Metrics;
  definitionVersion: string;
  authorId: string | null;
  authorName: string | null;
  publishedAt: number | null;
  /** The id by which the platform's API knows the post, if it was told. */
  nativeId: string | null;
  /** The connected account that read them; null if the app did. */
  accountId: string | null;
  spend: { minor: number; currency: string } | null;
  raw: string;
}

/** One ledger line with what it does to any score: first `before`, then `after`. */
export interface PlannedTrust {
  report: OpenReport;
  line: TrustLine;
  before: ClampedSum;
  after: ClampedSum;
}

/** What a commit adds to one affiliate. */
export interface AffiliateDelta {
  affiliateId: string;
  trust: ClampedSum;
  total: number;
  accurate: number;
}

/** Everything one commit writes, summed so that each row is written once. */
export interface CommitPlan {
  settlements: readonly Settlement[];
  posts: readonly PostUpdate[];
  trust: PlannedTrust[];
  affiliates: AffiliateDelta[];
  alerts: AlertDraft[];
  /** For each post whose id at its vendor was learnt: raised if another post turns out to have the same. */
  twins: AlertDraft[];
  rollups: RollupDelta[];
  /** Ids of posts that were gone or private and are live again: their reports are reopened. */
  returnedPostIds: string[];
}

/** Whether the observation is newer than what the post holds; only such a one moves numbers and rollups. */
export function isAdvance(update: PostUpdate): boolean {
  return update.post.observedAt === null || update.at > update.post.observedAt;
}

function countedAfter(settlement: Settlement): ReportStatus | null {
  return settlement.state === "final" ? settlement.status : null;
}

function addMetricGains(sums: RollupSums, update: PostUpdate): void {
  if (update.numbers === null || !isAdvance(update)) return;
  const gains = metricGains(update.post.metrics, update.numbers.metrics);
  if (update.post.observedAt === null) gains.posts = 1;
  for (const subject of countedSubjects(update.post)) sums.add(subject, update.at, gains);
}

/** In each campaign a post counts once, for its first submitter. */
export function countedSubjects(post: KnownPost): RollupSubject[] {
  return post.claimants.map(({ campaignId, affiliateId }) => ({
    campaignId,
    affiliateId,
    platform: post.platform,
  }));
}

function addStatusChange(sums: RollupSums, settlement: Settlement, now: number): void {
  const status = countedAfter(settlement);
  if (status === null) return;
  const { campaignId, affiliateId, post, counted } = settlement.report;
  const subject = { campaignId, affiliateId, platform: post.platform };
  if (counted) sums.addStatus(subject, counted, -1);
  sums.addStatus(subject, { status, at: now }, 1);
}

/** Ledger lines in the order of the claims, each with the fold of those before it. */
function foldTrust(settlements: readonly Settlement[]): {
  lines: PlannedTrust[];
  sums: Map<string, ClampedSum>;
} {
  const inOrder = settlements.toSorted(
    (a, b) => a.report.claimedAt - b.report.claimedAt || (a.report.reportId < b.report.reportId ? -1 : 1),
  );
  const sums = new Map<string, ClampedSum>();
  const lines = inOrder.flatMap(({ report, trust }) => {
    if (!trust) return [];
    const before = sums.get(report.affiliateId) ?? NO_CHANGE;
    const after = thenAdd(before, trust.delta);
    sums.set(report.affiliateId, after);
    return [{ report, line: trust, before, after }];
  });
  return { lines, sums };
}

function affiliateDeltas(
  settlements: readonly Settlement[],
  sums: Map<string, ClampedSum>,
): AffiliateDelta[] {
  const deltas = new Map<string, AffiliateDelta>();
  for (const settlement of settlements) {
    const status = countedAfter(settlement);
    if (status === null) continue;
    const { affiliateId, counted } = settlement.report;
    const delta = deltas.get(affiliateId) ?? {
      affiliateId,
      trust: sums.get(affiliateId) ?? NO_CHANGE,
      total: 0,
      accurate: 0,
    };
    delta.total += Number(isVerdict(status)) - Number(counted !== null && isVerdict(counted.status));
    delta.accurate += Number(settlement.accurate) - Number(counted?.accurate ?? false);
    deltas.set(affiliateId, delta);
  }
  return [...deltas.values()];
}

/**
 * One draft a cause. Discrepancies that share one count each, and are a repeat at once; that a platform is down counts
 * once a commit, however many of its reports wait.
 */
function oncePerCause(drafts: AlertDraft[]): AlertDraft[] {
  const byCause = new Map<string, AlertDraft>();
  for (const draft of drafts) {
    const earlier = byCause.get(draft.cause);
    const repeats = earlier !== undefined && draft.category === "DATA_QUALITY";
    byCause.set(draft.cause, repeats ? { ...draft, severity: "CRITICAL", times: earlier.times + 1 } : draft);
  }
  return [...byCause.values()];
}

/**
 * Some vendors write one post in several addresses that nothing but their own id for it joins. Whoever enters it under two
 * of them would be paid twice.
 */
function twinAlert({ post, numbers }: PostUpdate): AlertDraft[] {
  const nativeId = numbers?.nativeId ?? null;
  if (nativeId === null || nativeId === post.nativeId) return [];
  const { platform } = post;
  return [
    alertDraft({
      cause: `same_post:${platform}:${nativeId}`,
      category: "FRAUD",
      severity: "HIGH",
      title: "One post was entered under two addresses",
      message: "Its platform has one id for both, so it counts twice. Compare who entered them, and where.",
      postId: post.id,
      platform,
    }),
  ];
}

/** Plans the one commit of a run from what was settled and observed. */
export function planCommit(
  settlements: readonly Settlement[],
  posts: readonly PostUpdate[],
  now: number,
): CommitPlan {
  const sums = new RollupSums();
  for (const update of posts) addMetricGains(sums, update);
  for (const settlement of settlements) addStatusChange(sums, settlement, now);
  const trust = foldTrust(settlements);
  return {
    settlements,
    posts,
    trust: trust.lines,
    affiliates: affiliateDeltas(settlements, trust.sums).filter(
      ({ trust, total, accurate }) => trust !== NO_CHANGE || total !== 0 || accurate !== 0,
    ),
    alerts: oncePerCause(settlements.flatMap(({ alerts }) => alerts)),
    twins: posts.flatMap(twinAlert),
    rollups: sums.deltas(),
    returnedPostIds: posts
      .filter(({ post, state }) => state === "live" && (post.state === "gone" || post.state === "private"))
      .map(({ post }) => post.id),
  };
}

/** The metrics of an observation as the columns of a row, in the order of METRICS. */
export function metricValues(metrics: Metrics): (number | null)[] {
  return METRICS.map((metric) => metrics[metric]);
}
