import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ClaimcheckError } from "../domain/errors.ts";
import { parseJsonBody } from "../lib/json-text.ts";
import type { AppEnv } from "./app-env.ts";

/** Largest body in bytes. Imports stream and have their own limit. */
const BODY_LIMIT = 1_048_576;
const METHODS_WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** The operations that take CSV, instead of JSON or beside it; they read it themselves. */
const TAKES_CSV = /^\/api\/v1\/campaigns\/[^/]+\/(conversions\/import|observations)\/?$/;

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
    const csv = TAKES_CSV.test(c.req.path) && isCsv(c.req.raw.headers);
    if (bytes.byteLength > 0 && !csv) {
      checkType(c.req.header("content-type") ?? "", c.req.header("content-encoding") ?? "identity");
      parseJsonBody(bytes);
    }
  }
  await next();
};

/** Whether a body says that it is CSV in UTF-8, not compressed. RFC 7111 */
export function isCsv(headers: Headers): boolean {
  const type = /^text\/csv\s*(;\s*(charset\s*=\s*"?utf-8"?|header\s*=\s*"?present"?)\s*)*$/i;
  return type.test(headers.get("content-type") ?? "") && isPlain(headers.get("content-encoding"));
}

const isPlain = (encoding: string | null) => (encoding ?? "identity").toLowerCase() === "identity";

function checkType(contentType: string, encoding: string): void {
  const isJson = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(contentType);
  if (isJson && isPlain(encoding)) return;
  throw new ClaimcheckError(
    "unsupported_media_type",
    "Send the body as application/json in UTF-8, not compressed.",
  );
}
