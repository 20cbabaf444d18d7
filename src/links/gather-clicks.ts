import type { Ctx } from "../context.ts";
import { CLICKS_PER_MESSAGE, type Click, type ClickMessage } from "../domain/click.ts";
import { utcDay } from "../domain/time.ts";
import { within } from "../lib/within.ts";
import type { Background } from "./background.ts";
import type { BoardListener } from "./board-listener.ts";
import type { VisitorSalts } from "./visitor-salts.ts";
import { type SeenClick, WaitingClicks } from "./waiting-clicks.ts";

/** Waits before each try of a message, and for each try: 7.2 s for all of them. */
const TRIES_AFTER_MS = [0, 200, 1_000];
const SEND_WAIT_MS = 2_000;
/** Flushes of one request, and messages of each, so that all tries stay below the 1,000 calls a request may make. */
const FLUSHES = 3;
const MESSAGES_PER_FLUSH = 100;
/** How long after a flush that could not send everything the same request flushes again, if nobody else has. */
const AGAIN_AFTER_MS = 7_000;
/** A flush that begins later may not end within the 30 s that `waitUntil` allows. */
const LAST_FLUSH_MS = 20_000;
/** A request that should have sent the clicks and did not within this is given up; `waitUntil` allows it no longer. */
const GIVEN_UP_MS = 30_000;

export interface GathererParts {
  background: Background;
  board: BoardListener;
  salts: VisitorSalts;
}

/**
 * Gathers clicks and sends them to be counted, in one request's afterlife for all. What could not be sent is tried again
 * by the same request while it may, then by the next click's; what is in memory when the instance ends is lost.
 */
export function createClickGatherer(connect: () => Ctx, parts: GathererParts): (click: SeenClick) => void {
  const { background } = parts;
  const { config, log, now } = connect();
  const waiting = new WaitingClicks();
  let sentBy = Number.NEGATIVE_INFINITY;

  /** Makes messages of the clicks seen, for ports of this request. Null if that fails: they wait as they are. */
  const pack = async (): Promise<Ctx | null> => {
    const clicks = waiting.takeSeen();
    try {
      const ctx = connect();
      waiting.addMessages(await packClicks(ctx, clicks, parts));
      return ctx;
    } catch (error) {
      waiting.putBack(clicks);
      log.error("clicks_not_packed", error, { clicks: clicks.length });
      return null;
    }
  };

  const flush = async () => {
    sentBy = Number.NEGATIVE_INFINITY;
    const ctx = await pack();
    if (ctx !== null) {
      const messages = waiting.takeMessages(MESSAGES_PER_FLUSH);
      const sent = await Promise.all(messages.map((message) => trySending(ctx, message, background)));
      waiting.keep(messages.filter((_, i) => !sent[i]));
    }
    const dropped = waiting.takeDropped();
    if (dropped > 0) log.error("clicks_dropped", null, { clicks: dropped });
  };

  const send = async () => {
    const began = now();
    await background.wait(config.CLICK_FLUSH_MS);
    await flush();
    for (let flushes = 1; flushes < FLUSHES && waiting.any; flushes++) {
      if (now() + AGAIN_AFTER_MS > began + LAST_FLUSH_MS) return;
      await background.wait(AGAIN_AFTER_MS);
      // A request that came since sends what waits here as well.
      if (now() < sentBy) return;
      await flush();
    }
  };

  return (click) => {
    waiting.add(click);
    if (now() < sentBy) return;
    sentBy = now() + config.CLICK_FLUSH_MS + GIVEN_UP_MS;
    background.run(send());
  };
}

async function packClicks(
  ctx: Ctx,
  clicks: readonly SeenClick[],
  { board, salts }: GathererParts,
): Promise<ClickMessage[]> {
  const hashed: Click[] = [];
  // At midnight both days are met, and the board tells the salt of the newer one only.
  if (clicks.some(({ t }) => !salts.knows(utcDay(t)))) await board.listen();
  for (const { visitor, ...click } of clicks) {
    hashed.push({ ...click, v: await salts.hash(utcDay(click.t), `${click.k}\n${visitor}`) });
  }
  salts.forget();
  const messages: ClickMessage[] = [];
  for (let i = 0; i < hashed.length; i += CLICKS_PER_MESSAGE) {
    const part = hashed.slice(i, i + CLICKS_PER_MESSAGE);
    messages.push({ v: 1, kind: "clicks", id: ctx.ids("clk"), clicks: part });
  }
  return messages;
}

/** The id stays the same however often it is sent: a send that only seemed to fail counts once. Never throws. */
async function trySending(ctx: Ctx, message: ClickMessage, background: Background): Promise<boolean> {
  let failure: unknown = null;
  for (const wait of TRIES_AFTER_MS) {
    try {
      if (wait > 0) await background.wait(wait);
      await within(SEND_WAIT_MS, ctx.clicks.send(message));
      return true;
    } catch (error) {
      failure = error;
    }
  }
  ctx.log.error("clicks_not_sent", failure, { clicks: message.clicks.length });
  return false;
}
