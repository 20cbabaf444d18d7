/**
 * The gate of one platform: whether it may be called now, how often and with which credential.
 *
 * It composes the circuit breaker (the platform's health) with a ledger per credential (our right to call).
 * Admitting grants a permit for some or all of the calls asked for; settling returns it with their outcomes.
 */

import type { Breaker, BreakerSettings, CallResult, Transition } from "./breaker.ts";
import {
  advanceBreaker,
  breakerAllowance,
  CLOSED_BREAKER,
  callsInFlight,
  checkBreakerSettings,
  checkCount,
  checkDuration,
  issuePermit,
  nextExpiry,
  probeAt,
  returnPermit,
  tightest,
} from "./breaker.ts";
import type { CallReport, Ledger, Quota, RefusalReason } from "./quota.ts";
import {
  advanceLedger,
  bookCall,
  checkQuota,
  credentialSnapshot,
  emptyLedger,
  quotaAllowance,
  spend,
  underQuota,
} from "./quota.ts";

export interface GateSettings extends BreakerSettings {
  /** How long a credential that the platform refused is not used. */
  unauthorisedSeconds: number;
}

export const DEFAULT_GATE_SETTINGS: GateSettings = {
  failureThreshold: 5,
  openSeconds: 300,
  halfOpenProbes: 3,
  permitSeconds: 60,
  unauthorisedSeconds: 300,
};

/** Plain JSON, kept between calls. Only this module reads or writes it. */
export interface GateState {
  v: 1;
  breaker: Breaker;
  /** One per credential, the most recently used last. */
  ledgers: readonly Ledger[];
  /** An operator's stop, since an instant in ms UTC. */
  held: { reason: string; since: number } | null;
  lastFailureAt: number | null;
  lastSuccessAt: number | null;
}

export interface AdmitRequest {
  calls: number;
  /** A label such as "app" or a fingerprint; never the secret. */
  credential: string;
  quota: Quota | null;
}

export type GrantReason = "held" | "breaker_open" | "breaker_half_open" | RefusalReason | "quota";

/** Leave for `granted` of the calls asked for; `retryAt` and `reason` are about the rest, if any. */
export interface Grant {
  granted: number;
  /** When asking again makes sense, ms UTC; null while held, since only the operator knows. */
  retryAt: number | null;
  reason: GrantReason | null;
  /** What to settle; null if nothing was granted. */
  permit: string | null;
}

export interface SettleReport {
  permit: string;
  credential: string;
  /** The calls made, in the order in which they finished. */
  outcomes: readonly CallReport[];
  /** Granted calls that were not made. */
  unused: number;
  /** Calls made beside those: narrow retries, pages of a list. They are spent like any other. */
  extra?: number;
}

/** Least recently used credentials beyond this are forgotten; the next answer teaches their limits again. */
const LEDGERS_MAX = 500;

/** Outages and unreadable answers are the platform's failures; a 429 or a dead key says nothing of it. */
const RESULT_OF = {
  answered: "success",
  outage: "failure",
  unreadable: "failure",
  rate_limited: "ignored",
  unauthorised: "ignored",
} as const satisfies Record<CallReport["kind"], CallResult>;

export function emptyGate(): GateState {
  return { v: 1, breaker: CLOSED_BREAKER, ledgers: [], held: null, lastFailureAt: null, lastSuccessAt: null };
}

/** What was stored. Nothing, or another version's state, starts empty: the next answers teach it again. */
export function restoreGate(stored: unknown): GateState {
  const known = typeof stored === "object" && stored !== null && "v" in stored && stored.v === 1;
  // safe: only this module writes a state, and it raises `v` when its shape changes.
  return known ? (stored as GateState) : emptyGate();
}

/** @throws {RangeError} naming the setting that is out of range */
export function checkGateSettings(settings: GateSettings): void {
  checkBreakerSettings(settings);
  checkDuration("unauthorisedSeconds", settings.unauthorisedSeconds);
}

/**
 * Decides how many of the calls may start now. An operator's hold wins, else the tightest limit.
 *
 * @throws {RangeError} if `calls` is not a count, or a setting or the quota is out of range
 */
export function admit(
  state: GateState,
  request: AdmitRequest,
  settings: GateSettings,
  now: number,
): { state: GateState; grant: Grant; transitions: Transition[] } {
  checkCount("calls", request.calls, 0);
  if (request.quota !== null) checkQuota(request.quota);
  const { state: current, transitions } = advance(state, settings, now);
  if (current.held !== null) {
    const grant: Grant = { granted: 0, permit: null, retryAt: null, reason: "held" };
    return { state: current, grant, transitions };
  }
  const { credential, calls } = request;
  const ledger = underQuota(ledgerOf(current, credential), request.quota, now);
  const allowed = tightest<GrantReason>([
    breakerAllowance(current.breaker, settings),
    quotaAllowance(ledger, inFlight(current, credential), now),
  ]);
  const granted = Math.min(calls, allowed.calls);
  const { breaker, permit } = issuePermit(current.breaker, { credential, calls: granted }, settings, now);
  // A limit without a time of its own ends when a permit comes back, at the latest by expiring.
  const retryAt = allowed.retryAt ?? nextExpiry(breaker.permits);
  const rest = granted < calls ? { retryAt, reason: allowed.reason } : { retryAt: null, reason: null };
  return {
    // A refusal opens no quota window: its first call does.
    state: permit === null ? current : withLedger({ ...current, breaker }, ledger),
    grant: { granted, permit: permit?.id ?? null, ...rest },
    transitions,
  };
}

