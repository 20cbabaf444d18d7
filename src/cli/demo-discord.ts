import { OPERATORS_CHANNEL } from "../db/queries/discord-channels.ts";
import type { Actor } from "../domain/actor.ts";
import { issueLinkCode } from "../services/issue-link-code.ts";
import { linkDiscord } from "../services/link-discord.ts";
import { setDiscordChannel } from "../services/set-discord-channel.ts";
import { DEMO_USERS, DEMO_VIDEO } from "./demo-names.ts";
import { type Stage, tell } from "./demo-stage.ts";

/** The demo's channels: the operators' own, and one campaign's. */
const DEMO_WEBHOOKS = {
  operators: { id: "300000000000000001", token: "demo-webhook-of-the-operators" },
  campaign: { id: "300000000000000002", token: "demo-webhook-of-a-campaign" },
} as const;

export interface DemoPeople {
  affiliate: Actor;
  operator: Actor;
  /** The campaign that gets a channel. */
  campaignId: string;
}

/**
 * Links an affiliate and an operator as they would do it themselves, and sets two channels.
 *
 * @returns who they are in Discord, for keys.json
 */
export async function settleInDiscord(
  { ctx }: Stage,
  { affiliate, operator, campaignId }: DemoPeople,
): Promise<Record<string, string>> {
  const links = [
    [affiliate, DEMO_USERS.affiliate],
    [operator, DEMO_USERS.operator],
  ] as const;
  for (const [actor, discordUserId] of links) {
    const { code } = await issueLinkCode(ctx, actor);
    await linkDiscord(ctx, { code, discordUserId });
  }
  const channels = [
    [OPERATORS_CHANNEL, DEMO_WEBHOOKS.operators],
    [campaignId, DEMO_WEBHOOKS.campaign],
  ] as const;
  for (const [channelId, { id, token }] of channels) {
    const webhookUrl = `https://discord.com/api/webhooks/${id}/${token}`;
    await setDiscordChannel(ctx, operator, { channelId, webhookUrl });
  }
  return {
    discord_affiliate_user_id: DEMO_USERS.affiliate,
    discord_operator_user_id: DEMO_USERS.operator,
  };
}

/** Tells a freshly started simulator of the demo's webhooks, and of the video to try Discord with. */
export async function registerDemoDiscord(simulatorUrl: string): Promise<void> {
  for (const { id, token } of Object.values(DEMO_WEBHOOKS)) {
    await fetch(`${simulatorUrl}/_control/discord/webhooks/${id}`, tell({ token }));
  }
  const { id, views } = DEMO_VIDEO;
  const told = { metrics: { views }, published_at: new Date().toISOString() };
  await fetch(`${simulatorUrl}/_control/youtube/posts/${id}`, tell(told));
}
