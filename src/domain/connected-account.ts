import { DAY_MS } from "./time.ts";

/** How an account was shown to be the affiliate's: it authorised us, or it published our code. */
export type Proof = "oauth" | "code";

/** `lapsed`: its platform wants the owner's consent again; `leaving`: to be revoked at the platform. */
export type AccountState = "active" | "lapsed" | "leaving" | "disconnected";

/** Asks for a token that works. */
export interface RenewRequest {
  platform: string;
  /** `app`, or the id of a connected account. */
  label: string;
  /** The version of the token that does not work or is to be renewed; null for whichever there is. */
  refused: number | null;
  /** It still works and is renewed ahead of its end: if the platform refuses that, it is used until then. */
  ahead?: boolean;
}

/**
 * - `token`: good for now; `version` names it in the next request
 * - `unavailable`: none can be had; `reconnect` and `not_configured` wait for a person, the rest until `retryAt` (ms UTC)
 */
export type RenewedToken =
  | { kind: "token"; token: string; version: number; expiresAt: number | null }
  | { kind: "unavailable"; reason: string; retryAt: number | null };

/** Without an end of its own a token is looked after this often, so that it gets sealed with the newest key. */
const TEND_EVERY_MS = 30 * DAY_MS;

/** When the sweep looks after tokens granted now: after three quarters of their life, ms UTC. */
export function tendAt(now: number, expiresAt: number | null): number {
  if (expiresAt === null) return now + TEND_EVERY_MS;
  return Math.min(now + Math.floor((expiresAt - now) * 0.75), now + TEND_EVERY_MS);
}

const LONGEST_NAME = 200;
// Controls, and marks that turn the direction of what follows: in a sentence of ours they would say something else.
const UNSHOWN = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** The name a platform gives an account, fit to be shown; its id where nothing is left of it. */
export function accountName({ accountId, name }: { accountId: string; name: string }): string {
  const shown = plainText(name).trim().slice(0, LONGEST_NAME);
  return shown === "" ? accountId : shown;
}

/** A text without what is not seen but changes how the rest reads. */
export function plainText(text: string): string {
  return text.replace(UNSHOWN, "");
}
