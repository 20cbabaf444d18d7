/**
 * A circuit breaker that counts consecutive failures and hands out permits for calls.
 *
 * Closed: every call may start. Open: none, for a flat `openSeconds`. Half-open: as many probes as are still
 * needed, all of which must succeed; one that fails opens it again. Nothing waits on a timer: the phase
 * follows from the time that the caller passes in, so the state may sleep in storage between two calls.
 */
export interface BreakerSettings {
  /** Failures in a row that open the breaker. */
  failureThreshold: number;
  openSeconds: number;
  /** Probes out at once while half-open, and successes needed to close. */
  halfOpenProbes: number;
  /** A permit that is not reported for this long gives its calls back. */
  permitSeconds: number;
}

export type BreakerPhase = "closed" | "open" | "half_open";

/** Leave to make some calls, until they are reported or it expires. */
export interface Permit {
  id: string;
  /** Whose quota the calls count against; the breaker only keeps it. */
  credential: string;
  calls: number;
  /** The generation of the breaker that issued it: what it reports says nothing about a later one. */
  generation: number;
  /** ms UTC */
  expiresAt: number;
  /** Expired, and remembered only so that a late failure is still heard. */
  lapsed: boolean;
}

export interface Breaker {
  phase: BreakerPhase;
  /** Counts the changes of phase. */
  generation: number;
  /** Failures in a row; they stand while it is open or half-open. */
  failures: number;
  /** Probes that succeeded since it became half-open. */
  successes: number;
  /** When it last opened, ms UTC; null while closed. */
  openedAt: number | null;
  /** Permits ever issued, which makes their ids unique. */
  issued: number;
  permits: readonly Permit[];
}

/** A change of phase at an instant (ms UTC). Exactly one call returns it, so that it is logged once. */
export interface Transition {
  from: BreakerPhase;
  to: BreakerPhase;
  at: number;
}

/** What a finished call says about the platform; `ignored` only gives its permit back. */
export type CallResult = "success" | "failure" | "ignored";

/** How many calls may start now, and why no more; a null time means: once a permit comes back. */
export interface Allowance<Reason> {
  calls: number;
  retryAt: number | null;
  reason: Reason | null;
}

export const UNLIMITED = { calls: Number.POSITIVE_INFINITY, retryAt: null, reason: null } as const;

/** The allowance of the fewest calls; of equal ones the one that lasts longest. */
export function tightest<Reason>(
  allowances: readonly [Allowance<Reason>, ...Allowance<Reason>[]],
): Allowance<Reason> {
  return allowances.reduce((a, b) => {
    if (a.calls !== b.calls) return a.calls < b.calls ? a : b;
    return (b.retryAt ?? 0) > (a.retryAt ?? 0) ? b : a;
  });
}

export const CLOSED_BREAKER: Breaker = {
  phase: "closed",
  generation: 0,
  failures: 0,
  successes: 0,
  openedAt: null,
  issued: 0,
  permits: [],
};

