import { hash32 } from "./random.ts";

/** What a code was given for. */
interface CodeGrant {
  clientId: string;
  redirectUri: string;
  accountId: string;
  scope: string;
  /** Base64url of a SHA-256 (RFC 7636, S256), null if none was sent. */
  challenge: string | null;
}

/** Whether a token is any good. */
export type TokenState =
  | { kind: "valid" | "expired" | "revoked"; accountId: string; use: TokenUse }
  | { kind: "unknown" };

type TokenUse = "access" | "refresh";

/** How a refresh token fares once it was used: it goes on, it is replaced at once, or it is until its successor is used. */
export const ROTATIONS = ["none", "strict", "grace"] as const;
export type Rotation = (typeof ROTATIONS)[number];

/**
 * The tokens of one platform. They carry what they stand for, so that they outlive a restart of the simulator; what was
 * revoked or used up does not.
 */
export interface Authority {
  /** A code for the callback, good once and for a minute. */
  code(grant: CodeGrant, now: number): string;
  /** The account and scope of a code, or null if it was not given for this, is used up or too old. */
  redeem(
    code: string,
    asked: { clientId: string; redirectUri: string; verifier: string | null },
    now: number,
  ): Promise<{ accountId: string; scope: string } | null>;
  /** @param lifetimeMs null if it does not end by itself */
  issue(token: { use: TokenUse; accountId: string; lifetimeMs: number | null }, now: number): string;
  read(token: string, now: number): TokenState;
  /** Uses a refresh token: whose it is, and the token to go on with (null: the same). Null if it is worthless. */
  rotate(
    token: string,
    lifetimeMs: number,
    now: number,
  ): { accountId: string; successor: string | null } | null;
  /** Ends the access tokens given so far, of one account or of all. */
  expire(accountId: string | null, now: number): void;
  /** Takes back all tokens given so far, of one account or of all. */
  revoke(accountId: string | null, now: number): void;
  rotation: Rotation;
  /** How long access tokens live, if not as long as the vendor's do, ms. */
  lifetimeMs: number | null;
}

const CODE_LIFETIME_MS = 60_000;
const EVERYBODY = "*";

export function createAuthority(seed: string): Authority {
  const codes = new Map<string, CodeGrant & { until: number }>();
  const marks = { expired: new Map<string, number>(), revoked: new Map<string, number>() };
  const spent = new Set<string>();
  const predecessors = new Map<string, string>();
  let last = 0;
  const next = (now: number) => {
    last = Math.max(last + 1, now * 1000);
    return last;
  };
  const isMarked = (which: Map<string, number>, accountId: string, serial: number) =>
    serial <= Math.max(which.get(accountId) ?? 0, which.get(EVERYBODY) ?? 0);

  const authority: Authority = {
    rotation: "none",
    lifetimeMs: null,
    code(grant, now) {
      const code = `code${hash32(`${seed}:${next(now)}`).toString(36)}${last.toString(36)}`;
      codes.set(code, { ...grant, until: now + CODE_LIFETIME_MS });
      return code;
    },
    async redeem(code, { clientId, redirectUri, verifier }, now) {
      const grant = codes.get(code);
      codes.delete(code);
      if (!grant || grant.until < now) return null;
      if (grant.clientId !== clientId || grant.redirectUri !== redirectUri) return null;
      if (grant.challenge !== null && grant.challenge !== (await s256(verifier ?? ""))) return null;
      return { accountId: grant.accountId, scope: grant.scope };
    },
    issue({ use, accountId, lifetimeMs }, now) {
      const lives = use === "access" && authority.lifetimeMs !== null ? authority.lifetimeMs : lifetimeMs;
      const body = { u: use, a: accountId, e: lives === null ? null : now + lives, n: next(now) };
      const text = base64url(JSON.stringify(body));
      return `${text}.${hash32(`${seed}:${text}`).toString(36)}`;
    },
    read(token, now) {
      const body = readToken(seed, token);
      if (body === null) return { kind: "unknown" };
      const known = { accountId: body.a, use: body.u };
      if (isMarked(marks.revoked, body.a, body.n)) return { kind: "revoked", ...known };
      const isOver = body.e !== null && body.e <= now;
      if (isOver || (body.u === "access" && isMarked(marks.expired, body.a, body.n)))
        return { kind: "expired", ...known };
      const before = predecessors.get(token);
      if (before !== undefined) spent.add(before);
      return spent.has(token) ? { kind: "revoked", ...known } : { kind: "valid", ...known };
    },
    rotate(token, lifetimeMs, now) {
      const state = authority.read(token, now);
      if (state.kind !== "valid" || state.use !== "refresh") return null;
      const { accountId } = state;
      if (authority.rotation === "none") return { accountId, successor: null };
      const successor = authority.issue({ use: "refresh", accountId, lifetimeMs }, now);
      if (authority.rotation === "strict") spent.add(token);
      else predecessors.set(successor, token);
      return { accountId, successor };
    },
    expire: (accountId, now) => void marks.expired.set(accountId ?? EVERYBODY, next(now)),
    revoke: (accountId, now) => void marks.revoked.set(accountId ?? EVERYBODY, next(now)),
  };
  return authority;
}

interface TokenBody {
  u: TokenUse;
  a: string;
  e: number | null;
  n: number;
}

function readToken(seed: string, token: string): TokenBody | null {
  const [text = "", check] = token.split(".");
  if (hash32(`${seed}:${text}`).toString(36) !== check) return null;
  // safe: only issue() writes what this seed checks.
  return JSON.parse(fromBase64url(text)) as TokenBody;
}

async function s256(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(String.fromCharCode(...new Uint8Array(digest)));
}

function base64url(binary: string): string {
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): string {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}
