import type { MiddlewareHandler } from "hono";
import type { Ctx } from "../context.ts";
import { childTraceparent } from "../domain/trace.ts";
import type { AppEnv } from "./app-env.ts";

const SAFE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Gives every request its ports, its id and its trace, and logs how it ended. The path is logged without its query,
 * which may hold what a user typed.
 */
export function requestOrigin(createCtx: (env: Env) => Ctx): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const ctx = createCtx(c.env);
    const given = c.req.header("x-request-id");
    const requestId = given !== undefined && SAFE_REQUEST_ID.test(given) ? given : ctx.ids("req");
    const traceparent = childTraceparent(c.req.header("traceparent"), (bytes) =>
      crypto.getRandomValues(bytes),
    );
    const log = ctx.log.with({ request_id: requestId, traceparent });
    c.set("origin", { requestId, traceparent });
    c.set("ctx", { ...ctx, log });
    const startedAt = ctx.now();
    await next();
    c.header("X-Request-ID", requestId);
    c.header("traceparent", traceparent);
    log.info("request_answered", {
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: ctx.now() - startedAt,
    });
  };
}
