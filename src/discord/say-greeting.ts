import type { Ctx } from "../context.ts";
import { OPERATORS_CHANNEL } from "../db/queries/discord-channels.ts";
import type { OutboxEntry, Said } from "../db/queries/outbox.ts";
import { loadGreeting } from "../db/queries/outbox-subjects.ts";
import { greeting } from "./cards/greeting.ts";
import type { Megaphone } from "./megaphone.ts";
import { sayInChannel } from "./say-in-channel.ts";

/** Greets a channel that was set, which shows whether its webhook works. */
export async function sayGreeting(ctx: Ctx, entry: OutboxEntry, megaphone: Megaphone): Promise<Said> {
  const { channel, campaignName } = await loadGreeting(ctx.db, entry.subject);
  if (channel === null) return { outcome: { kind: "given_up", detail: "the channel was removed" } };
  const kind = channel.id === OPERATORS_CHANNEL ? "operators" : "campaign";
  return sayInChannel(ctx, entry, { megaphone, channel, message: greeting(kind, campaignName) });
}
