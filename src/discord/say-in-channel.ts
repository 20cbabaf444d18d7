import type { Ctx } from "../context.ts";
import type { Channel } from "../db/queries/channel-deliveries.ts";
import type { OutboxEntry, Said } from "../db/queries/outbox.ts";
import { outcomeOf } from "../domain/outbox-outcome.ts";
import type { Megaphone } from "./megaphone.ts";
import type { Message } from "./wire.ts";

/** What waits for the same limit is spread over so long, so that not all of it comes back at one instant. */
const SPREAD_MS = 10_000;

/** Says what an entry has to say in a channel, if that takes it now; else later, or not at all if it is dead. */
export async function sayInChannel(
  ctx: Ctx,
  entry: OutboxEntry,
  { megaphone, channel, message }: { megaphone: Megaphone; channel: Channel; message: Message },
): Promise<Said> {
  const spoken = await megaphone(channel, message);
  switch (spoken.kind) {
    case "dead":
      return { outcome: { kind: "given_up", detail: "the channel's webhook is gone" } };
    case "waits": {
      const at = spoken.until + Math.ceil(ctx.random() * SPREAD_MS);
      return { outcome: { kind: "again", at, detail: "Discord's limit for the channel", tried: false } };
    }
    case "sent": {
      const { delivery } = spoken;
      const tried = { now: ctx.now(), attempts: entry.attempts, expiresAt: null };
      return { outcome: outcomeOf(delivery.sent, tried), delivery };
    }
  }
}
