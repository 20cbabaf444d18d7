import type { Metric, Metrics } from "../domain/metrics.ts";
import type { Platform, PostIdentity } from "../domain/platform.ts";
import type { OAuthConnector, ProfileReader, TokenDeps, TokenOutcome } from "./access.ts";
import type { CallFailure, Fetch, VendorUrls } from "./call.ts";

export type { CallFailure, Fetch, VendorUrls };

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
      /** The id by which the vendor's API knows the post, if it is not the one in its address; kept and sent back. */
      nativeId?: string;
      /** What was paid to promote the post so far, in minor units of an ISO 4217 currency, if the platform says. */
      spend?: { minor: number; currency: string };
      /** The vendor's item, cut to {@link RAW_LIMIT} characters of JSON, kept as evidence. */
      raw: string;
    }
  | { kind: "gone" }
  | { kind: "private" }
  | { kind: "unreadable"; detail: string };

/**
 * The platform gave no answer for one post of an answered call, e.g. a throttled part of a batch. Nothing is learnt of
 * the post: it is asked for again, and nobody's attempt is used up.
 */
export interface Unanswered {
  kind: "unanswered";
  failure: CallFailure;
  detail: string;
  /** ms UTC; null if the vendor did not say. */
  retryAt: number | null;
}

export type PostAnswer = PostObservation | Unanswered;

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
 * The outcome of asking once for up to `batchSize` posts: one HTTP call, or a few where the vendor needs them.
 *
 * `posts` holds an entry for every id that was asked for, and for no other.
 * A failed call says nothing about any post:
 * - `rate_limited`: refused until `retryAt` (ms UTC; null if the vendor did not say)
 * - `unauthorised`: our credential is missing, wrong or expired
 * - `outage`: network failure, timeout, 5xx
 * - `unreadable`: an answer that is not the vendor's documented shape (HTML, truncated, too large)
 */
export type CallOutcome = (
  | { kind: "answered"; posts: Map<string, PostAnswer>; limits: LimitReading | null }
  | { kind: CallFailure; detail: string; retryAt: number | null; limits: LimitReading | null }
) & {
  /** HTTP calls made; 1 if absent. */
  calls?: number;
};

/** What an adapter needs from outside. */
export interface AdapterDeps {
  fetch: Fetch;
  /** Scheme, host and perhaps a path of the vendor's API without a trailing slash; locally the simulator. */
  baseUrl: string;
  /** The API key, app token or the connected account's token the calls are made with; never logged. */
  credential: string;
  /** Longest wait for one answer, ms. */
  timeoutMs: number;
  /** The time now, ms UTC. */
  now: () => number;
  /** The vendor's id of the account whose token `credential` is; null where the app itself asks. */
  accountId: string | null;
  /** By external id, the vendor's own ids of posts as earlier answers told them ({@link PostObservation} `nativeId`). */
  nativeIds: ReadonlyMap<string, string>;
  /** The platform's secrets that are set, by their names in {@link PlatformAdapter} `secrets`. */
  secrets: Readonly<Record<string, string>>;
}

/** Where one metric of a platform comes from. */
export interface MetricSource {
  /** The vendor's own name of the count, for people: "viewCount". */
  field: string;
  /** Which definition of the count the platform publishes; changes when the vendor redefines it. */
  definitionVersion: string;
  /** Hours until the published number is final; 0 if it is near live. */
  settleHours: number;
  /**
   * Why not every post has it, if so: "only posts that are promoted". Such a metric is judged when it is there; that it
   * is not there is no missing answer.
   */
  only?: string;
}

/** One platform: the only place where a vendor's words are known. Everything behind it speaks Claimcheck's. */
export interface PlatformAdapter {
  platform: Platform;
  /** As people write it, for messages: "YouTube". */
  displayName: string;
  /** The metrics this platform can supply, and where each comes from. */
  metrics: Readonly<Partial<Record<Metric, MetricSource>>>;
  /** Posts {@link PlatformAdapter.observe} takes at once: what the vendor answers in one call. */
  batchSize: number;
  /** Most HTTP calls one `observe` makes, narrow retries included; 1 if absent. */
  callsPerBatch?: number;
  /** The vendor's production addresses; overridable by `<PLATFORM>_BASE_URL`, `_AUTHORIZE_URL` and `_TOKEN_URL`. */
  urls: VendorUrls;
  /** Secrets without which the platform cannot be asked: environment variable and what it is, for docs/configuration.md. */
  secrets: Readonly<Record<string, string>>;
  /** Secrets it can do without. */
  optionalSecrets?: Readonly<Record<string, string>>;
  /**
   * Who asks: `secret` = the app with a lasting key, the value of that secret; `token` = the app with a token it is
   * granted for a while; `account` = only the token of a connected account shows that account's posts.
   */
  access:
    | { kind: "secret"; name: string }
    | { kind: "token"; grant(deps: TokenDeps): Promise<TokenOutcome> }
    | { kind: "account"; oauth: OAuthConnector };
  /** How an affiliate proves to own an account here without OAuth, if the platform shows profiles to the app. */
  profiles?: ProfileReader;
  /** The post a URL names, or null if it names none of this platform's posts. Pure; compares the parsed host exactly. */
  identify(url: URL): PostIdentity | null;
  /**
   * What to paste instead, for the creator, if the numbers of the post of this id can never be read although its address
   * is one of the platform's; null if they can. Pure.
   */
  pasteInstead?(externalId: string): string | null;
  /** Whether a URL is a share or short link of this platform, whose target only the network knows. Pure. */
  isShareLink?(url: URL): boolean;
  /** Asks the vendor. Never throws for anything the network or the vendor does. */
  observe(deps: AdapterDeps, externalIds: readonly string[]): Promise<CallOutcome>;
}
