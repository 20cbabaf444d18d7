import { createRoute, z } from "@hono/zod-openapi";
import { toMetrics } from "../../db/queries/known-posts.ts";
import { type SubmissionHistory, submissionHistory } from "../../db/queries/submission-detail.ts";
import { owns } from "../../domain/actor.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { SUSPICION_FLAGS } from "../../domain/suspicion.ts";
import { allow, BEARER } from "../allow.ts";
import { pageRequest } from "../page.ts";
import { problems } from "../problem.ts";
import {
  ReportDirection,
  ReportLevel,
  ReportStateName,
  ReportStatusName,
  SourceName,
  wireDirection,
  wireFlags,
  wireLevel,
  wireStatus,
} from "../reconciliation/schemas.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, MetricsSchema, PageQuery } from "../schemas.ts";

const Evolution = z
  .object({
    submission_id: id("sub", "The submission."),
    claims: z.array(
      z.object({
        report_id: id("rep", "The claim."),
        claimed_at: Instant,
        claimed: MetricsSchema,
        suspicion_flags: z.array(z.enum(SUSPICION_FLAGS)),
        state: ReportStateName,
        status: ReportStatusName,
        created_at: Instant,
      }),
    ),
    observations: z.array(
      z.object({
        source: SourceName,
        observed_at: Instant,
        metrics: MetricsSchema,
        definition_version: z.string().openapi({ description: "Which definition the source counted by." }),
      }),
    ),
    verdicts: z
      .array(
        z.object({
          report_id: id("rep", "The claim that was looked at."),
          n: z.int().openapi({ description: "The how-manieth look at it." }),
          at: Instant,
          status: ReportStatusName,
          level: ReportLevel,
          direction: ReportDirection,
          final: z.boolean(),
        }),
      )
      .openapi({ description: "By claim, newest first, then by look." }),
  })
  .openapi("SubmissionMetrics");

const route = createRoute({
  operationId: "getSubmissionMetrics",
  method: "get",
  path: "/submissions/{id}/metrics",
  summary: "Read how the numbers of a submission went",
  description:
    "Claims, observations and verdicts over time, each newest first and at most `limit` long. What its links counted is " +
    "shown as its claims were judged by it: up to each claim's instant.",
  tags: ["Submissions"],
  security: BEARER,
  middleware: [allow("admin", "advertiser", "affiliate")] as const,
  request: {
    params: z.object({ id: id("sub", "The submission.") }),
    query: z.strictObject({ limit: PageQuery.shape.limit }),
  },
  responses: { 200: json(Evolution, "The three series."), ...problems(401, 404, 422) },
});

const iso = (ms: number) => new Date(ms).toISOString();

function presentSeries({ claims, observations, verdicts }: SubmissionHistory) {
  return {
    claims: claims.map((row) => ({
      report_id: row.report_id,
      claimed_at: iso(row.claimed_at),
      claimed: toMetrics(row.claimed),
      suspicion_flags: wireFlags(row.suspicion_flags),
      state: row.state,
      status: wireStatus(row.status),
      created_at: iso(row.created_at),
    })),
    observations: observations.map((row) => ({
      source: row.source,
      observed_at: iso(row.observed_at),
      metrics: toMetrics(row.metrics),
      definition_version: row.definition_version,
    })),
    verdicts: verdicts.map((row) => ({
      report_id: row.report_id,
      n: row.n,
      at: iso(row.at),
      status: wireStatus(row.status),
      level: wireLevel(row.level),
      direction: wireDirection(row.direction),
      final: row.final === 1,
    })),
  };
}

export const getSubmissionMetricsOperation = createRouter().openapi(route, async (c) => {
  const submissionId = c.req.valid("param").id;
  const { limit } = pageRequest(c.req.valid("query"));
  const history = await submissionHistory(c.var.ctx.db, submissionId, limit);
  const { owners } = history;
  const isVisible =
    owners && owns(c.var.actor, { advertiserId: owners.advertiser_id, affiliateId: owners.affiliate_id });
  if (!isVisible) throw new ClaimcheckError("not_found", "There is no such submission.");
  return c.json({ submission_id: submissionId, ...presentSeries(history) }, 200);
});
