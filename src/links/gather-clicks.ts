import type { Ctx } from "../context.ts";
import { CLICKS_PER_MESSAGE, type Click, type ClickMessage } from "../domain/click.ts";
import { utcDay } from "../domain/time.ts";
import { within } from "../lib/within.ts";
import type { Background } from "./background.ts";
import type { BoardListener } from "./board-listener.ts";
import type { VisitorSalts } from "./visitor-salts.ts";

/** Most clicks that wait in memory to be hashed, and as many that wait to be sent again. */
const MOST_CLICKS = 50_000;
/** Most messages that one flush sends, so that all tries together stay below the 1,000 calls a request may make. */
const MESSAGES_PER_FLUSH = 100;
/** Waits before a message is sent again: with {@link SEND_WAIT_MS} well within what `waitUntil` allows. */
const BACKOFF_MS = [200, 1_000];
const SEND_WAIT_MS = 2_000;
/** A request that should have sent the clicks and did not within this is given up; `waitUntil` allows it no longer. */
const GIVEN_UP_MS = 30_000;

/** A click before its visitor is hashed. It stays in the memory of this instance. */
export interface SeenClick extends Omit<Click, "v"> {
  /** Names link, address and agent. */
  visitor: string;
}

export interface GathererParts {
  background: Background;
  board: BoardListener;
  salts: VisitorSalts;
}

/**
 * Gathers clicks and sends them to be counted, in one request's afterlife for all. What could not be sent waits for the
 * next click; what is in memory when the instance ends is lost.
 */
export function createClickGatherer(connect: () => Ctx, parts: GathererParts): (click: SeenClick) => void {
  const { background, board, salts } = parts;
  const { config, now } = connect();
  let seen: SeenClick[] = [];
  const unsent: ClickMessage[] = [];
  let dropped = 0;
  let sentBy = Number.NEGATIVE_INFINITY;

  const pack = async (ctx: Ctx, clicks: readonly SeenClick[]): Promise<ClickMessage[]> => {
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
  };

  /** Puts back what was not sent, before what waits since, and forgets the oldest of too much. */
  const keep = (messages: readonly ClickMessage[]) => {
    unsent.unshift(...messages);
    let waiting = unsent.reduce((sum, { clicks }) => sum + clicks.length, 0);
    while (waiting > MOST_CLICKS) {
      const lost = unsent.shift()?.clicks.length ?? waiting;
      waiting -= lost;
      dropped += lost;
    }
  };

  const flush = async () => {
    await background.wait(config.CLICK_FLUSH_MS);
    const clicks = seen;
    seen = [];
    sentBy = Number.NEGATIVE_INFINITY;
    const ctx = connect();
    const packed = await pack(ctx, clicks);
    unsent.push(...packed);
    const messages = unsent.splice(0, MESSAGES_PER_FLUSH);
    const sent = await Promise.all(messages.map((message) => trySending(ctx, message, background)));
    keep(messages.filter((_, i) => !sent[i]));
    if (dropped > 0) ctx.log.error("clicks_dropped", null, { clicks: dropped });
    dropped = 0;
  };

  return (click) => {
    if (seen.length >= MOST_CLICKS) dropped += 1;
    else seen.push(click);
    if (now() < sentBy) return;
    sentBy = now() + config.CLICK_FLUSH_MS + GIVEN_UP_MS;
    background.run(flush());
  };
}

/** The id stays the same however often it is sent: a send that only seemed to fail counts once. */
async function trySending(ctx: Ctx, message: ClickMessage, background: Background): Promise<boolean> {
  for (const wait of [...BACKOFF_MS, null]) {
    try {
      await within(SEND_WAIT_MS, ctx.clicks.send(message));
      return true;
    } catch (error) {
      if (wait === null) ctx.log.error("clicks_not_sent", error, { clicks: message.clicks.length });
      else await background.wait(wait);
    }
  }
  return false;
}
