import { createRoute, z } from "@hono/zod-openapi";
import {
  ATTENTION_LEVELS,
  type DiscrepancyRow,
  listDiscrepancies,
} from "../../db/queries/list-discrepancies.ts";
import { decidingMetric } from "../../domain/deciding-metric.ts";
import { METRICS } from "../../domain/metrics.ts";
import type { Verdict } from "../../domain/verdict.ts";
import { trustDecimal } from "../affiliates/schemas.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest, toPage } from "../page.ts";
import { problems } from "../problem.ts";
import { ReportDirection, ReportStateName, ReportStatusName } from "../reconciliation/schemas.ts";
import { createRouter } from "../router.ts";
import { Count, Instant, id, json, PageQuery, PlatformName, page } from "../schemas.ts";

const Level = z.enum(ATTENTION_LEVELS, { error: `must be one of ${ATTENTION_LEVELS.join(", ")}` });

const Deciding = z
  .object({
    metric: z.enum(METRICS),
    claimed: Count,
    low: z.number().openapi({ description: "The truth lies at or above this…" }),
    high: z.number().openapi({ description: "…and at or below this, at the claim's instant." }),
    difference: z.number().openapi({ description: "Counts outside the interval." }),
    ratio: z.number().openapi({ description: "The difference as a fraction of the nearer end." }),
  })
  .openapi("DecidingMetric");

const Discrepancy = z
  .object({
    report_id: id("rep", "The claim; every look at it is at /reconciliation/reports/{report_id}."),
    submission_id: id("sub", "Its submission."),
    campaign_id: id("cmp", "Its campaign."),
    affiliate_id: id("aff", "Who claimed it."),
    affiliate_name: z.string(),
    affiliate_trust: z.number().openapi({ example: 0.51 }),
    post_id: id("pst", "The post."),
    platform: PlatformName,
    canonical_url: z.url(),
    state: ReportStateName,
    status: ReportStatusName,
    level: Level,
    direction: ReportDirection,
    deciding: Deciding.nullable().openapi({ description: "The metric that makes it this grave." }),
    claimed_at: Instant,
    judged_at: Instant,
  })
  .openapi("Discrepancy");

const route = createRoute({
  operationId: "listDiscrepancies",
  summary: "List discrepancies that need attention",
  description:
    "Reports of level MEDIUM, HIGH or CRITICAL, newest claim first. One whose `state` is not final will be looked at " +
    "again and may still turn out well. An advertiser sees those of its campaigns.",
  method: "get",
  path: "/dashboard/discrepancies",
  tags: ["Dashboard"],
  security: BEARER,
  middleware: [allow("admin", "advertiser")] as const,
  request: {
    query: z.strictObject({
      ...PageQuery.shape,
      campaign_id: id("cmp", "Only of this campaign.").optional(),
      level: Level.optional(),
    }),
  },
  responses: { 200: json(page(Discrepancy, "DiscrepancyPage"), "A page."), ...problems(401, 403, 422) },
});

function presentDeciding(metrics: string | null): z.infer<typeof Deciding> | null {
  // safe: the metrics of a Verdict, written by commitRun.
  const deciding = decidingMetric(metrics === null ? {} : (JSON.parse(metrics) as Verdict["metrics"]));
  if (deciding === null) return null;
  const { claimed, low, high, difference, ratio } = deciding.verdict;
  return { metric: deciding.metric, claimed, low, high, difference, ratio };
}

function presentDiscrepancy({ metrics, ...row }: DiscrepancyRow): z.infer<typeof Discrepancy> {
  return {
    ...row,
    affiliate_trust: trustDecimal(row.affiliate_trust),
    deciding: presentDeciding(metrics),
    claimed_at: new Date(row.claimed_at).toISOString(),
    judged_at: new Date(row.judged_at).toISOString(),
  };
}

export const listDiscrepanciesOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const query = c.req.valid("query");
  const { limit, before } = pageRequest(query);
  const rows = await listDiscrepancies(ctx.db, {
    advertiserId: actor.role === "advertiser" ? actor.advertiserId : null,
    campaignId: query.campaign_id ?? null,
    level: query.level ?? null,
    before,
    limit,
  });
  return c.json(toPage(c, rows, { limit, idOf: (row) => row.report_id, toItem: presentDiscrepancy }), 200);
});
