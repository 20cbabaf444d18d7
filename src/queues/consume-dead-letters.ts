import type { Ctx } from "../context.ts";
import { isTransient } from "../db/transient.ts";
import type { ClickMessage } from "../domain/click.ts";
import { redeliverySeconds } from "../domain/redelivery.ts";
import { countClicks } from "../services/count-clicks.ts";
import { ClickMessageSchema } from "./click-message-schema.ts";

/** Deliveries of a dead letter until its clicks are given up; wrangler.toml allows for one more. */
const LAST_DELIVERY = 20;

interface DeadClicks {
  message: Message<unknown>;
  body: ClickMessage;
}

/**
 * A message that its consumer could not work on, delivery after delivery, ends here. Most were only wake-ups, and
 * nothing is lost with them: what they were about is open in D1, and the sweep enqueues it again. Clicks stand nowhere
 * else, so they are counted here.
 */
export async function consumeDeadLetters(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const dead: DeadClicks[] = [];
  for (const message of batch.messages) {
    const { success, data } = ClickMessageSchema.safeParse(message.body);
    if (success) {
      dead.push({ message, body: data });
    } else {
      ctx.log.error("message_died", null, { queue: batch.queue, message_id: message.id });
      message.ack();
    }
  }
  await countDead(ctx, dead);
}

/** Counts them together, and each by itself if one of them can never be written. */
async function countDead(ctx: Ctx, dead: readonly DeadClicks[]): Promise<void> {
  try {
    await countClicks(
      ctx,
      dead.map(({ body }) => body),
    );
    for (const { message } of dead) message.ack();
  } catch (error) {
    if (dead.length === 1 || isTransient(error)) {
      for (const clicks of dead) retryOrLose(ctx, clicks, error);
    } else {
      for (const clicks of dead) await countDead(ctx, [clicks]);
    }
  }
}

function retryOrLose(ctx: Ctx, { message, body }: DeadClicks, error: unknown): void {
  if (message.attempts < LAST_DELIVERY) {
    message.retry({ delaySeconds: redeliverySeconds(message.attempts) });
    return;
  }
  const human = body.clicks.filter(({ k }) => k === "human").length;
  ctx.log.error("clicks_lost", error, {
    message_id: message.id,
    human,
    automated: body.clicks.length - human,
  });
  message.ack();
}
