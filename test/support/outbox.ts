import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Ctx } from "../../src/context.ts";
import { consumeOutbox } from "../../src/discord/consume-outbox.ts";
import { tokenContext } from "../../src/discord/discord-claim.ts";
import type { Message } from "../../src/discord/wire.ts";
import { metricsOf } from "../../src/domain/metrics.ts";
import { MINUTE_MS } from "../../src/domain/time.ts";
import { channelContext } from "../../src/services/set-discord-channel.ts";
import { type SubmittedPost, submitPost } from "../../src/services/submit-post.ts";
import { MASON, noteAnswer, snowflake } from "./discord.ts";
import { type Account, row, rows, videoId } from "./fixtures.ts";
import type { World } from "./world.ts";

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** What became of the messages of a batch, by their number in it. */
export interface Consumed {
  acked: number[];
  retried: number[];
}

/** Delivers bodies as one batch of the queue. */
export async function consume(ctx: Ctx, bodies: readonly unknown[]): Promise<Consumed> {
  const messages = bodies.map((body, i) => ({ id: String(i), timestamp: new Date(0), attempts: 1, body }));
  const batch = createMessageBatch("claimcheck-discord", messages);
  await consumeOutbox(batch, ctx);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return {
    acked: explicitAcks.map(Number).toSorted(),
    retried: retryMessages.map(({ msgId }) => Number(msgId)).toSorted(),
  };
}

/** Delivers all that was woken so far, in batches as large as the queue's. */
export async function deliverWoken(world: World): Promise<void> {
  const bodies = world.woken.splice(0);
  for (let i = 0; i < bodies.length; i += 10) await consume(world.ctx, bodies.slice(i, i + 10));
}

export interface Said {
  kind: "edit" | "follow_up" | "webhook";
  token: string;
  webhook_id: string;
  body: Message;
}

/** What Discord was told so far, in that order. */
export async function saidIn(world: World): Promise<Said[]> {
  const { messages } = (await world.control("/discord/messages")) as { messages: Said[] };
  for (const { kind, body } of messages)
    await noteAnswer({ kind: "sent", name: kind, branch: null, answer: body });
  return messages;
}

/** Of each message its kind and its whole text. */
export async function textsIn(world: World): Promise<[Said["kind"], string][]> {
  const texts = (message: Message) =>
    [...JSON.stringify(message).matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)]
      .map(([, text]) => text)
      .join("\n");
  return (await saidIn(world)).map(({ kind, body }) => [kind, texts(body)]);
}

export const discordCalls = async (world: World): Promise<number> =>
  ((await world.control("/discord/calls")) as { calls: number }).calls;

export interface DiscordClaimed extends SubmittedPost {
  interactionId: string;
  /** In clear. */
  token: string;
}

/** A claim from Discord, as the command would store it. It is right if `views` is what the post has. */
export async function claimFromDiscord(
  world: World,
  {
    account,
    campaignId,
    n = 1,
    views = 1_000,
  }: { account: Account; campaignId: string; n?: number; views?: number },
): Promise<DiscordClaimed> {
  const interactionId = snowflake(world.now);
  const token = `token-of-${interactionId}`;
  const actor = {
    role: "affiliate" as const,
    keyId: `discord:${MASON}`,
    affiliateId: account.id,
    suspended: false,
    trust: 500_000,
  };
  await world.setPost("youtube", videoId(n), { metrics: { views: 1_000 } });
  const submitted = await submitPost(world.ctx, actor, {
    campaignId,
    url: `https://www.youtube.com/watch?v=${videoId(n)}`,
    platform: null,
    title: null,
    description: null,
    claimed: metricsOf({ views }),
    evidence: null,
    claimedAt: null,
    method: "DISCORD",
    discord: {
      interactionId,
      token: (await world.ctx.box?.seal(token, tokenContext(interactionId))) ?? null,
      tokenExpiresAt: world.now + 15 * MINUTE_MS,
    },
    origin: ORIGIN,
  });
  return { ...submitted, interactionId, token };
}

let webhooks = 0n;

/** A channel with a webhook that Discord knows. */
export async function aChannel(world: World, id: string): Promise<{ webhookId: string }> {
  webhooks += 1n;
  const webhookId = String(10n ** 17n + webhooks);
  const token = `webhook-token-${webhookId}`;
  await world.control(`/discord/webhooks/${webhookId}`, { token });
  await env.DB.prepare(
    "insert into discord_channels (id, webhook_id, webhook_token, since, set_at) values (?, ?, ?, ?, ?)",
  )
    .bind(id, webhookId, await world.ctx.box?.seal(token, channelContext(id)), world.now, world.now)
    .run();
  return { webhookId };
}

/** From now on Discord knows the webhook no more. */
export const forgetWebhook = (world: World, webhookId: string) =>
  world.control(`/discord/webhooks/${webhookId}`, { token: "another", gone: true });

export interface StoredEntry {
  id: string;
  kind: string;
  due_at: number | null;
  attempts: number;
  outcome: string | null;
  detail: string | null;
}

export const entries = () =>
  rows<StoredEntry>("select id, kind, due_at, attempts, outcome, detail from outbox order by created_at, id");

export const channelRow = (id: string) =>
  row<{ state: string; blocked_until: number; delivered_at: number | null; error: string | null }>(
    "select state, blocked_until, delivered_at, error from discord_channels where id = ?",
    id,
  );

/** Puts an entry into the outbox, due now. */
export async function putEntry(world: World, kind: string, subject: string, id = `${kind}:${subject}`) {
  await env.DB.prepare("insert into outbox (id, kind, subject, due_at, created_at) values (?, ?, ?, ?, ?)")
    .bind(id, kind, subject, world.now, world.now)
    .run();
  world.woken.push({ v: 1, kind: "entry", id });
  return id;
}
