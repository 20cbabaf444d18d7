import { z } from "@hono/zod-openapi";
import { LANES } from "../domain/lane.ts";
import { METRICS, type Metrics, metricsOf } from "../domain/metrics.ts";
import { NOTICE_CODES } from "../domain/notices.ts";
import { SUSPICION_FLAGS } from "../domain/suspicion.ts";
import { Count, Instant, InstantInput, id, PlatformName } from "./schemas.ts";

/** Longest evidence, in characters of JSON. */
const EVIDENCE_LIMIT = 16_384;

const claimedCount = (metric: string) =>
  Count.optional().openapi({
    type: "integer",
    minimum: 0,
    description: `Claimed ${metric}; leave out what you do not claim.`,
  });

/** The fields that state a claim, shared by a new submission and an update. */
export const ClaimFields = {
  claimed_views: claimedCount("views"),
  claimed_clicks: claimedCount("clicks"),
  claimed_conversions: claimedCount("conversions"),
  claimed_likes: claimedCount("likes"),
  claimed_comments: claimedCount("comments"),
  claimed_shares: claimedCount("shares"),
  evidence: z
    .record(z.string(), z.unknown())
    .refine((evidence) => JSON.stringify(evidence).length <= EVIDENCE_LIMIT, {
      error: `must be at most ${EVIDENCE_LIMIT} characters of JSON`,
    })
    .optional()
    .openapi({
      description: "Anything that supports the claim, as a JSON object.",
      example: { screenshot: "https://…" },
    }),
  claimed_at: InstantInput.optional().openapi({
    description: "The instant the numbers were read; now if left out.",
  }),
} as const;

type ClaimBody = { [K in `claimed_${keyof Metrics}`]?: number | undefined };

/** At least one metric has to be claimed. */
export const claimsSomething = (body: ClaimBody): boolean =>
  METRICS.some((metric) => body[`claimed_${metric}`] !== undefined);

export const CLAIMS_NOTHING = { error: "must claim at least one metric", path: ["claimed_views"] };

/** The claimed metrics of a body; what is left out is not claimed. */
export function claimedMetrics(body: ClaimBody): Metrics {
  return metricsOf(Object.fromEntries(METRICS.map((metric) => [metric, body[`claimed_${metric}`]])));
}

/** The answer to a submission or an update. */
export const SubmissionReceipt = z
  .object({
    submission_id: id("sub", "The submission."),
    report_id: id("rep", "This claim; its verdict is at /reconciliation/reports/{report_id}."),
    post_id: id("pst", "The post, whoever claims it."),
    platform: PlatformName,
    external_id: z.string().openapi({ description: "The platform's own id of the post." }),
    canonical_url: z.url(),
    status: z.literal("PENDING"),
    lane: z
      .enum(LANES)
      .openapi({ description: "How soon it is judged: flagged claims and low trust first." }),
    suspicion_flags: z.array(z.enum(SUSPICION_FLAGS)),
    contested: z.boolean().openapi({ description: "Another affiliate claims the same post." }),
    notices: z
      .array(
        z.object({
          code: z.enum(NOTICE_CODES),
          metrics: z.array(z.enum(METRICS)).openapi({ description: "The metrics it is about." }),
          detail: z.string(),
        }),
      )
      .openapi({
        description:
          "What cannot be verified of the claim, or what its verdict waits for. Empty if nothing stands in the way.",
      }),
    submitted_at: Instant,
  })
  .openapi("SubmissionReceipt");

/** The answer to a submission. */
export const NewSubmissionReceipt = SubmissionReceipt.extend({
  tracked_link: z.url().openapi({
    description:
      "The submission's own tracked link. Share it with the post: clicks on it, and orders they lead to, count from now on.",
    example: "https://claimcheck.example/go/7k2m9xq4rt",
  }),
}).openapi("NewSubmissionReceipt");
