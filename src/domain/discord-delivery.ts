import { type DiscordAnswered, describeRefusal, discordCode, recordOf } from "./discord-refusal.ts";

/** What came of a message. */
export type Sent =
  | {
      kind: "delivered";
      /** Nothing may be sent the same way for so long; 0 if the next message may follow at once. */
      blockedForMs: number;
    }
  | {
      kind: "retry";
      /** The shortest wait before the next try. */
      afterMs: number;
      detail: string;
    }
  | {
      kind: "refused";
      /** Nothing can be said this way any more: the token or webhook is over. Else it was this message. */
      gone: boolean;
      detail: string;
    };

/** An answer, or why there was none; `head` is what came of it before its body was lost, null if nothing came. */
export type DiscordAnswer = DiscordAnswered | { failed: string; head: Omit<DiscordAnswered, "body"> | null };

/** How long after an interaction its messages may still be unknown to Discord, which is not yet done with it. */
export const UNSETTLED_MS = 30_000;

/** Discord's edge refuses a whole address without naming a time. */
export const EDGE_BAN_MS = 60_000;

/** Nothing that Discord says holds a message longer than a day. */
export const MAX_WAIT_MS = 24 * 3_600_000;

/** Where Discord names no time: that of its usual window for webhooks. */
const DEFAULT_WAIT_MS = 2_000;

const UNKNOWN_MESSAGE = 10_008;
const UNKNOWN_WEBHOOK = 10_015;
const UNKNOWN_INTERACTION = 10_062;
const FOLLOW_UPS_USED_UP = 40_094;
const INVALID_WEBHOOK_TOKEN = 50_027;

/** For a moment Discord may not know what it is about to know. */
const MAY_BE_EARLY: ReadonlySet<number | null> = new Set([UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK]);

/** Codes that end a token or webhook, whichever status they come with. */
const ENDS_THE_WAY: ReadonlySet<number | null> = new Set([
  UNKNOWN_MESSAGE,
  UNKNOWN_WEBHOOK,
  UNKNOWN_INTERACTION,
  FOLLOW_UPS_USED_UP,
  INVALID_WEBHOOK_TOKEN,
]);

/** Missing access and missing permissions: a 403 of Discord's own, even without headers of a rate limit. */
const FORBIDDEN: ReadonlySet<number | null> = new Set([50_001, 50_013]);

/**
 * What an answer means for the message that was sent. No `detail` quotes Discord's words.
 *
 * @param ageMs since the interaction whose token was used; Infinity for a webhook, which is known or is not
 *
 * Source: https://discord.com/developers/docs/topics/rate-limits and …/topics/opcodes-and-status-codes
 */
export function readSent(answer: DiscordAnswer, { ageMs }: { ageMs: number }): Sent {
  if ("failed" in answer) return readHead(answer);
  const { status, headers } = answer;
  const detail = describeRefusal(answer);
  const code = discordCode(answer.body);
  if (status < 300) return { kind: "delivered", blockedForMs: blockedForMs(headers) };
  if (status >= 500 || (MAY_BE_EARLY.has(code) && ageMs < UNSETTLED_MS)) {
    return { kind: "retry", afterMs: toldWaitMs(answer) ?? DEFAULT_WAIT_MS, detail };
  }
  const gone = status === 401 || status === 404 || ENDS_THE_WAY.has(code);
  const banned = status === 403 && isOfEdge(answer) && !FORBIDDEN.has(code);
  if (!gone && (status === 429 || banned)) return limited(answer, detail);
  return { kind: "refused", gone, detail };
}

/** A success is one without its body too: what was said must not be said again for that. */
function readHead({ failed, head }: Extract<DiscordAnswer, { failed: string }>): Sent {
  const isTaken = head !== null && head.status < 300;
  if (isTaken) return { kind: "delivered", blockedForMs: blockedForMs(head.headers) };
  return { kind: "retry", afterMs: DEFAULT_WAIT_MS, detail: failed };
}

function limited(answer: DiscordAnswered, detail: string): Sent {
  const told = toldWaitMs(answer) ?? DEFAULT_WAIT_MS;
  if (!isOfEdge(answer)) return { kind: "retry", afterMs: told, detail };
  return { kind: "retry", afterMs: Math.max(told, EDGE_BAN_MS), detail: `${detail}, from Discord's edge` };
}

const LIMIT_HEADERS = ["limit", "remaining", "reset", "reset-after", "bucket", "scope", "global"];

/** A page, or no word of a rate limit: the API itself was not reached. */
function isOfEdge({ headers, body }: DiscordAnswered): boolean {
  return (
    recordOf(body) === null || LIMIT_HEADERS.every((name) => headers.get(`x-ratelimit-${name}`) === null)
  );
}

function blockedForMs(headers: Headers): number {
  if (headers.get("x-ratelimit-remaining") !== "0") return 0;
  return headerMs(headers, "x-ratelimit-reset-after") ?? DEFAULT_WAIT_MS;
}

/** The body is exact to the millisecond, the header rounds up to seconds. */
function toldWaitMs({ headers, body }: DiscordAnswered): number | null {
  return waitMs(recordOf(body)?.retry_after) ?? headerMs(headers, "retry-after");
}

function headerMs(headers: Headers, name: string): number | null {
  const text = headers.get(name)?.trim() ?? "";
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? waitMs(Number(text)) : null;
}

/** Seconds with a fraction, as whole ms that are not shorter; null for anything else. */
function waitMs(seconds: unknown): number | null {
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0) return null;
  return Math.min(Math.ceil(seconds * 1_000), MAX_WAIT_MS);
}

/** Waits double over about an hour: a channel is there tomorrow too. */
const WEBHOOK = { tries: 8, firstMs: 30_000, factor: 2 } as const;

/** A token is over after 15 minutes, and somebody waits: 2, 10, 50 and 250 seconds between the tries. */
const TOKEN = { tries: 5, firstMs: 2_000, factor: 5 } as const;

/** `at` in ms UTC. */
export type NextTry = { kind: "again"; at: number } | { kind: "give_up"; detail: string };

export interface TriedAt {
  /** ms UTC */
  now: number;
  /** Tries so far, this one included: at least 1. */
  attempts: number;
  /** When the interaction's token is over, ms UTC; null for a webhook, which is not. */
  expiresAt: number | null;
}

/** When a message that was not delivered is tried again: not before Discord allows, and later with every try. */
export function nextTry(
  sent: Exclude<Sent, { kind: "delivered" }>,
  { now, attempts, expiresAt }: TriedAt,
): NextTry {
  if (sent.kind === "refused") return { kind: "give_up", detail: sent.detail };
  const { tries, firstMs, factor } = expiresAt === null ? WEBHOOK : TOKEN;
  if (attempts >= tries) return { kind: "give_up", detail: `${sent.detail}; tried ${attempts} times` };
  const at = now + Math.max(sent.afterMs, firstMs * factor ** (attempts - 1));
  if (expiresAt !== null && at >= expiresAt) {
    return { kind: "give_up", detail: `${sent.detail}; the token is over before the next try` };
  }
  return { kind: "again", at };
}
