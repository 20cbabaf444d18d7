import { isTransient } from "../db/transient.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/** Any failure as a refusal; the message of an unknown one is never shown. */
export function asRefusal(error: unknown): ClaimcheckError {
  if (error instanceof ClaimcheckError) return error;
  if (isTransient(error)) {
    return new ClaimcheckError(
      "temporarily_unavailable",
      "The database is busy. Nothing was lost; try again.",
    );
  }
  return new ClaimcheckError("internal", "An unexpected error. It was logged under this request id.");
}
