import type { Ctx } from "../context.ts";
import { insertConnectAttempt } from "../db/queries/connect-attempts.ts";
import type { Affiliate } from "../domain/actor.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { Platform } from "../domain/platform.ts";
import { HOUR_MS, MINUTE_MS } from "../domain/time.ts";
import type { SecretBox } from "../lib/secret-box.ts";
import type { OAuthConnector, ProfileReader } from "../platforms/access.ts";
import { adapterOf, displayNameOf } from "../platforms/lookup.ts";
import { requireActive } from "./new-report.ts";

/** What the affiliate does next. Times in ms UTC. */
export type StartedConnection =
  | { method: "oauth"; authorizationUrl: string; expiresAt: number }
  | {
      method: "code";
      code: string;
      /** Where the code goes, for people. */
      place: string;
      handle: string;
      expiresAt: number;
    };

/**
 * Begins to connect an account: with the vendor's page of consent where only the owner's token shows the posts, else with
 * a code for the account's public profile. A second beginning ends the first.
 *
 * @param handle names the account where a code is the proof; null elsewhere
 * @throws {ClaimcheckError} forbidden, validation_failed, conflict (nothing to connect here), temporarily_unavailable
 */
export async function startConnection(
  ctx: Ctx,
  actor: Affiliate,
  { platform, handle }: { platform: Platform; handle: string | null },
): Promise<StartedConnection> {
  requireActive(actor);
  const { access, profiles, displayName } = adapterOf(platform);
  if (access.kind === "account") {
    if (handle !== null)
      throw invalidField("#/handle", `is not used: ${displayName} asks for the account itself`);
    return await startAuthorisation(ctx, actor, { platform, oauth: access.oauth });
  }
  if (profiles) return await startProof(ctx, actor, { platform, handle, profiles });
  throw new ClaimcheckError("conflict", `Accounts on ${displayName} need not be connected.`);
}

async function startAuthorisation(
  ctx: Ctx,
  actor: Affiliate,
  { platform, oauth }: { platform: Platform; oauth: OAuthConnector },
): Promise<StartedConnection> {
  const box = requireConnecting(ctx, platform);
  const id = ctx.ids("con");
  const now = ctx.now();
  const expiresAt = now + ctx.config.CONNECT_MINUTES * MINUTE_MS;
  const codeVerifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  await insertConnectAttempt(ctx.db, {
    id,
    affiliateId: actor.affiliateId,
    platform,
    proof: "oauth",
    secret: await box.seal(codeVerifier, verifierContext(id)),
    handle: null,
    createdAt: now,
    expiresAt,
  });
  const authorizationUrl = oauth.consentUrl(ctx.settings(platform), {
    state: `${id}.${await box.sign(stateContext(id, platform))}`,
    redirectUri: redirectUri(ctx, platform),
    codeChallenge: await s256(codeVerifier),
  });
  return { method: "oauth", authorizationUrl, expiresAt };
}

/**
 * What seals the tokens of an authorisation.
 *
 * @throws {ClaimcheckError} temporarily_unavailable if TOKEN_KEYS, PUBLIC_URL or a secret of the platform is not set
 */
export function requireConnecting(ctx: Ctx, platform: Platform): SecretBox {
  const { box, config } = ctx;
  if (box !== null && ctx.settings(platform).configured && config.PUBLIC_URL !== "") return box;
  ctx.log.error("connecting_not_configured", null, { platform });
  throw new ClaimcheckError(
    "temporarily_unavailable",
    `Accounts on ${displayNameOf(platform)} cannot be connected yet.`,
  );
}

/** Where vendors send the visitor back to. Registered with each of them, so it never depends on a request. */
export const redirectUri = (ctx: Ctx, platform: Platform): string =>
  `${ctx.config.PUBLIC_URL}/api/v1/connect/${platform}/callback`;

/** What a state vouches for: this attempt, begun here, on this platform. */
export const stateContext = (id: string, platform: Platform): string => `connect:${platform}:${id}`;

export const verifierContext = (id: string): string => `connect:${id}:verifier`;

async function startProof(
  ctx: Ctx,
  actor: Affiliate,
  { platform, handle, profiles }: { platform: Platform; handle: string | null; profiles: ProfileReader },
): Promise<StartedConnection> {
  if (handle === null) throw invalidField("#/handle", `is required: ${profiles.names}`);
  const known = profiles.handle(handle);
  if (known === null) throw invalidField("#/handle", `must be ${profiles.names}`);
  const id = ctx.ids("con");
  const now = ctx.now();
  const expiresAt = now + ctx.config.PROOF_HOURS * HOUR_MS;
  // The random part of an id: 80 bits.
  const code = `claimcheck-${ctx.ids("con").slice(-16).toLowerCase()}`;
  await insertConnectAttempt(ctx.db, {
    id,
    affiliateId: actor.affiliateId,
    platform,
    proof: "code",
    secret: code,
    handle: known,
    createdAt: now,
    expiresAt,
  });
  return { method: "code", code, place: profiles.place, handle: known, expiresAt };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** RFC 7636 §4.2. */
async function s256(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}
