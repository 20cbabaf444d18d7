import type { TrustBucket } from "./trust.ts";

/** One campaign's interest in a post. */
export interface Watcher {
  everyMinutes: number;
  /** After this instant the campaign takes no more claims of the post; null while its end is open. */
  closesAt: number | null;
  bucket: TrustBucket;
}

export type BucketFactors = Readonly<Record<TrustBucket, number>>;

/**
 * When a post is observed next: the shortest interval any open campaign asks for, adapted to the trust of who claims
 * it. Null when every campaign is closed, so that observation stops.
 *
 * @returns ms UTC
 */
export function nextObservation(
  watchers: readonly Watcher[],
  now: number,
  factors: BucketFactors,
): number | null {
  const waits = watchers
    .filter((watcher) => watcher.closesAt === null || watcher.closesAt > now)
    .map((watcher) => watcher.everyMinutes * factors[watcher.bucket] * 60_000);
  return waits.length === 0 ? null : Math.round(now + Math.min(...waits));
}
