import { createRoute, z } from "@hono/zod-openapi";
import { type RecentVerdictRow, readAffiliatePerformance } from "../../db/queries/affiliate-performance.ts";
import { owns } from "../../domain/actor.ts";
import { orNotFound } from "../../domain/or-not-found.ts";
import { AffiliateId } from "../affiliates/schemas.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import {
  MissingReasonName,
  ReportDirection,
  ReportLevel,
  ReportStatusName,
} from "../reconciliation/schemas.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, PlatformName } from "../schemas.ts";
import { presentStanding, STANDING } from "./affiliate-standing.ts";
import { NOTHING_COUNTED, VERIFIED_FIGURES, verifiedFigures } from "./figures.ts";

const CampaignPerformance = z
  .object({ campaign_id: id("cmp", "The campaign."), campaign_name: z.string(), ...VERIFIED_FIGURES })
  .openapi("CampaignPerformance");

const RecentVerdict = z
  .object({
    report_id: id("rep", "The report."),
    submission_id: id("sub", "Its submission."),
    campaign_id: id("cmp", "Its campaign."),
    post_id: id("pst", "Its post."),
    platform: PlatformName,
    status: ReportStatusName,
    level: ReportLevel,
    direction: ReportDirection,
    missing_reason: MissingReasonName,
    judged_at: Instant,
  })
  .openapi("RecentVerdict");

const AffiliatePerformance = z
  .object({
    ...STANDING,
    totals: z.object(VERIFIED_FIGURES).openapi({
      description: "Over all campaigns; a post in two campaigns counts in each.",
    }),
    campaigns: z.array(CampaignPerformance).openapi({ description: "The 100 newest." }),
    recent_verdicts: z.array(RecentVerdict).openapi({
      description: "The 20 newest final ones among the newest 200 reports.",
    }),
  })
  .openapi("AffiliatePerformance");

const route = createRoute({
  operationId: "getAffiliatePerformance",
  summary: "Read how an affiliate does",
  description: "Verified numbers, success rate, accuracy and trust. An affiliate sees its own alone.",
  method: "get",
  path: "/affiliates/{id}/performance",
  tags: ["Affiliates"],
  security: BEARER,
  middleware: [allow("admin", "affiliate")] as const,
  request: { params: z.object({ id: AffiliateId }) },
  responses: { 200: json(AffiliatePerformance, "The performance."), ...problems(401, 403, 404, 422) },
});

function presentVerdict(row: RecentVerdictRow): z.infer<typeof RecentVerdict> {
  return { ...row, judged_at: new Date(row.judged_at).toISOString() };
}

export const getAffiliatePerformanceOperation = createRouter().openapi(route, async (c) => {
  const { ctx, actor } = c.var;
  const affiliateId = c.req.valid("param").id;
  const read = owns(actor, { affiliateId }) ? await readAffiliatePerformance(ctx.db, affiliateId) : null;
  const affiliate = orNotFound(read?.affiliate ?? null, "affiliate");
  return c.json(
    {
      ...presentStanding(affiliate),
      totals: verifiedFigures(read?.totals ?? NOTHING_COUNTED),
      campaigns: (read?.campaigns ?? []).map(({ campaign_id, campaign_name, ...counts }) => ({
        campaign_id,
        campaign_name,
        ...verifiedFigures(counts),
      })),
      recent_verdicts: (read?.verdicts ?? []).map(presentVerdict),
    },
    200,
  );
});
