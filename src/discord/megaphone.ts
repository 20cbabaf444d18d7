import type { Ctx } from "../context.ts";
import type { Channel, Delivery } from "../db/queries/channel-deliveries.ts";
import type { Sent } from "../domain/discord-delivery.ts";
import { keyIdOf, type SecretBox } from "../lib/secret-box.ts";
import { channelContext } from "../services/set-discord-channel.ts";
import { apiOf } from "./api-of.ts";
import type { Message } from "./wire.ts";

/** What came of speaking in a channel. Discord was asked only where something was `sent`. */
export type Spoken =
  | { kind: "sent"; delivery: Delivery }
  /** It takes nothing before `until` (ms UTC). */
  | { kind: "waits"; until: number }
  /** Its webhook is gone, until another is set. */
  | { kind: "dead" };

/** Speaks in channels. Never throws for what Discord or the network does. */
export type Megaphone = (channel: Channel, message: Message) => Promise<Spoken>;

/** The channel may work again as soon as an operator has put the key back. */
const NO_KEY: Sent = { kind: "retry", afterMs: 10 * 60_000, detail: "no key opens the webhook's token" };

/**
 * A megaphone for one batch: it says one message after the other in a channel, in different channels side by side, and
 * what a message meets holds for those after it.
 */
export function createMegaphone(ctx: Ctx): Megaphone {
  const turns = new Map<string, Promise<unknown>>();
  const learnt = new Map<string, Pick<Channel, "state" | "blockedUntil">>();
  const speak = async (channel: Channel, message: Message): Promise<Spoken> => {
    const { state, blockedUntil } = learnt.get(channel.id) ?? channel;
    if (state === "dead") return { kind: "dead" };
    if (blockedUntil > ctx.now()) return { kind: "waits", until: blockedUntil };
    const delivery = await send(ctx, channel, message);
    learnt.set(channel.id, stateAfter(delivery.sent, ctx.now()));
    return { kind: "sent", delivery };
  };
  return (channel, message) => {
    const before = turns.get(channel.id) ?? Promise.resolve();
    const turn = before.then(() => speak(channel, message));
    turns.set(
      channel.id,
      turn.catch(() => undefined),
    );
    return turn;
  };
}

async function send(ctx: Ctx, channel: Channel, message: Message): Promise<Delivery> {
  const { box } = ctx;
  const token = (await box?.open(channel.webhookToken, channelContext(channel.id))) ?? null;
  if (box === null || token === null) return { channel, sent: NO_KEY, resealed: null };
  const sent = await apiOf(ctx).executeWebhook({ id: channel.webhookId, token }, message);
  return { channel, sent, resealed: sent.kind === "delivered" ? await sealAnew(box, channel, token) : null };
}

/** A token is sealed with the newest key when it is used, so that a former key can be taken away. */
async function sealAnew(
  box: SecretBox,
  { id, webhookToken }: Channel,
  token: string,
): Promise<string | null> {
  const sealed = await box.seal(token, channelContext(id));
  return keyIdOf(sealed) === keyIdOf(webhookToken) ? null : sealed;
}

function stateAfter(sent: Sent, now: number): Pick<Channel, "state" | "blockedUntil"> {
  switch (sent.kind) {
    case "delivered":
      return { state: "active", blockedUntil: now + sent.blockedForMs };
    case "retry":
      return { state: "active", blockedUntil: now + sent.afterMs };
    case "refused":
      return { state: sent.gone ? "dead" : "active", blockedUntil: 0 };
  }
}
