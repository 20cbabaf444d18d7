import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ClaimcheckError } from "../domain/errors.ts";
import type { AppEnv } from "./app-env.ts";

/** Largest body in bytes. Imports stream and have their own limit. */
const BODY_LIMIT = 1_048_576;
/** Deepest nesting of arrays and objects: validators recurse, and a body may not exhaust their stack. */
const DEPTH_LIMIT = 32;

const METHODS_WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

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

export const limitBody = bodyLimit({
  maxSize: BODY_LIMIT,
  onError: () => {
    throw new ClaimcheckError("payload_too_large", "Send at most 1 MiB.");
  },
});

/** Refuses a body that is not JSON (415), cannot be parsed or nests too deep (400), before anything looks at it. */
export const requireJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (METHODS_WITH_BODY.has(c.req.method)) {
    const bytes = await c.req.arrayBuffer();
    if (bytes.byteLength > 0) {
      checkType(c.req.header("content-type") ?? "", c.req.header("content-encoding") ?? "identity");
      checkJson(decode(bytes));
    }
  }
  await next();
};

function checkType(contentType: string, encoding: string): void {
  const isJson = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType);
  if (isJson && encoding.toLowerCase() === "identity") return;
  throw new ClaimcheckError(
    "unsupported_media_type",
    "Send the body as application/json in UTF-8, not compressed.",
  );
}

function decode(bytes: ArrayBuffer): string {
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

function checkJson(body: string): void {
  if (nestsTooDeep(body))
    throw new ClaimcheckError("bad_request", `The body nests deeper than ${DEPTH_LIMIT} levels.`);
  try {
    JSON.parse(body, refuseLossy);
  } catch (cause) {
    if (cause instanceof ClaimcheckError) throw cause;
    throw new ClaimcheckError("bad_request", "The body is not well-formed JSON.", { cause });
  }
}
