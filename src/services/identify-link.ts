import type { Ctx } from "../context.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import type { PostIdentity } from "../domain/platform.ts";
import { adapterOf } from "../platforms/lookup.ts";
import { identifyPost, isShareLink, recogniseLink } from "../platforms/recognise-link.ts";
import { resolveLink } from "../platforms/resolve-link.ts";

/** A transient failure of a short link's host is worth another try after so long. */
const RETRY_SECONDS = 30;

/**
 * The post an address names. A share or short link is followed, over its own hosts alone.
 *
 * @throws {ClaimcheckError} validation_failed with what to paste instead; temporarily_unavailable if a link cannot be
 *   followed right now
 */
export async function identifyLink(ctx: Ctx, text: string): Promise<PostIdentity> {
  const identity = await follow(ctx, text);
  const instead = adapterOf(identity.platform).pasteInstead?.(identity.externalId) ?? null;
  if (instead !== null) throw invalidField("#/url", instead);
  return identity;
}

async function follow(ctx: Ctx, text: string): Promise<PostIdentity> {
  const link = recogniseLink(text);
  if (link.kind === "post") return link.identity;
  if (link.kind === "refused") throw invalidField("#/url", link.reason);
  const { RESOLVER_BASE_URL: base, LINK_TIMEOUT_MS: timeoutMs } = ctx.config;
  const deps = { fetch: ctx.fetch, resolverBaseUrl: base === "" ? null : base, timeoutMs };
  const resolved = await resolveLink(deps, link.url, { identify: identifyPost, isShareLink });
  if (resolved.ok) return resolved.identity;
  ctx.log.info("link_not_resolved", { host: link.url.hostname, transient: resolved.transient });
  if (!resolved.transient) throw invalidField("#/url", resolved.reason);
  throw new ClaimcheckError("temporarily_unavailable", resolved.reason, {
    errors: [{ pointer: "#/url", detail: resolved.reason }],
    retryAfterSeconds: RETRY_SECONDS,
  });
}
