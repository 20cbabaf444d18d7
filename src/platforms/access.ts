import type { CallFailure, Fetch, VendorUrls } from "./call.ts";

/** What a vendor granted; secrets throughout, never logged and never stored in clear. Times in ms UTC. */
export interface Tokens {
  accessToken: string;
  /** Null if it does not end by itself. */
  accessExpiresAt: number | null;
  /** Null if the vendor gives none: some renew the access token itself. */
  refreshToken: string | null;
  refreshExpiresAt: number | null;
}

/** What a call about tokens needs from outside. */
export interface TokenDeps {
  fetch: Fetch;
  /** Each complete: `authorize` and `token` fall back to `api`. */
  urls: Required<VendorUrls>;
  /** The platform's secrets, by name. */
  secrets: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** ms UTC */
  now: () => number;
}

/**
 * The vendor gave no token.
 *
 * - `refused`: the grant is worthless; asking again changes nothing until a person consents or sets the secret anew
 * - `failed`: nothing is known of the grant; worth another try, not before `retryAt` (ms UTC) if the vendor named a time
 */
export type TokenRefusal =
  | { kind: "refused"; detail: string }
  | { kind: "failed"; failure: CallFailure; detail: string; retryAt: number | null };

export type TokenOutcome = { kind: "granted"; tokens: Tokens } | TokenRefusal;

/** An account as its vendor names it. */
export interface Profile {
  /** The vendor's id, the same that it gives as the author of the account's posts. */
  accountId: string;
  /** As people know it: a channel title, a handle. */
  name: string;
}

/** One account that an authorisation opened, with the tokens its posts are read with. */
export interface ConnectedProfile extends Profile {
  tokens: Tokens;
}

export type ConnectOutcome = { kind: "connected"; accounts: ConnectedProfile[] } | TokenRefusal;

/** What the vendor's page of consent is asked with. */
export interface ConsentRequest {
  /** Comes back with the answer, unchanged. */
  state: string;
  redirectUri: string;
  /** Base64url of the SHA-256 of the code verifier (RFC 7636, S256); unused where the vendor takes none. */
  codeChallenge: string;
}

/** The vendor's authorisation code flow (RFC 6749 §4.1). */
export interface OAuthConnector {
  /** Where the affiliate grants access. Pure. */
  consentUrl(deps: Pick<TokenDeps, "urls" | "secrets">, request: ConsentRequest): string;
  /** Turns the code of the callback into tokens, long-lived ones where the vendor has them, and reads whose they are. */
  connect(
    deps: TokenDeps,
    grant: { code: string; redirectUri: string; codeVerifier: string },
  ): Promise<ConnectOutcome>;
  /** Renews the tokens of an account; absent where they do not end. The old ones may be worthless afterwards. */
  refresh?(deps: TokenDeps, tokens: Tokens): Promise<TokenOutcome>;
  /** Gives the grant back; absent where the vendor has no such call. `refused` means that it was worthless already. */
  revoke?(
    deps: TokenDeps,
    account: { accountId: string; tokens: Tokens },
  ): Promise<{ kind: "revoked" } | TokenRefusal>;
}

export type ProfileOutcome =
  /** `about` is the text its owner writes: a channel description, a bio. */
  { kind: "found"; profile: Profile; about: string } | { kind: "unknown" } | TokenRefusal;

/** Reads public profiles, so that a code in one proves who owns the account. */
export interface ProfileReader {
  /** Where the owner puts the code, for people: "the channel's description". */
  place: string;
  /** What names an account, for people: "the channel's handle, such as @claimcheck". */
  names: string;
  /** The handle in the form it is asked with, or null if it cannot be one. Pure. */
  handle(typed: string): string | null;
  /** @param credential as for `observe` */
  read(deps: TokenDeps, credential: string, handle: string): Promise<ProfileOutcome>;
}
