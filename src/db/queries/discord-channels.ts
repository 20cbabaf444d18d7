import { type SQL, sql } from "drizzle-orm";
import { type Db, runBatch } from "../client.ts";

/** The id of the channel that operators read; that of every other channel is its campaign's. */
export const OPERATORS_CHANNEL = "operators";

/** A channel as the API shows it: without the token that writes to it. Times in ms UTC. */
export interface ChannelRow {
  webhook_id: string;
  /** `new`: never written to; `dead`: Discord does not know the webhook any more. */
  state: "new" | "active" | "dead";
  /** 0 if nothing holds us back. */
  blocked_until: number;
  delivered_at: number | null;
  error: string | null;
  set_at: number;
}

const COLUMNS = sql.raw("webhook_id, state, blocked_until, delivered_at, error, set_at");

export async function findDiscordChannel(db: Db, id: string): Promise<ChannelRow | null> {
  const [row] = await db.all<ChannelRow>(sql`select ${COLUMNS} from discord_channels where id = ${id}`);
  return row ?? null;
}

export interface NewChannel {
  id: string;
  webhookId: string;
  /** Sealed. */
  token: string;
  now: number;
  /** The outbox entry that greets it. */
  greetingId: string;
}

/** Stores a channel in the place of its former webhook, with what greets it there: one D1 batch. */
export async function saveDiscordChannel(db: Db, channel: NewChannel): Promise<ChannelRow | null> {
  const results = await runBatch(db, [greet(channel), upsert(channel)]);
  // safe: the last statement returns COLUMNS.
  const [row] = (results.at(-1) ?? []) as ChannelRow[];
  return row ?? null;
}

/** A dead channel missed what there was, and begins with what is new; any other is told what waits for it. */
function upsert({ id, webhookId, token, now }: NewChannel): SQL {
  return sql`
    insert into discord_channels (id, webhook_id, webhook_token, since, set_at)
    values (${id}, ${webhookId}, ${token}, ${now}, ${now})
    on conflict (id) do update set webhook_id = excluded.webhook_id, webhook_token = excluded.webhook_token,
      since = case when state = 'dead' then excluded.since else since end,
      state = 'new', blocked_until = 0, delivered_at = null, error = null, set_at = excluded.set_at
    returning ${COLUMNS}`;
}

function greet({ id, greetingId, now }: NewChannel): SQL {
  return sql`
    insert into outbox (id, kind, subject, due_at, created_at)
    values (${greetingId}, 'greeting', ${id}, ${now}, ${now})
    on conflict (id) do nothing`;
}

export async function deleteDiscordChannel(db: Db, id: string): Promise<void> {
  await db.run(sql`delete from discord_channels where id = ${id}`);
}
