import { createRoute, z } from "@hono/zod-openapi";
import { readCampaignAnalytics } from "../../db/queries/campaign-analytics.ts";
import type { DayRow } from "../../db/queries/rollup-rows.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import type { Platform } from "../../domain/platform.ts";
import { DAY_MS } from "../../domain/time.ts";
import {
  type DayRange,
  INTERVALS,
  type Interval,
  rowsByBucket,
  timeBuckets,
} from "../../domain/time-buckets.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, PlatformName } from "../schemas.ts";
import { analyticsRange, DayInput } from "./analytics-range.ts";
import { GAINED_FIGURES, gainedFigures } from "./figures.ts";

const Query = z.strictObject({
  from: DayInput.optional().openapi({ description: "First day; 30 days before `to` if left out." }),
  to: DayInput.optional().openapi({ description: "End, itself not covered; the end of today if left out." }),
  interval: z
    .enum(INTERVALS, { error: `must be one of ${INTERVALS.join(", ")}` })
    .default("day")
    .openapi({ description: "Weeks are ISO 8601 weeks: they begin on Monday." }),
});

const Gains = z.object(GAINED_FIGURES).openapi("Gains");
const PlatformGains = z.object({ platform: PlatformName, ...GAINED_FIGURES }).openapi("PlatformGains");
const Bucket = z
  .object({
    label: z.string().openapi({ description: "2026-06-01, 2026-W23 or 2026-06.", example: "2026-W23" }),
    from: Instant,
    to: Instant.openapi({ description: "Itself not covered. The first and last bucket end with the range." }),
    total: Gains,
    platforms: z.array(PlatformGains),
  })
  .openapi("AnalyticsBucket");

const CampaignAnalytics = z
  .object({
    campaign_id: id("cmp", "The campaign."),
    interval: z.enum(INTERVALS),
    from: Instant,
    to: Instant,
    total: Gains.openapi({ description: "Of the whole range." }),
    platforms: z.array(PlatformGains).openapi({ description: "Of the whole range." }),
    buckets: z.array(Bucket).openapi({ description: "In order, without a gap: also those without data." }),
  })
  .openapi("CampaignAnalytics");

const route = createRoute({
  operationId: "getCampaignAnalytics",
  summary: "Read how a campaign developed",
  description:
    "What was gained and judged in each day, week or month of [from, to), at most 366 days. Numbers are kept by UTC " +
    "day: `from` or `to` within a day covers that whole day, and the answer says what it covers. A gain counts on the " +
    "day it was observed, a verdict on the day it was given.",
  method: "get",
  path: "/analytics/campaigns/{id}",
  tags: ["Dashboard"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: { params: z.object({ id: id("cmp", "The campaign.") }), query: Query },
  responses: { 200: json(CampaignAnalytics, "The development."), ...problems(401, 403, 404, 422) },
});

const instantOf = (day: number) => new Date(day * DAY_MS).toISOString();

const spanOf = ({ from, to }: DayRange) => ({ from: instantOf(from), to: instantOf(to) });

function gains(rows: readonly DayRow[], platforms: readonly Platform[]) {
  return {
    total: gainedFigures(rows),
    platforms: platforms.map((platform) => ({
      platform,
      ...gainedFigures(rows.filter((row) => row.platform === platform)),
    })),
  };
}

function inBuckets(
  rows: readonly DayRow[],
  platforms: readonly Platform[],
  cut: DayRange & { by: Interval },
) {
  const buckets = timeBuckets(cut, cut.by);
  const groups = rowsByBucket(buckets, rows);
  return buckets.map((bucket, i) => ({
    label: bucket.label,
    ...spanOf(bucket),
    ...gains(groups[i] ?? [], platforms),
  }));
}

export const getCampaignAnalyticsOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const { interval, ...asked } = c.req.valid("query");
  const range = analyticsRange(asked, ctx.now());
  const read = await readCampaignAnalytics(ctx.db, c.req.valid("param").id, range);
  const isVisible = read.campaign !== null && owns(actor, { advertiserId: read.campaign.advertiser_id });
  const campaign = orNotFound(isVisible ? read.campaign : null, "campaign");
  const platforms = [...new Set([...read.platforms, ...read.days.map(({ platform }) => platform)])];
  return c.json(
    {
      campaign_id: campaign.id,
      interval,
      ...spanOf(range),
      ...gains(read.days, platforms),
      buckets: inBuckets(read.days, platforms, { ...range, by: interval }),
    },
    200,
  );
});
