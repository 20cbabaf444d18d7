import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";

/** Where the addresses of tracked links begin: PUBLIC_URL, or else where this request was sent to. */
export function linkBase(c: Context<AppEnv>): string {
  return c.var.ctx.config.PUBLIC_URL || new URL(c.req.url).origin;
}
