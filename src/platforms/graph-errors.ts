import type { CallFailure } from "./adapter.ts";
import { readRegain } from "./graph-limits.ts";
import { meaningOf } from "./observe-once.ts";
import { readRecord } from "./read-values.ts";

/**
 * What an error of Meta's Graph API means.
 *
 * About the object that was asked for:
 * - `gone`: it does not exist or is not shown to this token, which the vendor does not tell apart
 * - `denied`: a capability or permission is missing
 * - `no_data`: there are no insights of it and never will be, since it is older than the business account
 * - `parameter`: a field or metric that this object or this version does not have
 *
 * About the call, the token or the app: a {@link CallFailure}.
 */
export interface GraphError {
  kind: "gone" | "denied" | "no_data" | "parameter" | CallFailure;
  /** Status, code and subcode, never the vendor's message: it may quote a token. */
  detail: string;
  /** ms UTC; null if the vendor did not say. */
  retryAt: number | null;
}

/** A refused call or part of a batch. */
interface GraphRefusal {
  status: number;
  /** The parsed body, null if it was not JSON. */
  json: unknown;
  headers: Headers;
  /** ms UTC */
  now: number;
}

const OUTAGES: ReadonlySet<number> = new Set([1, 2]);
/** App, user, Page and custom limits; 341 and 368 are temporary blocks of the app, which no consent lifts. */
const LIMITS: ReadonlySet<number> = new Set([4, 17, 32, 341, 368, 613]);
const DEAD_TOKENS: ReadonlySet<number> = new Set([102, 190]);
const UNKNOWN_ALIAS = 803;
const INVALID_PARAMETER = 100;
const OBJECT_MISSING = 33;
const BEFORE_CONVERSION = 2_108_006;

/**
 * Reads an error by its code before its status: the vendor answers a dead token and a spent limit alike with 400.
 *
 * Source: developers.facebook.com/docs/graph-api/guides/error-handling and …/overview/rate-limiting.
 */
export function explainGraphError({ status, json, headers, now }: GraphRefusal): GraphError {
  const error = readRecord(readRecord(json)?.error);
  const code = readCode(error?.code);
  const subcode = readCode(error?.error_subcode);
  const named = code === null ? null : kindOf(code, subcode);
  const kind = named ?? (error?.is_transient === true ? "outage" : meaningOf(status));
  const numbers = subcode === null ? `code ${code}` : `code ${code}/${subcode}`;
  return {
    kind,
    detail: code === null ? `HTTP ${status}` : `HTTP ${status}: ${numbers}`,
    retryAt: kind === "rate_limited" ? readRegain(headers, now) : null,
  };
}

function kindOf(code: number, subcode: number | null): GraphError["kind"] | null {
  if (code === INVALID_PARAMETER) return kindOfParameter(subcode);
  if (code === UNKNOWN_ALIAS) return "gone";
  if (DEAD_TOKENS.has(code)) return "unauthorised";
  if (LIMITS.has(code) || isBusinessLimit(code)) return "rate_limited";
  if (OUTAGES.has(code)) return "outage";
  return code === 3 || code === 10 || (code >= 200 && code <= 299) ? "denied" : null;
}

function kindOfParameter(subcode: number | null): GraphError["kind"] {
  if (subcode === OBJECT_MISSING) return "gone";
  return subcode === BEFORE_CONVERSION ? "no_data" : "parameter";
}

/** 80000 ads insights, 80001 Pages, 80002 Instagram, … 80014: one limit per business use case. */
function isBusinessLimit(code: number): boolean {
  return code >= 80_000 && code <= 80_014;
}

function readCode(sent: unknown): number | null {
  return typeof sent === "number" && Number.isSafeInteger(sent) ? sent : null;
}
