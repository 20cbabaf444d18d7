import { z } from "@hono/zod-openapi";
import { toMetrics } from "../../db/queries/known-posts.ts";
import type { SubmissionRow } from "../../db/queries/list-submissions.ts";
import type { SubmissionDetailRow } from "../../db/queries/submission-detail.ts";
import type { SubmissionLinkRow } from "../../db/queries/submission-links.ts";
import { SUSPICION_FLAGS } from "../../domain/suspicion.ts";
import { isoOrNull } from "../../domain/time.ts";
import { trackedUrl } from "../../domain/tracked-link.ts";
import {
  ReportLevel,
  ReportStateName,
  ReportStatusName,
  wireFlags,
  wireLevel,
  wireStatus,
} from "../reconciliation/schemas.ts";
import { Instant, id, MetricsSchema, PlatformName, page } from "../schemas.ts";
import { presentSubmissionLink, SubmissionLink } from "./submission-links.ts";

const LatestReport = {
  report_id: id("rep", "The latest claim."),
  claimed_at: Instant,
  claimed: MetricsSchema,
  suspicion_flags: z.array(z.enum(SUSPICION_FLAGS)),
  state: ReportStateName,
  status: ReportStatusName,
  level: ReportLevel,
  next_look_at: Instant.nullable().openapi({ description: "When it is judged next; null once it is final." }),
};

const SubmissionFields = {
  submission_id: id("sub", "The submission."),
  campaign_id: id("cmp", "The campaign it was entered into."),
  affiliate_id: id("aff", "Whose it is."),
  post_id: id("pst", "The post, whoever claims it."),
  platform: PlatformName,
  external_id: z.string().openapi({ description: "The platform's own id of the post." }),
  canonical_url: z.url(),
  submitted_url: z.string().openapi({ description: "As the affiliate typed it." }),
  title: z.string().nullable(),
  description: z.string().nullable(),
  contested: z.boolean().openapi({ description: "Another affiliate claims the same post." }),
  submitted_at: Instant,
};

export const Submission = z
  .object({ ...SubmissionFields, report: z.object(LatestReport).openapi("LatestReport") })
  .openapi("Submission");

export const SubmissionPage = page(Submission, "SubmissionPage");

const Author = z
  .object({ id: z.string().nullable(), name: z.string().nullable() })
  .nullable()
  .openapi("PostAuthor", { description: "Who published the post; null until the platform said." });

const Post = z
  .object({
    post_id: id("pst", "The post."),
    platform: PlatformName,
    external_id: z.string(),
    canonical_url: z.url(),
    state: z.enum(["unknown", "live", "gone", "private"]).openapi({ description: "unknown until observed." }),
    author: Author,
    published_at: Instant.nullable(),
    observed_at: Instant.nullable().openapi({ description: "When its numbers were read; null if never." }),
    metrics: MetricsSchema,
  })
  .openapi("SubmittedPost");

const FullReport = z
  .object({
    ...LatestReport,
    evidence: z.record(z.string(), z.unknown()).nullable(),
    method: z.enum(["API", "DISCORD", "IMPORT"]),
    created_at: Instant,
  })
  .openapi("FullReport");

export const SubmissionDetail = z
  .object({
    ...SubmissionFields,
    post: Post,
    report: FullReport,
    tracked_link: z.url().nullable().openapi({ description: "The link the submission was born with." }),
    links: z.array(SubmissionLink).openapi({ description: "All that count for it, with their totals." }),
    currency: z.string().nullable().openapi({ description: "Of the orders' values; the campaign's." }),
  })
  .openapi("SubmissionDetail");

function presentFields(row: SubmissionRow) {
  return {
    submission_id: row.id,
    campaign_id: row.campaign_id,
    affiliate_id: row.affiliate_id,
    post_id: row.post_id,
    platform: row.platform,
    external_id: row.external_id,
    canonical_url: row.canonical_url,
    submitted_url: row.submitted_url,
    title: row.title,
    description: row.description,
    contested: row.contested === 1,
    submitted_at: new Date(row.created_at).toISOString(),
  };
}

function presentLatest(row: SubmissionRow) {
  return {
    report_id: row.report_id,
    claimed_at: new Date(row.claimed_at).toISOString(),
    claimed: toMetrics(row.claimed),
    suspicion_flags: wireFlags(row.suspicion_flags),
    state: row.state,
    status: wireStatus(row.status),
    level: wireLevel(row.level),
    next_look_at: isoOrNull(row.next_attempt_at),
  };
}

/** A submission as lists show it. */
export function presentSubmission(row: SubmissionRow): z.infer<typeof Submission> {
  return { ...presentFields(row), report: presentLatest(row) };
}

/** Evidence as it was given: an object, or nothing. */
export function presentEvidence(json: string | null): Record<string, unknown> | null {
  // safe: an object when it came in, see ClaimFields.
  return json === null ? null : (JSON.parse(json) as Record<string, unknown>);
}

/** A submission with its post, its latest report and its links. @param base see linkBase */
export function presentSubmissionDetail(
  { submission: row, links }: { submission: SubmissionDetailRow; links: SubmissionLinkRow[] },
  base: string,
): z.infer<typeof SubmissionDetail> {
  const { author_id, author_name } = row;
  const own = links.find((link) => link.own === 1);
  const tracking = { leads: row.landing_from !== null, reported: row.conversions_from !== null };
  return {
    ...presentFields(row),
    post: {
      post_id: row.post_id,
      platform: row.platform,
      external_id: row.external_id,
      canonical_url: row.canonical_url,
      state: row.post_state,
      author: author_id === null && author_name === null ? null : { id: author_id, name: author_name },
      published_at: isoOrNull(row.published_at),
      observed_at: isoOrNull(row.observed_at),
      metrics: toMetrics(row.known),
    },
    report: {
      ...presentLatest(row),
      evidence: presentEvidence(row.evidence),
      method: row.method,
      created_at: new Date(row.reported_at).toISOString(),
    },
    tracked_link: own ? trackedUrl(base, own.code) : null,
    links: links.map((link) => presentSubmissionLink(link, base, tracking)),
    currency: row.currency,
  };
}