/** @throws {RangeError} unless the value is a whole number of at least `least` */
export function checkCount(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} is not a count: ${value}`);
}

/** @throws {RangeError} unless the value is positive and finite */
export function checkDuration(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw new RangeError(`${name} is not a duration: ${value}`);
}

/** @throws {RangeError} naming the setting that is out of range */
export function checkBreakerSettings(settings: BreakerSettings): void {
  checkCount("failureThreshold", settings.failureThreshold, 1);
  checkDuration("openSeconds", settings.openSeconds);
  checkCount("halfOpenProbes", settings.halfOpenProbes, 1);
  checkDuration("permitSeconds", settings.permitSeconds);
}

/**
 * Lets time pass: an open breaker whose time is up becomes half-open, and permits expire.
 * An instant further ahead than it can be, because the clock went back, is pulled in; else it would block.
 *
 * @returns lapsed: the permits that expired in this step, for whose calls nobody has accounted
 */
export function advanceBreaker(
  breaker: Breaker,
  settings: BreakerSettings,
  now: number,
): { breaker: Breaker; transitions: Transition[]; lapsed: Permit[] } {
  const openedAt = breaker.openedAt === null ? null : Math.min(breaker.openedAt, now);
  const lifeMs = settings.permitSeconds * 1000;
  const timed = breaker.permits.map((permit) => ({
    ...permit,
    expiresAt: Math.min(permit.expiresAt, now + lifeMs),
  }));
  const permits = timed
    // Remembered for one more life: that bounds the list, and a report that late says nothing about now.
    .filter((permit) => now < permit.expiresAt + lifeMs)
    .map((permit) => ({ ...permit, lapsed: permit.lapsed || now >= permit.expiresAt }));
  const advanced = followThrough({ ...breaker, openedAt, permits }, settings, now);
  return {
    breaker: advanced,
    transitions: transitionsBetween(breaker, advanced, now),
    lapsed: timed.filter((permit) => !permit.lapsed && now >= permit.expiresAt),
  };
}

/** How many calls the breaker lets start now. */
export function breakerAllowance(
  breaker: Breaker,
  settings: BreakerSettings,
): Allowance<"breaker_open" | "breaker_half_open"> {
  if (breaker.phase === "closed") return UNLIMITED;
  if (breaker.phase === "open")
    return { calls: 0, retryAt: probeAt(breaker, settings), reason: "breaker_open" };
  const probes = breaker.permits.filter((permit) => permit.generation === breaker.generation);
  const needed = settings.halfOpenProbes - breaker.successes - callsInFlight(probes);
  return { calls: Math.max(0, needed), retryAt: null, reason: "breaker_half_open" };
}

/** Issues a permit for calls that {@link breakerAllowance} allows; none for no call. */
export function issuePermit(
  breaker: Breaker,
  wanted: { credential: string; calls: number },
  settings: BreakerSettings,
  now: number,
): { breaker: Breaker; permit: Permit | null } {
  if (wanted.calls === 0) return { breaker, permit: null };
  const issued = breaker.issued + 1;
  const permit: Permit = {
    id: `pmt_${now}_${issued}`,
    credential: wanted.credential,
    calls: wanted.calls,
    generation: breaker.generation,
    expiresAt: now + settings.permitSeconds * 1000,
    lapsed: false,
  };
  return { breaker: { ...breaker, issued, permits: [...breaker.permits, permit] }, permit };
}

/**
 * Takes a permit back with the results of its calls, in the order in which they finished.
 *
 * Results of an earlier generation change nothing. Of a lapsed permit only failures count: a platform so slow
 * that permits expire must still open the breaker, and its late success is no proof of health.
 */
export function returnPermit(
  breaker: Breaker,
  returned: { permit: Permit; results: readonly CallResult[] },
  settings: BreakerSettings,
  now: number,
): { breaker: Breaker; transitions: Transition[] } {
  const { permit, results } = returned;
  let counted: Breaker = { ...breaker, permits: breaker.permits.filter(({ id }) => id !== permit.id) };
  for (const result of results) {
    const heard = counted.generation === permit.generation && !(permit.lapsed && result === "success");
    if (heard) counted = countResult(counted, result, settings, now);
  }
  return { breaker: counted, transitions: transitionsBetween(breaker, counted, now) };
}

/** The calls of those permits that are still out. */
export function callsInFlight(permits: readonly Permit[]): number {
  return permits.reduce((calls, permit) => (permit.lapsed ? calls : calls + permit.calls), 0);
}

/** When the next permit that is still out expires, ms UTC; null if none is out. */
export function nextExpiry(permits: readonly Permit[]): number | null {
  const expiries = permits.filter(({ lapsed }) => !lapsed).map(({ expiresAt }) => expiresAt);
  return expiries.length === 0 ? null : Math.min(...expiries);
}

/** When an open breaker grants its first probe, ms UTC; null in any other phase. */
export function probeAt({ phase, openedAt }: Breaker, settings: BreakerSettings): number | null {
  return phase === "open" && openedAt !== null ? openedAt + settings.openSeconds * 1000 : null;
}

function countResult(breaker: Breaker, result: CallResult, settings: BreakerSettings, now: number): Breaker {
  if (result === "ignored") return breaker;
  if (result === "failure") {
    const failures = breaker.failures + 1;
    const opens = breaker.phase === "half_open" || failures >= settings.failureThreshold;
    return opens ? enter({ ...breaker, failures }, "open", now) : { ...breaker, failures };
  }
  if (breaker.phase === "closed") return { ...breaker, failures: 0 };
  return followThrough({ ...breaker, successes: breaker.successes + 1 }, settings, now);
}

/** Enters the phase that is due by the time or by the successes so far. */
function followThrough(breaker: Breaker, settings: BreakerSettings, now: number): Breaker {
  const dueAt = probeAt(breaker, settings);
  if (dueAt !== null && now >= dueAt) return enter(breaker, "half_open", now);
  // Asked at each step, not only after a success: once fewer probes are configured, none may be left.
  const proven = breaker.phase === "half_open" && breaker.successes >= settings.halfOpenProbes;
  return proven ? enter(breaker, "closed", now) : breaker;
}

function enter(breaker: Breaker, phase: BreakerPhase, now: number): Breaker {
  const generation = breaker.generation + 1;
  if (phase === "closed") return { ...breaker, phase, generation, failures: 0, successes: 0, openedAt: null };
  return { ...breaker, phase, generation, successes: 0, openedAt: phase === "open" ? now : breaker.openedAt };
}

function transitionsBetween(before: Breaker, after: Breaker, at: number): Transition[] {
  return before.phase === after.phase ? [] : [{ from: before.phase, to: after.phase, at }];
}
