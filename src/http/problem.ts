import { z } from "@hono/zod-openapi";
import { type ClaimcheckError, ERROR_CODES, type ErrorCode } from "../domain/errors.ts";

/** Status and constant title of each code. The title never changes with the occurrence (RFC 9457 §3.1.3). */
const PROBLEMS = {
  bad_request: [400, "The request could not be read"],
  validation_failed: [422, "The request is not valid"],
  unauthenticated: [401, "A valid API key is needed"],
  bad_signature: [401, "The signature is not valid"],
  forbidden: [403, "This key may not do that"],
  not_found: [404, "There is no such thing"],
  method_not_allowed: [405, "This method is not offered here"],
  conflict: [409, "The request conflicts with what is there"],
  duplicate_submission: [409, "This post was already submitted"],
  campaign_not_open: [409, "The campaign takes no submissions"],
  claims_closed: [409, "The campaign takes no more claims"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "This type of body is not taken here"],
  temporarily_unavailable: [503, "Try again in a moment"],
  internal: [500, "Something went wrong on our side"],
} as const satisfies Record<ErrorCode, readonly [number, string]>;

export type ProblemStatus = (typeof PROBLEMS)[ErrorCode][0];

/** Where each problem type is explained. */
const TYPE_BASE = "/docs/problems#";

export const Problem = z
  .object({
    type: z
      .string()
      .openapi({ description: "Names the kind of problem.", example: "/docs/problems#not_found" }),
    title: z.string().openapi({ example: "There is no such thing" }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ description: "What is wrong with this request, and what to do." }),
    instance: z
      .string()
      .openapi({ description: "Names this occurrence.", example: "urn:request:req_01KB3X" }),
    request_id: z.string().openapi({ description: "The same as the X-Request-ID header; quote it to us." }),
    code: z
      .string()
      .openapi({ description: "For programs; never changes its meaning.", example: "not_found" }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .openapi({ description: "JSON Pointer into the body, or #query/… or #path/…", example: "#/url" }),
          detail: z.string(),
        }),
      )
      .optional()
      .openapi({ description: "Every bad field of a request that is not valid." }),
    submission_id: z
      .string()
      .optional()
      .openapi({ description: "duplicate_submission: the first submission." }),
  })
  .openapi("Problem", { description: "Problem details, RFC 9457." });

export type ProblemBody = z.infer<typeof Problem>;

/** The problem of a refusal. */
export function toProblem(
  error: ClaimcheckError,
  requestId: string,
): ProblemBody & { status: ProblemStatus } {
  const [status, title] = PROBLEMS[error.code];
  return {
    type: TYPE_BASE + error.code,
    title,
    status,
    detail: error.detail,
    instance: `urn:request:${requestId}`,
    request_id: requestId,
    code: error.code,
    ...(error.errors.length > 0 ? { errors: [...error.errors] } : {}),
    ...error.extensions,
  };
}

const ABOUT: Record<ProblemStatus, string> = {
  400: "The request could not be read.",
  401: "The API key is missing, unknown, expired or revoked.",
  403: "The key's role may not do that.",
  404: "There is no such thing, or it belongs to somebody else.",
  405: "The method is not offered here.",
  409: "The request conflicts with what is there; `code` says how.",
  413: "The body is larger than 1 MiB.",
  415: "The body is of a type that is not taken here; almost always it must be application/json.",
  422: "The request is not valid; `errors` points at every bad field.",
  500: "Something went wrong on our side.",
  503: "A dependency is unavailable; Retry-After says when to try again.",
};

/** Response entries of an operation for the problems it can answer. */
export function problems<S extends ProblemStatus>(...statuses: S[]) {
  const content = { "application/problem+json": { schema: Problem } };
  const entries = statuses.map((status) => [status, { description: ABOUT[status], content }] as const);
  // safe: one entry for each status that was named.
  return Object.fromEntries(entries) as { [K in S]: { description: string; content: typeof content } };
}

/** All codes with status and title, for the page that explains them. */
export const PROBLEM_TYPES = ERROR_CODES.map((code) => {
  const [status, title] = PROBLEMS[code];
  return { code, status, title };
});
