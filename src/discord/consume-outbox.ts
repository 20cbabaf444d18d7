import { z } from "zod";
import type { Ctx } from "../context.ts";
import {
  leaseEntries,
  type OutboxEntry,
  releaseEntry,
  type Said,
  settleEntry,
} from "../db/queries/outbox.ts";
import { isTransient } from "../db/transient.ts";
import type { OutboxMessage } from "../domain/outbox-message.ts";
import { wakeOutbox } from "../services/wake-outbox.ts";
import { entryLeaseMs } from "./leases.ts";
import { createMegaphone, type Megaphone } from "./megaphone.ts";
import { sayAlerts } from "./say-alerts.ts";
import { loseAnswer, sayAnswer } from "./say-answer.ts";
import { sayGreeting } from "./say-greeting.ts";
import { sayVerdict } from "./say-verdict.ts";

/** A message as it arrives; one of an unknown version or shape is a poison message. */
const OutboxMessageSchema: z.ZodType<OutboxMessage> = z.discriminatedUnion("kind", [
  z.object({ v: z.literal(1), kind: z.literal("entry"), id: z.string().min(1).max(200) }),
  z.object({ v: z.literal(1), kind: z.literal("alerts") }),
]);

/** Seconds until a message that met a failing database is delivered again. */
const RETRY_SECONDS = 10;

/** An entry that was taken more often than any try can need brings its consumer down each time. */
const MOST_TRIES = 10;

/** Longest delay of a message, in seconds. https://developers.cloudflare.com/queues/platform/limits/ */
const MAX_DELAY_SECONDS = 43_200;

/**
 * Says what the messages wake: entries of the outbox, and alerts. What was said and what is tried again stands in D1, so
 * every message is acknowledged; only a failing database has it delivered again.
 */
export async function consumeOutbox(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const alerts: Message<unknown>[] = [];
  const entries = new Map<string, Message<unknown>[]>();
  for (const message of batch.messages) {
    const { success, data } = OutboxMessageSchema.safeParse(message.body);
    if (success && data.kind === "entry") entries.set(data.id, [...(entries.get(data.id) ?? []), message]);
    else if (success) alerts.push(message);
    else {
      // A shape we do not know stays unknown however often it comes; what it was about is in D1.
      ctx.log.error("message_refused", null, { queue: batch.queue, message_id: message.id });
      message.ack();
    }
  }
  const megaphone = createMegaphone(ctx);
  await Promise.all([
    alerts.length > 0 && acknowledging(ctx, alerts, () => sayAlerts(ctx, megaphone)),
    entries.size > 0 && consumeEntries(ctx, entries, megaphone),
  ]);
}

async function consumeEntries(
  ctx: Ctx,
  messages: ReadonlyMap<string, Message<unknown>[]>,
  megaphone: Megaphone,
): Promise<void> {
  const now = ctx.now();
  const lease = { now, until: now + entryLeaseMs(ctx.config, messages.size) };
  const leasing = leaseEntries(ctx.db, [...messages.keys()], lease);
  const works = Array.from(messages, ([id, mine]) =>
    acknowledging(ctx, mine, async () => {
      const entry = (await leasing).find((leased) => leased.id === id);
      // What was not leased was said before, or somebody else is saying it.
      if (entry !== undefined) await sayEntry(ctx, entry, megaphone);
    }),
  );
  await Promise.all(works);
}

async function acknowledging(
  ctx: Ctx,
  messages: readonly Message<unknown>[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    for (const message of messages) message.ack();
  } catch (error) {
    ctx.log.error("outbox_failed", error, { messages: messages.length });
    for (const message of messages) message.retry({ delaySeconds: RETRY_SECONDS });
  }
}

async function sayEntry(ctx: Ctx, entry: OutboxEntry, megaphone: Megaphone): Promise<void> {
  const said = await sayOrRelease(ctx, entry, megaphone);
  await settleEntry(ctx.db, entry, said, ctx.now());
  const { outcome } = said;
  const detail = outcome.kind === "delivered" ? null : outcome.detail;
  ctx.log.info("outbox_entry_settled", {
    entry: entry.id,
    outcome: outcome.kind,
    detail,
    attempts: entry.attempts,
  });
  if (outcome.kind !== "again") return;
  // A wake-up that comes a moment early, by whichever clock, finds nothing due: better a second late.
  const delaySeconds = Math.max(Math.ceil((outcome.at - ctx.now()) / 1_000), 0) + 1;
  if (delaySeconds <= MAX_DELAY_SECONDS) await wakeOutbox(ctx, [entry.id], delaySeconds);
}

async function sayOrRelease(ctx: Ctx, entry: OutboxEntry, megaphone: Megaphone): Promise<Said> {
  try {
    return await (entry.attempts > MOST_TRIES ? giveUp(ctx, entry) : say(ctx, entry, megaphone));
  } catch (error) {
    // A database that fails for a while is no fault of the entry's, and takes none of its tries.
    const release = { now: ctx.now(), tried: !isTransient(error) };
    await releaseEntry(ctx.db, entry, release).catch(() => undefined);
    throw error;
  }
}

async function giveUp(ctx: Ctx, entry: OutboxEntry): Promise<Said> {
  if (entry.kind === "answer") return loseAnswer(ctx, entry);
  return { outcome: { kind: "given_up", detail: "it failed each time" } };
}

function say(ctx: Ctx, entry: OutboxEntry, megaphone: Megaphone): Promise<Said> {
  switch (entry.kind) {
    case "answer":
      return sayAnswer(ctx, entry);
    case "verdict":
      return sayVerdict(ctx, entry, megaphone);
    case "greeting":
      return sayGreeting(ctx, entry, megaphone);
  }
}
