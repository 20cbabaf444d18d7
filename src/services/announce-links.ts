import type { Ctx } from "../context.ts";
import { within } from "../lib/within.ts";

/** How long a change waits for the board; a board that is down must not keep a campaign from being paused. */
const BOARD_WAIT_MS = 2_000;

/**
 * Tells the edge that links of these subjects (ids of campaigns or affiliates) are about to change; see
 * {@link LinkBoard}. If it cannot be told, what it remembers runs out by itself within LINK_REMEMBER_SECONDS.
 */
export async function announceLinks(ctx: Ctx, subjects: readonly string[]): Promise<void> {
  try {
    await within(BOARD_WAIT_MS, ctx.links.announce(subjects));
  } catch (error) {
    ctx.log.error("links_not_announced", error, { subjects });
  }
}
