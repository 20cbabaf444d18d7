/**
 * What is known of one credential's right to call a platform: the window its vendor told us of, the quota an
 * operator configured, and a refusal that is still running.
 *
 * A call counts from the moment it is admitted: in flight until it is reported, spent from then on.
 */

import { type Allowance, checkCount, checkDuration, tightest, UNLIMITED } from "./breaker.ts";

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
 * A quota that no header tells, as an operator configures it. Its windows have a fixed length and begin with
 * the first call after the one before. They need not match the vendor's day, so a 429 keeps the last word.
 */
export interface Quota {
  limit: number;
  window_seconds: number;
}

/** The outcome of one call, as far as quota is concerned. */
export interface CallReport {
  kind: "answered" | "rate_limited" | "unauthorised" | "outage" | "unreadable";
  limits: LimitReading | null;
  /** When the vendor allows the next call, ms UTC; null if it did not say. */
  retryAt: number | null;
}

export type RefusalReason = "rate_limited" | "unauthorised";

export interface Ledger {
  /** A label such as "app" or a fingerprint; never the secret. */
  credential: string;
  /** The window of the last usable reading. Once it has ended, the next one is presumed to be full. */
  learnt: LimitReading | null;
  configured: { limit: number; windowSeconds: number; startedAt: number; used: number } | null;
  refusal: { reason: RefusalReason; until: number } | null;
  /** 429s in a row, those of one wave counted once. */
  rateLimits: number;
}

const SECOND_MS = 1000;
const SHORTEST_WAIT_MS = SECOND_MS;
/** Nothing a vendor says may silence a credential for longer: it is asked again, and may say so again. */
const LONGEST_WAIT_MS = 24 * 3_600 * SECOND_MS;
const FIRST_BACKOFF_MS = 60 * SECOND_MS;
const LONGEST_BACKOFF_MS = 3_600 * SECOND_MS;
/** A reset given in seconds from now names the same instant a little differently in each answer. */
const SAME_WINDOW_MS = 2 * SECOND_MS;

export function emptyLedger(credential: string): Ledger {
  return { credential, learnt: null, configured: null, refusal: null, rateLimits: 0 };
}

/** @throws {RangeError} unless the limit is a whole number from 1 and the window positive and finite */
export function checkQuota(quota: Quota): void {
  checkCount("limit", quota.limit, 1);
  checkDuration("window_seconds", quota.window_seconds);
}

/** Pulls in each instant further ahead than it can be, because the clock went back; else it would block. */
export function advanceLedger(ledger: Ledger, now: number): Ledger {
  const { learnt, configured, refusal } = ledger;
  const horizon = now + LONGEST_WAIT_MS;
  return {
    ...ledger,
    learnt: learnt && { ...learnt, resetAt: Math.min(learnt.resetAt, horizon) },
    configured: configured && { ...configured, startedAt: Math.min(configured.startedAt, now) },
    refusal: refusal && { ...refusal, until: Math.min(refusal.until, horizon) },
  };
}

/** The ledger under this configured quota: its running window goes on, else one begins now. */
export function underQuota(ledger: Ledger, quota: Quota | null, now: number): Ledger {
  if (quota === null) return { ...ledger, configured: null };
  const { limit, window_seconds: windowSeconds } = quota;
  const old = ledger.configured;
  const running = old !== null && now < old.startedAt + windowSeconds * SECOND_MS;
  const { startedAt, used } = running ? old : { startedAt: now, used: 0 };
  return { ...ledger, configured: { limit, windowSeconds, startedAt, used } };
}

/** How many calls may start now beside those in flight, by refusal, learnt window and configured window. */
export function quotaAllowance(
  ledger: Ledger,
  inFlight: number,
  now: number,
): Allowance<RefusalReason | "quota"> {
  const refusal = runningRefusal(ledger, now);
  const windows = openWindows(ledger, now).map((window) => ({
    calls: Math.max(0, left(window) - inFlight),
    retryAt: window.resetAt,
    reason: "quota" as const,
  }));
  return tightest([
    refusal === null ? UNLIMITED : { calls: 0, retryAt: refusal.until, reason: refusal.reason },
    ...windows,
  ]);
}

/** What an operator sees of a credential, in the words of the API; calls in flight no longer remain. */
export function credentialSnapshot(ledger: Ledger, inFlight: number, now: number) {
  const { calls, retryAt, reason } = quotaAllowance(ledger, inFlight, now);
  const [tight] = openWindows(ledger, now).toSorted((a, b) => left(a) - left(b));
  return {
    credential: ledger.credential,
    limit: tight?.limit ?? null,
    remaining: tight && tight.remaining !== null ? Math.max(0, left(tight) - inFlight) : null,
    reset_at: tight?.resetAt ?? null,
    retry_at: calls === 0 ? retryAt : null,
    reason: calls === 0 ? reason : null,
  };
}

/** A window that bounds the credential; null what is not known of the vendor's next one yet. */
interface OpenWindow {
  limit: number;
  remaining: number | null;
  resetAt: number | null;
}

