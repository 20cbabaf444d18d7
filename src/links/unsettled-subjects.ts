import { type BoardChange, UNSETTLED_MS } from "../domain/link-board.ts";
import type { LinkTarget } from "../domain/tracked-link.ts";

/** The campaigns and affiliates of which the database may still say what was before their change. */
export class UnsettledSubjects {
  readonly #until = new Map<string, number>();

  note(changes: readonly BoardChange[], now: number): void {
    // Kept longer than any reading of the database is under way.
    for (const [subject, until] of this.#until) {
      if (until < now - UNSETTLED_MS) this.#until.delete(subject);
    }
    for (const { subject, unsettledMs } of changes) {
      this.#until.set(subject, Math.max(this.#until.get(subject) ?? 0, now + unsettledMs));
    }
  }

  /** Until when the state of a link may not be in the database yet, ms UTC; null if nothing of it has changed. */
  until({ campaignId, affiliateId }: LinkTarget): number | null {
    const until = Math.max(this.#until.get(campaignId) ?? 0, this.#until.get(affiliateId) ?? 0);
    return until === 0 ? null : until;
  }
}
