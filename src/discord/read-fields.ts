import { z } from "zod";
import { ClaimcheckError } from "../domain/errors.ts";

/**
 * What was typed, by the rules that the API has for these fields.
 *
 * @throws {ClaimcheckError} validation_failed, pointing at each bad field
 */
export function readFields<T extends z.ZodRawShape>(rules: T, typed: Record<keyof T, string>) {
  const { success, data, error } = z.object(rules).safeParse(typed);
  if (success) return data;
  const errors = error.issues.map(({ path, message }) => ({
    pointer: `#/${path.join("/")}`,
    detail: message,
  }));
  throw new ClaimcheckError("validation_failed", "Not everything can be taken as it is.", { errors });
}
