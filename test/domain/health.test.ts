import { expect, it } from "vitest";
import { backlogHealth, overallHealth, platformHealth } from "../../src/domain/health.ts";

it.each([
  { overdue: null, health: "pass", why: "nothing is due" },
  { overdue: 0, health: "pass", why: "just due" },
  { overdue: 300, health: "pass", why: "five sweeps may miss it" },
  { overdue: 301, health: "warn", why: "sweeps were missed" },
  { overdue: 3_600, health: "warn", why: "an hour is the limit" },
  { overdue: 3_601, health: "fail", why: "nothing sweeps any more" },
])("a report due for $overdue s is a $health: $why", ({ overdue, health }) => {
  expect(backlogHealth(overdue)).toBe(health);
});

it.each([
  { gate: { breaker: "closed", held: null }, health: "pass" },
  { gate: { breaker: "half_open", held: null }, health: "warn" },
  { gate: { breaker: "open", held: null }, health: "warn" },
  { gate: { breaker: "closed", held: { reason: "x", since: 0 } }, health: "warn" },
  { gate: null, health: "warn" },
] as const)("a platform with the gate $gate is a $health", ({ gate, health }) => {
  expect(platformHealth(gate)).toBe(health);
});

it.each([
  { statuses: ["pass", "pass"], overall: "pass" },
  { statuses: ["pass", "warn"], overall: "warn" },
  { statuses: ["fail", "warn", "pass"], overall: "fail" },
  { statuses: [], overall: "pass" },
] as const)("$statuses together are a $overall", ({ statuses, overall }) => {
  expect(overallHealth(statuses)).toBe(overall);
});
