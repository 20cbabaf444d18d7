import type { Context, MiddlewareHandler } from "hono";
import { actorByKey, toActor } from "../db/queries/api-keys.ts";
import type { Actor, Affiliate, Role } from "../domain/actor.ts";
import { hashApiKey, isApiKey } from "../domain/api-key.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { AppEnv } from "./app-env.ts";

/** One sentence for every reason, so that a stranger learns nothing about which keys exist. */
const NO_KEY = "Send a valid API key as Authorization: Bearer cck_…";

/** The hash of the bearer key; a key whose checksum is wrong never reaches the database. */
export async function bearerHash(c: Context<AppEnv>): Promise<string> {
  const [scheme, key, ...more] = (c.req.header("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "bearer" || !key || more.length > 0 || !isApiKey(key)) {
    throw new ClaimcheckError("unauthenticated", NO_KEY);
  }
  return hashApiKey(key);
}

/** Refuses a stranger (401) and a role that may not do this (403). */
export function authorise(actor: Actor | null, roles: readonly Role[]): Actor {
  if (actor === null) throw new ClaimcheckError("unauthenticated", NO_KEY);
  if (!roles.includes(actor.role)) {
    throw new ClaimcheckError("forbidden", `This needs a key of role ${roles.join(" or ")}.`);
  }
  return actor;
}

/** Lets only these roles in and sets `actor`: the first middleware of every operation that is not public. */
export function allow(...roles: Role[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { db, now } = c.var.ctx;
    const rows = await actorByKey(db, await bearerHash(c), now());
    c.set("actor", authorise(toActor(rows), roles));
    await next();
  };
}

/** The `security` of an operation behind {@link allow}. */
export const BEARER = [{ bearer: [] as string[] }];

/** The affiliate behind an operation that only affiliates may use. */
export function affiliateOf(actor: Actor): Affiliate {
  if (actor.role !== "affiliate")
    throw new ClaimcheckError("forbidden", "This needs a key of role affiliate.");
  return actor;
}
