import { getQueueOperation } from "./get-queue.ts";
import { getReportOperation } from "./get-report.ts";
import { getRunOperation } from "./get-run.ts";
import { listDeadLettersOperation } from "./list-dead-letters.ts";
import { listResultsOperation } from "./list-results.ts";
import { listRunsOperation } from "./list-runs.ts";
import { runReconciliationOperation } from "./run-reconciliation.ts";

export const reconciliationRoutes = [
  runReconciliationOperation,
  listResultsOperation,
  listRunsOperation,
  getRunOperation,
  getReportOperation,
  getQueueOperation,
  listDeadLettersOperation,
];
