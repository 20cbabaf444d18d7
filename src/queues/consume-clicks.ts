import type { Ctx } from "../context.ts";
import type { ClickMessage } from "../domain/click.ts";
import { redeliverySeconds } from "../domain/redelivery.ts";
import { countClicks } from "../services/count-clicks.ts";
import { ClickMessageSchema } from "./click-message-schema.ts";

/**
 * Counts one batch of clicks in sets. Clicks stand nowhere but in their message until they are counted, so while the
 * database fails they are delivered again, ever later; what is counted already is left out then.
 */
export async function consumeClicks(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  const readable: Message<unknown>[] = [];
  const bodies: ClickMessage[] = [];
  for (const message of batch.messages) {
    const { success, data, error } = ClickMessageSchema.safeParse(message.body);
    if (success) {
      readable.push(message);
      bodies.push(data);
    } else {
      // A shape we do not know stays unknown however often it comes.
      const reason = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).slice(0, 3);
      ctx.log.error("message_refused", null, { queue: batch.queue, message_id: message.id, reason });
      message.ack();
    }
  }
  try {
    await countClicks(ctx, bodies);
    for (const message of readable) message.ack();
  } catch (error) {
    ctx.log.error("batch_failed", error, { queue: batch.queue, messages: readable.length });
    for (const message of readable) message.retry({ delaySeconds: redeliverySeconds(message.attempts) });
  }
}
