import type { Click, ClickMessage } from "../domain/click.ts";

/** Most clicks that wait to be hashed, and as many that wait to be sent. */
const MOST_CLICKS = 50_000;

/** A click before its visitor is hashed. It stays in the memory of this instance. */
export interface SeenClick extends Omit<Click, "v"> {
  /** Names link, address and agent. */
  visitor: string;
}

/** The clicks that one instance has seen and nobody has taken yet, no more of them than memory has room for. */
export class WaitingClicks {
  #seen: SeenClick[] = [];
  #messages: ClickMessage[] = [];
  #dropped = 0;

  /** Whether anything is to be sent. */
  get any(): boolean {
    return this.#seen.length + this.#messages.length > 0;
  }

  add(click: SeenClick): void {
    if (this.#seen.length >= MOST_CLICKS) this.#dropped += 1;
    else this.#seen.push(click);
  }

  takeSeen(): SeenClick[] {
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  /** Puts back clicks that could not be made into messages, before those that came since; the oldest go first. */
  putBack(clicks: readonly SeenClick[]): void {
    const all = [...clicks, ...this.#seen];
    const excess = Math.max(0, all.length - MOST_CLICKS);
    this.#seen = all.slice(excess);
    this.#dropped += excess;
  }

  addMessages(messages: readonly ClickMessage[]): void {
    this.#messages.push(...messages);
  }

  takeMessages(most: number): ClickMessage[] {
    return this.#messages.splice(0, most);
  }

  /** Puts back messages that could not be sent, before those that came since; the oldest go first. */
  keep(messages: readonly ClickMessage[]): void {
    this.#messages.unshift(...messages);
    let waiting = this.#messages.reduce((sum, { clicks }) => sum + clicks.length, 0);
    while (waiting > MOST_CLICKS) {
      const lost = this.#messages.shift()?.clicks.length ?? waiting;
      waiting -= lost;
      this.#dropped += lost;
    }
  }

  /** How many were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
