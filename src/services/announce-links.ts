import type { Ctx } from "../context.ts";
import { within } from "../lib/within.ts";

/** How long a change waits for the board; a board that is down must not keep a campaign from being paused. */
const BOARD_WAIT_MS = 2_000;

/**
 * Tells the edge that links of these subjects (ids of campaigns or affiliates) change; see {@link LinkBoard}. Call it
 * before the write, so that nobody trusts what is read meanwhile, and again after it, so that one call that is lost
 * changes nothing. If both are, what the edge remembers runs out by itself within LINK_REMEMBER_SECONDS.
 */
export async function announceLinks(ctx: Ctx, subjects: readonly string[]): Promise<void> {
  try {
    await within(BOARD_WAIT_MS, ctx.links.announce(subjects));
  } catch (error) {
    ctx.log.error("links_not_announced", error, { subjects });
  }
}
