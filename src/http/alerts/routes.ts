import { acknowledgeAlertOperation } from "./acknowledge-alert.ts";
import { getAlertOperation } from "./get-alert.ts";
import { getAlertStatsOperation } from "./get-alert-stats.ts";
import { listAlertsOperation } from "./list-alerts.ts";
import { resolveAlertOperation } from "./resolve-alert.ts";

// The fixed path stands before the one with an id.
export const alertRoutes = [
  listAlertsOperation,
  getAlertStatsOperation,
  getAlertOperation,
  acknowledgeAlertOperation,
  resolveAlertOperation,
];
