import type { LinkPosition } from "../../db/queries/list-tracked-links.ts";
import { invalidField } from "../../domain/errors.ts";

const POSITION = /^v1:(aff_[0-9A-Z]{26}):(sub_[0-9A-Z]{26})?:([0-9a-z]{10})$/;

/** Where a link stands in the list, as a cursor carries it. */
export function positionText({ affiliateId, submissionId, code }: LinkPosition): string {
  return `${affiliateId}:${submissionId ?? ""}:${code}`;
}

function decode(cursor: string): string {
  try {
    return atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}

/**
 * Where a page begins; null for the first one.
 *
 * @throws {ClaimcheckError} validation_failed if the cursor is none of this list
 */
export function positionOf(cursor: string | undefined): LinkPosition | null {
  if (cursor === undefined) return null;
  const [, affiliateId, submissionId = null, code] = POSITION.exec(decode(cursor)) ?? [];
  if (affiliateId === undefined || code === undefined) {
    throw invalidField("#query/cursor", "is not a cursor of this list");
  }
  return { affiliateId, submissionId, code };
}
