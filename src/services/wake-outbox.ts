import type { Ctx } from "../context.ts";
import { within } from "../lib/within.ts";
import { QUEUE_WAIT_MS } from "./queue-wait.ts";

/** Wakes who says what is in the outbox. A queue that fails or hangs costs time, not the message: the sweep finds it. */
export async function wakeOutbox(ctx: Ctx, ids: readonly string[], delaySeconds = 0): Promise<void> {
  if (ids.length === 0) return;
  try {
    await within(QUEUE_WAIT_MS, ctx.outbox.wake(ids, delaySeconds));
  } catch (error) {
    ctx.log.error("outbox_not_woken", error, { entries: ids });
  }
}

/** Wakes who tells operators of alerts; what a queue that fails or hangs did not take, the next sweep does. */
export async function wakeAlerts(ctx: Ctx): Promise<void> {
  try {
    await within(QUEUE_WAIT_MS, ctx.outbox.wakeAlerts());
  } catch (error) {
    ctx.log.error("alerts_not_woken", error);
  }
}
