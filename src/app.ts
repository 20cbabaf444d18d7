import { secureHeaders } from "hono/secure-headers";
import type { Ctx } from "./context.ts";
import { createApi } from "./http/api.ts";
import { limitBody, requireJson } from "./http/json-body.ts";
import { onError, onNotFound } from "./http/on-error.ts";
import { requestOrigin } from "./http/request-origin.ts";
import { createRouter } from "./http/router.ts";

/** The HTTP application over whatever ports `createCtx` makes of the bindings. */
export function createApp(createCtx: (env: Env) => Ctx) {
  const app = createRouter();
  app.use(requestOrigin(createCtx));
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use("/api/*", limitBody, requireJson);
  app.route("/api/v1", createApi());
  app.onError(onError);
  app.notFound(onNotFound);
  return app;
}
