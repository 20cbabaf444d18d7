import type { Ctx } from "../context.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import { parseJsonBody } from "../lib/json-text.ts";
import { answerInteraction } from "./answer.ts";
import { readInvocation } from "./invocation.ts";
import { verifyRequest } from "./verify.ts";
import type { InteractionResponse } from "./wire.ts";

const PING = 1;

/**
 * Takes an interaction over HTTP. Nothing is read of a request before its signature is known to be Discord's.
 *
 * @throws {ClaimcheckError} not_found without a Discord application, bad_signature, payload_too_large, bad_request
 *
 * Source: https://discord.com/developers/docs/interactions/overview#configuring-an-interactions-endpoint-url
 */
export async function receiveInteraction(
  ctx: Ctx,
  origin: Origin,
  request: Request,
): Promise<InteractionResponse> {
  const { DISCORD_PUBLIC_KEY: publicKey, DISCORD_APPLICATION_ID: applicationId } = ctx.config;
  if (publicKey === "" || applicationId === "") {
    throw new ClaimcheckError("not_found", "No Discord application is set up here.");
  }
  const maxAgeSeconds = ctx.config.DISCORD_MAX_AGE_SECONDS;
  const bytes = await verifyRequest(request, { publicKey, maxAgeSeconds, now: ctx.now() });
  const body = parseJsonBody(bytes);
  if (isPing(body, applicationId)) return { type: 1 };
  const invocation = readInvocation(body, applicationId);
  return answerInteraction(ctx, origin, { invocation, body });
}

function isPing(body: unknown, applicationId: string): boolean {
  // safe: what is no object has no members, and is no ping.
  const { type, application_id: id = applicationId } = (body ?? {}) as {
    type?: unknown;
    application_id?: unknown;
  };
  return type === PING && id === applicationId;
}
