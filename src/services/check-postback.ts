import type { Ctx } from "../context.ts";
import type { ConversionEntry } from "../domain/conversion.ts";
import { entryOfTexts } from "../domain/conversion-text.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { envelopeErrors, type Postback, parsePostback, refusedParameters } from "../domain/postback.ts";
import { MINUTE_MS } from "../domain/time.ts";
import { isSignedBy } from "../lib/hmac.ts";
import { openSecrets } from "./postback-secrets.ts";

/** A postback that the campaign's shop did sign, just now. */
export interface CheckedPostback {
  advertiserId: string;
  entry: ConversionEntry;
  /** Nothing is to be stored. */
  test: boolean;
}

/**
 * Reads a postback and checks who signed it, and when. One round trip.
 *
 * @param query as it was sent, without its question mark
 * @throws {ClaimcheckError} validation_failed; bad_signature, in the same words for a campaign that is not there;
 *   temporarily_unavailable if TOKEN_KEYS is not set
 */
export async function checkPostback(ctx: Ctx, query: string): Promise<CheckedPostback> {
  const postback = parsePostback(query);
  const { campaignId, texts } = postback;
  const advertiserId = await signerOf(ctx, postback);
  const errors = envelopeErrors(postback);
  if (errors.length > 0) throw refusedParameters(errors);
  refuseStale(ctx, postback);
  const entry = entryOfTexts(texts, { campaignId, utcOffset: null });
  if (Array.isArray(entry)) throw refusedParameters(entry.map(inQuery));
  return { advertiserId, entry, test: postback.test !== null };
}

/** A pointer into an entry, as one to the parameter it came from. */
export const inQuery = <T extends { pointer: string }>(error: T): T => ({
  ...error,
  pointer: error.pointer.replace("#/", "#query/"),
});

const WRONG_SIGNATURE =
  "The signature does not belong to this query and campaign. Sign the query as it is sent, up to &sig=, with the campaign's postback secret.";

/** The advertiser whose campaign's secret signed it. */
async function signerOf(ctx: Ctx, { campaignId, signed, signature }: Postback): Promise<string> {
  if (signature === null) {
    throw new ClaimcheckError("bad_signature", "End the query with &sig= and the signature, 64 hex digits.");
  }
  const found = await openSecrets(ctx, campaignId);
  const checks = (found?.secrets ?? []).flatMap(({ secret }) =>
    signedForms(signed).map((form) => isSignedBy(secret, form, signature)),
  );
  if (found !== null && (await Promise.all(checks)).includes(true)) return found.advertiserId;
  ctx.log.warn("postback_refused", { campaign_id: campaignId, reason: "signature" });
  throw new ClaimcheckError("bad_signature", WRONG_SIGNATURE);
}

/**
 * What the shop may have signed. Reading an address turns an apostrophe into %27, and `encodeURIComponent` leaves it as it
 * is. https://url.spec.whatwg.org/#special-query-percent-encode-set
 */
const signedForms = (signed: string): string[] => [...new Set([signed, signed.replaceAll("%27", "'")])];

/** Refuses what was signed too long ago, or too far ahead: whoever saw it once could send it again. */
function refuseStale(ctx: Ctx, { campaignId, sentAt }: Postback): void {
  const minutes = ctx.config.POSTBACK_SKEW_MINUTES;
  const awayMs = Math.abs(ctx.now() - Number(sentAt) * 1_000);
  if (awayMs <= minutes * MINUTE_MS) return;
  ctx.log.warn("postback_refused", { campaign_id: campaignId, reason: "stale" });
  throw new ClaimcheckError(
    "bad_signature",
    `ts is more than ${minutes} minutes from our time: the postback is too old, or a replay. Sign it anew when it is sent.`,
  );
}
