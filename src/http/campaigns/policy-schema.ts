import { z } from "@hono/zod-openapi";
import { METRIC_SOURCES } from "../../domain/metric-source.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";

const ratio = (max: number, description: string) =>
  z
    .number({ error: "must be a number" })
    .min(0, { error: "must not be negative" })
    .max(max, { error: `must be at most ${max}` })
    .openapi({ description });

const whole = (max: number, description: string) =>
  z
    .int({ error: "must be a whole number" })
    .min(0, { error: "must not be negative" })
    .max(max, { error: `must be at most ${max}` })
    .openapi({ description });

// Ten times the truth is beyond every level one could want to tell apart.
const RATIO_LIMIT = 10;
const SLACK_LIMIT = 1_000_000;
const GROWTH_CAP_LIMIT_HOURS = 720;
/** The same bound as an operator's setting of a platform. */
const SETTLE_LIMIT_HOURS = 720;

// safe: one entry a metric.
const slackFields = Object.fromEntries(
  METRICS.map((metric) => [metric, whole(SLACK_LIMIT, `${metric}: a difference up to this matches.`)]),
) as Record<Metric, ReturnType<typeof whole>>;

const policyFields = {
  match_tolerance: ratio(RATIO_LIMIT, "Up to this ratio a claim matches."),
  low_max: ratio(RATIO_LIMIT, "Below this ratio a discrepancy is LOW."),
  medium_max: ratio(RATIO_LIMIT, "Up to this ratio it is MEDIUM, past it HIGH."),
  overclaim_min: ratio(RATIO_LIMIT, "Past this ratio a HIGH claim above the truth is an overclaim."),
  critical_over: ratio(RATIO_LIMIT, "Past this ratio a HIGH claim above the truth is CRITICAL."),
  growth_per_hour: ratio(RATIO_LIMIT, "Growth allowed for each hour between observation and claim."),
  growth_cap_hours: whole(GROWTH_CAP_LIMIT_HOURS, "Hours after which that allowance stops growing."),
  settle_hours: whole(SETTLE_LIMIT_HOURS, "Hours until a platform's numbers are final.")
    .nullable()
    .openapi({ description: "Hours until a platform's numbers are final; null for each platform's own." }),
  conversion_settle_hours: whole(
    SETTLE_LIMIT_HOURS,
    "Hours within which late conversions are still reported; a claim above them waits so long.",
  ),
};

const sourceList = z
  .array(z.enum(METRIC_SOURCES, { error: `must be one of ${METRIC_SOURCES.join(", ")}` }))
  .min(1, { error: "must name a source" })
  .max(METRIC_SOURCES.length, { error: "must name each source once" })
  .openapi({ description: "Whose number decides: the first of these that has one." });

// safe: one entry a metric.
const sourceFields = Object.fromEntries(METRICS.map((metric) => [metric, sourceList])) as Record<
  Metric,
  typeof sourceList
>;

/** How a campaign judges, whole. */
export const PolicySchema = z
  .object({ ...policyFields, slack: z.object(slackFields), sources: z.object(sourceFields) })
  .openapi("Policy", { description: "Ratios are fractions of the truth: 0.05 is 5 %." });

/** What a campaign changes of its policy; slack metric by metric. */
export const PolicyOverrides = z
  .strictObject({
    ...policyFields,
    slack: z.strictObject(slackFields).partial(),
    sources: z.strictObject(sourceFields).partial(),
  })
  .partial()
  .openapi("PolicyOverrides", {
    description: "What is left out stays as it is. match_tolerance ≤ low_max ≤ medium_max ≤ critical_over.",
  });
