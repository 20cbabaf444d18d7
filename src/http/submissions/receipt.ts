import type { z } from "@hono/zod-openapi";
import type { SubmittedPost } from "../../services/submit-post.ts";
import type { SubmissionReceipt } from "../claims.ts";

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