/** Whole calls left; a window that the vendor has not told of yet is presumed to be full. */
function left({ limit, remaining }: OpenWindow): number {
  return Math.floor(remaining ?? limit);
}

function openWindows({ learnt, configured }: Ledger, now: number): OpenWindow[] {
  const windows: OpenWindow[] = [];
  if (learnt) {
    windows.push(now < learnt.resetAt ? learnt : { limit: learnt.limit, remaining: null, resetAt: null });
  }
  if (configured && now < windowEnd(configured)) {
    const remaining = Math.max(0, configured.limit - configured.used);
    windows.push({ limit: configured.limit, remaining, resetAt: windowEnd(configured) });
  }
  return windows;
}

/** Counts calls as spent in the windows that are running; one that ended meanwhile no longer matters. */
export function spend(ledger: Ledger, calls: number, now: number): Ledger {
  const { learnt, configured } = ledger;
  const learntRuns = learnt !== null && now < learnt.resetAt;
  const configuredRuns = configured !== null && now < windowEnd(configured);
  return {
    ...ledger,
    learnt: learntRuns ? { ...learnt, remaining: Math.max(0, learnt.remaining - calls) } : learnt,
    configured: configuredRuns ? { ...configured, used: configured.used + calls } : configured,
  };
}

/**
 * Books one reported call: what it spent, what the vendor said is left, what it says about the credential.
 *
 * Where the vendor said what is left, its word counts, else the call counts as spent. A 429 with a time is
 * obeyed within 1 s to 24 h; without one the wait is 60 s, doubled for each further wave up to 1 h.
 *
 * @param terms spent: the call was counted as spent before, when its permit lapsed
 */
export function bookCall(
  ledger: Ledger,
  call: CallReport,
  terms: { spent: boolean; unauthorisedSeconds: number },
  now: number,
): Ledger {
  const reading = usableReading(call.limits, now);
  const paid = terms.spent ? ledger : spend(ledger, 1, now);
  const booked = reading === null ? paid : { ...paid, learnt: learn(ledger.learnt, reading, now) };
  switch (call.kind) {
    case "answered":
      return { ...booked, rateLimits: 0 };
    case "rate_limited":
      return rateLimited(booked, call.retryAt, now);
    case "unauthorised": {
      const until = now + terms.unauthorisedSeconds * SECOND_MS;
      return refuse(booked, { reason: "unauthorised", until }, now);
    }
    default:
      return booked;
  }
}

function runningRefusal({ refusal }: Ledger, now: number): Ledger["refusal"] {
  return refusal !== null && now < refusal.until ? refusal : null;
}

function rateLimited(ledger: Ledger, retryAt: number | null, now: number): Ledger {
  // Nobody is admitted while a refusal runs, so a 429 that comes meanwhile was on its way: the same wave.
  const sameWave = runningRefusal(ledger, now)?.reason === "rate_limited";
  const rateLimits = sameWave ? ledger.rateLimits : ledger.rateLimits + 1;
  const counted = { ...ledger, rateLimits };
  if (retryAt !== null && Number.isFinite(retryAt)) {
    const until = Math.min(Math.max(retryAt, now + SHORTEST_WAIT_MS), now + LONGEST_WAIT_MS);
    return refuse(counted, { reason: "rate_limited", until }, now);
  }
  if (sameWave) return counted;
  const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (rateLimits - 1), LONGEST_BACKOFF_MS);
  return refuse(counted, { reason: "rate_limited", until: now + backoffMs }, now);
}

/** Of two refusals the longer one stands. */
function refuse(ledger: Ledger, refusal: NonNullable<Ledger["refusal"]>, now: number): Ledger {
  const running = runningRefusal(ledger, now);
  return running !== null && running.until >= refusal.until ? ledger : { ...ledger, refusal };
}

/** Answers come out of order: within one window the lower remaining is the later truth. */
function learn(
  old: LimitReading | null,
  { limit, remaining, resetAt }: LimitReading,
  now: number,
): LimitReading {
  const sameWindow = old !== null && now < old.resetAt && Math.abs(old.resetAt - resetAt) <= SAME_WINDOW_MS;
  // The first reading of a window names its end: a reset that slides with each answer must not prolong it.
  if (sameWindow) return { limit, remaining: Math.min(old.remaining, remaining), resetAt: old.resetAt };
  return { limit, remaining, resetAt: Math.min(resetAt, now + LONGEST_WAIT_MS) };
}

/** A reading that contradicts itself or whose window has ended teaches nothing. */
function usableReading(reading: LimitReading | null, now: number): LimitReading | null {
  if (reading === null) return null;
  const { limit, remaining, resetAt } = reading;
  const usable =
    Number.isFinite(limit) && limit >= 1 && remaining >= 0 && remaining <= limit && resetAt > now;
  return usable ? reading : null;
}

function windowEnd({ startedAt, windowSeconds }: NonNullable<Ledger["configured"]>): number {
  return startedAt + windowSeconds * SECOND_MS;
}
