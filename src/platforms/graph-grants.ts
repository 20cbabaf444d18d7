import type { TokenRefusal } from "./access.ts";
import { explainGraphError } from "./graph-errors.ts";
import { readRecord } from "./read-values.ts";
import { failed } from "./token-call.ts";

const UNKNOWN_ERROR = 1;

/**
 * Reads an error of Meta's token endpoints and of calls about an account; null if there is none in the vendor's form. What
 * is neither the vendor's trouble nor a limit ends the grant: a dead token, a used code, a permission not given.
 */
export function explainGrantError(now: number) {
  return (json: Record<string, unknown>, status: number): TokenRefusal | null => {
    const error = readRecord(json.error);
    if (error === null) return null;
    const { kind, detail, retryAt } = explainGraphError({ status, json, headers: new Headers(), now });
    // At these endpoints "unknown error" is also how a wrong app secret is named, which no repetition mends.
    const isWrongSecret = error.code === UNKNOWN_ERROR && error.is_transient !== true && status < 500;
    const isPassing = kind === "rate_limited" || (kind === "outage" && !isWrongSecret);
    return isPassing ? failed(kind, detail, retryAt) : { kind: "refused", detail };
  };
}
