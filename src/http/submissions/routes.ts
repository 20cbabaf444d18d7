import { getSubmissionOperation } from "./get-submission.ts";
import { getSubmissionMetricsOperation } from "./get-submission-metrics.ts";
import { listAffiliateSubmissionsOperation } from "./list-affiliate-submissions.ts";
import { listSubmissionsOperation } from "./list-submissions.ts";
import { submitPostOperation } from "./submit-post.ts";
import { updateSubmissionMetricsOperation } from "./update-submission-metrics.ts";

// The list goes first: /submissions/history is not a submission.
export const submissionRoutes = [
  submitPostOperation,
  listSubmissionsOperation,
  getSubmissionOperation,
  getSubmissionMetricsOperation,
  updateSubmissionMetricsOperation,
  listAffiliateSubmissionsOperation,
];
