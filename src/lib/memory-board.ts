import { announce, emptyBoard, type LinkBoard, readBoard } from "../domain/link-board.ts";

/** The board without its Durable Object, on a clock of one's own: for tests and the demo's history. */
export function createMemoryBoard(now: () => number, makeSalt: () => string): LinkBoard {
  let state = emptyBoard();
  return {
    announce: async (subjects) => {
      state = announce(state, subjects, now());
    },
    read: async (since) => {
      const answer = readBoard(state, since, now(), makeSalt);
      state = answer.state;
      return answer.reading;
    },
  };
}
