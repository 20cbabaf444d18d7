import type { CallFailure } from "./adapter.ts";
import { readRecord, readText } from "./read-values.ts";

/**
 * What the error codes of the API v2 mean. Source: developers.tiktok.com/doc/tiktok-api-v2-error-handling.
 */
const MEANINGS: ReadonlyMap<string, CallFailure> = new Map([
  ["access_token_invalid", "unauthorised"],
  ["scope_not_authorized", "unauthorised"],
  ["scope_permission_missed", "unauthorised"],
  ["rate_limit_exceeded", "rate_limited"],
  ["internal_error", "outage"],
  ["invalid_params", "unreadable"],
]);

/**
 * The limit is counted over the minute that has just passed, and nothing tells when it lets a call through.
 */
export const LIMIT_WINDOW_MS = 60_000;

const CODE = /^[a-z]+(?:_[a-z]+){0,5}$/;

/** Whether a text can be an error code; what cannot may be an echo of what was sent, and is not repeated. */
export function isCode(text: string): boolean {
  return CODE.test(text);
}

/**
 * The code of the envelope `{data, error: {code, message, log_id}}`, which is "ok" on success; null if there
 * is none.
 */
export function readCode(json: unknown): string | null {
  const code = readText(readRecord(readRecord(json)?.error)?.code);
  return code !== null && isCode(code) ? code : null;
}

/** Null for a code that is not documented. */
export function meaningOfCode(code: string | null): CallFailure | null {
  return code === null ? null : (MEANINGS.get(code) ?? null);
}
