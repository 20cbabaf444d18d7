import { nextTry, type Sent, type TriedAt } from "./discord-delivery.ts";

/** What becomes of an outbox entry that was worked on. */
export type Outcome =
  | { kind: "delivered" }
  | { kind: "given_up"; detail: string }
  | {
      kind: "again";
      /** ms UTC */
      at: number;
      detail: string;
      /** Whether it was tried: what only waits for its turn has all its tries left. */
      tried: boolean;
    };

/** What follows for an entry from what came of its message. */
export function outcomeOf(sent: Sent, tried: TriedAt): Outcome {
  if (sent.kind === "delivered") return { kind: "delivered" };
  const next = nextTry(sent, tried);
  if (next.kind === "give_up") return { kind: "given_up", detail: next.detail };
  return { kind: "again", at: next.at, detail: sent.detail, tried: true };
}
