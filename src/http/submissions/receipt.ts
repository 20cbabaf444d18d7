import type { z } from "@hono/zod-openapi";
import { trackedUrl } from "../../domain/tracked-link.ts";
import type { NewlySubmitted, SubmittedPost } from "../../services/submit-post.ts";
import type { NewSubmissionReceipt, SubmissionReceipt } from "../claims.ts";

/** What an affiliate gets for a new submission or newer numbers. */
export function presentReceipt(submitted: SubmittedPost): z.infer<typeof SubmissionReceipt> {
  return {
    submission_id: submitted.submissionId,
    report_id: submitted.reportId,
    post_id: submitted.postId,
    platform: submitted.identity.platform,
    external_id: submitted.identity.externalId,
    canonical_url: submitted.identity.canonicalUrl,
    status: "PENDING",
    lane: submitted.lane,
    suspicion_flags: submitted.suspicionFlags,
    contested: submitted.contested,
    notices: submitted.notices,
    submitted_at: new Date(submitted.submittedAt).toISOString(),
  };
}

/** What an affiliate gets for a new submission. @param base see linkBase */
export function presentNewReceipt(
  submitted: NewlySubmitted,
  base: string,
): z.infer<typeof NewSubmissionReceipt> {
  return { ...presentReceipt(submitted), tracked_link: trackedUrl(base, submitted.linkCode) };
}
