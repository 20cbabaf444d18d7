import type { Metric, Metrics } from "../domain/metrics.ts";
import type { Platform, PostIdentity } from "../domain/platform.ts";

/**
 * What a platform said of one post.
 *
 * - `numbers`: counts, each `null` where the platform does not show it
 * - `gone`: the platform says that the post does not exist (deleted, never existed, suspended author)
 * - `private`: it exists, but not for us
 * - `unreadable`: an answer for this post that cannot be trusted, e.g. `"viewCount": "1,234"`; never coerced
 */
export type PostObservation =
  | {
      kind: "numbers";
      metrics: Metrics;
      /** The platform's own id of the author, if it names one. */
      authorId: string | null;
      authorName: string | null;
      /** ms UTC */
      publishedAt: number | null;
      /** The vendor's item, cut to {@link RAW_LIMIT} characters of JSON, kept as evidence. */
      raw: string;
    }
  | { kind: "gone" }
  | { kind: "private" }
  | { kind: "unreadable"; detail: string };

/** Longest kept raw answer per observation, in characters of JSON. */
export const RAW_LIMIT = 600;

/** The vendor's own rate-limit window, as read from the headers of an answer. */
export interface LimitReading {
  /** Calls per window. */
  limit: number;
  /** Calls left in the window. */
  remaining: number;
  /** When the window ends, ms UTC. */
  resetAt: number;
}

/**
 * The outcome of one HTTP call for up to `batchSize` posts.
 *
 * `posts` holds an entry for every id that was asked for, and for no other.
 * A failed call says nothing about any post:
 * - `rate_limited`: refused until `retryAt` (ms UTC; null if the vendor did not say)
 * - `unauthorised`: our credential is missing, wrong or expired
 * - `outage`: network failure, timeout, 5xx
 * - `unreadable`: an answer that is not the vendor's documented shape (HTML, truncated, too large)
 */
export type CallOutcome =
  | { kind: "answered"; posts: Map<string, PostObservation>; limits: LimitReading | null }
  | { kind: CallFailure; detail: string; retryAt: number | null; limits: LimitReading | null };

export type CallFailure = "rate_limited" | "unauthorised" | "outage" | "unreadable";

/** The network as an adapter sees it. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** What an adapter needs from outside. */
export interface AdapterDeps {
  fetch: Fetch;
  /** Scheme and host of the vendor's API without a trailing slash; locally the simulator. */
  baseUrl: string;
  /** The app-level credential of the platform (API key or bearer token); a secret, never logged. */
  credential: string;
  /** Longest wait for one answer, ms. */
  timeoutMs: number;
  /** The time now, ms UTC. */
  now: () => number;
}

/** One platform: the only place where a vendor's words are known. Everything behind it speaks Claimcheck's. */
export interface PlatformAdapter {
  platform: Platform;
  /** As people write it, for messages: "YouTube". */
  displayName: string;
  /** The metrics this platform can ever supply for an arbitrary public post. */
  supports: readonly Metric[];
  /** Posts per call, the vendor's own limit. */
  batchSize: number;
  /** Hours until the platform's published numbers are final; 0 if they are near live. */
  settleHours: number;
  /** Which definition of its counts the platform publishes; changes when the vendor redefines a count. */
  definitionVersion: string;
  /** The post a URL names, or null if it names none of this platform's posts. Pure; compares the parsed host exactly. */
  identify(url: URL): PostIdentity | null;
  /** Asks the vendor once. Never throws for anything the network or the vendor does. */
  observe(deps: AdapterDeps, externalIds: readonly string[]): Promise<CallOutcome>;
}
