import { uniqueViolation } from "../db/unique-violation.ts";
import { ClaimcheckError } from "../domain/errors.ts";

/**
 * Runs a write whose columns have to be unique. The database decides, so that two racing requests cannot both win.
 *
 * @param fields the body's field of each unique column: `{ "affiliates.email": "email" }`
 * @throws {ClaimcheckError} conflict, pointing at the field whose value somebody else has
 */
export async function unlessTaken<T>(
  fields: Readonly<Record<string, string>>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const field = fields[uniqueViolation(cause) ?? ""];
    if (field === undefined) throw cause;
    const detail = `This ${field} is taken.`;
    throw new ClaimcheckError("conflict", detail, { errors: [{ pointer: `#/${field}`, detail }], cause });
  }
}
