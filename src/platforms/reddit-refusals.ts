import type { LimitReading } from "./adapter.ts";
import { meaningOf, type Refusal, type RefusalMeaning } from "./observe-once.ts";
import { readRecord, readText } from "./read-values.ts";
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from "./retry-after.ts";

/** What an error of Reddit's API, or of the edge in front of it, means. */
export function explainRedditRefusal({ status, headers, json, now }: Refusal): RefusalMeaning {
  const limits = readRedditLimits(headers, now);
  const spentUntil = status === 429 && limits?.remaining === 0 ? limits.resetAt : null;
  const retryAt = spentUntil ?? parseRetryAfter(headers.get("retry-after"), now);
  const body = readRecord(json);
  // The API answers in JSON. A page is the edge's, which blocks addresses and agents and knows no tokens.
  if (status === 403 && body === null) return { kind: "outage", reason: "blocked", retryAt };
  const reason = readText(body?.reason);
  // "private", "banned" or "quarantined": about a subreddit, not about our token.
  if (status === 403 && reason !== null) return { kind: "unreadable", reason, retryAt };
  return { kind: status === 408 ? "outage" : meaningOf(status), reason, retryAt };
}

const DECIMAL = /^\d{1,10}(?:\.\d{1,6})?$/;

/**
 * The window of ten minutes that the headers tell of: calls used, calls left as a decimal ("997.0") and the
 * seconds until it ends.
 */
export function readRedditLimits(headers: Headers, now: number): LimitReading | null {
  const [used, left, seconds] = ["used", "remaining", "reset"].map((name) => {
    const text = headers.get(`x-ratelimit-${name}`) ?? "";
    return DECIMAL.test(text) ? Number(text) : null;
  });
  if (used == null || left == null || seconds == null || seconds * 1000 > MAX_RETRY_AFTER_MS) return null;
  const remaining = Math.floor(left);
  return { limit: Math.floor(used) + remaining, remaining, resetAt: now + seconds * 1000 };
}
