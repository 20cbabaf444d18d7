import type { LimitReading } from "./adapter.ts";
import { meaningOf, type Refusal, type RefusalMeaning } from "./observe-once.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";
import { clampRetryAt, MAX_RETRY_AFTER_MS, parseRetryAfter } from "./retry-after.ts";

/** The last part of a problem's type: the URIs moved from api.twitter.com to api.x.com, their ends stayed. */
export function problemName(problem: Record<string, unknown> | null): string | null {
  const type = readText(problem?.type);
  return type === null ? null : type.slice(type.lastIndexOf("/") + 1);
}

/**
 * 402 (credits spent) is `rate_limited`, not `unauthorised`: the token stays right, and calls work again by
 * themselves once the balance is filled up. X does not say when a spent usage cap ends.
 */
export function explainXRefusal({ status, headers, json, now }: Refusal): RefusalMeaning {
  const kind = status === 402 ? "rate_limited" : meaningOf(status);
  const reset = readSeconds(headers.get("x-rate-limit-reset"));
  const retryAfter = parseRetryAfter(headers.get("retry-after"), now);
  const windowEnd = status === 429 && reset !== null ? clampRetryAt(reset, now) : null;
  return { kind, reason: problemName(readRecord(json)), retryAt: windowEnd ?? retryAfter };
}

/**
 * The ids for which X refuses a whole call, such as one of more than 63 bits, as its messages name them: "The `ids` query
 * parameter value [abc] is not valid". Source: docs.x.com/x-api/fundamentals/response-codes-and-errors.
 */
export function namedByX({ status, json }: Refusal): string[] {
  const problems = status === 400 ? (readRecords(readRecord(json)?.errors) ?? []) : [];
  return problems.flatMap(({ message }) => {
    const values = /\bvalue \[([^\]]*)\]/.exec(readText(message) ?? "")?.[1];
    return values?.split(",") ?? [];
  });
}

const DIGITS = /^\d{1,10}$/;

/** The window of fifteen minutes that the headers tell of. */
export function readXLimits(headers: Headers, now: number): LimitReading | null {
  const limit = headers.get("x-rate-limit-limit") ?? "";
  const remaining = headers.get("x-rate-limit-remaining") ?? "";
  const resetAt = readSeconds(headers.get("x-rate-limit-reset"));
  if (!DIGITS.test(limit) || !DIGITS.test(remaining) || resetAt === null) return null;
  // No window of X is longer than a day, and none has more left than it began with.
  if (Number(remaining) > Number(limit) || resetAt > now + MAX_RETRY_AFTER_MS) return null;
  return { limit: Number(limit), remaining: Number(remaining), resetAt };
}

/** Epoch seconds as ms UTC. */
function readSeconds(header: string | null): number | null {
  return header !== null && DIGITS.test(header) ? Number(header) * 1000 : null;
}
