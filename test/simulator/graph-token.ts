import { GraphError } from "./graph-error.ts";
import type { World } from "./vendor.ts";

const HOUR_MS = 3_600_000;

/** How long the vendor's tokens live: the first one an hour, the exchanged one 60 days, a page's for good. */
export const LIFETIMES_MS = { short: HOUR_MS, long: 60 * 24 * HOUR_MS, page: null } as const;
export type TokenKind = keyof typeof LIFETIMES_MS;

export interface GraphToken {
  kind: TokenKind;
  accountId: string;
  /** ms UTC */
  issuedAt: number;
}

const LETTERS: Record<TokenKind, string> = { short: "S", long: "L", page: "P" };
/** After the prefix: the kind, the second of issue in base 36, and the authority's token. */
const SHAPE = /^([SLP])([0-9a-z]{7})(.+)$/;

interface NewToken {
  prefix: string;
  kind: TokenKind;
  accountId: string;
  /** As long as which kind it lives, if not as long as its own. */
  lasting?: TokenKind;
}

/**
 * A token in Meta's look: IGAA… for Instagram Login, EAA… for Facebook. The authority decides whether it is any good; the
 * rest says what only Meta's endpoints ask.
 */
export function issueToken(
  world: World,
  { prefix, kind, accountId, lasting = kind }: NewToken,
  now: number,
): { access_token: string; token_type: "bearer"; expires_in?: number } {
  const lifetimeMs = world.authority.lifetimeMs ?? LIFETIMES_MS[lasting];
  const inner = world.authority.issue({ use: "access", accountId, lifetimeMs }, now);
  const since = Math.floor(now / 1_000)
    .toString(36)
    .padStart(7, "0");
  const access_token = `${prefix}${LETTERS[kind]}${since}${inner}`;
  if (lifetimeMs === null) return { access_token, token_type: "bearer" };
  return { access_token, token_type: "bearer", expires_in: Math.floor(lifetimeMs / 1_000) };
}

/** Any app, secret or system user's token will do, unless it says that it does not. */
export function isAccepted(credential: string): boolean {
  return credential !== "" && !credential.startsWith("invalid");
}

/** Whether a token looks like one that was given out here, good or not. */
export function isIssued(prefix: string, token: string): boolean {
  return token.startsWith(prefix) && SHAPE.test(token.slice(prefix.length));
}

/** Whose a token is. @throws {GraphError} with the vendor's words for one that is expired, revoked or none */
export function readGraphToken(
  { authority }: World,
  { prefix, token }: { prefix: string; token: string },
  now: number,
): GraphToken {
  if (token === "") throw new GraphError(NO_TOKEN);
  if (!isIssued(prefix, token)) throw new GraphError(NOT_A_TOKEN);
  const [, letter, since = "", inner = ""] = SHAPE.exec(token.slice(prefix.length)) ?? [];
  const state = authority.read(inner, now);
  if (state.kind === "unknown") throw new GraphError(NOT_A_TOKEN);
  if (state.kind === "expired") throw expired(now);
  if (state.kind === "revoked") throw new GraphError(REVOKED);
  const kind = letter === LETTERS.page ? "page" : letter === LETTERS.long ? "long" : "short";
  return { kind, accountId: state.accountId, issuedAt: Number.parseInt(since, 36) * 1_000 };
}

const NO_TOKEN = { message: "An access token is required to request this resource.", code: 104 };

const NOT_A_TOKEN = { message: "Invalid OAuth access token - Cannot parse access token", code: 190 };

const REVOKED = {
  message:
    "Error validating access token: The session has been invalidated because the user changed their password or " +
    "Facebook has changed the session for security reasons.",
  code: 190,
  subcode: 460,
};

function expired(now: number): GraphError {
  const message = `Error validating access token: Session has expired. The current time is ${californian(now)}.`;
  return new GraphError({ message, code: 190, subcode: 463 });
}

/** "Saturday, 24-Mar-18 05:00:00 PDT" */
function californian(now: number): string {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/Los_Angeles",
    weekday: "long",
    day: "2-digit",
    month: "short",
    year: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const { weekday, day, month, year, hour, minute, second, timeZoneName } = part;
  return `${weekday}, ${day}-${month}-${year} ${hour}:${minute}:${second} ${timeZoneName}`;
}
