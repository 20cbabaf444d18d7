import type { ProfileOutcome, TokenDeps, TokenRefusal } from "./access.ts";
import { fetchJson, type JsonRequest } from "./http.ts";
import type { Refusal, RefusalMeaning } from "./observe-once.ts";
import { readRecord } from "./read-values.ts";
import { failed } from "./token-call.ts";

/** Longest text of a profile that is looked through, in characters. */
const LONGEST_ABOUT = 10_000;

export type ProfileReading = Exclude<ProfileOutcome, TokenRefusal>;

/** The part of reading a profile that differs between vendors. */
export interface ProfileCall {
  request: JsonRequest;
  /** What a success says of the account; null if it is not the documented shape. */
  read(json: unknown): ProfileReading | null;
  explain(refusal: Refusal): RefusalMeaning;
}

/** Makes the call that shows a profile. Never throws for what the network or the vendor does. */
export async function askForProfile(
  deps: TokenDeps,
  credential: string,
  { request, read, explain }: ProfileCall,
): Promise<ProfileOutcome> {
  const answer = await fetchJson(deps.fetch, { ...request, timeoutMs: deps.timeoutMs });
  if (answer.kind !== "answer") return failed(answer.kind, answer.detail);
  const { status, headers, json } = answer;
  // Without a body in JSON it is not the vendor's API that found nobody.
  if (status === 404 && readRecord(json) !== null) return { kind: "unknown" };
  if (status < 400) return read(json) ?? failed("unreadable", "JSON of another shape than documented");
  const { kind, reason, retryAt } = explain({ status, headers, json, now: deps.now() });
  const shown = reason !== null && isCode(reason) && !reason.includes(credential);
  return failed(kind, shown ? `HTTP ${status}: ${reason}` : `HTTP ${status}`, retryAt);
}

/** A word of the vendor's, and no sentence that may quote what it was sent. */
function isCode(reason: string): boolean {
  return /^[\w.-]{1,60}$/.test(reason);
}

/** The text an owner wrote, empty where there is none; null for anything that is no text. */
export function readAbout(value: unknown): string | null {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value.slice(0, LONGEST_ABOUT) : null;
}
