import type { NamedAlert } from "../db/queries/alerts.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/** A refusal because the alert was resolved before, with the alert as it is. */
export class AlertResolvedError extends ClaimcheckError {
  readonly alert: NamedAlert;

  constructor(alert: NamedAlert, detail: string) {
    super("conflict", detail);
    this.alert = alert;
  }
}
