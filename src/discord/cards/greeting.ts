import type { Message } from "../wire.ts";
import { container, message, text } from "./message.ts";
import { nameText } from "./post-line.ts";

/**
 * The first message to a channel, which proves that its webhook works.
 *
 * @param name of the campaign; null for the operators' channel
 */
export function greeting(channel: "operators" | "campaign", name: string | null): Message {
  const campaign = name === null ? null : nameText(name);
  const sentence =
    channel === "operators"
      ? "New alerts appear in this channel. Look after them with `/desk alerts`."
      : `Verdicts of posts in ${campaign === null ? "this campaign" : `**${campaign}**`} appear in this channel.`;
  const card = container("good", text("### 👋 Claimcheck is here", sentence));
  return message({ ephemeral: false, blocks: [card] });
}
