import type { Ctx } from "../context.ts";
import { type ConnectAttempt, useConnectAttempt } from "../db/queries/connect-attempts.ts";
import { type AccountRow, type ProvenAccount, upsertAccounts } from "../db/queries/connected-accounts.ts";
import { accountName, tendAt } from "../domain/connected-account.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Platform } from "../domain/platform.ts";
import type { SecretBox } from "../lib/secret-box.ts";
import type { ConnectedProfile, ConnectOutcome } from "../platforms/access.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { tokenDeps } from "./renew-token.ts";
import { sealTokens } from "./sealed-tokens.ts";
import { redirectUri, requireConnecting, stateContext, verifierContext } from "./start-connection.ts";

/** What a vendor sent the visitor back with. */
export interface Callback {
  platform: Platform;
  state: string | null;
  code: string | null;
  /** The vendor's error code, if the visitor refused or something was wrong. */
  error: string | null;
}

const AGAIN = "Go back to where you began and connect the account once more.";

/**
 * Ends an authorisation: takes the state, which is good once, exchanges the code and stores the accounts it opened.
 *
 * @throws {ClaimcheckError} bad_request (no state of ours, refused, used or too late), conflict (somebody else's account),
 *   temporarily_unavailable
 */
export async function finishConnection(ctx: Ctx, callback: Callback): Promise<AccountRow[]> {
  const { platform, code } = callback;
  const { access, displayName } = adapterOf(platform);
  if (access.kind !== "account") throw new ClaimcheckError("not_found", "There is nothing to connect here.");
  const box = requireConnecting(ctx, platform);
  const attempt = await takeAttempt(ctx, box, callback);
  if (callback.error !== null || code === null || code === "") {
    const why =
      callback.error === "access_denied" ? "Access was refused." : `${displayName} answered with an error.`;
    throw new ClaimcheckError("bad_request", `${why} Nothing was connected. ${AGAIN}`);
  }
  const codeVerifier = await box.open(attempt.secret, verifierContext(attempt.id));
  if (codeVerifier === null) throw notExpected();
  const grant = { code, redirectUri: redirectUri(ctx, platform), codeVerifier };
  const outcome = await access.oauth.connect(tokenDeps(ctx, platform), grant);
  if (outcome.kind !== "connected") throw notConnected(ctx, platform, outcome);
  const accounts = await Promise.all(outcome.accounts.map((profile) => proven(ctx, attempt, profile)));
  return await storeAccounts(ctx, attempt.affiliateId, accounts);
}

async function takeAttempt(ctx: Ctx, box: SecretBox, { platform, state }: Callback): Promise<ConnectAttempt> {
  const [id = "", signature = "", ...more] = (state ?? "").split(".");
  const isOurs = more.length === 0 && (await box.verify(stateContext(id, platform), signature));
  const attempt = isOurs ? await useConnectAttempt(ctx.db, { id, platform }, ctx.now()) : null;
  if (attempt === null) throw notExpected();
  return attempt;
}

function notExpected(): ClaimcheckError {
  return new ClaimcheckError("bad_request", `This answer is not expected any more, or never was. ${AGAIN}`);
}

function notConnected(
  ctx: Ctx,
  platform: Platform,
  outcome: Exclude<ConnectOutcome, { kind: "connected" }>,
): ClaimcheckError {
  const { displayName } = adapterOf(platform);
  ctx.log.warn("connection_failed", { platform, kind: outcome.kind, detail: outcome.detail });
  if (outcome.kind === "refused") {
    return new ClaimcheckError(
      "bad_request",
      `${displayName} refused the connection (${outcome.detail}). ${AGAIN}`,
    );
  }
  return new ClaimcheckError("temporarily_unavailable", `${displayName} could not be asked. ${AGAIN}`);
}

async function proven(ctx: Ctx, attempt: ConnectAttempt, profile: ConnectedProfile): Promise<ProvenAccount> {
  const { affiliateId, platform } = attempt;
  const { accountId: externalId, tokens } = profile;
  return {
    id: ctx.ids("acc"),
    affiliateId,
    platform,
    externalId,
    name: accountName(profile),
    proof: "oauth",
    tokens: await sealTokens(ctx, { platform, externalId }, tokens),
    tendAt: tendAt(ctx.now(), tokens.accessExpiresAt),
  };
}

/**
 * Stores proven accounts of an affiliate.
 *
 * @returns those that are the affiliate's now
 * @throws {ClaimcheckError} conflict if all of them are connected by others
 */
export async function storeAccounts(
  ctx: Ctx,
  affiliateId: string,
  accounts: readonly ProvenAccount[],
  attemptId: string | null = null,
): Promise<AccountRow[]> {
  const stored = await upsertAccounts(ctx.db, accounts, { now: ctx.now(), attemptId });
  const own = stored.filter((account) => account.affiliate_id === affiliateId);
  for (const { id, platform } of own) ctx.log.info("account_connected", { account_id: id, platform });
  if (own.length > 0) return own;
  ctx.log.warn("account_of_another", { affiliate_id: affiliateId, accounts: stored.map(({ id }) => id) });
  throw new ClaimcheckError(
    "conflict",
    "This account is already connected to another affiliate. It has to be disconnected there first.",
  );
}
