/** Every way Claimcheck refuses a request. Closed: each transport maps each code once. */
export const ERROR_CODES = [
  "bad_request",
  "validation_failed",
  "unauthenticated",
  "bad_signature",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "conflict",
  "duplicate_submission",
  "campaign_not_open",
  "claims_closed",
  "payload_too_large",
  "unsupported_media_type",
  "temporarily_unavailable",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One bad field: where (JSON Pointer, RFC 6901) and what is wrong with it. */
export interface FieldError {
  /** `#/claimed_views` for a body, `#query/limit` for a query parameter, `#path/id` for a path parameter. */
  pointer: string;
  detail: string;
}

interface RefusalDetails {
  errors?: readonly FieldError[];
  extensions?: Record<string, string>;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * A refusal the caller can understand. Anything else that is thrown is a bug and is shown as `internal`.
 *
 * `detail` is written for the caller and never quotes a secret.
 */
export class ClaimcheckError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** Members added to the problem, e.g. the id of the submission a duplicate repeats. */
  readonly extensions: Readonly<Record<string, string>>;
  /** When asking again makes sense, where that is known; null leaves it to the transport. */
  readonly retryAfterSeconds: number | null;

  constructor(code: ErrorCode, detail: string, more: RefusalDetails = {}) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "ClaimcheckError";
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.extensions = more.extensions ?? {};
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }
}

/** A refusal for one bad field of the body. */
export function invalidField(pointer: string, detail: string): ClaimcheckError {
  return new ClaimcheckError("validation_failed", detail, { errors: [{ pointer, detail }] });
}
