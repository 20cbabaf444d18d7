import type { Ctx } from "../context.ts";
import { findProofAttempt } from "../db/queries/connect-attempts.ts";
import type { AccountRow } from "../db/queries/connected-accounts.ts";
import { listPlatformConfigs, UNTOUCHED } from "../db/queries/platforms.ts";
import type { Affiliate } from "../domain/actor.ts";
import { accountName } from "../domain/connected-account.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Platform } from "../domain/platform.ts";
import type { CallReport } from "../domain/quota.ts";
import type { ProfileOutcome, ProfileReader } from "../platforms/access.ts";
import type { PlatformAdapter } from "../platforms/adapter.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { appReader, type Reader, renewReader } from "./find-readers.ts";
import { storeAccounts } from "./finish-connection.ts";
import { requireActive } from "./new-report.ts";
import { tokenDeps } from "./renew-token.ts";

/**
 * Looks for the code that the affiliate was given in the profile it was given for, and connects the account if it is
 * there. May be tried again until the code is too old.
 *
 * @throws {ClaimcheckError} forbidden, not_found (no code was given, or it is too old), conflict (the code is not there),
 *   temporarily_unavailable
 */
export async function proveAccount(ctx: Ctx, actor: Affiliate, platform: Platform): Promise<AccountRow> {
  requireActive(actor);
  const adapter = adapterOf(platform);
  const { profiles } = adapter;
  const { affiliateId } = actor;
  if (!profiles) {
    throw new ClaimcheckError("not_found", `Accounts on ${adapter.displayName} are not proven by a code.`);
  }
  const attempt = await findProofAttempt(ctx.db, { affiliateId, platform }, ctx.now());
  if (attempt === null || attempt.handle === null) {
    throw new ClaimcheckError(
      "not_found",
      `No code is waiting. Get one with POST /api/v1/connect/${platform}.`,
    );
  }
  const outcome = await readProfile(ctx, adapter, profiles, attempt.handle);
  if (outcome.kind === "unknown") {
    throw new ClaimcheckError("conflict", `${adapter.displayName} knows no account ${attempt.handle}.`);
  }
  if (outcome.kind !== "found") throw unreachable(adapter);
  if (!outcome.about.toLowerCase().includes(attempt.secret)) {
    const detail = `The code ${attempt.secret} is not in ${profiles.place} of ${attempt.handle}. It may take a minute to show.`;
    throw new ClaimcheckError("conflict", detail);
  }
  const { accountId: externalId } = outcome.profile;
  const id = ctx.ids("acc");
  const account = {
    id,
    affiliateId,
    platform,
    externalId,
    name: accountName(outcome.profile),
    proof: "code",
    tokens: null,
    tendAt: null,
  } as const;
  const [stored] = await storeAccounts(ctx, affiliateId, [account], attempt.id);
  if (stored === undefined) throw unreachable(adapter);
  return stored;
}

function unreachable({ displayName }: PlatformAdapter): ClaimcheckError {
  return new ClaimcheckError(
    "temporarily_unavailable",
    `${displayName} cannot be asked now. Try again in a minute.`,
  );
}

/** One call like any other: through the gate, and reported back to it. */
async function readProfile(
  ctx: Ctx,
  adapter: PlatformAdapter,
  profiles: ProfileReader,
  handle: string,
): Promise<ProfileOutcome> {
  const { platform } = adapter;
  const { enabled, quota } = (await listPlatformConfigs(ctx.db)).get(platform) ?? UNTOUCHED;
  if (!enabled) throw new ClaimcheckError("conflict", `${adapter.displayName} is switched off.`);
  const reader = await appReader(ctx, adapter);
  if ("reason" in reader) throw unreachable(adapter);
  const gate = ctx.gate(platform);
  const { grants } = await gate.admit([{ calls: 1, credential: reader.label, quota }]);
  const permit = grants[0]?.permit ?? null;
  if (permit === null) throw unreachable(adapter);
  const { outcome, calls } = await readWithRenewal(ctx, platform, reader, (credential) =>
    profiles.read(tokenDeps(ctx, platform), credential, handle),
  );
  const report = { permit, credential: reader.label, outcomes: [toReport(outcome)], unused: 0 };
  await gate.settle([{ ...report, extra: calls - 1 }]);
  if (outcome.kind === "refused" || outcome.kind === "failed") {
    ctx.log.warn("profile_not_read", { platform, kind: outcome.kind, detail: outcome.detail });
  }
  return outcome;
}

/** A token that is refused is renewed, once, and the question put again. */
async function readWithRenewal(
  ctx: Ctx,
  platform: Platform,
  reader: Reader,
  read: (credential: string) => Promise<ProfileOutcome>,
): Promise<{ outcome: ProfileOutcome; calls: number }> {
  const outcome = await read(reader.credential);
  const renewed = isUnauthorised(outcome) ? await renewReader(ctx, platform, reader) : null;
  if (renewed === null || "reason" in renewed) return { outcome, calls: 1 };
  return { outcome: await read(renewed.credential), calls: 2 };
}

function isUnauthorised(outcome: ProfileOutcome): boolean {
  return outcome.kind === "refused" || (outcome.kind === "failed" && outcome.failure === "unauthorised");
}

/** What the gate is told of the call. */
function toReport(outcome: ProfileOutcome): CallReport {
  if (isUnauthorised(outcome)) return { kind: "unauthorised", limits: null, retryAt: null };
  if (outcome.kind === "failed") return { kind: outcome.failure, limits: null, retryAt: outcome.retryAt };
  return { kind: "answered", limits: null, retryAt: null };
}
