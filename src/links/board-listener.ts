import type { Ctx } from "../context.ts";
import { within } from "../lib/within.ts";
import type { LinkMemory } from "./link-memory.ts";
import type { VisitorSalts } from "./visitor-salts.ts";

/** Longest wait for the board; who follows a link waits for the database instead. */
const BOARD_WAIT_MS = 1_000;

export interface BoardListener {
  /** Whether the board was last asked at least `ms` ago. */
  due(now: number, ms: number): boolean;
  /** Whether it was asked in vain within the last `ms`. */
  down(now: number, ms: number): boolean;
  /** Asks the board what has changed, and for today's salt. Never throws: what is not heard is known by its age. */
  listen(): Promise<void>;
}

/**
 * @param connect makes ports within the request that uses them: an object's stub belongs to the request that made it
 */
export function createBoardListener(
  connect: () => Ctx,
  { memory, salts }: { memory: LinkMemory; salts: VisitorSalts },
): BoardListener {
  const { log, now } = connect();
  // When, and not whether one is under way: a request that ends early must not leave everybody waiting for it.
  let askedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    due: (now, ms) => now - askedAt >= ms,
    down: (now, ms) => now - failedAt < ms,
    async listen() {
      const asked = now();
      askedAt = asked;
      try {
        const { links } = connect();
        const reading = await within(BOARD_WAIT_MS, links.read(memory.newest));
        memory.hear(reading, asked, now());
        salts.hear(reading.salt);
      } catch (error) {
        failedAt = now();
        log.error("link_board_not_heard", error);
      }
    },
  };
}
