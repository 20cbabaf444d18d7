import type { Ctx } from "../context.ts";
import type { Actor } from "../domain/actor.ts";
import type { Origin } from "../domain/reconcile-message.ts";

/** What every handler finds on Hono's context. An error handler may be called before any of it is set. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    ctx: Ctx;
    origin: Origin;
    /** Set by `allow`; an operation without it is public. */
    actor: Actor;
  };
}
