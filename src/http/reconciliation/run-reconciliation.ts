import { createRoute, z } from "@hono/zod-openapi";
import type { ReportSet } from "../../db/queries/report-sets.ts";
import { REPORT_STATES } from "../../domain/open-report.ts";
import type { Settlement } from "../../domain/settled.ts";
import { isoOrNull } from "../../domain/time.ts";
import { previewRun } from "../../services/preview-run.ts";
import { RUN_LIMIT, type RunRequest, requestRun } from "../../services/request-run.ts";
import { allow, BEARER } from "../allow.ts";
import { problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { Instant, id, json, jsonBody } from "../schemas.ts";
import {
  ReportDirection,
  ReportLevel,
  ReportStateName,
  ReportStatusName,
  VerdictSchema,
  wireStatus,
} from "./schemas.ts";

const Targets = {
  report_id: id("rep", "This one report.").optional(),
  submission_id: id("sub", "All reports of the submission.").optional(),
  post_id: id("pst", "All reports of the post, whoever claims it.").optional(),
  campaign_id: id("cmp", "All reports of the campaign.").optional(),
  affiliate_id: id("aff", "All reports of the affiliate.").optional(),
};

const SETS = ["report", "submission", "post", "campaign", "affiliate"] as const;

const Body = z
  .strictObject({
    ...Targets,
    states: z
      .array(ReportStateName)
      .min(1, { error: "must name at least one state" })
      .max(REPORT_STATES.length)
      .optional()
      .openapi({ description: "Only reports in these states; all if left out." }),
    after_report_id: id(
      "rep",
      "Goes on after this report: `next_after_report_id` of the call before.",
    ).optional(),
    dry_run: z
      .boolean()
      .default(false)
      .openapi({ description: "Answers the verdicts from stored observations, and writes nothing." }),
  })
  .refine((body) => setsOf(body).length === 1, {
    error: "must name exactly one of report_id, submission_id, post_id, campaign_id, affiliate_id",
  })
  .openapi("ReconciliationRunRequest");

type Target = { [K in keyof typeof Targets]?: string | undefined };

function setsOf(body: Target): ReportSet[] {
  return SETS.flatMap((of) => {
    const named = body[`${of}_id`];
    return named === undefined ? [] : [{ of, id: named }];
  });
}

const NextAfter = z
  .string()
  .nullable()
  .openapi({ description: "`after_report_id` of the next call; null at the end of the set." });

const Accepted = z
  .object({
    accepted: z.int().openapi({ description: "Reports that were reopened and are judged now." }),
    report_ids: z.array(z.string()).openapi({ description: "The first 100 of them, oldest first." }),
    next_after_report_id: NextAfter,
    request_id: z.string().openapi({ description: "The runs it leads to carry it in `request_ids`." }),
  })
  .openapi("ReconciliationRunAccepted");

const Preview = z
  .object({
    data: z.array(
      z.object({
        report_id: id("rep", "The claim."),
        submission_id: id("sub", "Its submission."),
        status: ReportStatusName,
        level: ReportLevel,
        direction: ReportDirection,
        next_look_at: Instant.nullable().openapi({
          description: "When a run would look again; null if final.",
        }),
        reasons: z.array(z.string()),
        verdict: VerdictSchema.nullable().openapi({ description: "Null if a run would judge nothing." }),
        stored: z
          .object({ state: ReportStateName, status: ReportStatusName, level: ReportLevel })
          .openapi({ description: "What holds now." }),
      }),
    ),
    next_after_report_id: NextAfter,
  })
  .openapi("ReconciliationPreview");

const route = createRoute({
  operationId: "runReconciliation",
  method: "post",
  path: "/reconciliation/run",
  summary: "Judge reports again",
  description:
    `Reopens up to ${RUN_LIMIT} reports, oldest first, and has them judged anew. Reports that a run holds at the moment ` +
    "and superseded ones are left alone. With `dry_run`, up to 100 are judged from what is stored, and nothing changes.",
  tags: ["Reconciliation"],
  security: BEARER,
  middleware: [allow("admin")] as const,
  request: { body: jsonBody(Body) },
  responses: {
    200: json(Preview, "dry_run: what a run would decide."),
    202: json(Accepted, "On their way."),
    ...problems(400, 401, 403, 404, 413, 415, 422),
  },
});

/** Report ids shown of a large run. */
const SHOWN_IDS = 100;

function presentSettlement({ report, status, level, direction, log, nextAttemptAt }: Settlement) {
  return {
    report_id: report.reportId,
    submission_id: report.submissionId,
    status: wireStatus(status),
    level,
    direction,
    next_look_at: isoOrNull(nextAttemptAt),
    reasons: log?.reasons ?? [],
    verdict: log?.verdict ?? null,
    stored: { state: report.state, status: wireStatus(report.status), level: report.level },
  };
}

export const runReconciliationOperation = createRouter().openapi(route, async (c) => {
  const { ctx, origin } = c.var;
  const body = c.req.valid("json");
  const [set] = setsOf(body);
  // The schema has refused any other number of them.
  if (!set) throw new RangeError("no set to run");
  const request: RunRequest = {
    set,
    states: body.states ?? REPORT_STATES,
    after: body.after_report_id ?? null,
  };
  if (body.dry_run) {
    const { settlements, next } = await previewRun(ctx, request);
    return c.json({ data: settlements.map(presentSettlement), next_after_report_id: next }, 200);
  }
  const { reportIds, next } = await requestRun(ctx, request, origin);
  const accepted = {
    accepted: reportIds.length,
    report_ids: reportIds.slice(0, SHOWN_IDS),
    next_after_report_id: next,
    request_id: origin.requestId,
  };
  return c.json(accepted, 202);
});
