import type { Ctx } from "../context.ts";
import { readLinkTargets } from "../db/queries/link-targets.ts";
import type { Background } from "./background.ts";
import type { BoardListener } from "./board-listener.ts";
import type { LinkMemory, RememberedLink } from "./link-memory.ts";

export interface FinderParts {
  background: Background;
  memory: LinkMemory;
  board: BoardListener;
}

/**
 * The link of a code, or null if there is none: at once if it is remembered and the board was heard lately (ADR 0025).
 *
 * @throws if it has to be read and the database does not answer
 */
export type FindLink = (code: string, now: number) => RememberedLink | null | Promise<RememberedLink | null>;

export function createLinkFinder(connect: () => Ctx, parts: FinderParts, checkMs: number): FindLink {
  const { background, memory, board } = parts;

  const lookUp = async (code: string, now: number) => {
    // What was never read, or was named by a change, has to be read whatever else the board says.
    if (memory.peek(code) === undefined || memory.hears(now)) {
      if (board.due(now, checkMs)) background.run(board.listen());
    } else if (!board.down(now, checkMs)) {
      await board.listen();
    }
    const known = memory.recall(code, now);
    if (known !== undefined) return known;
    // Requests that miss at the same time ask each for itself: what one request waits for, another must not depend on.
    const ctx = connect();
    const codes = memory.toRead(code, now);
    const readAt = ctx.now();
    memory.learn(codes, await readLinkTargets(ctx.db, codes), readAt);
    return memory.peek(code) ?? null;
  };

  return (code, now) => {
    const known = memory.recall(code, now);
    if (known === undefined) return lookUp(code, now);
    if (board.due(now, checkMs)) background.run(board.listen());
    return known;
  };
}
