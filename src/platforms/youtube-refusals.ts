import { meaningOf, type Refusal, type RefusalMeaning } from "./observe-once.ts";
import { nextPacificMidnight } from "./pacific-midnight.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";
import { parseRetryAfter } from "./retry-after.ts";

const DAILY_QUOTA = new Set(["quotaExceeded", "dailyLimitExceeded"]);
const TOO_FAST = new Set(["rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"]);
// A wrong key is answered with 400, which otherwise means that we asked wrongly.
const BAD_KEY = new Set(["API_KEY_INVALID", "API_KEY_EXPIRED", "keyInvalid", "keyExpired"]);

/** What an error of the YouTube Data API means. */
export function explainYoutubeRefusal({ status, headers, json, now }: Refusal): RefusalMeaning {
  const reasons = readReasons(json);
  const among = (known: ReadonlySet<string>) => reasons.find((reason) => known.has(reason));

  const spent = among(DAILY_QUOTA);
  if (spent !== undefined) return { kind: "rate_limited", reason: spent, retryAt: nextPacificMidnight(now) };
  const retryAt = parseRetryAfter(headers.get("retry-after"), now);
  const tooFast = among(TOO_FAST);
  if (tooFast !== undefined) return { kind: "rate_limited", reason: tooFast, retryAt };
  const badKey = among(BAD_KEY);
  if (badKey !== undefined) return { kind: "unauthorised", reason: badKey, retryAt: null };
  return { kind: meaningOf(status), reason: reasons[0] ?? null, retryAt };
}

/** Google names the reason in two places of an error, the older `errors` and the newer `details`. */
function readReasons(json: unknown): string[] {
  const error = readRecord(readRecord(json)?.error);
  const entries = [...(readRecords(error?.details) ?? []), ...(readRecords(error?.errors) ?? [])];
  return entries.map((entry) => readText(entry.reason)).filter((reason) => reason !== null);
}
