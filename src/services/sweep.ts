import type { Ctx } from "../context.ts";
import { takeDue } from "../db/queries/sweep.ts";
import { inGroupedMessages, type Origin } from "../domain/reconcile-message.ts";
import { tendAccounts } from "./tend-accounts.ts";

/**
 * One tick of certainty: enqueues what is due and was not delivered, did not get its lease back, or is to be observed
 * again, and looks after connected accounts. Work goes to the bulk lane, behind the reports people wait for. Safe to miss,
 * repeat or overlap.
 *
 * @throws if the queue does not take the messages; what was taken is due again after SWEEP_AGAIN_SECONDS
 */
export async function sweep(
  ctx: Ctx,
  origin: Origin,
): Promise<{ reports: number; posts: number; accounts: number }> {
  const now = ctx.now();
  const { reports, posts, accounts } = await takeDue(ctx.db, {
    now,
    againAt: now + ctx.config.SWEEP_AGAIN_SECONDS * 1_000,
    reportsCap: ctx.config.SWEEP_REPORTS_CAP,
    postsCap: ctx.config.SWEEP_POSTS_CAP,
    accountsCap: ctx.config.SWEEP_ACCOUNTS_CAP,
  });
  const messages = [
    ...inGroupedMessages({ kind: "reports", manual: false, origin }, reports),
    ...inGroupedMessages({ kind: "posts", manual: false, origin }, posts),
  ];
  if (messages.length > 0) await ctx.queues.send("bulk", messages);
  await tendAccounts(ctx, accounts);
  const swept = { reports: reports.flat().length, posts: posts.flat().length, accounts: accounts.length };
  if (messages.length + accounts.length > 0)
    ctx.log.info("due_work_enqueued", { ...swept, request_id: origin.requestId });
  return swept;
}
