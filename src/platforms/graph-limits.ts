import type { LimitReading } from "./adapter.ts";
import { readRecord } from "./read-values.ts";
import { clampRetryAt, parseRetryAfter } from "./retry-after.ts";

const ALL_PERCENT = 100;
const ROLLING_HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * The vendor tells percentages of what it grants, not calls; one per cent is read as one call of ours. That is no guess:
 * a business use case grants 4,800 calls a day for each impression or engaged person of the account, so one per cent of the
 * smallest grant is 48, about one full batch. At 3 per cent left three more batches start, at 90 nothing is held back.
 *
 * The grant rolls on, so there is no end of a window to wait for: an hour on, one call is let through and tells anew. Once
 * access is lost, it is the wait that the vendor estimates. The limit of a business use case replaces that of the app.
 *
 * Source: developers.facebook.com/docs/graph-api/overview/rate-limiting.
 */
export function readGraphLimits(headers: Headers, now: number): LimitReading | null {
  const app = readAppUsage(headers);
  const useCases = readUseCases(headers);
  const usages = useCases.length > 0 || app === null ? useCases : [app];
  if (usages.length === 0) return null;
  const used = Math.max(...usages.map(({ percent }) => percent));
  const regainMinutes = Math.max(...usages.map((usage) => usage.regainMinutes));
  const isLost = regainMinutes > 0;
  return {
    limit: ALL_PERCENT,
    remaining: isLost ? 0 : Math.max(0, Math.floor(ALL_PERCENT - used)),
    resetAt: now + (isLost ? regainMinutes * MINUTE_MS : ROLLING_HOUR_MS),
  };
}

/** Of several readings the one that leaves least. */
export function tightest(readings: readonly (LimitReading | null)[]): LimitReading | null {
  const known = readings.filter((reading) => reading !== null);
  return known.toSorted((a, b) => a.remaining - b.remaining || b.resetAt - a.resetAt)[0] ?? null;
}

/** When access comes back: the longest wait that any use case names, in minutes, else `Retry-After`. */
export function readRegain(headers: Headers, now: number): number | null {
  const minutes = Math.max(0, ...readUseCases(headers).map(({ regainMinutes }) => regainMinutes));
  if (minutes > 0) return clampRetryAt(now + minutes * MINUTE_MS, now);
  return parseRetryAfter(headers.get("retry-after"), now);
}

/** One entry of a usage header: the highest of its three percentages, and the wait until access comes back. */
interface UseCase {
  percent: number;
  regainMinutes: number;
}

/** The entries of `X-Business-Use-Case-Usage`: `{"<business>": [{"type": …, "call_count": 30, …}]}`. */
function readUseCases(headers: Headers): UseCase[] {
  const businesses = Object.values(readJson(headers.get("x-business-use-case-usage")) ?? {});
  const entries = businesses.flatMap((business) => (Array.isArray(business) ? business : []));
  return entries.map(readRecord).flatMap((entry) => {
    const percent = entry && readPercent(entry);
    if (entry === null || percent === null) return [];
    return [{ percent, regainMinutes: readAmount(entry.estimated_time_to_regain_access) ?? 0 }];
  });
}

/** `X-App-Usage`, which knows no wait: `{"call_count": 30, "total_cputime": 20, "total_time": 25}`. */
function readAppUsage(headers: Headers): UseCase | null {
  const usage = readJson(headers.get("x-app-usage"));
  const percent = usage && readPercent(usage);
  return percent === null ? null : { percent, regainMinutes: 0 };
}

function readPercent({ call_count, total_cputime, total_time }: Record<string, unknown>): number | null {
  const known = [call_count, total_cputime, total_time].map(readAmount).filter((amount) => amount !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function readAmount(sent: unknown): number | null {
  return typeof sent === "number" && Number.isFinite(sent) && sent >= 0 ? sent : null;
}

function readJson(header: string | null): Record<string, unknown> | null {
  try {
    return header === null ? null : readRecord(JSON.parse(header));
  } catch {
    return null;
  }
}
