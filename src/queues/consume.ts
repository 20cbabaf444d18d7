import type { Ctx } from "../context.ts";
import { consumeClicks } from "./consume-clicks.ts";
import { consumeDeadLetters } from "./consume-dead-letters.ts";
import { consumeReconcile } from "./consume-reconcile.ts";

/** Hands a batch to its consumer; queues are told apart by the end of their name, which every environment shares. */
export function consume(batch: MessageBatch<unknown>, ctx: Ctx): Promise<void> {
  if (batch.queue.endsWith("-dead")) return consumeDeadLetters(batch, ctx);
  return batch.queue.endsWith("-clicks") ? consumeClicks(batch, ctx) : consumeReconcile(batch, ctx);
}
