import type { Ctx } from "../context.ts";
import { takeDue } from "../db/queries/sweep.ts";
import { inMessages, type Origin } from "../domain/reconcile-message.ts";

/**
 * One tick of certainty: enqueues what is due and was not delivered, did not get its lease back, or is to be observed
 * again. Everything goes to the bulk lane, behind the reports people wait for. Safe to miss, repeat or overlap.
 *
 * @throws if the queue does not take the messages; what was taken is due again after SWEEP_AGAIN_SECONDS
 */
export async function sweep(ctx: Ctx, origin: Origin): Promise<{ reports: number; posts: number }> {
  const now = ctx.now();
  const { reportIds, postIds } = await takeDue(ctx.db, {
    now,
    againAt: now + ctx.config.SWEEP_AGAIN_SECONDS * 1_000,
    reportsCap: ctx.config.SWEEP_REPORTS_CAP,
    postsCap: ctx.config.SWEEP_POSTS_CAP,
  });
  const messages = [
    ...inMessages({ kind: "reports", manual: false, origin }, reportIds),
    ...inMessages({ kind: "posts", manual: false, origin }, postIds),
  ];
  if (messages.length > 0) await ctx.queues.send("bulk", messages);
  const swept = { reports: reportIds.length, posts: postIds.length };
  if (messages.length > 0) ctx.log.info("due_work_enqueued", { ...swept, request_id: origin.requestId });
  return swept;
}
