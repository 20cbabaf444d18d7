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
    const body = await c.req.text();
    if (body !== "") checkJson(body, c.req.header("content-type") ?? "");
  }
  await next();
};

function checkJson(body: string, contentType: string): void {
  if (!/^application\/json(\s*;|\s*$)/i.test(contentType)) {
    throw new ClaimcheckError("unsupported_media_type", "Send the body as application/json.");
  }
  if (nestsTooDeep(body))
    throw new ClaimcheckError("bad_request", `The body nests deeper than ${DEPTH_LIMIT} levels.`);
  try {
    JSON.parse(body);
  } catch (cause) {
    throw new ClaimcheckError("bad_request", "The body is not well-formed JSON.", { cause });
  }
}
