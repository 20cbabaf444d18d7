import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import { ClaimcheckError } from "../domain/errors.ts";
import { createLogger } from "../lib/log.ts";
import { asRefusal } from "../services/refusal.ts";
import type { AppEnv } from "./app-env.ts";
import { type ProblemBody, type ProblemStatus, toProblem } from "./problem.ts";

const RETRY_AFTER_SECONDS = 2;

/** Any failure as a refusal; the message of an unknown one is never shown. */
export function toRefusal(error: unknown): ClaimcheckError {
  if (!(error instanceof HTTPException)) return asRefusal(error);
  if (error.status === 413) return new ClaimcheckError("payload_too_large", "Send at most 1 MiB.");
  if (error.status < 500) return new ClaimcheckError("bad_request", "The body is not well-formed JSON.");
  return asRefusal(error);
}

function headersOf({ code, retryAfterSeconds }: ClaimcheckError, status: ProblemStatus) {
  const headers: Record<string, string> = { "content-type": "application/problem+json" };
  // A signature of Discord's is no scheme that anybody could be asked for.
  if (code === "unauthenticated") headers["www-authenticate"] = 'Bearer error="invalid_token"';
  if (status === 503) headers["retry-after"] = String(retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  return headers;
}

// safe: a configuration that is wrong fails before the first middleware has set anything.
const given = (c: Context<AppEnv>) => c.var as Partial<AppEnv["Variables"]>;

/** A refusal as its answer, with the headers its status asks for. */
export function problemResponse(c: Context<AppEnv>, refusal: ClaimcheckError): Response {
  const problem: ProblemBody & { status: ProblemStatus } = toProblem(
    refusal,
    given(c).origin?.requestId ?? "unknown",
  );
  return c.body(JSON.stringify(problem), problem.status, headersOf(refusal, problem.status));
}

export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const refusal = toRefusal(error);
  if (refusal.code === "internal" || refusal.code === "temporarily_unavailable") {
    const log = given(c).ctx?.log ?? createLogger();
    log.error("request_failed", error, { code: refusal.code });
  }
  return problemResponse(c, refusal);
};
