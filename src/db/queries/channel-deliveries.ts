import { type SQL, sql } from "drizzle-orm";
import type { Sent } from "../../domain/discord-delivery.ts";

/** A channel as it is when something is to be said there. */
export interface Channel {
  /** `operators`, or the id of a campaign. */
  id: string;
  webhookId: string;
  /** Sealed. */
  webhookToken: string;
  state: "new" | "active" | "dead";
  /** Discord takes nothing before this instant, ms UTC. */
  blockedUntil: number;
  setAt: number;
}

/** What came of a message in a channel. */
export interface Delivery {
  channel: Channel;
  sent: Sent;
  /** The token of its webhook, sealed with the newest key; null where it is so already, or was not used. */
  resealed: string | null;
}

/** One channel by its id, a value or a subquery. */
export function channelStatement(id: SQL): SQL {
  return sql`
    select id, webhook_id as webhookId, webhook_token as webhookToken, state, blocked_until as blockedUntil,
      set_at as setAt
    from discord_channels where id = ${id}`;
}

/** The channel of a result of {@link channelStatement}; null if none was set. */
export function toChannel(rows: readonly unknown[] | undefined): Channel | null {
  // safe: the columns of channelStatement.
  const [channel] = (rows ?? []) as Channel[];
  return channel ?? null;
}

/**
 * Keeps what was learnt of a channel by writing to it; nothing of a webhook that was replaced meanwhile. Several may be
 * written in any order: a dead channel stays dead until it is set anew, and a block is never shortened.
 */
export function recordDelivery({ channel, sent, resealed }: Delivery, now: number): SQL {
  const same = sql`id = ${channel.id} and webhook_id = ${channel.webhookId} and set_at = ${channel.setAt}`;
  const blocked = (ms: number) => sql`blocked_until = max(blocked_until, ${ms === 0 ? 0 : now + ms})`;
  switch (sent.kind) {
    case "delivered":
      return sql`
        update discord_channels set state = 'active', delivered_at = ${now}, error = null,
          webhook_token = case webhook_token when ${channel.webhookToken} then ${resealed ?? channel.webhookToken}
            else webhook_token end,
          ${blocked(sent.blockedForMs)}
        where ${same} and state <> 'dead'`;
    case "retry":
      return sql`
        update discord_channels set error = ${sent.detail}, ${blocked(sent.afterMs)}
        where ${same} and state <> 'dead'`;
    case "refused":
      return sql`
        update discord_channels set error = ${sent.detail}, state = case when ${Number(sent.gone)} then 'dead' else state end
        where ${same}`;
  }
}
