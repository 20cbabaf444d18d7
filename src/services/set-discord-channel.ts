import type { Ctx } from "../context.ts";
import {
  type ChannelRow,
  deleteDiscordChannel,
  OPERATORS_CHANNEL,
  saveDiscordChannel,
} from "../db/queries/discord-channels.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import { type DiscordWebhook, parseDiscordWebhook } from "../domain/discord-webhook.ts";
import { ClaimcheckError, invalidField } from "../domain/errors.ts";
import { managedCampaign } from "./managed-campaign.ts";
import { wakeOutbox } from "./wake-outbox.ts";

export interface ChannelInput {
  /** `operators`, or the id of a campaign. */
  channelId: string;
  /** Null removes the channel. */
  webhookUrl: string | null;
}

/**
 * Sets the Discord channel that operators or the advertiser of a campaign read, by its webhook, and has it greeted, which
 * shows whether the webhook works. The operators' channel is told of alerts raised from now on, and of what waited for
 * the one it takes the place of, unless that was dead. Null if it was removed.
 *
 * @throws {ClaimcheckError} forbidden; not_found; validation_failed; temporarily_unavailable if TOKEN_KEYS is not set
 */
export async function setDiscordChannel(
  ctx: Ctx,
  actor: Actor,
  { channelId, webhookUrl }: ChannelInput,
): Promise<ChannelRow | null> {
  await requireChannel(ctx, actor, channelId);
  if (webhookUrl === null) {
    await deleteDiscordChannel(ctx.db, channelId);
    ctx.log.info("discord_channel_removed", { channel: channelId, by: actorName(actor) });
    return null;
  }
  const webhook = parseDiscordWebhook(webhookUrl);
  if ("reason" in webhook) throw invalidField("#/webhook_url", webhook.reason);
  const now = ctx.now();
  const greetingId = `greeting:${channelId}:${now}`;
  const token = await sealToken(ctx, channelId, webhook);
  const channel = { id: channelId, webhookId: webhook.id, token, now, greetingId };
  const saved = await saveDiscordChannel(ctx.db, channel);
  ctx.log.info("discord_channel_set", { channel: channelId, by: actorName(actor) });
  await wakeOutbox(ctx, [greetingId]);
  return saved;
}

async function requireChannel(ctx: Ctx, actor: Actor, channelId: string): Promise<void> {
  if (channelId !== OPERATORS_CHANNEL) await managedCampaign(ctx, actor, channelId);
  else if (actor.role !== "admin") {
    throw new ClaimcheckError("forbidden", "The operators' channel is set by operators.");
  }
}

/** What a webhook's token is sealed for: moved to another channel it does not open. */
export const channelContext = (channelId: string): string => `discord_channel:${channelId}`;

async function sealToken({ box }: Ctx, channelId: string, { token }: DiscordWebhook): Promise<string> {
  if (box === null) throw new ClaimcheckError("temporarily_unavailable", "Channels cannot be set yet.");
  return await box.seal(token, channelContext(channelId));
}
