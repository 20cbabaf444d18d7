import type { Ctx } from "../context.ts";
import { type PostbackSecretRow, workingSecrets } from "../db/queries/postback-secrets.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { SecretBox } from "../lib/secret-box.ts";

/** A secret in clear, with what is known of it. */
export interface OpenSecret extends PostbackSecretRow {
  secret: string;
}

/** What seals the secrets of postbacks. @throws {ClaimcheckError} temporarily_unavailable if TOKEN_KEYS is not set */
export function requireBox({ box, log }: Pick<Ctx, "box" | "log">): SecretBox {
  if (box !== null) return box;
  log.error("postbacks_not_configured", null);
  throw new ClaimcheckError("temporarily_unavailable", "Signed postbacks cannot be used here yet.");
}

/** What a secret is sealed for: moved to another campaign it does not open. */
export const secretContext = (campaignId: string): string => `postback:${campaignId}`;

/**
 * The secrets that sign a campaign's postbacks now, newest first, and its advertiser; null if there is none. One that no
 * key opens any more is left out.
 *
 * @throws {ClaimcheckError} temporarily_unavailable if TOKEN_KEYS is not set
 */
export async function openSecrets(
  ctx: Ctx,
  campaignId: string,
): Promise<{ advertiserId: string; secrets: OpenSecret[] } | null> {
  const box = requireBox(ctx);
  const rows = await workingSecrets(ctx.db, campaignId, ctx.now());
  const [first] = rows;
  if (first === undefined) return null;
  const opened = await Promise.all(
    rows.map(async ({ advertiser_id: _, ...row }) => {
      const secret = await box.open(row.sealed, secretContext(campaignId));
      return secret === null ? [] : [{ ...row, secret }];
    }),
  );
  return { advertiserId: first.advertiser_id, secrets: opened.flat() };
}
