import type { Metric } from "./metrics.ts";
import type { StoredReading } from "./stored-reading.ts";

/** What the tracked links of one submission counted, all of them together, as far as one claim is concerned. */
export interface TrackedCounts {
  /** When the submission was made, ms UTC. */
  submittedAt: number;
  /** When the first of the links was made, ms UTC. */
  linkedFrom: number;
  /** Since when the links lead somewhere, ms UTC; null if they never did. */
  landingFrom: number | null;
  /** The metrics of which something was claimed by the time the first of the links was made. */
  claimedEarlier: readonly Metric[];
  /** Since when every order is reported, ms UTC; null while that is not known. */
  ordersFrom: number | null;
  /** Human clicks up to the second of the claim, without those in it and with them. */
  clicks: { before: number; through: number };
  /** Orders up to the claim's instant, without those reversed by then. */
  orders: number;
  traffic: TrafficSums;
}

/** What was counted up to the end of the claim's UTC day; domain/traffic-signals.ts says what is odd about it. */
export interface TrafficSums {
  human: number;
  automated: number;
  uniqueHuman: number;
  /** Human clicks of the last RECENT_DAYS alone. */
  recentHuman: number;
  /** The most human clicks of any minute of these days. */
  peakMinute: number;
  /** Human clicks of these days by AS number. */
  networks: Readonly<Record<string, number>>;
  orders: number;
  /** Orders sooner after their click than a person can order. */
  fast: number;
}

/** Days, the claim's included, of which minutes and networks are looked at. */
export const RECENT_DAYS = 30;

/** The rules by which our own links count; a new name whenever they change. */
export const TRACKED_DEFINITION = "tracked-link-1";

/** Since when the links count a metric, ms UTC; null if they do not. */
export function countedFrom(tracked: TrackedCounts, metric: Metric): number | null {
  const { linkedFrom, landingFrom, ordersFrom } = tracked;
  const from = metric === "clicks" ? landingFrom : metric === "conversions" ? ordersFrom : null;
  return from === null ? null : Math.max(linkedFrom, from);
}

/**
 * Whether the count covers the whole life of the submission: its first link is as old, led somewhere and spoke for every
 * order from the start, and nothing was claimed by then. Claims are totals, so a part of one may else be older.
 */
export function countsAll(tracked: TrackedCounts, metric: Metric): boolean {
  const { submittedAt, linkedFrom, landingFrom, ordersFrom, claimedEarlier } = tracked;
  if (linkedFrom > submittedAt || claimedEarlier.includes(metric)) return false;
  if (landingFrom === null || landingFrom > linkedFrom) return false;
  return metric !== "conversions" || (ordersFrom !== null && ordersFrom <= linkedFrom);
}

/**
 * Whether the links counted a metric up to the claim's instant. A claim that came with its submission is older than any
 * click on the link that was made for it.
 */
export function countedThen(tracked: TrackedCounts, metric: Metric, claimedAt: number): boolean {
  const { linkedFrom, landingFrom, ordersFrom } = tracked;
  if (linkedFrom >= claimedAt) return false;
  if (metric === "clicks") return landingFrom !== null && landingFrom < claimedAt;
  return metric === "conversions" && ordersFrom !== null && ordersFrom <= claimedAt;
}

const SECOND_MS = 1_000;

/**
 * The count of a metric at the claim's instant, as readings; none where it was not counted then. Clicks are kept by the
 * second: where some fell into the claim's own, the truth lies between the counts at both its ends.
 */
export function trackedReadings(
  tracked: TrackedCounts | null,
  metric: Metric,
  claimedAt: number,
): StoredReading[] {
  if (tracked === null || !countedThen(tracked, metric, claimedAt)) return [];
  const reading = (at: number, value: number) => ({ at, value, definitionVersion: TRACKED_DEFINITION });
  if (metric === "conversions") return [reading(claimedAt, tracked.orders)];
  const { before, through } = tracked.clicks;
  if (before === through) return [reading(claimedAt, through)];
  const second = Math.floor(claimedAt / SECOND_MS) * SECOND_MS;
  return [reading(second - 1, before), reading(second + SECOND_MS - 1, through)];
}
