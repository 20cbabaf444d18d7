import type { Actor, Role } from "./actor.ts";
import { ClaimcheckError, invalidField } from "./errors.ts";

/** Who a key acts for. An admin key has no subject; any other acts for one advertiser or affiliate. */
export interface KeyHolder {
  role: Role;
  subjectId: string | null;
}

/** The first letters of a subject's id. */
const SUBJECT_PREFIX = { advertiser: "adv_", affiliate: "aff_" } as const;

/** Who an actor's own keys act for. */
export function holderOf(actor: Actor): KeyHolder {
  if (actor.role === "admin") return { role: "admin", subjectId: null };
  return {
    role: actor.role,
    subjectId: actor.role === "advertiser" ? actor.advertiserId : actor.affiliateId,
  };
}

/**
 * Who a new key will act for: an admin names anybody, everybody else gets keys for themselves alone.
 *
 * @param asked what the request names; null where it names nothing
 * @throws {ClaimcheckError} forbidden, or validation_failed where role and subject do not fit
 */
export function grantedHolder(
  actor: Actor,
  asked: { role: Role | null; subjectId: string | null },
): KeyHolder {
  if (actor.role === "admin") return namedHolder(asked);
  const own = holderOf(actor);
  if ((asked.role ?? own.role) !== own.role || (asked.subjectId ?? own.subjectId) !== own.subjectId) {
    throw new ClaimcheckError("forbidden", "You may only issue keys for your own account.");
  }
  return own;
}

function namedHolder({ role, subjectId }: { role: Role | null; subjectId: string | null }): KeyHolder {
  // Left out, it would have to default to the most powerful role.
  if (role === null) throw invalidField("#/role", "An admin has to name the role of the key.");
  if (role === "admin") {
    if (subjectId !== null) throw invalidField("#/subject_id", "A key of role admin has no subject.");
    return { role, subjectId };
  }
  if (!subjectId?.startsWith(SUBJECT_PREFIX[role])) {
    throw invalidField("#/subject_id", `Must be the id of the ${role} the key is for.`);
  }
  return { role, subjectId };
}
