import type { Ctx } from "../context.ts";
import { loadClicks } from "../db/queries/load-clicks.ts";
import { isLostRace, saveClicks } from "../db/queries/save-clicks.ts";
import type { ClickMessage } from "../domain/click.ts";
import { groupMessages } from "../domain/click-groups.ts";
import { lateClicks } from "../domain/late-clicks.ts";
import { planClicks } from "../domain/plan-clicks.ts";
import { rejudgeLate } from "./rejudge-late.ts";

/** Tries of one group. Who loses a race five times in a row comes again with the next delivery. */
const TRIES = 5;

/**
 * Counts clicks exactly once, however often and in whatever company their messages come: a message's id is stored in the
 * D1 batch that counts it. One group of messages costs two round trips; clicks that come after they settled also have the
 * verdicts looked for that were made without them.
 *
 * @throws if D1 fails, or if others were quicker too often; groups that were counted before that stay counted
 */
export async function countClicks(ctx: Ctx, messages: readonly ClickMessage[]): Promise<void> {
  for (const group of groupMessages(messages)) {
    await countGroup(ctx, group);
    // Also what was counted before and comes again: whoever counted it may have failed before it came to this.
    await rejudgeLate(ctx, { metric: "clicks", events: lateIn(ctx, group), takenBack: false });
  }
}

const lateIn = (ctx: Ctx, group: readonly ClickMessage[]) =>
  lateClicks(group, { countedAt: ctx.now(), settleSeconds: ctx.config.CLICK_SETTLE_SECONDS });

async function countGroup(ctx: Ctx, messages: readonly ClickMessage[], tries = 1): Promise<void> {
  const plan = planClicks(messages, await loadClicks(ctx.db, messages));
  if (plan.messages.length === 0) return;
  try {
    await saveClicks(ctx.db, plan, ctx.now());
  } catch (error) {
    if (!isLostRace(error) || tries === TRIES) throw error;
    ctx.log.info("clicks_raced", { messages: messages.length, tries });
    return countGroup(ctx, messages, tries + 1);
  }
  ctx.log.info("clicks_counted", {
    messages: plan.messages.length,
    days: plan.days.length,
    repeated: messages.length - plan.messages.length,
  });
}
