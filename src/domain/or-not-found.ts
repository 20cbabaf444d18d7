import { ClaimcheckError } from "./errors.ts";

/**
 * What was looked for, if it is there and the actor may see it; both other cases answer alike.
 *
 * @param what names it in the refusal: `campaign`
 * @throws {ClaimcheckError} not_found
 */
export function orNotFound<T>(found: T | null, what: string): T {
  if (found === null) throw new ClaimcheckError("not_found", `There is no such ${what}.`);
  return found;
}
