import type { BreakerPhase } from "./breaker.ts";

/** pass: all is well; warn: it works, but somebody should look; fail: it does not work. */
export type HealthStatus = "pass" | "warn" | "fail";

/** A due report older than this was missed by several sweeps. */
const OVERDUE_WARN_SECONDS = 300;
/** A due report older than this means that nothing sweeps any more. */
const OVERDUE_FAIL_SECONDS = 3_600;

/** How the backlog does, by the age of the oldest report that is due; null if none is. */
export function backlogHealth(overdueSeconds: number | null): HealthStatus {
  const age = overdueSeconds ?? 0;
  if (age > OVERDUE_FAIL_SECONDS) return "fail";
  return age > OVERDUE_WARN_SECONDS ? "warn" : "pass";
}

/**
 * How a platform does by its gate; null if the gate cannot be reached. Never worse than warn: reports wait for a
 * platform that is down, and restarting us would not bring it back.
 */
export function platformHealth(gate: { breaker: BreakerPhase; held: unknown } | null): HealthStatus {
  return gate !== null && gate.breaker === "closed" && gate.held === null ? "pass" : "warn";
}

/** The worst of all checks. */
export function overallHealth(statuses: readonly HealthStatus[]): HealthStatus {
  if (statuses.includes("fail")) return "fail";
  return statuses.includes("warn") ? "warn" : "pass";
}
