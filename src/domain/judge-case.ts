import type { JudgeInput, MetricsAt } from "./judge.ts";
import { METRICS, type Metric } from "./metrics.ts";
import { POLICY_NUMBERS, type PolicyOverrides } from "./policy.ts";
import { amountAt, arrayAt, booleanAt, instantAt, objectAt, refuseOtherFields } from "./strict-json.ts";

/**
 * Reads one line of JSON as a case for the judge:
 * `{claim: {at, metrics}, observations: [{at, metrics}], supports?, policy?, now, last_attempt?}`,
 * with instants in ISO 8601. If the line carries the case under a field `case`, beside an id or a
 * remark, that one is read. A metric counts if its value is a number and is unknown otherwise. A misspelt
 * policy field is refused, because it would leave the default in force unseen; other fields may stand beside.
 *
 * @throws {Error} naming the field that is missing or wrong
 */
export function parseJudgeCase(line: string): JudgeInput {
  const record = objectAt(parseJson(line), "the line");
  const given = record.case === undefined ? record : objectAt(record.case, "case");
  return {
    claim: metricsAtOf(given.claim, "claim"),
    observations: arrayAt(given.observations, "observations").map((observation, index) =>
      metricsAtOf(observation, `observations[${index}]`),
    ),
    supports: isAbsent(given.supports) ? undefined : supportsOf(given.supports),
    policy: isAbsent(given.policy) ? undefined : policyOf(given.policy),
    now: instantAt(given.now, "now"),
    lastAttempt: isAbsent(given.last_attempt) ? undefined : booleanAt(given.last_attempt, "last_attempt"),
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error("the line is not JSON", { cause });
  }
}

function metricsAtOf(value: unknown, path: string): MetricsAt {
  const { at, metrics } = objectAt(value, path);
  return { at: instantAt(at, `${path}.at`), metrics: metricsOf(metrics, `${path}.metrics`) };
}

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

function metricsOf(value: unknown, path: string): MetricsAt["metrics"] {
  const given = objectAt(value, path);
  const metrics: Partial<Record<Metric, number>> = {};
  for (const metric of METRICS) {
    const count = given[metric];
    if (typeof count === "number") metrics[metric] = amountAt(count, `${path}.${metric}`);
  }
  return metrics;
}

function supportsOf(value: unknown): Metric[] {
  const names = arrayAt(value, "supports");
  return METRICS.filter((metric) => names.includes(metric));
}

function policyOf(value: unknown): PolicyOverrides {
  const given = objectAt(value, "policy");
  refuseOtherFields(given, [...POLICY_NUMBERS, "slack"], "policy");
  const policy: PolicyOverrides = {};
  for (const field of POLICY_NUMBERS) {
    if (given[field] !== undefined) policy[field] = amountAt(given[field], `policy.${field}`);
  }
  if (given.slack !== undefined) policy.slack = slackOf(given.slack);
  return policy;
}

function slackOf(value: unknown): PolicyOverrides["slack"] {
  const given = objectAt(value, "policy.slack");
  refuseOtherFields(given, METRICS, "policy.slack");
  const slack: PolicyOverrides["slack"] = {};
  for (const metric of METRICS) {
    if (given[metric] !== undefined) slack[metric] = amountAt(given[metric], `policy.slack.${metric}`);
  }
  return slack;
}
