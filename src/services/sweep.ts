import type { Ctx } from "../context.ts";
import { forgetClickMessages } from "../db/queries/click-messages.ts";
import { type DueWork, findDue, type TakenWork, takeDue } from "../db/queries/sweep.ts";
import { inGroupedMessages, type Origin } from "../domain/reconcile-message.ts";
import { DAY_MS } from "../domain/time.ts";
import { tendAccounts } from "./tend-accounts.ts";
import { wakeAlerts, wakeOutbox } from "./wake-outbox.ts";

/** How long it is remembered what was said. */
const SAID_DAYS = 7;

/** How long it is remembered which messages of clicks were counted: a queue keeps a message for 14 days at most. */
const COUNTED_DAYS = 15;

/** What one tick found due. */
export interface Swept {
  reports: number;
  posts: number;
  accounts: number;
  /** Entries of the outbox. */
  outbox: number;
  alerts: boolean;
}

/**
 * One tick of certainty: enqueues what is due and was not delivered, did not get its lease back, or is to be observed
 * again, looks after connected accounts, and wakes who says what was not said yet. Work goes to the bulk lane, behind the
 * reports people wait for. Safe to miss, repeat or overlap.
 *
 * @throws if the queue does not take the messages; what was taken is due again after SWEEP_AGAIN_SECONDS
 */
export async function sweep(ctx: Ctx, origin: Origin): Promise<Swept> {
  const due = await findDue(ctx.db, ctx.now(), ctx.config.SWEEP_ACCOUNTS_CAP);
  await forgetCounted(ctx, due);
  const { accounts, outbox, alerts } = due;
  const isIdle = !due.reports && !due.posts && !alerts && accounts.length + outbox.length === 0;
  if (isIdle) return { reports: 0, posts: 0, accounts: 0, outbox: 0, alerts };
  const { reports, posts } = await take(ctx, due);
  const messages = [
    ...inGroupedMessages({ kind: "reports", manual: false, origin }, reports),
    ...inGroupedMessages({ kind: "posts", manual: false, origin }, posts),
  ];
  if (messages.length > 0) await ctx.queues.send("bulk", messages);
  await wakeOutbox(ctx, outbox);
  if (alerts) await wakeAlerts(ctx);
  await tendAccounts(ctx, accounts);
  const swept = {
    reports: reports.flat().length,
    posts: posts.flat().length,
    accounts: accounts.length,
    outbox: outbox.length,
    alerts,
  };
  ctx.log.info("due_work_enqueued", { ...swept, request_id: origin.requestId });
  return swept;
}

async function forgetCounted(ctx: Ctx, { oldestClicksAt }: DueWork): Promise<void> {
  const before = ctx.now() - COUNTED_DAYS * DAY_MS;
  if (oldestClicksAt !== null && oldestClicksAt < before) await forgetClickMessages(ctx.db, before);
}

function take(ctx: Ctx, due: DueWork): Promise<TakenWork> {
  const now = ctx.now();
  return takeDue(ctx.db, due, {
    now,
    againAt: now + ctx.config.SWEEP_AGAIN_SECONDS * 1_000,
    reportsCap: ctx.config.SWEEP_REPORTS_CAP,
    postsCap: ctx.config.SWEEP_POSTS_CAP,
    forgetBefore: now - SAID_DAYS * DAY_MS,
  });
}