/**
 * Takes a permit back. One that is unknown, because it was settled before or is long past, changes nothing:
 * a report may be repeated.
 *
 * @throws {RangeError} if `unused` is not a count, a setting is out of range, or the credential differs
 */
export function settle(
  state: GateState,
  report: SettleReport,
  settings: GateSettings,
  now: number,
): { state: GateState; transitions: Transition[] } {
  checkCount("unused", report.unused, 0);
  checkCount("extra", report.extra ?? 0, 0);
  const { state: current, transitions } = advance(state, settings, now);
  const permit = current.breaker.permits.find(({ id }) => id === report.permit);
  if (permit === undefined) return { state: current, transitions };
  if (permit.credential !== report.credential) {
    throw new RangeError(`permit ${permit.id} is for ${permit.credential}, not for ${report.credential}`);
  }
  const results = report.outcomes.map(({ kind }) => RESULT_OF[kind]);
  const returned = returnPermit(current.breaker, { permit, results }, settings, now);
  const settled: GateState = {
    ...current,
    breaker: returned.breaker,
    lastFailureAt: results.includes("failure") ? now : current.lastFailureAt,
    lastSuccessAt: results.includes("success") ? now : current.lastSuccessAt,
  };
  const terms = { spent: permit.lapsed, unauthorisedSeconds: settings.unauthorisedSeconds };
  const booked = report.outcomes.reduce(
    (ledger, call) => bookCall(ledger, call, terms, now),
    ledgerOf(current, permit.credential),
  );
  // A call that is neither reported nor unused may have reached the vendor.
  const unknown = permit.lapsed ? 0 : Math.max(0, permit.calls - report.unused - report.outcomes.length);
  return {
    state: withLedger(settled, spend(booked, unknown + (report.extra ?? 0), now)),
    transitions: [...transitions, ...returned.transitions],
  };
}

/** {@link admit} for several credentials, in their order: what one is granted the next no longer has. */
export function admitEach(
  state: GateState,
  requests: readonly AdmitRequest[],
  settings: GateSettings,
  now: number,
): { state: GateState; grants: Grant[]; transitions: Transition[] } {
  let current = state;
  const grants: Grant[] = [];
  const transitions: Transition[] = [];
  for (const request of requests) {
    const admitted = admit(current, request, settings, now);
    current = admitted.state;
    grants.push(admitted.grant);
    transitions.push(...admitted.transitions);
  }
  return { state: current, grants, transitions };
}

/** {@link settle} for several permits. */
export function settleEach(
  state: GateState,
  reports: readonly SettleReport[],
  settings: GateSettings,
  now: number,
): { state: GateState; transitions: Transition[] } {
  let current = state;
  const transitions: Transition[] = [];
  for (const report of reports) {
    const settled = settle(current, report, settings, now);
    current = settled.state;
    transitions.push(...settled.transitions);
  }
  return { state: current, transitions };
}

/** Stops all calls until {@link release}. A second hold changes the reason, not since when. */
export function hold(state: GateState, reason: string, now: number): GateState {
  return { ...state, held: { reason, since: state.held?.since ?? now } };
}

export function release(state: GateState): GateState {
  return { ...state, held: null };
}

export type GateSnapshot = ReturnType<typeof snapshot>;

/**
 * What an operator sees, in the words of the API, instants in ms UTC. `probe_at` is when an open breaker
 * grants its first probe. Changes nothing: a phase due by now is shown, and entered by the next call.
 */
export function snapshot(state: GateState, settings: GateSettings, now: number) {
  const { state: current } = advance(state, settings, now);
  const { breaker } = current;
  return {
    breaker: breaker.phase,
    consecutive_failures: breaker.failures,
    opened_at: breaker.openedAt,
    probe_at: probeAt(breaker, settings),
    held: current.held,
    credentials: current.ledgers.map((ledger) =>
      credentialSnapshot(ledger, inFlight(current, ledger.credential), now),
    ),
    calls_in_flight: callsInFlight(breaker.permits),
    last_failure_at: current.lastFailureAt,
    last_success_at: current.lastSuccessAt,
  };
}

/** Lets time pass. The calls of a permit that expired count as spent: whoever held it may have made them. */
function advance(state: GateState, settings: GateSettings, now: number) {
  checkGateSettings(settings);
  const { breaker, transitions, lapsed } = advanceBreaker(state.breaker, settings, now);
  const ledgers = state.ledgers.map((ledger) => {
    const lost = lapsed.filter((permit) => permit.credential === ledger.credential);
    return lost.reduce((spent, { calls }) => spend(spent, calls, now), advanceLedger(ledger, now));
  });
  return { state: { ...state, breaker, ledgers }, transitions };
}

function inFlight({ breaker }: GateState, credential: string): number {
  return callsInFlight(breaker.permits.filter((permit) => permit.credential === credential));
}

function ledgerOf({ ledgers }: GateState, credential: string): Ledger {
  return ledgers.find((ledger) => ledger.credential === credential) ?? emptyLedger(credential);
}

function withLedger(state: GateState, ledger: Ledger): GateState {
  const others = state.ledgers.filter(({ credential }) => credential !== ledger.credential);
  return { ...state, ledgers: [...others, ledger].slice(-LEDGERS_MAX) };
}
