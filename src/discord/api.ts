import { type DiscordAnswer, readSent, type Sent } from "../domain/discord-delivery.ts";
import type { Fetch } from "../platforms/adapter.ts";
import { fetchJson } from "../platforms/http.ts";
import { COMPONENTS_V2, type Message } from "./wire.ts";

export type { Sent };

/** A webhook of a channel. Its token lets anybody write there: never logged, nor part of any text. */
export interface Webhook {
  id: string;
  token: string;
}

/** Discord's HTTP API, as far as we say something. Nothing here throws for what Discord or the network does. */
export interface DiscordApi {
  /** Puts the message in the place of the answer that was deferred, as ephemeral as that was. */
  editOriginal(token: string, message: Message): Promise<Sent>;
  /** One more message about an interaction, ephemeral if its flags say so. */
  followUp(token: string, message: Message): Promise<Sent>;
  /** A message in a webhook's channel. Its buttons may be links alone, as the webhook is none of our application. */
  executeWebhook(webhook: Webhook, message: Message): Promise<Sent>;
}

export interface CallDeps {
  fetch: Fetch;
  /** With the version, without a trailing slash. */
  baseUrl: string;
  /** Longest wait for one answer, its body included. */
  timeoutMs: number;
}

/**
 * @param at.ageMs how long ago Discord sent the interaction that is answered; for a webhook it means nothing
 *
 * Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages and
 * https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
export function createDiscordApi(
  deps: CallDeps & { applicationId: string },
  at: { ageMs: number },
): DiscordApi {
  const ofInteraction = (token: string) => pathOf({ id: deps.applicationId, token });
  return {
    editOriginal: async (token, message) => {
      const path = `${ofInteraction(token)}/messages/@original?with_components=true`;
      return readSent(await callDiscord(deps, { method: "PATCH", path, body: lasting(message) }), at);
    },
    followUp: async (token, message) => {
      const path = `${ofInteraction(token)}?with_components=true`;
      return readSent(await callDiscord(deps, { method: "POST", path, body: message }), at);
    },
    executeWebhook: async (webhook, message) => {
      // Without `wait` Discord answers before it knows whether the message is any good.
      const path = `${pathOf(webhook)}?wait=true&with_components=true`;
      const answer = await callDiscord(deps, { method: "POST", path, body: lasting(message) });
      return readSent(answer, { ageMs: Number.POSITIVE_INFINITY });
    },
  };
}

function pathOf({ id, token }: Webhook): string {
  return `/webhooks/${encodeURIComponent(id)}/${encodeURIComponent(token)}`;
}

/** Whether a message is ephemeral is settled by the first answer, and in a channel none is: no other flag may be set. */
function lasting(message: Message): Message {
  return { ...message, flags: message.flags & COMPONENTS_V2 };
}

/** Discord wants to know who calls, in this form. Source: https://discord.com/developers/docs/reference#user-agent */
const USER_AGENT = "DiscordBot (https://claimcheck.example, 1.0)";

export interface DiscordRequest {
  method: "GET" | "POST" | "PUT" | "PATCH";
  /** Below the base URL, with its query. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** The whole header: `Bot …`. Webhooks and interactions need none, the token in their path is the credential. */
  authorization?: string;
}

/**
 * One call, whatever its status. Never throws for what Discord or the network does, and follows no redirect; `failed` says
 * why there is no answer, without a word of what was asked.
 */
export async function callDiscord(deps: CallDeps, request: DiscordRequest): Promise<DiscordAnswer> {
  const { method, path, body, authorization } = request;
  const answer = await fetchJson(deps.fetch, {
    method,
    url: `${deps.baseUrl}${path}`,
    headers: {
      "user-agent": USER_AGENT,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    timeoutMs: deps.timeoutMs,
  });
  if (answer.kind === "answer") return { status: answer.status, headers: answer.headers, body: answer.json };
  return { failed: answer.detail, head: answer.head };
}
