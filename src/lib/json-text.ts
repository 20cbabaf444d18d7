import { ClaimcheckError } from "../domain/errors.ts";

/** Deepest nesting of arrays and objects: validators recurse, and a body may not exhaust their stack. */
const DEPTH_LIMIT = 32;

// A backslash takes the next character with it; unrolled, so that a long string needs no stack. A string that never
// ends runs to the end of the text: if it did not match, each of its escaped quotes would be tried as a new beginning.
const STRINGS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"?/g;

/** Whether JSON text nests deeper than allowed; brackets inside strings do not count. */
export function nestsTooDeep(text: string, limit = DEPTH_LIMIT): boolean {
  let depth = 0;
  for (const [bracket] of text.replace(STRINGS, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > limit) return true;
  }
  return false;
}

/**
 * The value of a JSON body, as every parser would read it.
 *
 * @throws {ClaimcheckError} bad_request: not UTF-8, not JSON, nested too deep, or with what parsers lose
 */
export function parseJsonBody(bytes: ArrayBuffer | Uint8Array): unknown {
  const text = decode(bytes);
  if (nestsTooDeep(text))
    throw new ClaimcheckError("bad_request", `The body nests deeper than ${DEPTH_LIMIT} levels.`);
  try {
    return JSON.parse(text, refuseLossy);
  } catch (cause) {
    if (cause instanceof ClaimcheckError) throw cause;
    throw new ClaimcheckError("bad_request", "The body is not well-formed JSON.", { cause });
  }
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw new ClaimcheckError("bad_request", "The body is not well-formed UTF-8.", { cause });
  }
}

/** Refuses what parsers read differently or lose: nothing that is sent may be changed unseen. */
function refuseLossy(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new ClaimcheckError("bad_request", "The body has a field named __proto__.");
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new ClaimcheckError("bad_request", "The body has a number that is too large.");
  }
  return value;
}
