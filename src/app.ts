import type { Ctx } from "./context.ts";
import { receiveInteraction } from "./discord/receive.ts";
import { createApi } from "./http/api.ts";
import { limitBody, requireJson } from "./http/json-body.ts";
import { onError } from "./http/on-error.ts";
import { requestOrigin } from "./http/request-origin.ts";
import { createRouter } from "./http/router.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { systemRoutes } from "./http/system/routes.ts";
import { unmatched } from "./http/unmatched.ts";
import type { Background } from "./links/background.ts";
import { createFollow } from "./links/follow.ts";

/**
 * The HTTP application over whatever ports `createCtx` makes of the bindings.
 *
 * @param background what following links leaves for later; the Worker's own unless a test brings one
 */
export function createApp(createCtx: (env: Env) => Ctx, background?: Background) {
  const app = createRouter();
  const follow = createFollow(createCtx, background);
  // Before everything that wraps and logs a request: following a link is as little work as can be.
  app.all("/go/*", (c) => follow(c.req.raw, c.req.path, c.env));
  app.use(securityHeaders);
  app.use(requestOrigin(createCtx));
  app.use("/api/*", limitBody, requireJson);
  app.route("/api/v1", createApi());
  app.post("/discord/interactions", async (c) =>
    c.json(await receiveInteraction(c.var.ctx, c.var.origin, c.req.raw)),
  );
  for (const operation of systemRoutes(app)) app.route("/", operation);
  app.onError(onError);
  app.notFound(unmatched(app));
  return app;
}
