import type { Ctx } from "../context.ts";

/**
 * A message that its consumer could not work on, delivery after delivery, ends here. Nothing is lost with it: what it
 * was about is open in D1, and the sweep enqueues it again.
 */
export async function consumeDeadLetters(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  for (const message of batch.messages) {
    ctx.log.error("message_died", null, { queue: batch.queue, message_id: message.id });
    message.ack();
  }
}
