/** When a report is looked at again; the meaning and unit of each limit is in src/config.ts. */
export interface AttemptLimits {
  readonly ATTEMPT_BASE_SECONDS: number;
  readonly ATTEMPT_CAP_SECONDS: number;
  readonly ATTEMPT_MIN_SECONDS: number;
  readonly ATTEMPTS_MAX: number;
  readonly ATTEMPT_WINDOW_HOURS: number;
}

export interface AttemptsSoFar {
  /** Attempts finished before this one. */
  attempts: number;
  /** When the first attempt was made, ms UTC; null before it. */
  firstAttemptAt: number | null;
  /** An earlier attempt ended INCOMPLETE. */
  incompleteSeen: boolean;
}

export interface AttemptPlan {
  /** This one is decided on what there is. */
  last: boolean;
  /** When the next one would be, ms UTC. */
  nextAt: number;
}

/**
 * Exponential backoff with full jitter, at least `minSeconds`: `max(min, random * min(cap, base * 2^n))`.
 *
 * @param n      retries already made, >= 0
 * @param random uniform in [0, 1)
 * @returns whole ms
 *
 * Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export function backoffMs(n: number, random: number, limits: AttemptLimits): number {
  // 2^n overflows to Infinity for a huge n, and min() turns that back into the cap.
  const ceiling = Math.min(limits.ATTEMPT_CAP_SECONDS, limits.ATTEMPT_BASE_SECONDS * 2 ** n);
  return Math.round(Math.max(limits.ATTEMPT_MIN_SECONDS, random * ceiling) * 1000);
}

/**
 * Whether the attempt made now is the last one, and when the next would be. It is the last if it is the
 * `ATTEMPTS_MAX`th, if the next would fall outside the window since the first, or if an earlier one ended INCOMPLETE.
 */
export function planAttempt(
  soFar: AttemptsSoFar,
  clock: { now: number; random: number },
  limits: AttemptLimits,
): AttemptPlan {
  const nextAt = clock.now + backoffMs(soFar.attempts, clock.random, limits);
  const windowEnd = (soFar.firstAttemptAt ?? clock.now) + limits.ATTEMPT_WINDOW_HOURS * 3_600_000;
  const last = soFar.attempts + 1 >= limits.ATTEMPTS_MAX || nextAt > windowEnd || soFar.incompleteSeen;
  return { last, nextAt };
}

/** `at` plus up to 10 % of the wait, so that what was put off together does not come back together. */
export function withJitter(now: number, at: number, random: number): number {
  return Math.round(at + Math.max(0, at - now) * 0.1 * random);
}
