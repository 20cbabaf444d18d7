import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./app-env.ts";

/** Nothing of ours is a page unless it says so: an answer shown in a browser may load and do nothing. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/**
 * Sets the headers of every answer, whatever its status; a page's own, stricter or wider, are left as they are.
 *
 * Source: OWASP, REST Security Cheat Sheet, "Security Headers"
 */
export const securityHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!c.res.headers.has(name)) c.header(name, value);
  }
};
