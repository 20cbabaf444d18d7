import { DurableObject } from "cloudflare:workers";
import { announce, type BoardReading, type BoardState, emptyBoard, readBoard } from "../domain/link-board.ts";

const KEY = "board";
const SALT_BYTES = 32;

function makeSalt(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SALT_BYTES))));
}

/**
 * The board of changed links: one object, reached with `env.LINK_BOARD.getByName("links")`. Every rule is in
 * domain/link-board.ts; this shell adds storage and clock. No await stands between reading and writing, so no other call
 * comes between.
 */
export class LinkBoard extends DurableObject<Env> {
  announce(subjects: readonly string[]): void {
    this.#store(announce(this.#load(), subjects, Date.now()));
  }

  read(since: number | null): BoardReading {
    const before = this.#load();
    const { reading, state } = readBoard(before, since, Date.now(), makeSalt);
    // Almost every reading changes nothing, and a write is what costs.
    if (state.salt !== before.salt) this.#store(state);
    return reading;
  }

  #load(): BoardState {
    return this.ctx.storage.kv.get<BoardState>(KEY) ?? emptyBoard();
  }

  #store(state: BoardState): void {
    this.ctx.storage.kv.put(KEY, state);
  }
}
